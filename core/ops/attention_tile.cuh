/* attention_tile.cuh: what attention's kernels do with tiles of one head: rows to shared memory, products of tiles,
 * rows back. A block is a grid of (OWN / 4, OTHER / 4) threads, thread (ty, tx) with a 4 x 4 square of scores. */
#ifndef ABLATE_OPS_ATTENTION_TILE_CUH
#define ABLATE_OPS_ATTENTION_TILE_CUH
#include "../gpu.cuh"

typedef struct attention {
    const float *qkv, *out, *grad; /* (B, N, 3C), (B, N, C), (B, N, C) */
    float *result, *sums, *delta;  /* out or gradient of qkv; log-sum-exp and dO . O of each row: (B heads, N) */
    int64_t tokens, width, heads;
    int depth;
    bool causal, add;
    float scale;
} attention;

/* ---- one head's rows, to and from shared memory ---- */

typedef struct head_rows { /* row r's numbers begin at x + r * row */
    const float *x;
    int64_t row, tokens;
    int depth;
    float factor;
} head_rows;

/* Part 0, 1, 2 of qkv: queries, keys, values. */
__device__ inline head_rows part_of(const attention &a, int64_t task, int part, float factor)
{
    return { a.qkv + task / a.heads * a.tokens * 3 * a.width + part * a.width + task % a.heads * a.depth, 3 * a.width,
             a.tokens, a.depth, factor };
}

__device__ inline head_rows grad_of(const attention &a, int64_t task)
{
    return { a.grad + task / a.heads * a.tokens * a.width + task % a.heads * a.depth, a.width, a.tokens, a.depth,
             1.0f };
}

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
template <int D, int N, bool Four> __device__ inline void load_across(const head_rows &h, int64_t first, float *to)
{
    for (int i = static_cast<int>(threadIdx.x); i < N * D / 4; i += static_cast<int>(blockDim.x)) {
        int r = i % N, d = i / N * 4;
        float4 x = four_of<Four>(h, first + r, d);
        to[d * N + r] = x.x;
        to[(d + 1) * N + r] = x.y;
        to[(d + 2) * N + r] = x.z;
        to[(d + 3) * N + r] = x.w;
    }
}

/* to[r][d]. */
template <int D, int N, bool Four> __device__ inline void load_along(const head_rows &h, int64_t first, float *to)
{
    for (int i = static_cast<int>(threadIdx.x); i < N * D / 4; i += static_cast<int>(blockDim.x)) {
        int r = i / (D / 4), d = i % (D / 4) * 4;
        *reinterpret_cast<float4 *>(to + r * D + d) = four_of<Four>(h, first + r, d);
    }
}

/* ---- products of tiles; thread (ty, tx) of (OWN / 4, OTHER / 4) ---- */

__device__ inline void multiply_add(float4 *sum, float left, const float4 &right)
{
    sum->x += left * right.x;
    sum->y += left * right.y;
    sum->z += left * right.z;
    sum->w += left * right.w;
}

/* sum[i] += rows ty*4 + i of own' (D, OWN) times columns tx*4 .. of other (D, OTHER). */
template <int D, int OWN, int OTHER>
__device__ inline void add_scores(const float *own, const float *other, int ty, int tx, float4 sum[4])
{
#pragma unroll 8
    for (int d = 0; d < D; d++) {
        float4 left = *reinterpret_cast<const float4 *>(own + d * OWN + ty * 4);
        float4 right = *reinterpret_cast<const float4 *>(other + d * OTHER + tx * 4);
        multiply_add(&sum[0], left.x, right);
        multiply_add(&sum[1], left.y, right);
        multiply_add(&sum[2], left.z, right);
        multiply_add(&sum[3], left.w, right);
    }
}

/* sum[i][c] += rows ty*4 + i of weight' (OTHER, OWN) times columns c*OTHER + tx*4 .. of rows (OTHER, D). */
template <int D, int OWN, int OTHER>
__device__ inline void add_weighted(const float *weight, const float *rows, int ty, int tx, float4 sum[4][D / OTHER])
{
#pragma unroll 4
    for (int o = 0; o < OTHER; o++) {
        float4 left = *reinterpret_cast<const float4 *>(weight + o * (OWN + 4) + ty * 4);
#pragma unroll
        for (int c = 0; c < D / OTHER; c++) {
            float4 right = *reinterpret_cast<const float4 *>(rows + o * D + c * OTHER + tx * 4);
            multiply_add(&sum[0][c], left.x, right);
            multiply_add(&sum[1][c], left.y, right);
            multiply_add(&sum[2][c], left.z, right);
            multiply_add(&sum[3][c], left.w, right);
        }
    }
}

/* weight[tx*4 + j][ty*4 + i] = square[i][j] */
template <int OWN> __device__ inline void put_weights(const float square[4][4], int ty, int tx, float *weight)
{
    for (int j = 0; j < 4; j++)
        *reinterpret_cast<float4 *>(weight + (tx * 4 + j) * (OWN + 4) + ty * 4) = { square[0][j], square[1][j],
                                                                                    square[2][j], square[3][j] };
}

__device__ inline float number(const float4 &x, int i)
{
    return i == 0 ? x.x : i == 1 ? x.y : i == 2 ? x.z : x.w;
}

/* Four numbers to where they belong, times the factor. */
__device__ inline void put_four(float *to, const float4 &x, float factor, int left, bool add)
{
    for (int i = 0; i < 4 && i < left; i++)
        gpu_put(&to[i], factor * number(x, i), add);
}

/* Over the OTHER / 4 = 8 neighbouring lanes that share rows. */
__device__ inline float row_sum(float x)
{
    for (int apart = 4; apart > 0; apart /= 2)
        x += __shfl_xor_sync(0xFFFFFFFFu, x, apart);
    return x;
}

__device__ inline float row_largest(float x)
{
    for (int apart = 4; apart > 0; apart /= 2) {
        float other = __shfl_xor_sync(0xFFFFFFFFu, x, apart);
        x = other > x ? other : x;
    }
    return x;
}

#endif
