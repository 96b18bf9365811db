/* fold.cuh: sums over the axes on which an operand repeats itself, on the GPU. Every term is read once and added in
 * double, in an order that the shapes alone decide: piece by piece, then the pieces. There are as many pieces as fill
 * the GPU with about FOLD_BLOCKS blocks, but none so short that its sum, 8 bytes, weighs beside its terms; a result
 * that is one piece is written at once. Five ways, by what is summed:
 *   nothing                      a thread a number
 *   rows, few or of many results a thread a result; neighbouring threads at neighbouring columns
 *   rows                         a block a piece of up to 32 columns, its threads that many columns by the rest rows
 *   lines of rows, many short    a warp, or part of one, a result
 *   lines of rows                a block a piece of a result
 * The floor is 4 bytes a term and what the terms are made of. Measured: not yet on a GPU. */
#ifndef ABLATE_OPS_FOLD_CUH
#define ABLATE_OPS_FOLD_CUH
#include "broadcast.cuh"

constexpr int FOLD_BLOCKS = 1024, FOLD_DEPTH = 8; /* terms of a thread, at least, before there are more pieces */

typedef struct gpu_fold {
    broadcast geometry;
    int operand;
    double scale;
    float *out;
    bool add;       /* out += ..., else out = ... */
    float *scratch; /* gpu_fold_scratch floats */
} gpu_fold;

/* Rows of the result along the outer axes that an operand has, or along those it has not: the i-th is row
 * i % length * step + i / length * over. `over` is 0 where these axes lie side by side. */
typedef struct fold_walk {
    int64_t count, length, step, over;
    template <class Index> __device__ Index row(Index i) const
    {
        if (over == 0)
            return i * static_cast<Index>(step);
        Index n = static_cast<Index>(length), outer = i / n;
        return (i - outer * n) * static_cast<Index>(step) + outer * static_cast<Index>(over);
    }
} fold_walk;

inline fold_walk fold_walk_of(const broadcast *g, int operand, bool own)
{
    fold_walk w = { 1, 1, 0, 0 };
    bool before = false; /* was the axis before one of these? */
    int64_t size = 1;
    for (int axis = OUTER_AXES - 1; axis >= 0; size *= g->dim[axis], axis--) {
        bool taken = (g->stride[operand][axis] != 0) == own;
        if (g->dim[axis] == 1)
            continue;
        if (taken && w.step == 0)
            w.step = size;
        else if (taken && !before)
            w.over = size;
        if (taken) {
            w.count *= g->dim[axis];
            w.length *= w.over == 0 ? g->dim[axis] : 1;
        }
        before = taken;
    }
    return w;
}

typedef enum { FOLD_NOTHING, FOLD_THREADS, FOLD_COLUMNS, FOLD_WARPS, FOLD_LINES } fold_way;

typedef struct fold_plan {
    fold_way way;
    fold_walk kept, summed;
    int64_t rows, width, results;
    int64_t pieces, piece; /* of a result; rows of one, or numbers if lines are summed */
    int across;            /* FOLD_COLUMNS: columns of a block; FOLD_WARPS: lanes of a result */
    double scale;
    float *out;
    bool add;
    double *sums; /* [results][pieces] */

    __device__ void land(int64_t result, double sum) const
    {
        gpu_put(&out[result], static_cast<float>(scale * sum), add);
    }
    __device__ void land_piece(int64_t result, int64_t at, double sum) const
    {
        if (pieces == 1)
            land(result, sum);
        else
            sums[result * pieces + at] = sum;
    }
} fold_plan;

/* n terms of each result in pieces of whole rounds of the block, where one piece of every result makes `blocks`. */
inline void fold_cut(fold_plan *p, int64_t n, int64_t blocks, int64_t round)
{
    int64_t most = gpu_pieces(n, round * FOLD_DEPTH), wanted = gpu_pieces(FOLD_BLOCKS, blocks);
    int64_t pieces = most < wanted ? most : wanted;
    p->piece = gpu_pieces(gpu_pieces(n, pieces), round) * round;
    p->pieces = gpu_pieces(n, p->piece);
}

inline int fold_power(int64_t n) /* the smallest power of two that is not below n, up to a warp */
{
    int power = 1;
    while (power < n && power < GPU_WARP)
        power *= 2;
    return power;
}

