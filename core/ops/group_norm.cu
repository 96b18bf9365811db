/* group_norm.cu: normalisation of groups of channels on the GPU, a block for each group of each picture: x is read
 * three times, the second and third time from the cache where the group fits, and y written once. Backward first sums
 * each channel of each picture over its places, in chunks of CHUNK places, a thread a channel, in double; the chunks
 * are then added in order. Groups of less than eight channels use a part of what a read of memory brings. Measured: not
 * yet on a GPU. */
#include "../gpu.cuh"
#include "group_norm.h"

namespace
{

constexpr int CHUNK = 64, COLUMNS = 128, WARPS = GPU_THREADS / GPU_WARP; /* places of a chunk; channels of a block */

typedef struct norm_call {
    group_places of;
    int64_t width, chunks;
    const float *x, *weight, *bias, *grad;
    float *out, *kept, *to; /* kept: mean and 1 / deviation of each group of each picture */
    double *chunk_sums;     /* (pictures, chunks, 2, width) */
    double *sums;           /* (pictures, 2, width) */
    double eps;
    bool add;
} norm_call;

static norm_call norm_call_of(const ablate_call *call)
{
    const group_norm_attr *attr = static_cast<const group_norm_attr *>(call->attr);
    norm_call n = {};
    n.of = group_places_of(call->in_shape, attr->groups);
    n.width = n.of.groups * n.of.share;
    n.chunks = gpu_pieces(n.of.places, CHUNK);
    n.x = call->in[0], n.weight = call->in[1], n.bias = call->in[2], n.grad = call->grad_out;
    n.out = call->out, n.kept = call->aux, n.to = call->grad_in ? call->grad_in[0] : nullptr;
    n.sums = reinterpret_cast<double *>(call->scratch);
    n.chunk_sums = n.sums + 2 * n.of.pictures * n.width;
    n.eps = attr->eps;
    n.add = (call->add & 1u) != 0;
    return n;
}

/* Block i: which group of which picture, and where its numbers are in x. */
typedef struct group_at {
    int64_t picture, channel, first, count;
} group_at;

__device__ inline group_at group_of(const norm_call &n)
{
    group_at at = {};
    at.picture = blockIdx.x / n.of.groups;
    at.channel = blockIdx.x % n.of.groups * n.of.share;
    at.first = at.picture * n.of.places * n.width + at.channel;
    at.count = n.of.places * n.of.share;
    return at;
}

/* body(place in x, channel of the group) for every number of this thread. */
template <class Body> __device__ inline void each_number(const norm_call &n, const group_at &at, const Body &body)
{
    for (int64_t e = threadIdx.x; e < at.count; e += GPU_THREADS)
        body(at.first + e / n.of.share * n.width + e % n.of.share, at.channel + e % n.of.share);
}

__global__ void norm_kernel(norm_call n)
{
    __shared__ double room[WARPS];
    group_at at = group_of(n);
    double sum = 0, square = 0;
    each_number(n, at, [&](int64_t i, int64_t) { sum += static_cast<double>(n.x[i]); });
    double exact = gpu_block_sum(sum, room) / static_cast<double>(at.count);
    each_number(n, at, [&](int64_t i, int64_t) {
        double apart = static_cast<double>(n.x[i]) - exact;
        square += apart * apart;
    });
    double variance = gpu_block_sum(square, room) / static_cast<double>(at.count);
    float mean = static_cast<float>(exact), rstd = static_cast<float>(1 / sqrt(variance + n.eps));
    each_number(n, at, [&](int64_t i, int64_t c) { n.out[i] = (n.x[i] - mean) * rstd * n.weight[c] + n.bias[c]; });
    if (n.kept && threadIdx.x == 0) {
        n.kept[2 * blockIdx.x] = mean;
        n.kept[2 * blockIdx.x + 1] = rstd;
    }
}

static unsigned groups_count(const norm_call &n)
{
    return static_cast<unsigned>(n.of.pictures * n.of.groups);
}

static void norm_forward(const gpu *g, const ablate_call *call)
{
    norm_call n = norm_call_of(call);
    gpu_launch(g, norm_kernel, dim3(groups_count(n)), GPU_THREADS, 0, n);
}

/* ---- backward ---- */

/* Block (x, y): chunk x of all pictures' chunks, its columns. Sums of the gradient, and of gradient times x - mean. */
__global__ void chunk_kernel(norm_call n)
{
    int64_t picture = blockIdx.x / n.chunks, chunk = blockIdx.x % n.chunks;
    int64_t c = static_cast<int64_t>(blockIdx.y) * COLUMNS + threadIdx.x, first = chunk * CHUNK;
    int64_t last = first + CHUNK < n.of.places ? first + CHUNK : n.of.places;
    double sum = 0, along = 0;
    if (c >= n.width)
        return;
    float mean = n.kept[2 * (picture * n.of.groups + c / n.of.share)];
#pragma unroll 4
    for (int64_t p = first; p < last; p++) {
        int64_t i = (picture * n.of.places + p) * n.width + c;
        sum += static_cast<double>(n.grad[i]);
        along += static_cast<double>(n.grad[i]) * static_cast<double>(n.x[i] - mean);
    }
    double *to = n.chunk_sums + 2 * static_cast<int64_t>(blockIdx.x) * n.width;
    to[c] = sum;
    to[n.width + c] = along;
}

struct add_chunks {
    norm_call n;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t wide = 2 * n.width, picture = static_cast<int64_t>(e) / wide, column = static_cast<int64_t>(e) % wide;
        double sum = 0;
        for (int64_t chunk = 0; chunk < n.chunks; chunk++)
            sum += n.chunk_sums[(picture * n.chunks + chunk) * wide + column];
        n.sums[e] = sum;
    }
};

