/* fold.cuh: sums over the axes on which an operand repeats itself, on the GPU. The terms are added in double in an
 * order that the shapes alone decide: chunk by chunk, then the chunks. Three ways: nothing is summed (one pass, as wide
 * as the tensor); whole columns (neighbouring threads at neighbouring columns, CHUNK rows each); rows (a block a piece
 * of LINE numbers). Every term is read once; the chunks' sums are 1/CHUNK or 2/LINE of that. Measured: not yet on a
 * GPU. */
#ifndef ABLATE_OPS_FOLD_CUH
#define ABLATE_OPS_FOLD_CUH
#include "../gpu.cuh"
#include "broadcast.h"

constexpr int FOLD_CHUNK = 32, FOLD_LINE = 32 * GPU_THREADS;

typedef struct gpu_fold {
    broadcast geometry;
    int operand;
    double scale;
    float *out;
    bool add;       /* out += ..., else out = ... */
    float *scratch; /* gpu_fold_scratch floats */
} gpu_fold;

/* The geometry as kernels use it. Result k takes the rows row_of(k, 0 .. summed - 1), and of these one column each or
 * all. */
typedef struct fold_plan {
    int64_t dim[ABLATE_DIMS - 1], rows, width, kept, summed;
    bool own[ABLATE_DIMS - 1]; /* the operand moves along this axis */
    bool lines;                /* the last axis is summed as well */
} fold_plan;

inline fold_plan fold_plan_of(const broadcast *g, int operand)
{
    fold_plan p = {};
    p.rows = g->rows, p.width = g->width, p.kept = 1;
    for (int axis = 0; axis < ABLATE_DIMS - 1; axis++) {
        p.dim[axis] = g->dim[axis];
        p.own[axis] = g->stride[operand][axis] != 0;
        p.kept *= p.own[axis] ? g->dim[axis] : 1;
    }
    p.summed = g->rows / p.kept;
    p.lines = g->stride[operand][ABLATE_DIMS - 1] == 0;
    return p;
}

/* Results, and the pieces that each is summed in. */
inline int64_t fold_results(const fold_plan *p)
{
    return p->lines ? p->kept : p->kept * p->width;
}

inline int64_t fold_pieces(const fold_plan *p)
{
    return p->lines ? gpu_pieces(p->summed * p->width, FOLD_LINE) : gpu_pieces(p->summed, FOLD_CHUNK);
}

inline int64_t gpu_fold_scratch(const broadcast *g, int operand)
{
    fold_plan p = fold_plan_of(g, operand);
    return 2 * fold_results(&p) * fold_pieces(&p);
}

__device__ inline int64_t fold_row(const fold_plan &p, int64_t kept, int64_t summed)
{
    int64_t row = 0, size = 1;
    if (p.kept == 1)
        return summed;
    for (int axis = ABLATE_DIMS - 2; axis >= 0; axis--) {
        if (p.dim[axis] == 1)
            continue;
        int64_t from = p.own[axis] ? kept : summed;
        row += from % p.dim[axis] * size;
        if (p.own[axis])
            kept /= p.dim[axis];
        else
            summed /= p.dim[axis];
        size *= p.dim[axis];
    }
    return row;
}

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

/* Thread e: one piece of one column. */
template <class Terms> struct fold_columns {
    Terms terms;
    fold_plan plan;
    double *sums; /* (pieces, results) */
    int64_t results;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t piece = e / static_cast<Index>(results), result = e % static_cast<Index>(results);
        int64_t kept = result / plan.width, column = result % plan.width;
        int64_t first = piece * FOLD_CHUNK, last = first + FOLD_CHUNK < plan.summed ? first + FOLD_CHUNK : plan.summed;
        double sum = 0;
#pragma unroll 4
        for (int64_t j = first; j < last; j++)
            sum += static_cast<double>(terms(fold_row(plan, kept, j), column));
        sums[e] = sum;
    }
};

/* Block (x, y): piece y of result x's numbers, all its rows one after the other. */
template <class Terms> __global__ void fold_lines_kernel(Terms terms, fold_plan plan, double *sums, int64_t pieces)
{
    __shared__ double room[GPU_THREADS / GPU_WARP];
    int64_t all = plan.summed * plan.width, at = static_cast<int64_t>(blockIdx.y) * FOLD_LINE + threadIdx.x;
    double sum = 0;
#pragma unroll 4
    for (int i = 0; i < FOLD_LINE / GPU_THREADS; i++, at += GPU_THREADS) {
        if (at >= all)
            break;
        int64_t j = at / plan.width;
        sum += static_cast<double>(terms(fold_row(plan, blockIdx.x, j), at - j * plan.width));
    }
    sum = gpu_block_sum(sum, room);
    if (threadIdx.x == 0)
        sums[blockIdx.x * pieces + blockIdx.y] = sum;
}

