/* attention_tile.cuh: what attention's kernels do with tiles of one head: rows to shared memory, products of tiles. A
 * block has a tile of OWN rows against tiles of OTHER. In float32 a thread has a 4 x 4 square of their scores, in the
 * other precisions a warp 16 x OTHER of them on tensor cores; kernels see the same functions of both. */
#ifndef ABLATE_OPS_ATTENTION_TILE_CUH
#define ABLATE_OPS_ATTENTION_TILE_CUH
#include "../gpu_mma.cuh"

/* Rows of shared memory are padded so that a warp's fragments lie in 32 different banks. */
constexpr int TILE_PAD = 8;

typedef struct head_rows { /* row r's numbers begin at x + r * row */
    const float *x;
    int64_t row, tokens;
    int depth;
    float factor;
} head_rows;

/* Four numbers from column d of a row on, times the factor; zero beyond rows and depth. */
template <bool Four> __device__ inline float4 four_of(const head_rows &h, int64_t row, int d)
{
    float4 x = { 0, 0, 0, 0 };
    if (row >= h.tokens || d >= h.depth)
        return x;
    const float *at = h.x + row * h.row + d;
    if (Four) {
        x = *reinterpret_cast<const float4 *>(at);
    } else {
        x.x = at[0];
        x.y = d + 1 < h.depth ? at[1] : 0.0f;
        x.z = d + 2 < h.depth ? at[2] : 0.0f;
        x.w = d + 3 < h.depth ? at[3] : 0.0f;
    }
    return { x.x * h.factor, x.y * h.factor, x.z * h.factor, x.w * h.factor };
}

/* to[d][r]: N rows from `first` on, transposed; neighbouring threads at neighbouring rows. */
template <int D, int N, bool Four, bool Tensor>
__device__ inline void load_across(const head_rows &h, int64_t first, float *to)
{
    constexpr int pitch = N + TILE_PAD;
    for (int i = static_cast<int>(threadIdx.x); i < N * D / 4; i += static_cast<int>(blockDim.x)) {
        int r = i % N, d = i / N * 4;
        float4 x = four_of<Four>(h, first + r, d);
        x = Tensor ? gpu_round_four(x) : x;
        to[d * pitch + r] = x.x;
        to[(d + 1) * pitch + r] = x.y;
        to[(d + 2) * pitch + r] = x.z;
        to[(d + 3) * pitch + r] = x.w;
    }
}

/* to[r][d]. */
template <int D, int N, bool Four, bool Tensor>
__device__ inline void load_along(const head_rows &h, int64_t first, float *to)
{
    for (int i = static_cast<int>(threadIdx.x); i < N * D / 4; i += static_cast<int>(blockDim.x)) {
        int r = i / (D / 4), d = i % (D / 4) * 4;
        float4 x = four_of<Four>(h, first + r, d);
        *reinterpret_cast<float4 *>(to + r * (D + TILE_PAD) + d) = Tensor ? gpu_round_four(x) : x;
    }
}

/* A thread's part: ROWS x COLUMNS scores, ROWS x WIDE results. row(i), column(j) and wide(c) are their places in the
 * tile. Scores are own' (D, OWN) times other (D, OTHER); results are weight' (OTHER, OWN) times rows (OTHER, D). */
template <int D, int OWN, int OTHER, bool Tensor> struct attention_tile;

template <int D, int OWN, int OTHER> struct attention_tile<D, OWN, OTHER, false> {
    static constexpr int ROWS = 4, COLUMNS = 4, WIDE = D / OTHER * 4, LANES = OTHER / 4;
    int tx, ty;
    __device__ attention_tile() : tx(static_cast<int>(threadIdx.x) % LANES), ty(static_cast<int>(threadIdx.x) / LANES)
    {
    }
    __device__ int row(int i) const
    {
        return ty * 4 + i;
    }
    __device__ int column(int j) const
    {
        return tx * 4 + j;
    }
    __device__ int wide(int c) const
    {
        return c / 4 * OTHER + tx * 4 + c % 4;
    }
    __device__ static void add_four(float *sum, float left, const float4 &right)
    {
        sum[0] += left * right.x;
        sum[1] += left * right.y;
        sum[2] += left * right.z;
        sum[3] += left * right.w;
    }
    __device__ void add_scores(const float *own, const float *other, float score[ROWS][COLUMNS]) const
    {
#pragma unroll 8
        for (int d = 0; d < D; d++) {
            float4 left = *reinterpret_cast<const float4 *>(own + d * (OWN + TILE_PAD) + ty * 4);
            float4 right = *reinterpret_cast<const float4 *>(other + d * (OTHER + TILE_PAD) + tx * 4);
            add_four(score[0], left.x, right);
            add_four(score[1], left.y, right);
            add_four(score[2], left.z, right);
            add_four(score[3], left.w, right);
        }
    }
    __device__ void put_weights(const float square[ROWS][COLUMNS], float *weight) const
    {
#pragma unroll
        for (int j = 0; j < COLUMNS; j++)
            *reinterpret_cast<float4 *>(weight + column(j) * (OWN + TILE_PAD) +
                                        ty * 4) = { square[0][j], square[1][j], square[2][j], square[3][j] };
    }
    __device__ void add_weighted(const float *weight, const float *rows, float sum[ROWS][WIDE]) const
    {
#pragma unroll 4
        for (int o = 0; o < OTHER; o++) {
            float4 left = *reinterpret_cast<const float4 *>(weight + o * (OWN + TILE_PAD) + ty * 4);
#pragma unroll
            for (int c = 0; c < WIDE; c += 4) {
                float4 right = *reinterpret_cast<const float4 *>(rows + o * (D + TILE_PAD) + wide(c));
                add_four(&sum[0][c], left.x, right);
                add_four(&sum[1][c], left.y, right);
                add_four(&sum[2][c], left.z, right);
                add_four(&sum[3][c], left.w, right);
            }
        }
    }
};

