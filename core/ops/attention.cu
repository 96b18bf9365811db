/* attention.cu: multi-head self-attention on the GPU, by the method of FlashAttention-2 (Dao 2023): probabilities are
 * never in memory. Forward: a block takes OWN queries of one head and walks over the keys in tiles of OTHER, keeping
 * each row's largest score and sum of exponentials. Backward makes the probabilities again, once for the keys a block
 * owns (gradients of keys and values) and once for its queries, so that every number has one writer and no atomics.
 *
 * Products are float32 by fused multiply-add, each thread a 4 x 4 square of scores from shared memory (two reads of
 * four numbers for sixteen multiply-adds), in every precision: they are 4 B heads N^2 depth FLOPs forward, 14 backward
 * (ViT-L's decoder at B = 8: 1.6 and 5.7 GFLOP a layer). Numbers moved: qkv once for each tile of queries, from the
 * second-level cache. Measured: not yet on a GPU. */
#include "attention.h"
#include "attention_tile.cuh"

namespace
{

static attention attention_of(const ablate_call *call)
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

__device__ static inline bool sees(const attention &a, int64_t query, int64_t key)
{
    return query < a.tokens && key < a.tokens && (!a.causal || key <= query);
}

/* ---- forward ---- */

typedef struct running_rows { /* of a thread's four rows, over the keys so far */
    float top[4], total[4];   /* largest score; sum of exponentials relative to it */
} running_rows;

/* Scores of four rows against four keys to weights p, relative to the rows' largest score so far; what was summed
 * before is shrunk to match. Key 0 is seen by all, so that from the first tile on the largest is a number. */
template <int D, int OTHER>
__device__ static inline void weigh_rows(const attention &a, int64_t query, int64_t key, const float4 score[4],
                                         float p[4][4], running_rows *r, float4 sum[4][D / OTHER])
{
#pragma unroll
    for (int i = 0; i < 4; i++) {
        float largest = r->top[i], part = 0;
        for (int j = 0; j < 4; j++) {
            bool visible = key + j < a.tokens && (!a.causal || key + j <= query + i);
            p[i][j] = visible ? number(score[i], j) : -INFINITY;
            largest = p[i][j] > largest ? p[i][j] : largest;
        }
        largest = row_largest(largest);
        for (int j = 0; j < 4; j++) {
            p[i][j] = expf(p[i][j] - largest);
            part += p[i][j];
        }
        float shrink = expf(r->top[i] - largest);
        r->total[i] = r->total[i] * shrink + row_sum(part);
        r->top[i] = largest;
        for (int c = 0; c < D / OTHER; c++)
            sum[i][c] = { sum[i][c].x * shrink, sum[i][c].y * shrink, sum[i][c].z * shrink, sum[i][c].w * shrink };
    }
}

template <int D, int OTHER>
__device__ static inline void put_result(const attention &a, int64_t task, int64_t first, const running_rows &r,
                                         const float4 sum[4][D / OTHER], int tx)
{
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int64_t row = first + i;
        if (row >= a.tokens)
            continue;
        float *to = a.result + (task / a.heads * a.tokens + row) * a.width + task % a.heads * a.depth;
#pragma unroll
        for (int c = 0; c < D / OTHER; c++) {
            int d = c * OTHER + tx * 4;
            put_four(to + d, sum[i][c], 1.0f / r.total[i], a.depth - d, false);
        }
        if (a.sums && tx == 0)
            a.sums[task * a.tokens + row] = r.top[i] + logf(r.total[i]);
    }
}

