/* experts.cu: a mixture of two-layer perceptrons on the GPU. Rows are sorted by expert on the device, in the order of
 * routing.c, and each expert's rows are one matrix (group_product.cuh), fetched from x and the gradient by index;
 * biases, activation and gates are applied where the products end. 4 R K C H FLOPs forward, 8 backward, whatever T is.
 * Measured: not yet on a GPU. */
#include "activation.cuh"
#include "experts.h"
#include "group_product.cuh"
#include "routing.h"

namespace
{

constexpr int CHUNK = 32; /* entries whose share of a bias's gradient one thread sums */

/* ---- routing ---- */

/* Of a row's first `most` non-zero gates: is expert t's among them, as which, and how many come before experts below t?
 * NaN counts as a gate, so that it is seen. */
typedef struct row_gates {
    int used, rank; /* rank: of t, or -1 */
} row_gates;

__device__ static inline row_gates gates_of(const float *gate, const routing &r, int64_t t)
{
    row_gates found = { 0, -1 };
    for (int64_t s = 0; s < r.experts && s < t + 1 && found.used < r.most; s++)
        if (gate[s] != 0.0f) {
            found.rank = s == t ? found.used : -1;
            found.used += s < t;
        }
    return found;
}

/* How many of the block's threads with a smaller number have it set; *all: how many in all. */
__device__ static inline int count_before(bool set, int *room, int *all)
{
    unsigned lane = threadIdx.x % GPU_WARP, warp = threadIdx.x / GPU_WARP;
    unsigned mine = __ballot_sync(0xFFFFFFFFu, set);
    int before = __popc(mine & ((1u << lane) - 1u)), total = 0;
    __syncthreads(); /* the room may still be read */
    if (lane == 0)
        room[warp] = __popc(mine);
    __syncthreads();
    for (unsigned i = 0; i < GPU_THREADS / GPU_WARP; i++) {
        before += i < warp ? room[i] : 0;
        total += room[i];
    }
    *all = total;
    return before;
}

/* Block t writes the entries of expert t by ascending row; the block after the last, what rows do not use. */
__global__ void route_kernel(const float *gates, routing r)
{
    __shared__ int room[GPU_THREADS / GPU_WARP];
    int64_t t = blockIdx.x;
    int below = 0, all;
    for (int64_t row = threadIdx.x; row < r.rows; row += GPU_THREADS)
        below += gates_of(gates + row * r.experts, r, t).used;
    int next = gpu_block_sum(below, room);
    if (threadIdx.x == 0)
        r.begin[t] = next;
    if (threadIdx.x == 0 && t == r.experts)
        r.begin[t + 1] = next;
    for (int64_t first = 0; first < r.rows; first += GPU_THREADS) {
        int64_t row = first + threadIdx.x;
        row_gates g = row < r.rows ? gates_of(gates + row * r.experts, r, t) : row_gates{ 0, -1 };
        int place = next + count_before(g.rank >= 0, room, &all);
        if (g.rank >= 0) {
            r.row[place] = static_cast<int32_t>(row);
            r.expert[place] = static_cast<int32_t>(t);
            r.entry[row * r.most + g.rank] = place;
        }
        for (int64_t j = g.used; t == r.experts && row < r.rows && j < r.most; j++)
            r.entry[row * r.most + j] = -1;
        next += all;
    }
}

/* ---- work common to both directions ---- */

typedef struct experts_work { /* matrices have a row an entry */
    experts_sizes size;
    routing route;
    group_sizes group;
    activation_kind activation;
    const float *gates;
    float *pre;            /* (H) before the activation; kept in aux */
    float *hidden, *slope; /* (H) after it; gradient of `pre` */
    float *wide;           /* (C) results, or gradients of x */
    float *sums;           /* (chunks, C or H) parts of a bias's gradient */
} experts_work;

static experts_work work_of(const ablate_call *call)
{
    const experts_attr *a = static_cast<const experts_attr *>(call->attr);
    experts_work w = {};
    w.size = sizes_of(call->in_shape, a);
    int64_t most = w.size.rows * w.size.most;
    w.activation = static_cast<activation_kind>(a->activation);
    w.gates = call->in[GATES];
    w.route = routing_at(call->aux, w.size.rows, w.size.experts, w.size.most);
    w.group = { w.route.begin, most, w.size.experts };
    w.pre = call->aux + routing_size(w.size.rows, w.size.experts, w.size.most);
    w.hidden = call->scratch;
    w.wide = w.hidden + most * w.size.hidden;
    w.slope = w.wide + most * w.size.width;
    w.sums = w.slope + most * w.size.hidden;
    return w;
}

static int64_t experts_scratch(const ablate_call *call, bool backward)
{
    experts_sizes s = sizes_of(call->in_shape, static_cast<const experts_attr *>(call->attr));
    int64_t most = s.rows * s.most, widest = s.width > s.hidden ? s.width : s.hidden;
    int64_t forward = most * (s.hidden + s.width);
    return backward ? forward + most * s.hidden + group_tiles(most, s.experts, CHUNK) * widest : forward;
}

__device__ static inline float gate_of(const float *gates, const routing &r, int64_t entry)
{
    return gates[r.row[entry] * r.experts + r.expert[entry]];
}

/* ---- forward ---- */

struct end_first { /* bias and activation of the first layer */
    const float *bias;
    float *pre, *hidden;
    int64_t n;
    activation_kind kind;
    __device__ void operator()(int64_t entry, int64_t column, int expert, float value) const
    {
        float x = value + bias[expert * n + column];
        pre[entry * n + column] = x;
        hidden[entry * n + column] = gpu_activation(kind, x);
    }
};

struct end_second {
    const float *bias;
    float *out;
    int64_t n;
    __device__ void operator()(int64_t entry, int64_t column, int expert, float value) const
    {
        out[entry * n + column] = value + bias[expert * n + column];
    }
};

struct combine_results {
    routing route;
    const float *gates, *results;
    float *out;
    int64_t width;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t row = e / static_cast<Index>(width), column = e % static_cast<Index>(width);
        const int32_t *entry = route.entry + row * route.most;
        float sum = 0;
        for (int64_t j = 0; j < route.most && entry[j] >= 0; j++)
            sum += gate_of(gates, route, entry[j]) * results[entry[j] * width + column];
        out[e] = sum;
    }
};