/* With h = (x - mean) rstd and d = grad weight: rstd (d - mean(d) - h mean(d h)). */
__global__ void slope_kernel(norm_call n)
{
    __shared__ double room[WARPS];
    group_at at = group_of(n);
    const double *sums = n.sums + 2 * at.picture * n.width;
    double sum = 0, along = 0, count = static_cast<double>(at.count);
    for (int64_t c = at.channel + threadIdx.x; c < at.channel + n.of.share; c += GPU_THREADS) {
        sum += static_cast<double>(n.weight[c]) * sums[c];
        along += static_cast<double>(n.weight[c]) * sums[n.width + c];
    }
    float mean = n.kept[2 * blockIdx.x], rstd = n.kept[2 * blockIdx.x + 1];
    float mean_d = static_cast<float>(gpu_block_sum(sum, room) / count);
    double share = gpu_block_sum(along, room) / count;
    float slope = static_cast<float>(share * static_cast<double>(rstd) * static_cast<double>(rstd));
    each_number(n, at, [&](int64_t i, int64_t c) {
        gpu_put(&n.to[i], rstd * (n.grad[i] * n.weight[c] - mean_d - (n.x[i] - mean) * slope), n.add);
    });
}

struct weight_slopes {
    norm_call n;
    float *weight, *bias; /* or NULL */
    bool add_weight, add_bias;
    template <class Index> __device__ void operator()(Index c) const
    {
        double of_weight = 0, of_bias = 0;
        for (int64_t picture = 0; picture < n.of.pictures; picture++) {
            const double *sums = n.sums + 2 * picture * n.width;
            float rstd = n.kept[2 * (picture * n.of.groups + static_cast<int64_t>(c) / n.of.share) + 1];
            of_weight += sums[n.width + c] * static_cast<double>(rstd);
            of_bias += sums[c];
        }
        if (weight)
            gpu_put(&weight[c], static_cast<float>(of_weight), add_weight);
        if (bias)
            gpu_put(&bias[c], static_cast<float>(of_bias), add_bias);
    }
};

static void norm_backward(const gpu *g, const ablate_call *call)
{
    norm_call n = norm_call_of(call);
    dim3 blocks(static_cast<unsigned>(n.of.pictures * n.chunks), gpu_pieces(n.width, COLUMNS));
    gpu_launch(g, chunk_kernel, blocks, COLUMNS, 0, n);
    gpu_each(g, 2 * n.of.pictures * n.width, add_chunks{ n });
    if (n.to)
        gpu_launch(g, slope_kernel, dim3(groups_count(n)), GPU_THREADS, 0, n);
    if (call->grad_in[1] || call->grad_in[2])
        gpu_each(g, n.width,
                 weight_slopes{ n, call->grad_in[1], call->grad_in[2], (call->add & 2u) != 0, (call->add & 4u) != 0 });
}

static int64_t norm_scratch(const ablate_call *call, bool backward)
{
    group_places of = group_places_of(call->in_shape, static_cast<const group_norm_attr *>(call->attr)->groups);
    return backward ? 2 * 2 * of.pictures * of.groups * of.share * (1 + gpu_pieces(of.places, CHUNK)) : 0;
}

static const gpu_op group_norm_record = { "group_norm", norm_forward, norm_backward, norm_scratch };
GPU_RECORD(group_norm_record);

} // namespace
