/* group_product.cuh: products of grouped rows on the GPU: the entries of a routing lie expert by expert, and each
 * expert multiplies its own by its own matrix, all in one launch. How many entries an expert has is known on the device
 * only, so the launch has as many tiles as there may be, and those beyond the last end at once: the work follows the
 * entries.
 *
 * Tiles of 128 x 64 results by 256 threads, 16 deep; the next tile is on its way from memory while one is multiplied.
 * In float32 each thread has 8 x 4 results by fused multiply-add (three reads of four numbers from shared memory for
 * 32); in the other precisions each warp has 32 x 32 on tensor cores, operands rounded to TF32 (in bf16 too, which is
 * closer than asked for). Every result is summed from depth 0 on. Measured: not yet on a GPU. */
#ifndef ABLATE_OPS_GROUP_PRODUCT_CUH
#define ABLATE_OPS_GROUP_PRODUCT_CUH
#include "../gpu_mma.cuh"
#include <type_traits>

/* Rows of shared memory are padded so that a warp's fragments lie in 32 different banks. */
constexpr int GROUP_ROWS = 128, GROUP_COLUMNS = 64, GROUP_DEPTH = 16, GROUP_PAD = 8, GROUP_SUMS = 32;

typedef struct group_rows { /* entry e's numbers begin at x + (place ? place[e] : e) * row */
    const float *x;
    const int32_t *place;
    int64_t row;
} group_rows;

__device__ inline const float *group_row(const group_rows &g, int64_t entry)
{
    return g.x + (g.place ? g.place[entry] : entry) * g.row;
}

typedef struct group_tile { /* entries first .. last - 1 of one expert; expert -1: none */
    int expert;
    int64_t first, last;
} group_tile;

/* The index-th tile of `size` entries, counted through the experts. begin[experts + 1]: where each one's entries begin.
 */
__device__ inline group_tile group_tile_of(const int32_t *begin, int experts, int64_t index, int size)
{
    for (int t = 0; t < experts; t++) {
        int64_t tiles = (begin[t + 1] - begin[t] + size - 1) / size;
        if (index < tiles) {
            int64_t first = begin[t] + index * size, last = first + size;
            return { t, first, last < begin[t + 1] ? last : begin[t + 1] };
        }
        index -= tiles;
    }
    return { -1, 0, 0 };
}

/* Tiles that `entries` entries may make at most. */
inline int64_t group_tiles(int64_t entries, int64_t experts, int64_t size)
{
    return entries / size + experts;
}

/* Numbers at .. at + 3 of a row of n; zero beyond. Four: rows are aligned and n is a multiple of 4. */
template <bool Four> __device__ inline float4 group_four(const float *row, int64_t at, int64_t n)
{
    float4 x = { 0, 0, 0, 0 };
    if (Four && at < n)
        return *reinterpret_cast<const float4 *>(row + at);
    x.x = at < n ? row[at] : 0.0f;
    x.y = at + 1 < n ? row[at + 1] : 0.0f;
    x.z = at + 2 < n ? row[at + 2] : 0.0f;
    x.w = at + 3 < n ? row[at + 3] : 0.0f;
    return x;
}

/* The two operands of a tile in shared memory, depth by depth. */
typedef struct group_room {
    float left[GROUP_DEPTH][GROUP_ROWS + GROUP_PAD], right[GROUP_DEPTH][GROUP_COLUMNS + GROUP_PAD];
} group_room;

/* What one thread fetches of the next tile: eight numbers of the left operand, four of the right. */
typedef struct group_fetch {
    float4 left[2], right;
} group_fetch;

template <int Width> __device__ inline void group_put_across(float (*to)[Width], int quad, const float4 &x)
{
    int row = quad / (GROUP_DEPTH / 4), depth = quad % (GROUP_DEPTH / 4) * 4; /* four depths of one row */
    to[depth][row] = x.x;
    to[depth + 1][row] = x.y;
    to[depth + 2][row] = x.z;
    to[depth + 3][row] = x.w;
}

