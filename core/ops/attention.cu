/* attention.cu: multi-head self-attention on the GPU, by the method of FlashAttention-2 (Dao 2023): probabilities are
 * never in memory. Forward: a block takes OWN queries of one head and walks over the keys in tiles of OTHER, keeping
 * each row's largest score and sum of exponentials. Backward makes the probabilities again, once for the keys a block
 * owns (gradients of keys and values) and once for its queries, so that every number has one writer and no atomics.
 *
 * Products are float32 by fused multiply-add, each thread a 4 x 4 square of scores from shared memory (two reads of
 * four numbers for sixteen multiply-adds), in every precision: they are 4 B heads N^2 depth FLOPs forward, 14 backward
 * (ViT-L's decoder at B = 8: 1.6 and 5.7 GFLOP a layer). Numbers moved: qkv once for each tile of queries, from the
 * second-level cache. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "attention.h"

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

/* ---- one head's rows, to and from shared memory ---- */

typedef struct head_rows { /* row r's numbers begin at x + r * row */
    const float *x;
    int64_t row, tokens;
    int depth;
    float factor;
} head_rows;

/* Part 0, 1, 2 of qkv: queries, keys, values. */
__device__ static inline head_rows part_of(const attention &a, int64_t task, int part, float factor)
{
    return { a.qkv + task / a.heads * a.tokens * 3 * a.width + part * a.width + task % a.heads * a.depth, 3 * a.width,
             a.tokens, a.depth, factor };
}

__device__ static inline head_rows grad_of(const attention &a, int64_t task)
{
    return { a.grad + task / a.heads * a.tokens * a.width + task % a.heads * a.depth, a.width, a.tokens, a.depth,
             1.0f };
}

/* Four numbers from column d of a row on, times the factor; zero beyond rows and depth. */
template <bool Four> __device__ static inline float4 four_of(const head_rows &h, int64_t row, int d)
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
template <int D, int N, bool Four>
__device__ static inline void load_across(const head_rows &h, int64_t first, float *to)
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
template <int D, int N, bool Four>
__device__ static inline void load_along(const head_rows &h, int64_t first, float *to)
{
    for (int i = static_cast<int>(threadIdx.x); i < N * D / 4; i += static_cast<int>(blockDim.x)) {
        int r = i / (D / 4), d = i % (D / 4) * 4;
        *reinterpret_cast<float4 *>(to + r * D + d) = four_of<Four>(h, first + r, d);
    }
}

/* ---- products of tiles; thread (ty, tx) of (OWN / 4, OTHER / 4) ---- */

__device__ static inline void multiply_add(float4 *sum, float left, const float4 &right)
{
    sum->x += left * right.x;
    sum->y += left * right.y;
    sum->z += left * right.z;
    sum->w += left * right.w;
}

/* sum[i] += rows ty*4 + i of own' (D, OWN) times columns tx*4 .. of other (D, OTHER). */
template <int D, int OWN, int OTHER>
__device__ static inline void add_scores(const float *own, const float *other, int ty, int tx, float4 sum[4])
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
__device__ static inline void add_weighted(const float *weight, const float *rows, int ty, int tx,
                                           float4 sum[4][D / OTHER])
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
template <int OWN> __device__ static inline void put_weights(const float square[4][4], int ty, int tx, float *weight)
{
    for (int j = 0; j < 4; j++)
        *reinterpret_cast<float4 *>(weight + (tx * 4 + j) * (OWN + 4) + ty * 4) = { square[0][j], square[1][j],
                                                                                    square[2][j], square[3][j] };
}

__device__ static inline float number(const float4 &x, int i)
{
    return i == 0 ? x.x : i == 1 ? x.y : i == 2 ? x.z : x.w;
}

/* Four numbers to where they belong, times the factor. */
__device__ static inline void put_four(float *to, const float4 &x, float factor, int left, bool add)
{
    for (int i = 0; i < 4 && i < left; i++)
        gpu_put(&to[i], factor * number(x, i), add);
}

/* Over the OTHER / 4 = 8 neighbouring lanes that share rows. */
__device__ static inline float row_sum(float x)
{
    for (int apart = 4; apart > 0; apart /= 2)
        x += __shfl_xor_sync(0xFFFFFFFFu, x, apart);
    return x;
}

__device__ static inline float row_largest(float x)
{
    for (int apart = 4; apart > 0; apart /= 2) {
        float other = __shfl_xor_sync(0xFFFFFFFFu, x, apart);
        x = other > x ? other : x;
    }
    return x;
}

__device__ static inline bool sees(const attention &a, int64_t query, int64_t key)
{
    return query < a.tokens && key < a.tokens && (!a.causal || key <= query);
}

/* ---- forward ---- */

template <int D, int OWN, int OTHER, bool Four> __global__ void forward_kernel(attention a)
{
    float *query = gpu_shared<float>(), *key = query + D * OWN, *value = key + D * OTHER, *weight = value + OTHER * D;
    int tx = static_cast<int>(threadIdx.x) % (OTHER / 4), ty = static_cast<int>(threadIdx.x) / (OTHER / 4);
    int64_t task = blockIdx.y, first = static_cast<int64_t>(blockIdx.x) * OWN;
    int64_t last = a.causal && first + OWN < a.tokens ? first + OWN : a.tokens;
    float4 sum[4][D / OTHER] = {};
    float top[4] = { -INFINITY, -INFINITY, -INFINITY, -INFINITY }, total[4] = {};
    load_across<D, OWN, Four>(part_of(a, task, 0, a.scale), first, query);
    for (int64_t at = 0; at < last; at += OTHER) {
        float4 score[4] = {};
        float p[4][4];
        __syncthreads();
        load_across<D, OTHER, Four>(part_of(a, task, 1, 1.0f), at, key);
        load_along<D, OTHER, Four>(part_of(a, task, 2, 1.0f), at, value);
        __syncthreads();
        add_scores<D, OWN, OTHER>(query, key, ty, tx, score);
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float largest = top[i], part = 0;
            for (int j = 0; j < 4; j++) {
                bool visible = at + tx * 4 + j < a.tokens && (!a.causal || at + tx * 4 + j <= first + ty * 4 + i);
                p[i][j] = visible ? number(score[i], j) : -INFINITY;
                largest = p[i][j] > largest ? p[i][j] : largest;
            }
            largest = row_largest(largest);
            for (int j = 0; j < 4; j++) {
                p[i][j] = expf(p[i][j] - largest);
                part += p[i][j];
            }
            float shrink =
                expf(top[i] - largest); /* key 0 is seen by all, so from the first tile on this is a number */
            total[i] = total[i] * shrink + row_sum(part);
            top[i] = largest;
            for (int c = 0; c < D / OTHER; c++)
                sum[i][c] = { sum[i][c].x * shrink, sum[i][c].y * shrink, sum[i][c].z * shrink, sum[i][c].w * shrink };
        }
        put_weights<OWN>(p, ty, tx, weight);
        __syncthreads();
        add_weighted<D, OWN, OTHER>(weight, value, ty, tx, sum);
    }
    for (int i = 0; i < 4; i++) {
        int64_t row = first + ty * 4 + i;
        if (row >= a.tokens)
            continue;
        float *to = a.result + (task / a.heads * a.tokens + row) * a.width + task % a.heads * a.depth;
        for (int c = 0; c < D / OTHER; c++) {
            int d = c * OTHER + tx * 4;
            put_four(to + d, sum[i][c], 1.0f / total[i], a.depth - d, false);
        }
        if (a.sums && tx == 0)
            a.sums[task * a.tokens + row] = top[i] + logf(total[i]);
    }
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