template <int D, int OWN, int OTHER, bool Four> __global__ void forward_kernel(attention a)
{
    float *query = gpu_shared<float>(), *key = query + D * OWN, *value = key + D * OTHER, *weight = value + OTHER * D;
    int tx = static_cast<int>(threadIdx.x) % (OTHER / 4), ty = static_cast<int>(threadIdx.x) / (OTHER / 4);
    int64_t task = blockIdx.y, first = static_cast<int64_t>(blockIdx.x) * OWN;
    int64_t last = a.causal && first + OWN < a.tokens ? first + OWN : a.tokens;
    float4 sum[4][D / OTHER] = {};
    running_rows running = { { -INFINITY, -INFINITY, -INFINITY, -INFINITY }, {} };
    load_across<D, OWN, Four>(part_of(a, task, 0, a.scale), first, query);
    for (int64_t at = 0; at < last; at += OTHER) {
        float4 score[4] = {};
        float p[4][4];
        __syncthreads();
        load_across<D, OTHER, Four>(part_of(a, task, 1, 1.0f), at, key);
        load_along<D, OTHER, Four>(part_of(a, task, 2, 1.0f), at, value);
        __syncthreads();
        add_scores<D, OWN, OTHER>(query, key, ty, tx, score);
        weigh_rows<D, OTHER>(a, first + ty * 4, at + tx * 4, score, p, &running, sum);
        put_weights<OWN>(p, ty, tx, weight);
        __syncthreads();
        add_weighted<D, OWN, OTHER>(weight, value, ty, tx, sum);
    }
    put_result<D, OTHER>(a, task, first + ty * 4, running, sum, tx);
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

/* From scores and dP of a square of (own, other) tokens: probabilities and slopes. */
template <bool Keys>
__device__ static inline void square_slopes(const attention &a, int64_t task, int64_t own, int64_t other,
                                            const float4 score[4], const float4 change[4], float p[4][4],
                                            float slope[4][4])
{
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            int64_t query = Keys ? other + j : own + i, key = Keys ? own + i : other + j;
            bool visible = sees(a, query, key);
            int64_t row = task * a.tokens + (visible ? query : 0);
            p[i][j] = visible ? expf(number(score[i], j) - a.sums[row]) : 0.0f;
            slope[i][j] = visible ? p[i][j] * (number(change[i], j) - a.delta[row]) : 0.0f;
        }
}

template <int D, int OTHER>
__device__ static inline void put_gradient(const attention &a, int64_t task, int64_t first, int part,
                                           const float4 sum[4][D / OTHER], float factor, int tx)
{
#pragma unroll
    for (int i = 0; i < 4; i++) {
        int64_t row = first + i;
        if (row >= a.tokens)
            continue;
        float *to =
            a.result + (task / a.heads * a.tokens + row) * 3 * a.width + part * a.width + task % a.heads * a.depth;
        for (int c = 0; c < D / OTHER; c++)
            put_four(to + c * OTHER + tx * 4, sum[i][c], factor, a.depth - c * OTHER - tx * 4, a.add);
    }
}

/* Keys: the block owns keys and values and walks over queries: dK = dS' s Q, dV = P' dO. Otherwise it owns queries and
 * walks over keys: dQ = s dS K. */
template <int D, int OWN, int OTHER, bool Keys, bool Four> __global__ void backward_kernel(attention a)
{
    float *own = gpu_shared<float>(), *own_partner = own + D * OWN, *across = own_partner + D * OWN;
    float *partner_across = across + D * OTHER, *along = partner_across + D * OTHER, *partner = along + OTHER * D;
    float *weight = partner + (Keys ? OTHER * D : 0);
    int tx = static_cast<int>(threadIdx.x) % (OTHER / 4), ty = static_cast<int>(threadIdx.x) / (OTHER / 4);
    int64_t task = blockIdx.y, first = static_cast<int64_t>(blockIdx.x) * OWN;
    head_rows query = part_of(a, task, 0, a.scale), key = part_of(a, task, 1, 1.0f), value = part_of(a, task, 2, 1.0f);
    head_rows grad = grad_of(a, task);
    int64_t begin = Keys && a.causal ? first / OTHER * OTHER : 0;
    int64_t end = !Keys && a.causal && first + OWN < a.tokens ? first + OWN : a.tokens;
    float4 sum[4][D / OTHER] = {}, partner_sum[4][D / OTHER] = {};
    load_across<D, OWN, Four>(Keys ? key : query, first, own);
    load_across<D, OWN, Four>(Keys ? value : grad, first, own_partner);
    for (int64_t at = begin; at < end; at += OTHER) {
        float4 score[4] = {}, change[4] = {};
        float p[4][4], slope[4][4];
        __syncthreads();
        load_across<D, OTHER, Four>(Keys ? query : key, at, across);
        load_across<D, OTHER, Four>(Keys ? grad : value, at, partner_across);
        load_along<D, OTHER, Four>(Keys ? query : key, at, along);
        if (Keys)
            load_along<D, OTHER, Four>(grad, at, partner);
        __syncthreads();
        add_scores<D, OWN, OTHER>(own, across, ty, tx, score);
        add_scores<D, OWN, OTHER>(own_partner, partner_across, ty, tx, change);
        square_slopes<Keys>(a, task, first + ty * 4, at + tx * 4, score, change, p, slope);
        put_weights<OWN>(slope, ty, tx, weight);
        __syncthreads();
        add_weighted<D, OWN, OTHER>(weight, along, ty, tx, sum);
        if (Keys) {
            __syncthreads();
            put_weights<OWN>(p, ty, tx, weight);
            __syncthreads();
            add_weighted<D, OWN, OTHER>(weight, partner, ty, tx, partner_sum);
        }
    }
    put_gradient<D, OTHER>(a, task, first + ty * 4, Keys ? 1 : 0, sum, Keys ? 1.0f : a.scale, tx);
    if (Keys)
        put_gradient<D, OTHER>(a, task, first + ty * 4, 2, partner_sum, 1.0f, tx);
}

