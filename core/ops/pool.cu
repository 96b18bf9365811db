/* pool.cu: the largest or the mean of each window on the GPU, a thread a number, neighbouring threads at neighbouring
 * channels. Backward asks for each number which windows took it. The floor is 4 bytes a number read and written, and 4
 * more of the largest's place; windows that overlap are read from the cache. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "pool.h"

namespace
{

typedef struct pool_place { /* of a number in a tensor (batch, height, width, channels) */
    int64_t picture, y, x, channel;
} pool_place;

template <class Index> __device__ inline pool_place place_of(Index e, const pool &p, const int64_t *size)
{
    Index channels = static_cast<Index>(p.channels), width = static_cast<Index>(size[1]);
    Index height = static_cast<Index>(size[0]), row = e / channels, line = row / width;
    pool_place at = {};
    at.channel = e - row * channels, at.x = row - line * width;
    at.picture = line / height, at.y = line - line / height * height;
    return at;
}

/* body(number, tap) for every pixel of a window that lies inside. */
template <class Body> __device__ inline void each_tap(const pool &p, const pool_place &at, const float *in, Body body)
{
    pool_taps down = pool_taps_of(&p, 0, at.y), across = pool_taps_of(&p, 1, at.x);
    for (int64_t i = down.first; i < down.last; i++)
        for (int64_t j = across.first; j < across.last; j++) {
            int64_t y = down.start + i * p.move.dilation[0], x = across.start + j * p.move.dilation[1];
            body(in[((at.picture * p.size[0] + y) * p.size[1] + x) * p.channels + at.channel], i * p.kernel[1] + j);
        }
}

/* body(number of the result, tap) for every window that a pixel is of, in the order of their taps. */
template <class Body> __device__ inline void each_window(const pool &p, const pool_place &at, Body body)
{
    for (int64_t i = 0; i < p.kernel[0]; i++) {
        int64_t down = pool_window_at(&p, 0, at.y, i);
        for (int64_t j = 0; down >= 0 && j < p.kernel[1]; j++) {
            int64_t across = pool_window_at(&p, 1, at.x, j);
            if (across >= 0)
                body(((at.picture * p.count[0] + down) * p.count[1] + across) * p.channels + at.channel,
                     i * p.kernel[1] + j);
        }
    }
}

__device__ inline float divisor_of(const pool &p, int64_t down, int64_t across)
{
    return static_cast<float>(pool_counted(&p, 0, down) * pool_counted(&p, 1, across));
}

struct max_windows {
    pool p;
    const float *in;
    float *out, *taps; /* or NULL */
    template <class Index> __device__ void operator()(Index e) const
    {
        float best = 0;
        int64_t place = -1;
        each_tap(p, place_of(e, p, p.count), in, [&](float x, int64_t tap) {
            bool stays = place >= 0 && (best >= x || best != best);
            best = stays ? best : x;
            place = stays ? place : tap;
        });
        out[e] = best;
        if (taps)
            taps[e] = static_cast<float>(place);
    }
};

struct max_pixels {
    pool p;
    const float *taps, *grad;
    float *to;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        float sum = add ? to[e] : 0.0f;
        each_window(p, place_of(e, p, p.size), [&](int64_t from, int64_t tap) {
            sum += taps[from] == static_cast<float>(tap) ? grad[from] : 0.0f;
        });
        to[e] = sum;
    }
};

struct average_windows {
    pool p;
    const float *in;
    float *out;
    template <class Index> __device__ void operator()(Index e) const
    {
        pool_place at = place_of(e, p, p.count);
        float sum = 0;
        each_tap(p, at, in, [&](float x, int64_t) { sum += x; });
        out[e] = sum / divisor_of(p, at.y, at.x);
    }
};

struct average_pixels {
    pool p;
    const float *grad;
    float *to;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        float sum = add ? to[e] : 0.0f;
        each_window(p, place_of(e, p, p.size), [&](int64_t from, int64_t) {
            int64_t row = from / p.channels;
            sum += grad[from] / divisor_of(p, row / p.count[1] % p.count[0], row % p.count[1]);
        });
        to[e] = sum;
    }
};

static void max_pool_forward(const gpu *g, const ablate_call *call)
{
    gpu_each(g, shape_size(call->out_shape), max_windows{ pool_of(call), call->in[0], call->out, call->aux });
}

static void max_pool_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        gpu_each(g, shape_size(&call->in_shape[0]),
                 max_pixels{ pool_of(call), call->aux, call->grad_out, call->grad_in[0], (call->add & 1u) != 0 });
}

static void average_pool_forward(const gpu *g, const ablate_call *call)
{
    gpu_each(g, shape_size(call->out_shape), average_windows{ pool_of(call), call->in[0], call->out });
}

static void average_pool_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        gpu_each(g, shape_size(&call->in_shape[0]),
                 average_pixels{ pool_of(call), call->grad_out, call->grad_in[0], (call->add & 1u) != 0 });
}

static const gpu_op max_pool_record = { "max_pool", max_pool_forward, max_pool_backward, nullptr };
GPU_RECORD(max_pool_record);
static const gpu_op average_pool_record = { "average_pool", average_pool_forward, average_pool_backward, nullptr };
GPU_RECORD(average_pool_record);

} // namespace