template <int Width, int N> __device__ inline void group_put_along(float (*to)[Width], int quad, const float4 &x)
{
    *reinterpret_cast<float4 *>(&to[quad / (N / 4)][quad % (N / 4) * 4]) = x; /* four columns of one depth */
}

/* ---- a thread's results: 32 of the tile's ---- */

template <bool Tensor> struct group_results;

template <> struct group_results<false> { /* rows ty*4 .. + 3 and 64 further, columns tx*4 .. + 3 */
    float sum[GROUP_SUMS];
    int tx, ty;
    __device__ group_results() : sum{}, tx(static_cast<int>(threadIdx.x) % 16), ty(static_cast<int>(threadIdx.x) / 16)
    {
    }
    __device__ int row(int i) const
    {
        return i / 16 * (GROUP_ROWS / 2) + ty * 4 + i / 4 % 4;
    }
    __device__ int column(int i) const
    {
        return tx * 4 + i % 4;
    }
    __device__ void add_four(int first, float left, const float4 &right)
    {
        sum[first] += left * right.x;
        sum[first + 1] += left * right.y;
        sum[first + 2] += left * right.z;
        sum[first + 3] += left * right.w;
    }
    __device__ void add(const group_room &room)
    {
#pragma unroll
        for (int depth = 0; depth < GROUP_DEPTH; depth++) {
            float4 right = *reinterpret_cast<const float4 *>(&room.right[depth][tx * 4]);
#pragma unroll
            for (int half = 0; half < 2; half++) {
                float4 left = *reinterpret_cast<const float4 *>(&room.left[depth][half * (GROUP_ROWS / 2) + ty * 4]);
                add_four(16 * half, left.x, right);
                add_four(16 * half + 4, left.y, right);
                add_four(16 * half + 8, left.z, right);
                add_four(16 * half + 12, left.w, right);
            }
        }
    }
};

template <> struct group_results<true> { /* a warp's 2 x 4 products of 16 x 8 */
    float sum[GROUP_SUMS];
    int group, place, top, left;
    __device__ group_results() : sum{}
    {
        int lane = static_cast<int>(threadIdx.x) % GPU_WARP, warp = static_cast<int>(threadIdx.x) / GPU_WARP;
        group = lane / 4, place = lane % 4;
        top = warp / 2 * 32, left = warp % 2 * 32;
    }
    __device__ int row(int i) const
    {
        return top + i / 16 * 16 + group + 8 * (i % 4 / 2);
    }
    __device__ int column(int i) const
    {
        return left + i / 4 % 4 * 8 + 2 * place + i % 2;
    }
    __device__ void add(const group_room &room)
    {
#pragma unroll
        for (int depth = 0; depth < GROUP_DEPTH; depth += 8) {
            float a[2][4], b[4][2];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int at = depth + place + 4 * (i / 2), in = top + group + 8 * (i % 2);
                a[0][i] = room.left[at][in];
                a[1][i] = room.left[at][in + 16];
                b[i][0] = room.right[depth + place][left + i * 8 + group];
                b[i][1] = room.right[depth + place + 4][left + i * 8 + group];
            }
#pragma unroll
            for (int i = 0; i < 8; i++)
                gpu_mma_tf32(&sum[4 * i], a[i / 4], b[i % 4]);
        }
    }
};

template <bool Tensor> __device__ inline group_fetch group_ready(const group_fetch &f)
{
    if (!Tensor)
        return f;
    return { { gpu_round_four(f.left[0]), gpu_round_four(f.left[1]) }, gpu_round_four(f.right) };
}

/* The tile's loop over the depth. Source: fetch(depth) reads from memory, put(room, fetched) writes to shared memory.
 */
template <bool Tensor, class Source>
__device__ inline void group_loop(const Source &source, int64_t depth, group_results<Tensor> *results)
{
    __shared__ group_room room[2];
    int now = 0;
    source.put(room[0], group_ready<Tensor>(source.fetch(0)));
    for (int64_t at = 0; at < depth; at += GROUP_DEPTH, now = !now) {
        bool more = at + GROUP_DEPTH < depth;
        group_fetch next;
        if (more)
            next = source.fetch(at + GROUP_DEPTH);
        __syncthreads();
        results->add(room[now]);
        if (more)
            source.put(room[!now], group_ready<Tensor>(next));
    }
}