static void experts_forward(const gpu *g, const ablate_call *call)
{
    experts_work w = work_of(call);
    int64_t width = w.size.width, hidden = w.size.hidden;
    gpu_launch(g, route_kernel, dim3(static_cast<unsigned>(w.size.experts + 1)), GPU_THREADS, 0, w.gates, w.route);
    group_by_matrices<true>(g, w.group, group_rows{ call->in[X], w.route.row, width }, call->in[W1], width, hidden,
                            end_first{ call->in[B1], w.pre, w.hidden, hidden, w.activation });
    group_by_matrices<true>(g, w.group, group_rows{ w.hidden, nullptr, hidden }, call->in[W2], hidden, width,
                            end_second{ call->in[B2], w.wide, width });
    gpu_each(g, w.size.rows * width, combine_results{ w.route, w.gates, w.wide, call->out, width });
}

/* ---- backward ---- */

struct end_plain {
    float *out;
    int64_t n;
    __device__ void operator()(int64_t entry, int64_t column, int, float value) const
    {
        out[entry * n + column] = value;
    }
};

/* With u = w2' g (in slope): the gate's gradient is u . hidden + g . b2, that of `pre` is gate u activation'. A warp an
 * entry. */
struct differentiate_entry {
    experts_work w;
    const float *grad, *bias;
    float *gate_grad;
    __device__ void operator()(int64_t e, int lane) const
    {
        if (e >= w.route.begin[w.size.experts])
            return;
        int64_t hidden = w.size.hidden, width = w.size.width, row = w.route.row[e], expert = w.route.expert[e];
        float gate = gate_of(w.gates, w.route, e), sum = 0;
        for (int64_t h = lane; h < hidden; h += GPU_WARP) {
            float x = w.pre[e * hidden + h], u = w.slope[e * hidden + h], value = gpu_activation(w.activation, x);
            sum += u * value;
            w.hidden[e * hidden + h] = gate * value;
            w.slope[e * hidden + h] = gate * u * gpu_activation_slope(w.activation, x);
        }
        for (int64_t c = lane; c < width; c += GPU_WARP)
            sum += grad[row * width + c] * bias[expert * width + c];
        sum = gpu_warp_sum(sum);
        if (gate_grad && lane == 0)
            gate_grad[row * w.size.experts + expert] += sum;
    }
};