inline fold_plan fold_plan_of(const broadcast *g, int operand)
{
    fold_plan p = {};
    bool lines = g->stride[operand][OUTER_AXES] == 0;
    p.kept = fold_walk_of(g, operand, true), p.summed = fold_walk_of(g, operand, false);
    p.rows = g->rows, p.width = g->width, p.pieces = 1;
    p.results = lines ? p.kept.count : p.kept.count * g->width;
    int64_t terms = p.summed.count * g->width;
    p.across = fold_power(lines ? terms : g->width);
    if (!lines && p.summed.count == 1) {
        p.way = FOLD_NOTHING;
    } else if (!lines && (p.summed.count <= FOLD_DEPTH || p.results >= FOLD_BLOCKS * GPU_THREADS)) {
        p.way = FOLD_THREADS;
    } else if (!lines) {
        p.way = FOLD_COLUMNS;
        fold_cut(&p, p.summed.count, p.kept.count * gpu_pieces(g->width, p.across), GPU_THREADS / p.across);
    } else if (p.results >= GPU_THREADS && terms <= GPU_THREADS * FOLD_DEPTH) {
        p.way = FOLD_WARPS;
    } else {
        p.way = FOLD_LINES;
        fold_cut(&p, terms, p.results, GPU_THREADS);
    }
    return p;
}

inline int64_t gpu_fold_scratch(const broadcast *g, int operand)
{
    fold_plan p = fold_plan_of(g, operand);
    return p.pieces > 1 ? 2 * p.results * p.pieces : 0;
}

/* ---- the ways; `Terms` has `template <class Index> __device__ float operator()(Index row, Index column) const`: a
 * number of the tensor to be folded ---- */

template <class Terms> struct fold_nothing {
    Terms terms;
    float *out, scale;
    int64_t width;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index row = e / static_cast<Index>(width);
        gpu_put(&out[e], scale * terms(row, e - row * static_cast<Index>(width)), add);
    }
};

template <class Index, class Terms> struct fold_threads {
    Terms terms;
    fold_plan p;
    template <class Result> __device__ void operator()(Result e) const
    {
        Index result = static_cast<Index>(e), width = static_cast<Index>(p.width), kept = result / width;
        Index column = result - kept * width, row = p.kept.row(kept), count = static_cast<Index>(p.summed.count);
        double sum = 0;
#pragma unroll 4
        for (Index j = 0; j < count; j++)
            sum += static_cast<double>(terms(row + p.summed.row(j), column));
        p.land(e, sum);
    }
};

/* Block (tile, kept, piece), the tile fastest: a piece of `across` columns. */
template <class Index, class Terms> __global__ void fold_columns_kernel(Terms terms, fold_plan p)
{
    __shared__ double room[GPU_THREADS];
    int across = p.across, lines = GPU_THREADS / across, line = static_cast<int>(threadIdx.x) / across;
    int64_t tiles = (p.width + across - 1) / across, block = blockIdx.x, tile = block % tiles;
    int64_t kept = block / tiles % p.kept.count, piece = block / tiles / p.kept.count, end = (piece + 1) * p.piece;
    Index column = static_cast<Index>(tile * across + static_cast<int>(threadIdx.x) % across);
    Index row = p.kept.row(static_cast<Index>(kept));
    Index last = static_cast<Index>(end < p.summed.count ? end : p.summed.count);
    double sum = 0;
    if (column < static_cast<Index>(p.width)) {
#pragma unroll 4
        for (Index j = static_cast<Index>(piece * p.piece + line); j < last; j += static_cast<Index>(lines))
            sum += static_cast<double>(terms(row + p.summed.row(j), column));
    }
    room[threadIdx.x] = sum;
    for (int apart = lines / 2; apart > 0; apart /= 2) {
        __syncthreads();
        if (line < apart) {
            sum += room[static_cast<int>(threadIdx.x) + apart * across];
            room[threadIdx.x] = sum;
        }
    }
    if (line == 0 && column < static_cast<Index>(p.width))
        p.land_piece(kept * p.width + column, piece, sum);
}

/* The at-th of a result's terms that are whole rows, `first` being the result's first row. */
template <class Index, class Terms>
__device__ inline float fold_term(const Terms &terms, const fold_plan &p, Index first, Index at)
{
    Index width = static_cast<Index>(p.width), j = p.summed.count == 1 ? 0 : at / width;
    return terms(first + p.summed.row(j), at - j * width);
}