/* ---- launching ---- */

template <int D, int OWN, bool Four> static void run(const gpu *g, const attention &a, int64_t tasks, bool backward)
{
    constexpr int OTHER = 32, threads = OWN / 4 * (OTHER / 4), weights = OTHER * (OWN + 4);
    constexpr size_t forward_room = sizeof(float) * (D * OWN + 2 * D * OTHER + weights);
    constexpr size_t query_room = sizeof(float) * (2 * D * OWN + 3 * D * OTHER + weights);
    constexpr size_t key_room = query_room + sizeof(float) * D * OTHER;
    dim3 blocks(gpu_pieces(a.tokens, OWN), static_cast<unsigned>(tasks));
    if (!backward) {
        gpu_launch(g, forward_kernel<D, OWN, OTHER, Four>, blocks, threads, forward_room, a);
        return;
    }
    gpu_launch(g, backward_kernel<D, OWN, OTHER, true, Four>, blocks, threads, key_room, a);
    gpu_launch(g, backward_kernel<D, OWN, OTHER, false, Four>, blocks, threads, query_room, a);
}

template <bool Four> static void run_depth(const gpu *g, const attention &a, int64_t tasks, bool backward)
{
    if (a.depth <= 32)
        run<32, 64, Four>(g, a, tasks, backward);
    else if (a.depth <= 64)
        run<64, 64, Four>(g, a, tasks, backward);
    else if (a.depth <= 128) /* backward then takes 104 KiB of shared memory: A100, H100 and later have it */
        run<128, 32, Four>(g, a, tasks, backward);
    else
        g->fail("attention: heads are deeper than 128; use more of them");
}

static void attention_run(const gpu *g, const attention &a, int64_t tasks, bool backward)
{
    bool four = gpu_by_four(a.qkv, a.width) && a.depth % 4 == 0 && (!backward || gpu_by_four(a.grad, a.width));
    if (tasks > 65535)
        g->fail("attention: more than 65535 heads in a batch; use a smaller run.batch");
    else if (four)
        run_depth<true>(g, a, tasks, backward);
    else
        run_depth<false>(g, a, tasks, backward);
}

static void attention_forward(const gpu *g, const ablate_call *call)
{
    attention a = attention_of(call);
    a.result = call->out;
    attention_run(g, a, call->in_shape[0].dim[0] * a.heads, false);
}

static void attention_backward(const gpu *g, const ablate_call *call)
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

static int64_t attention_scratch(const ablate_call *call, bool backward)
{
    attention a = {};
    const ablate_shape *in = &call->in_shape[0];
    a.heads = static_cast<const attention_attr *>(call->attr)->heads;
    return backward ? in->dim[0] * a.heads * in->dim[1] : 0;
}

static const gpu_op attention_record = { "attention", attention_forward, attention_backward, attention_scratch };
GPU_RECORD(attention_record);

} // namespace