/* end(entry or row, column, expert, value) for the thread's results within rows and columns. */
template <bool Tensor, class End>
__device__ inline void group_end(const group_results<Tensor> &results, int64_t rows, int64_t columns, int64_t row,
                                 int64_t column, int expert, const End &end)
{
#pragma unroll
    for (int i = 0; i < GROUP_SUMS; i++)
        if (results.row(i) < rows && results.column(i) < columns)
            end(row + results.row(i), column + results.column(i), expert, results.sum[i]);
}

/* ---- each entry's row times its expert's matrix: (entries, depth) (depth, n) ---- */

/* Along: the matrix is stored (n, depth), else (depth, n). */
template <bool Along, bool Four> struct group_by_matrix {
    group_rows left;
    const float *matrix; /* the expert's */
    int64_t first, last, column, depth, n;

    __device__ group_fetch fetch(int64_t at) const
    {
        group_fetch f = {};
        int thread = static_cast<int>(threadIdx.x);
#pragma unroll
        for (int i = 0; i < 2; i++) {
            int quad = thread + i * GPU_THREADS;
            int64_t entry = first + quad / (GROUP_DEPTH / 4);
            if (entry < last)
                f.left[i] = group_four<Four>(group_row(left, entry), at + quad % (GROUP_DEPTH / 4) * 4, depth);
        }
        int64_t row = Along ? column + thread / (GROUP_DEPTH / 4) : at + thread / (GROUP_COLUMNS / 4);
        int64_t place = Along ? at + thread % (GROUP_DEPTH / 4) * 4 : column + thread % (GROUP_COLUMNS / 4) * 4;
        if (row < (Along ? n : depth))
            f.right = group_four<Four>(matrix + row * (Along ? depth : n), place, Along ? depth : n);
        return f;
    }

    __device__ void put(group_room &room, const group_fetch &f) const
    {
        int thread = static_cast<int>(threadIdx.x);
        group_put_across(room.left, thread, f.left[0]);
        group_put_across(room.left, thread + GPU_THREADS, f.left[1]);
        if (Along)
            group_put_across(room.right, thread, f.right);
        else
            group_put_along<GROUP_COLUMNS + GROUP_PAD, GROUP_COLUMNS>(room.right, thread, f.right);
    }
};

template <bool Along, bool Four, bool Tensor, class End>
__global__ void __launch_bounds__(GPU_THREADS)
    group_rows_kernel(group_rows left, const float *matrices, const int32_t *begin, int experts, int64_t depth,
                      int64_t n, End end)
{
    group_tile tile = group_tile_of(begin, experts, blockIdx.y, GROUP_ROWS);
    int64_t column = static_cast<int64_t>(blockIdx.x) * GROUP_COLUMNS;
    group_results<Tensor> results;
    if (tile.expert < 0)
        return;
    group_by_matrix<Along, Four> source = {
        left, matrices + tile.expert * depth * n, tile.first, tile.last, column, depth, n
    };
    group_loop(source, depth, &results);
    group_end(results, tile.last - tile.first, n - column, tile.first, column, tile.expert, end);
}

/* ---- an expert's gradient: the sum over its entries of left row times right row: (m, n) ---- */