template <class Index, class Terms> struct fold_warps {
    Terms terms;
    fold_plan p;
    __device__ void operator()(int64_t warp, int lane) const
    {
        int64_t result = warp * (GPU_WARP / p.across) + lane / p.across;
        Index row = p.kept.row(static_cast<Index>(result)), all = static_cast<Index>(p.summed.count * p.width);
        double sum = 0;
        if (result < p.results) {
#pragma unroll 4
            for (Index at = static_cast<Index>(lane % p.across); at < all; at += static_cast<Index>(p.across))
                sum += static_cast<double>(fold_term(terms, p, row, at));
        }
        for (int apart = p.across / 2; apart > 0; apart /= 2)
            sum += __shfl_xor_sync(0xFFFFFFFFu, sum, apart);
        if (lane % p.across == 0 && result < p.results)
            p.land(result, sum);
    }
};

/* Block (piece, result), the piece fastest. */
template <class Index, class Terms> __global__ void fold_lines_kernel(Terms terms, fold_plan p)
{
    __shared__ double room[GPU_THREADS / GPU_WARP];
    int64_t result = blockIdx.x / p.pieces, piece = blockIdx.x % p.pieces;
    int64_t all = p.summed.count * p.width, end = (piece + 1) * p.piece;
    Index row = p.kept.row(static_cast<Index>(result)), last = static_cast<Index>(end < all ? end : all);
    double sum = 0;
#pragma unroll 4
    for (Index at = static_cast<Index>(piece * p.piece) + threadIdx.x; at < last; at += GPU_THREADS)
        sum += static_cast<double>(fold_term(terms, p, row, at));
    sum = gpu_block_sum(sum, room);
    if (threadIdx.x == 0)
        p.land_piece(result, piece, sum);
}

/* A warp a result: its pieces are added. */
struct fold_end {
    fold_plan p;
    __device__ void operator()(int64_t result, int lane) const
    {
        double sum = 0;
#pragma unroll 4
        for (int64_t i = lane; i < p.pieces; i += GPU_WARP)
            sum += p.sums[result * p.pieces + i];
        sum = gpu_warp_sum(sum);
        if (lane == 0)
            p.land(result, sum);
    }
};

template <class Index, class Terms> void fold_start(const gpu *g, const fold_plan &p, const Terms &terms)
{
    int64_t blocks = p.pieces * p.kept.count;
    if (p.way == FOLD_THREADS)
        gpu_each(g, p.results, fold_threads<Index, Terms>{ terms, p });
    else if (p.way == FOLD_COLUMNS)
        gpu_launch(g, fold_columns_kernel<Index, Terms>,
                   dim3(static_cast<unsigned>(blocks * gpu_pieces(p.width, p.across))), GPU_THREADS, 0, terms, p);
    else if (p.way == FOLD_WARPS)
        gpu_rows(g, gpu_pieces(p.results, GPU_WARP / p.across), fold_warps<Index, Terms>{ terms, p });
    else
        gpu_launch(g, fold_lines_kernel<Index, Terms>, dim3(static_cast<unsigned>(blocks)), GPU_THREADS, 0, terms, p);
}

template <class Terms> void gpu_fold_run(const gpu *g, const gpu_fold &f, Terms terms)
{
    fold_plan p = fold_plan_of(&f.geometry, f.operand);
    p.scale = f.scale, p.out = f.out, p.add = f.add;
    p.sums = reinterpret_cast<double *>(f.scratch);
    if (p.way == FOLD_NOTHING)
        gpu_each(g, p.results, fold_nothing<Terms>{ terms, f.out, static_cast<float>(f.scale), p.width, f.add });
    else if (p.rows * p.width < INT64_C(1) << 31)
        fold_start<uint32_t>(g, p, terms);
    else
        fold_start<uint64_t>(g, p, terms);
    if (p.pieces > 1)
        gpu_rows(g, p.results, fold_end{ p });
}

/* The tensor's own numbers as terms. */
struct fold_numbers {
    const float *x;
    int64_t width;
    template <class Index> __device__ float operator()(Index row, Index column) const
    {
        return x[row * static_cast<Index>(width) + column];
    }
};

#endif