/* Short lines: a warp a result, without pieces. */
template <class Terms> struct fold_short_lines {
    Terms terms;
    fold_plan plan;
    double scale;
    float *out;
    bool add;
    __device__ void operator()(int64_t kept, int lane) const
    {
        int64_t all = plan.summed * plan.width;
        double sum = 0;
        for (int64_t at = lane; at < all; at += GPU_WARP) {
            int64_t j = at / plan.width;
            sum += static_cast<double>(terms(fold_row(plan, kept, j), at - j * plan.width));
        }
        sum = gpu_warp_sum(sum);
        if (lane == 0)
            gpu_put(&out[kept], static_cast<float>(scale * sum), add);
    }
};

/* The pieces of a result, `apart` from each other, are added: a warp a result where they are many, else a thread. */
struct fold_warp_end {
    const double *sums;
    int64_t pieces, first, apart;
    double scale;
    float *out;
    bool add;
    __device__ void operator()(int64_t result, int lane) const
    {
        double sum = 0;
        for (int64_t i = lane; i < pieces; i += GPU_WARP)
            sum += sums[result * first + i * apart];
        sum = gpu_warp_sum(sum);
        if (lane == 0)
            gpu_put(&out[result], static_cast<float>(scale * sum), add);
    }
};

struct fold_thread_end {
    const double *sums;
    int64_t pieces, first, apart;
    double scale;
    float *out;
    bool add;
    template <class Index> __device__ void operator()(Index result) const
    {
        double sum = 0;
#pragma unroll 4
        for (int64_t i = 0; i < pieces; i++)
            sum += sums[static_cast<int64_t>(result) * first + i * apart];
        gpu_put(&out[result], static_cast<float>(scale * sum), add);
    }
};

inline void fold_end(const gpu *g, const gpu_fold &f, const fold_plan &p, const double *sums)
{
    int64_t results = fold_results(&p), pieces = fold_pieces(&p);
    int64_t first = p.lines ? pieces : 1, apart = p.lines ? 1 : results;
    if (p.lines)
        gpu_rows(g, results, fold_warp_end{ sums, pieces, first, apart, f.scale, f.out, f.add });
    else
        gpu_each(g, results, fold_thread_end{ sums, pieces, first, apart, f.scale, f.out, f.add });
}

/* `Terms` has `__device__ float operator()(int64_t row, int64_t column) const`: a number of the tensor to be folded. */
template <class Terms> void gpu_fold_run(const gpu *g, const gpu_fold &f, Terms terms)
{
    fold_plan p = fold_plan_of(&f.geometry, f.operand);
    int64_t results = fold_results(&p), pieces = fold_pieces(&p);
    double *sums = reinterpret_cast<double *>(f.scratch);
    if (!p.lines && p.kept == p.rows) {
        gpu_each(g, p.rows * p.width, fold_nothing<Terms>{ terms, f.out, static_cast<float>(f.scale), p.width, f.add });
        return;
    }
    if (p.lines && pieces == 1 && results >= 256) {
        gpu_rows(g, results, fold_short_lines<Terms>{ terms, p, f.scale, f.out, f.add });
        return;
    }
    if (p.lines)
        gpu_launch(g, fold_lines_kernel<Terms>, dim3(static_cast<unsigned>(results), static_cast<unsigned>(pieces)),
                   GPU_THREADS, 0, terms, p, sums, pieces);
    else
        gpu_each(g, results * pieces, fold_columns<Terms>{ terms, p, sums, results });
    fold_end(g, f, p, sums);
}

/* The tensor's own numbers as terms. */
struct fold_numbers {
    const float *x;
    int64_t width;
    __device__ float operator()(int64_t row, int64_t column) const
    {
        return x[row * width + column];
    }
};

/* An operand's numbers beside those of the result. */
struct fold_operand {
    const float *x;
    int64_t dim[ABLATE_DIMS - 1], stride[ABLATE_DIMS];
    template <class Index> __device__ float at(Index row, Index column) const
    {
        int64_t offset = static_cast<int64_t>(column) * stride[ABLATE_DIMS - 1];
        for (int axis = ABLATE_DIMS - 2; axis >= 0; axis--) {
            if (dim[axis] == 1)
                continue;
            Index n = static_cast<Index>(dim[axis]);
            offset += static_cast<int64_t>(row % n) * stride[axis];
            row /= n;
        }
        return x[offset];
    }
};

inline fold_operand fold_operand_of(const broadcast *g, int operand, const float *x)
{
    fold_operand o = { x, { g->dim[0], g->dim[1], g->dim[2] }, {} };
    for (int axis = 0; axis < ABLATE_DIMS; axis++)
        o.stride[axis] = g->stride[operand][axis];
    return o;
}

struct spread_body {
    fold_operand from;
    int64_t width;
    float *to, scale;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index row = e / static_cast<Index>(width);
        gpu_put(&to[e], scale * from.at(row, e - row * static_cast<Index>(width)), add);
    }
};

/* to (+)= scale * from, `from` being operand 0 of the geometry and `to` shaped as its result. */
inline void gpu_spread(const gpu *g, const broadcast *b, double scale, const float *from, float *to, bool add)
{
    gpu_each(g, b->rows * b->width,
             spread_body{ fold_operand_of(b, 0, from), b->width, to, static_cast<float>(scale), add });
}

#endif
