/* attention.cu: multi-head self-attention on the GPU, by the method of FlashAttention-2 (Dao 2023): probabilities are
 * never in memory. Forward: a block takes OWN queries of one head and walks over the keys in tiles of OTHER, keeping
 * each row's largest score and sum of exponentials. Backward makes the probabilities again, once for the keys a block
 * owns (gradients of keys and values) and once for its queries, so that every number has one writer and no atomics.
 *
 * Products are float32 by fused multiply-add, each thread a 4 x 4 square of scores from shared memory (two reads of
 * four numbers for sixteen multiply-adds); in the other precisions on tensor cores, operands rounded to TF32 (in bf16
 * too). They are 4 B heads N^2 depth FLOPs forward, 14 backward (ViT-L's decoder at B = 8: 1.6 and 5.7 GFLOP a layer).
 * Numbers moved: qkv once for each tile of queries, from the second-level cache. Measured: not yet on a GPU. */
#include "attention.h"
#include "attention_tile.cuh"

namespace
{

typedef struct attention {
    const float *qkv, *out, *grad; /* (B, N, 3C), (B, N, C), (B, N, C) */
    float *result, *sums, *delta;  /* out or gradient of qkv; log-sum-exp and dO . O of each row: (B heads, N) */
    int64_t tokens, width, heads;
    int depth;
    bool causal, add;
    float scale;
} attention;

attention attention_of(const ablate_call *call)
{
    const attention_attr *attr = static_cast<const attention_attr *>(call->attr);
    const ablate_shape *in = &call->in_shape[0];
    attention a = {};
    a.qkv = call->in[0], a.out = call->out, a.grad = call->grad_out, a.sums = call->aux, a.delta = call->scratch;
    a.tokens = in->dim[1], a.width = in->dim[2] / 3, a.heads = attr->heads, a.causal = attr->causal;
    a.depth = static_cast<int>(a.width / a.heads);
    a.scale = static_cast<float>(1.0 / sqrt(static_cast<double>(a.depth)));
    return a;
}

/* Part 0, 1, 2 of qkv: queries, keys, values. */
__device__ head_rows part_of(const attention &a, int64_t task, int part, float factor)
{
    return { a.qkv + task / a.heads * a.tokens * 3 * a.width + part * a.width + task % a.heads * a.depth, 3 * a.width,
             a.tokens, a.depth, factor };
}

__device__ head_rows grad_of(const attention &a, int64_t task)
{
    return { a.grad + task / a.heads * a.tokens * a.width + task % a.heads * a.depth, a.width, a.tokens, a.depth,
             1.0f };
}

__device__ bool sees(const attention &a, int64_t query, int64_t key)
{
    return query < a.tokens && key < a.tokens && (!a.causal || key <= query);
}

/* ---- forward ---- */

template <class Tile> struct running_rows {   /* of a thread's rows, over the keys so far */
    float top[Tile::ROWS], total[Tile::ROWS]; /* largest score; sum of exponentials relative to it */
    __device__ running_rows()
    {
        for (int i = 0; i < Tile::ROWS; i++) {
            top[i] = -INFINITY;
            total[i] = 0;
        }
    }
};

/* Scores to weights relative to each row's largest score so far; what was summed before is shrunk to match. Key 0 is
 * seen by all, so that from the first tile on the largest is a number. */
template <class Tile>
__device__ void weigh_rows(const attention &a, const Tile &tile, int64_t query, int64_t key,
                           float score[Tile::ROWS][Tile::COLUMNS], running_rows<Tile> *r,
                           float sum[Tile::ROWS][Tile::WIDE])
{
#pragma unroll
    for (int i = 0; i < Tile::ROWS; i++) {
        float largest = r->top[i], part = 0;
#pragma unroll
        for (int j = 0; j < Tile::COLUMNS; j++) {
            int64_t seen = key + tile.column(j);
            bool visible = seen < a.tokens && (!a.causal || seen <= query + tile.row(i));
            score[i][j] = visible ? score[i][j] : -INFINITY;
            largest = score[i][j] > largest ? score[i][j] : largest;
        }
        largest = row_largest<Tile::LANES>(largest);
#pragma unroll
        for (int j = 0; j < Tile::COLUMNS; j++) {
            score[i][j] = expf(score[i][j] - largest);
            part += score[i][j];
        }
        float shrink = expf(r->top[i] - largest);
        r->total[i] = r->total[i] * shrink + row_sum<Tile::LANES>(part);
        r->top[i] = largest;
#pragma unroll
        for (int c = 0; c < Tile::WIDE; c++)
            sum[i][c] *= shrink;
    }
}

template <class Tile>
__device__ void put_result(const attention &a, const Tile &tile, int64_t task, int64_t first,
                           const running_rows<Tile> &r, const float sum[Tile::ROWS][Tile::WIDE])
{
#pragma unroll
    for (int i = 0; i < Tile::ROWS; i++) {
        int64_t row = first + tile.row(i);
        if (row >= a.tokens)
            continue;
        float *to = a.result + (task / a.heads * a.tokens + row) * a.width + task % a.heads * a.depth;
        float inverse = 1.0f / r.total[i];
#pragma unroll
        for (int c = 0; c < Tile::WIDE; c++)
            if (tile.wide(c) < a.depth)
                to[tile.wide(c)] = inverse * sum[i][c];
        if (a.sums && tile.column(0) == 0)
            a.sums[task * a.tokens + row] = r.top[i] + logf(r.total[i]);
    }
}

template <int D, int OWN, int OTHER, bool Four, bool Tensor> __global__ void forward_kernel(attention a)
{
    typedef attention_tile<D, OWN, OTHER, Tensor> Tile;
    float *query = gpu_shared<float>(), *key = query + D * (OWN + TILE_PAD);
    float *value = key + D * (OTHER + TILE_PAD), *weight = value + OTHER * (D + TILE_PAD);
    int64_t task = blockIdx.y, first = static_cast<int64_t>(blockIdx.x) * OWN;
    int64_t last = a.causal && first + OWN < a.tokens ? first + OWN : a.tokens;
    float sum[Tile::ROWS][Tile::WIDE] = {};
    running_rows<Tile> running;
    Tile tile;
    load_across<D, OWN, Four, Tensor>(part_of(a, task, 0, a.scale), first, query);
    for (int64_t at = 0; at < last; at += OTHER) {
        float score[Tile::ROWS][Tile::COLUMNS] = {};
        __syncthreads();
        load_across<D, OTHER, Four, Tensor>(part_of(a, task, 1, 1.0f), at, key);
        load_along<D, OTHER, Four, Tensor>(part_of(a, task, 2, 1.0f), at, value);
        __syncthreads();
        tile.add_scores(query, key, score);
        weigh_rows(a, tile, first, at, score, &running, sum);
        tile.put_weights(score, weight);
        __syncthreads();
        tile.add_weighted(weight, value, sum);
    }
    put_result(a, tile, task, first, running, sum);
}

/* ---- backward: P = exp(s Q K' - sums), dP = dO V', dS = P (dP - delta) ---- */

struct delta_row { /* dO . O of one row of one head */
    attention a;
    __device__ void operator()(int64_t row, int lane) const
    {
        int64_t task = row / a.tokens, token = row % a.tokens;
        int64_t at = (task / a.heads * a.tokens + token) * a.width + task % a.heads * a.depth;
        float sum = 0;
        for (int d = lane; d < a.depth; d += GPU_WARP)
            sum += a.grad[at + d] * a.out[at + d];
        sum = gpu_warp_sum(sum);
        if (lane == 0)
            a.delta[row] = sum;
    }
};

/* Scores to probabilities, and dP to slopes. */
template <bool Keys, class Tile>
__device__ void square_slopes(const attention &a, const Tile &tile, int64_t task, int64_t own, int64_t other,
                              float score[Tile::ROWS][Tile::COLUMNS], float slope[Tile::ROWS][Tile::COLUMNS])
{
#pragma unroll
    for (int i = 0; i < Tile::ROWS; i++)
#pragma unroll
        for (int j = 0; j < Tile::COLUMNS; j++) {
            int64_t mine = own + tile.row(i), theirs = other + tile.column(j);
            int64_t query = Keys ? theirs : mine, key = Keys ? mine : theirs;
            bool visible = sees(a, query, key);
            int64_t row = task * a.tokens + (visible ? query : 0);
            score[i][j] = visible ? expf(score[i][j] - a.sums[row]) : 0.0f;
            slope[i][j] = visible ? score[i][j] * (slope[i][j] - a.delta[row]) : 0.0f;
        }
}

template <class Tile>
__device__ void put_gradient(const attention &a, const Tile &tile, int64_t task, int64_t first, int part,
                             const float sum[Tile::ROWS][Tile::WIDE], float factor)
{
#pragma unroll
    for (int i = 0; i < Tile::ROWS; i++) {
        int64_t row = first + tile.row(i);
        if (row >= a.tokens)
            continue;
        float *to =
            a.result + (task / a.heads * a.tokens + row) * 3 * a.width + part * a.width + task % a.heads * a.depth;
#pragma unroll
        for (int c = 0; c < Tile::WIDE; c++)
            if (tile.wide(c) < a.depth)
                gpu_put(&to[tile.wide(c)], factor * sum[i][c], a.add);
    }
}

/* Keys: the block owns keys and values and walks over queries: dK = dS' s Q, dV = P' dO. Otherwise it owns queries and
 * walks over keys: dQ = s dS K. */
template <int D, int OWN, int OTHER, bool Keys, bool Four, bool Tensor> __global__ void backward_kernel(attention a)
{
    typedef attention_tile<D, OWN, OTHER, Tensor> Tile;
    float *own = gpu_shared<float>(), *own_partner = own + D * (OWN + TILE_PAD);
    float *across = own_partner + D * (OWN + TILE_PAD), *partner_across = across + D * (OTHER + TILE_PAD);
    float *along = partner_across + D * (OTHER + TILE_PAD), *partner = along + OTHER * (D + TILE_PAD);
    float *weight = partner + (Keys ? OTHER * (D + TILE_PAD) : 0);
    int64_t task = blockIdx.y, first = static_cast<int64_t>(blockIdx.x) * OWN;
    head_rows query = part_of(a, task, 0, a.scale), key = part_of(a, task, 1, 1.0f), value = part_of(a, task, 2, 1.0f);
    int64_t at = Keys && a.causal ? first / OTHER * OTHER : 0;
    int64_t end = !Keys && a.causal && first + OWN < a.tokens ? first + OWN : a.tokens;
    float sum[Tile::ROWS][Tile::WIDE] = {}, partner_sum[Tile::ROWS][Tile::WIDE] = {};
    Tile tile;
    load_across<D, OWN, Four, Tensor>(Keys ? key : query, first, own);
    load_across<D, OWN, Four, Tensor>(Keys ? value : grad_of(a, task), first, own_partner);
    for (; at < end; at += OTHER) {
        float score[Tile::ROWS][Tile::COLUMNS] = {}, slope[Tile::ROWS][Tile::COLUMNS] = {};
        __syncthreads();
        load_across<D, OTHER, Four, Tensor>(Keys ? query : key, at, across);
        load_across<D, OTHER, Four, Tensor>(Keys ? grad_of(a, task) : value, at, partner_across);
        load_along<D, OTHER, Four, Tensor>(Keys ? query : key, at, along);
        if (Keys)
            load_along<D, OTHER, Four, Tensor>(grad_of(a, task), at, partner);
        __syncthreads();
        tile.add_scores(own, across, score);
        tile.add_scores(own_partner, partner_across, slope);
        square_slopes<Keys>(a, tile, task, first, at, score, slope);
        tile.put_weights(slope, weight);
        __syncthreads();
        tile.add_weighted(weight, along, sum);
        if (Keys) {
            __syncthreads();
            tile.put_weights(score, weight);
            __syncthreads();
            tile.add_weighted(weight, partner, partner_sum);
        }
    }
    put_gradient(a, tile, task, first, Keys ? 1 : 0, sum, Keys ? 1.0f : a.scale);
    if (Keys)
        put_gradient(a, tile, task, first, 2, partner_sum, 1.0f);
}

/* ---- launching ---- */

template <int D, int OWN, bool Four, bool Tensor>
void run(const gpu *g, const attention &a, int64_t tasks, bool backward)
{
    constexpr int OTHER = 32, threads = OWN / 4 * (OTHER / 4);
    constexpr size_t own = D * (OWN + TILE_PAD), other = D * (OTHER + TILE_PAD), along = OTHER * (D + TILE_PAD);
    constexpr size_t weights = OTHER * (OWN + TILE_PAD), query_room = 2 * own + 2 * other + along + weights;
    dim3 blocks(gpu_pieces(a.tokens, OWN), static_cast<unsigned>(tasks));
    if (!backward) {
        gpu_launch(g, forward_kernel<D, OWN, OTHER, Four, Tensor>, blocks, threads,
                   sizeof(float) * (own + other + along + weights), a);
        return;
    }
    gpu_launch(g, backward_kernel<D, OWN, OTHER, true, Four, Tensor>, blocks, threads,
               sizeof(float) * (query_room + along), a);
    gpu_launch(g, backward_kernel<D, OWN, OTHER, false, Four, Tensor>, blocks, threads, sizeof(float) * query_room, a);
}

template <bool Four, bool Tensor> void run_depth(const gpu *g, const attention &a, int64_t tasks, bool backward)
{
    if (a.depth <= 32)
        run<32, 64, Four, Tensor>(g, a, tasks, backward);
    else if (a.depth <= 64)
        run<64, 64, Four, Tensor>(g, a, tasks, backward);
    else if (a.depth <= 128) /* backward then takes 119 KiB of shared memory: A100, H100 and later have it */
        run<128, 32, Four, Tensor>(g, a, tasks, backward);
    else
        g->fail("attention: heads are deeper than 128; use more of them");
}

template <bool Tensor> void run_aligned(const gpu *g, const attention &a, int64_t tasks, bool backward)
{
    bool four = gpu_by_four(a.qkv, a.width) && a.depth % 4 == 0 && (!backward || gpu_by_four(a.grad, a.width));
    if (four)
        run_depth<true, Tensor>(g, a, tasks, backward);
    else
        run_depth<false, Tensor>(g, a, tasks, backward);
}

void attention_run(const gpu *g, const attention &a, int64_t tasks, bool backward)
{
    if (tasks > 65535)
        g->fail("attention: more than 65535 heads in a batch; use a smaller run.batch");
    else if (g->precision == GPU_FLOAT32)
        run_aligned<false>(g, a, tasks, backward);
    else
        run_aligned<true>(g, a, tasks, backward);
}

void attention_forward(const gpu *g, const ablate_call *call)
{
    attention a = attention_of(call);
    a.result = call->out;
    attention_run(g, a, call->in_shape[0].dim[0] * a.heads, false);
}

void attention_backward(const gpu *g, const ablate_call *call)
{
    attention a = attention_of(call);
    int64_t tasks = call->in_shape[0].dim[0] * a.heads;
    if (!call->grad_in[0])
        return;
    a.result = call->grad_in[0];
    a.add = (call->add & 1u) != 0;
    gpu_rows(g, tasks * a.tokens, delta_row{ a });
    attention_run(g, a, tasks, true);
}

int64_t attention_scratch(const ablate_call *call, bool backward)
{
    const attention_attr *attr = static_cast<const attention_attr *>(call->attr);
    const ablate_shape *in = &call->in_shape[0];
    return backward ? in->dim[0] * attr->heads * in->dim[1] : 0;
}

const gpu_op attention_record = { "attention", attention_forward, attention_backward, attention_scratch };
GPU_RECORD(attention_record);

} // namespace
