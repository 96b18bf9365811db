/* random.cu: dropout and noise on the GPU, and their bare draws: the same bits as on the CPU, whatever the launch.
 * Thread i draws block i of the stream, four numbers; the arithmetic is vector_random.h's own, in which every product
 * that feeds a sum is a fused one by name (or exact), so that a compiler that fuses others changes nothing. 8 bytes and
 * about 50 operations a number: bound by memory. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "noise.h"
#include "vector_random.h"

namespace
{

/* Calls body.number(e, four draws' word) for the elements of block i that there are. */
template <class Body> struct draw_blocks {
    Body body;
    int64_t n;
    uint64_t key;
    const uint64_t *step;
    template <class Index> __device__ void operator()(Index i) const
    {
        random_block block = random_draw(key, *step, i);
        body.four(block, 4 * static_cast<int64_t>(i), n);
    }
};

template <class Body> static void draw_run(const gpu *g, const ablate_call *call, Body body)
{
    int64_t n = shape_size(call->out_shape);
    gpu_each(g, (n + 3) / 4, draw_blocks<Body>{ body, n, call->key, g->step });
}

/* ---- dropout ---- */

struct drop {
    const float *from; /* NULL: the mask alone */
    float *to, p, kept;
    bool add;
    __device__ void four(const random_block &block, int64_t first, int64_t n) const
    {
        for (int w = 0; w < 4; w++)
            if (first + w < n) {
                float factor = random_uniform(block.word[w]) > p ? kept : 0.0f;
                gpu_put(&to[first + w], from ? from[first + w] * factor : factor, add);
            }
    }
};

static float p_of(const ablate_call *call)
{
    return static_cast<float>(static_cast<const dropout_attr *>(call->attr)->p);
}

static float kept_of(const ablate_call *call)
{
    return static_cast<float>(1.0 / (1.0 - static_cast<const dropout_attr *>(call->attr)->p));
}

static void dropout_forward(const gpu *g, const ablate_call *call)
{
    draw_run(g, call, drop{ call->in[0], call->out, p_of(call), kept_of(call), false });
}

static void dropout_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        draw_run(g, call, drop{ call->grad_out, call->grad_in[0], p_of(call), kept_of(call), (call->add & 1u) != 0 });
}

static void dropout_draw_forward(const gpu *g, const ablate_call *call)
{
    draw_run(g, call, drop{ nullptr, call->out, p_of(call), 1.0f, false });
}

static const gpu_op dropout_record = { "dropout", dropout_forward, dropout_backward, nullptr };
static const gpu_op dropout_draw_record = { "dropout_draw", dropout_draw_forward, nullptr, nullptr };
GPU_RECORD(dropout_record);
GPU_RECORD(dropout_draw_record);

/* ---- noise ---- */

/* Standard deviation of the noise on one row. */
struct row_scale {
    const float *x;
    float *scale;
    int64_t width;
    double std;
    noise_mode mode;
    __device__ void operator()(int64_t row, int lane) const
    {
        double squares = 0;
        for (int64_t i = lane; mode != ABSOLUTE && i < width; i += GPU_WARP) {
            double value = static_cast<double>(x[row * width + i]);
            squares += value * value;
        }
        squares = gpu_warp_sum(squares);
        double n = static_cast<double>(width);
        double unit = mode == RELATIVE ? sqrt(squares / n) : mode == JITTER ? sqrt(squares) / n : 1.0;
        if (lane == 0)
            scale[row] = static_cast<float>(std * unit);
    }
};

struct add_noise {
    const float *x, *scale; /* NULL: the draws alone */
    float *out;
    int64_t width;
    __device__ void four(const random_block &block, int64_t first, int64_t n) const
    {
        float normal[4];
        vector_random_normal4(block, normal);
        for (int w = 0; w < 4; w++)
            if (first + w < n)
                out[first + w] = x ? fmaf(scale[(first + w) / width], normal[w], x[first + w]) : normal[w];
    }
};

static void noise_forward(const gpu *g, const ablate_call *call)
{
    const noise_attr *a = static_cast<const noise_attr *>(call->attr);
    int64_t width = gpu_width(call->out_shape);
    gpu_rows(g, shape_size(call->out_shape) / width,
             row_scale{ call->in[0], call->scratch, width, a->std, static_cast<noise_mode>(a->mode) });
    draw_run(g, call, add_noise{ call->in[0], call->scratch, call->out, width });
}

static int64_t noise_scratch(const ablate_call *call, bool backward)
{
    return backward ? 0 : shape_size(call->out_shape) / gpu_width(call->out_shape);
}

struct pass_gradient { /* the noise's scale counts as a constant */
    const float *grad;
    float *to;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        gpu_put(&to[e], grad[e], add);
    }
};

static void noise_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        gpu_each(g, shape_size(call->out_shape),
                 pass_gradient{ call->grad_out, call->grad_in[0], (call->add & 1u) != 0 });
}

static void noise_draw_forward(const gpu *g, const ablate_call *call)
{
    draw_run(g, call, add_noise{ nullptr, nullptr, call->out, 1 });
}

static const gpu_op noise_record = { "noise", noise_forward, noise_backward, noise_scratch };
static const gpu_op noise_draw_record = { "noise_draw", noise_draw_forward, nullptr, nullptr };
GPU_RECORD(noise_record);
GPU_RECORD(noise_draw_record);

} // namespace