template <int D, int OWN, int OTHER> struct attention_tile<D, OWN, OTHER, true> { /* a warp has 16 of the own rows */
    static constexpr int ROWS = 2, COLUMNS = OTHER / 4, WIDE = D / 4, LANES = 4;
    int group, place, top;
    __device__ attention_tile()
        : group(static_cast<int>(threadIdx.x) % GPU_WARP / 4), place(static_cast<int>(threadIdx.x) % 4),
          top(static_cast<int>(threadIdx.x) / GPU_WARP * 16)
    {
    }
    __device__ int row(int i) const
    {
        return top + group + 8 * i;
    }
    __device__ int column(int j) const
    {
        return j / 2 * 8 + 2 * place + j % 2;
    }
    __device__ int wide(int c) const
    {
        return column(c);
    }
    /* sum[i / 2][2 n + i % 2] are the products' d[i]: left' (DEPTH, OWN) times right (DEPTH, 8 N) of row pitch `pitch`.
     */
    template <int DEPTH, int N>
    __device__ void multiply(const float *left, const float *right, int pitch, float sum[ROWS][2 * N]) const
    {
#pragma unroll 2
        for (int d = 0; d < DEPTH; d += 8) {
            float a[4];
#pragma unroll
            for (int i = 0; i < 4; i++)
                a[i] = left[(d + place + 4 * (i / 2)) * (OWN + TILE_PAD) + top + group + 8 * (i % 2)];
#pragma unroll
            for (int n = 0; n < N; n++) {
                const float *at = right + (d + place) * pitch + n * 8 + group;
                float b[2] = { at[0], at[4 * pitch] };
                float part[4] = { sum[0][2 * n], sum[0][2 * n + 1], sum[1][2 * n], sum[1][2 * n + 1] };
                gpu_mma_tf32(part, a, b);
                sum[0][2 * n] = part[0];
                sum[0][2 * n + 1] = part[1];
                sum[1][2 * n] = part[2];
                sum[1][2 * n + 1] = part[3];
            }
        }
    }
    __device__ void add_scores(const float *own, const float *other, float score[ROWS][COLUMNS]) const
    {
        multiply<D, OTHER / 8>(own, other, OTHER + TILE_PAD, score);
    }
    __device__ void put_weights(const float square[ROWS][COLUMNS], float *weight) const
    {
#pragma unroll
        for (int i = 0; i < ROWS; i++)
#pragma unroll
            for (int j = 0; j < COLUMNS; j++)
                weight[column(j) * (OWN + TILE_PAD) + row(i)] = gpu_round_tf32(square[i][j]);
    }
    __device__ void add_weighted(const float *weight, const float *rows, float sum[ROWS][WIDE]) const
    {
        multiply<OTHER, D / 8>(weight, rows, D + TILE_PAD, sum);
    }
};

/* Over the neighbouring lanes that share rows. */
template <int LANES> __device__ inline float row_sum(float x)
{
    for (int apart = LANES / 2; apart > 0; apart /= 2)
        x += __shfl_xor_sync(0xFFFFFFFFu, x, apart);
    return x;
}

template <int LANES> __device__ inline float row_largest(float x)
{
    for (int apart = LANES / 2; apart > 0; apart /= 2) {
        float other = __shfl_xor_sync(0xFFFFFFFFu, x, apart);
        x = other > x ? other : x;
    }
    return x;
}

#endif