template <bool Four> struct group_by_entries {
    group_rows left, right;
    int64_t first, last, row, column, m, n;

    __device__ group_fetch fetch(int64_t at) const
    {
        group_fetch f = {};
        int thread = static_cast<int>(threadIdx.x);
#pragma unroll
        for (int i = 0; i < 2; i++) {
            int quad = thread + i * GPU_THREADS;
            int64_t entry = first + at + quad / (GROUP_ROWS / 4);
            if (entry < last)
                f.left[i] = group_four<Four>(group_row(left, entry), row + quad % (GROUP_ROWS / 4) * 4, m);
        }
        int64_t entry = first + at + thread / (GROUP_COLUMNS / 4);
        if (entry < last)
            f.right = group_four<Four>(group_row(right, entry), column + thread % (GROUP_COLUMNS / 4) * 4, n);
        return f;
    }

    __device__ void put(group_room &room, const group_fetch &f) const
    {
        int thread = static_cast<int>(threadIdx.x);
        group_put_along<GROUP_ROWS + GROUP_PAD, GROUP_ROWS>(room.left, thread, f.left[0]);
        group_put_along<GROUP_ROWS + GROUP_PAD, GROUP_ROWS>(room.left, thread + GPU_THREADS, f.left[1]);
        group_put_along<GROUP_COLUMNS + GROUP_PAD, GROUP_COLUMNS>(room.right, thread, f.right);
    }
};

struct group_add_to { /* to (experts, m, n) */
    float *to;
    int64_t m, n;
    __device__ void operator()(int64_t row, int64_t column, int expert, float value) const
    {
        to[(expert * m + row) * n + column] += value;
    }
};

template <bool Four, bool Tensor>
__global__ void __launch_bounds__(GPU_THREADS)
    group_entries_kernel(group_rows left, group_rows right, const int32_t *begin, int64_t m, int64_t n, float *to)
{
    int64_t row = static_cast<int64_t>(blockIdx.y) * GROUP_ROWS;
    int64_t column = static_cast<int64_t>(blockIdx.x) * GROUP_COLUMNS;
    int expert = static_cast<int>(blockIdx.z);
    group_results<Tensor> results;
    group_by_entries<Four> source = { left, right, begin[expert], begin[expert + 1], row, column, m, n };
    if (source.first == source.last)
        return;
    group_loop(source, source.last - source.first, &results);
    group_end(results, m - row, n - column, row, column, expert, group_add_to{ to, m, n });
}

/* ---- launching ---- */

typedef struct group_sizes {
    const int32_t *begin;     /* device memory */
    int64_t entries, experts; /* the most entries there may be */
} group_sizes;

/* launch(four, tensor) with both as constants. */
template <class Launch> void group_choose(bool four, bool tensor, Launch launch)
{
    if (four && tensor)
        launch(std::true_type{}, std::true_type{});
    else if (four)
        launch(std::true_type{}, std::false_type{});
    else if (tensor)
        launch(std::false_type{}, std::true_type{});
    else
        launch(std::false_type{}, std::false_type{});
}

template <bool Along, class End>
void group_by_matrices(const gpu *g, const group_sizes &s, const group_rows &left, const float *matrices, int64_t depth,
                       int64_t n, End end)
{
    dim3 blocks(gpu_pieces(n, GROUP_COLUMNS), static_cast<unsigned>(group_tiles(s.entries, s.experts, GROUP_ROWS)));
    bool four = gpu_by_four(left.x, left.row) && gpu_by_four(matrices, n) && depth % 4 == 0;
    group_choose(four, g->precision != GPU_FLOAT32, [&](auto by_four, auto tensor) {
        gpu_launch(g, group_rows_kernel<Along, by_four.value, tensor.value, End>, blocks, GPU_THREADS, 0, left,
                   matrices, s.begin, static_cast<int>(s.experts), depth, n, end);
    });
}

/* to (experts, m, n) += ... */
inline void group_gradients(const gpu *g, const group_sizes &s, const group_rows &left, int64_t m,
                            const group_rows &right, int64_t n, float *to)
{
    dim3 blocks(gpu_pieces(n, GROUP_COLUMNS), gpu_pieces(m, GROUP_ROWS), static_cast<unsigned>(s.experts));
    bool four = gpu_by_four(left.x, left.row) && gpu_by_four(right.x, right.row) && m % 4 == 0 && n % 4 == 0;
    group_choose(four, g->precision != GPU_FLOAT32, [&](auto by_four, auto tensor) {
        gpu_launch(g, group_entries_kernel<by_four.value, tensor.value>, blocks, GPU_THREADS, 0, left, right, s.begin,
                   m, n, to);
    });
}

#endif