/* Block (x, y): part of the bias gradient from the entries of tile y, a thread a column. */
__global__ void bias_kernel(group_rows from, routing r, const float *gates, int64_t n, float *sums)
{
    group_tile tile = group_tile_of(r.begin, static_cast<int>(r.experts), blockIdx.y, CHUNK);
    int64_t column = static_cast<int64_t>(blockIdx.x) * GPU_THREADS + threadIdx.x;
    float sum = 0;
    if (column >= n || tile.expert < 0)
        return;
#pragma unroll 4
    for (int64_t e = tile.first; e < tile.last; e++)
        sum += (gates ? gate_of(gates, r, e) : 1.0f) * group_row(from, e)[column];
    sums[blockIdx.y * n + column] = sum;
}

struct add_bias_chunks { /* each expert's tiles in order */
    routing route;
    const float *sums;
    float *to;
    int64_t n;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t expert = e / static_cast<Index>(n), column = e % static_cast<Index>(n), tile = 0;
        double sum = 0;
        for (int64_t t = 0; t < expert; t++)
            tile += (route.begin[t + 1] - route.begin[t] + CHUNK - 1) / CHUNK;
        int64_t last = tile + (route.begin[expert + 1] - route.begin[expert] + CHUNK - 1) / CHUNK;
        for (; tile < last; tile++)
            sum += static_cast<double>(sums[tile * n + column]);
        to[e] += static_cast<float>(sum);
    }
};

static void bias_gradient(const gpu *g, const experts_work &w, const group_rows &from, bool gated, int64_t n, float *to)
{
    if (!to)
        return;
    int64_t tiles = group_tiles(w.group.entries, w.size.experts, CHUNK);
    gpu_launch(g, bias_kernel, dim3(gpu_pieces(n, GPU_THREADS), static_cast<unsigned>(tiles)), GPU_THREADS, 0, from,
               w.route, gated ? w.gates : nullptr, n, w.sums);
    gpu_each(g, w.size.experts * n, add_bias_chunks{ w.route, w.sums, to, n });
}

struct combine_gradients {
    routing route;
    const float *wide;
    float *to;
    int64_t width;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t row = e / static_cast<Index>(width), column = e % static_cast<Index>(width);
        const int32_t *entry = route.entry + row * route.most;
        float sum = to[e];
        for (int64_t j = 0; j < route.most && entry[j] >= 0; j++)
            sum += wide[entry[j] * width + column];
        to[e] = sum;
    }
};

/* Always adds, as the record says. */
static void experts_backward(const gpu *g, const ablate_call *call)
{
    experts_work w = work_of(call);
    int64_t width = w.size.width, hidden = w.size.hidden;
    const group_rows grad = { call->grad_out, w.route.row, width }, x = { call->in[X], w.route.row, width };
    const group_rows value = { w.hidden, nullptr, hidden }, slope = { w.slope, nullptr, hidden };
    group_by_matrices<false>(g, w.group, grad, call->in[W2], width, hidden, end_plain{ w.slope, hidden });
    gpu_rows(g, w.group.entries, differentiate_entry{ w, call->grad_out, call->in[B2], call->grad_in[GATES] });
    if (call->grad_in[W2])
        group_gradients(g, w.group, grad, width, value, hidden, call->grad_in[W2]);
    if (call->grad_in[W1])
        group_gradients(g, w.group, slope, hidden, x, width, call->grad_in[W1]);
    bias_gradient(g, w, grad, true, width, call->grad_in[B2]);
    bias_gradient(g, w, slope, false, hidden, call->grad_in[B1]);
    if (!call->grad_in[X])
        return;
    group_by_matrices<false>(g, w.group, slope, call->in[W1], hidden, width, end_plain{ w.wide, width });
    gpu_each(g, w.size.rows * width, combine_gradients{ w.route, w.wide, call->grad_in[X], width });
}

static const gpu_op experts_record = { "experts", experts_forward, experts_backward, experts_scratch };
GPU_RECORD(experts_record);

} // namespace
