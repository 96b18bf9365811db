/* cosine.cu: lengths of the rows of the last axis on the GPU: norm, normalize, cosine. A warp a row; each tensor is
 * read once from memory and again from the cache. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "cosine.h"

namespace
{

__device__ static inline float dot_of(const float *a, const float *b, int64_t n, int lane)
{
    float sum = 0;
    for (int64_t i = lane; i < n; i += GPU_WARP)
        sum += a[i] * b[i];
    return gpu_warp_sum(sum);
}

__device__ static inline float length_of(const float *x, int64_t n, int lane)
{
    return sqrtf(dot_of(x, x, n, lane));
}

/* to (+)= a x + b y */
__device__ static inline void put_mix(float *to, float a, const float *x, float b, const float *y, int64_t n, int lane,
                                      bool add)
{
    for (int64_t i = lane; i < n; i += GPU_WARP)
        gpu_put(&to[i], a * x[i] + b * y[i], add);
}

static int64_t rows_of(const ablate_call *call)
{
    return shape_size(&call->in_shape[0]) / gpu_width(&call->in_shape[0]);
}

/* ---- norm ---- */

struct norm_row {
    const float *x;
    float *out, eps;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        float length = at_least(eps, length_of(x + row * width, width, lane));
        if (lane == 0)
            out[row] = length;
    }
};

struct norm_slope { /* x / ||x||; 0 where eps, or zero, stands for the length */
    const float *x, *grad;
    float *to, eps;
    int64_t width;
    bool add;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *from = x + row * width;
        float length = length_of(from, width, lane), slope = length <= eps ? 0.0f : grad[row] / length;
        put_mix(to + row * width, slope, from, 0.0f, from, width, lane, add);
    }
};

static void norm_forward(const gpu *g, const ablate_call *call)
{
    gpu_rows(g, rows_of(call), norm_row{ call->in[0], call->out, eps_of(call), gpu_width(&call->in_shape[0]) });
}

static void norm_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        gpu_rows(g, rows_of(call),
                 norm_slope{ call->in[0], call->grad_out, call->grad_in[0], eps_of(call), gpu_width(&call->in_shape[0]),
                             (call->add & 1u) != 0 });
}

static const gpu_op norm_record = { "norm", norm_forward, norm_backward, nullptr };
GPU_RECORD(norm_record);

/* ---- normalize ---- */

struct normalize_row {
    const float *x;
    float *out, eps;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *from = x + row * width;
        float scale = 1.0f / at_least(eps, length_of(from, width, lane));
        for (int64_t i = lane; i < width; i += GPU_WARP)
            out[row * width + i] = from[i] * scale;
    }
};

struct normalize_slope { /* (grad - y (y . grad)) / ||x||; where eps stands for the length, grad / eps */
    const float *x, *grad;
    float *to, eps;
    int64_t width;
    bool add;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *from = x + row * width, *g = grad + row * width;
        float length = length_of(from, width, lane), scale = 1.0f / at_least(eps, length);
        float dot = dot_of(from, g, width, lane), along = length > eps ? dot * scale * scale : 0.0f;
        put_mix(to + row * width, scale, g, -along * scale, from, width, lane, add);
    }
};

static void normalize_forward(const gpu *g, const ablate_call *call)
{
    gpu_rows(g, rows_of(call), normalize_row{ call->in[0], call->out, eps_of(call), gpu_width(&call->in_shape[0]) });
}

static void normalize_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        gpu_rows(g, rows_of(call),
                 normalize_slope{ call->in[0], call->grad_out, call->grad_in[0], eps_of(call),
                                  gpu_width(&call->in_shape[0]), (call->add & 1u) != 0 });
}

static const gpu_op normalize_record = { "normalize", normalize_forward, normalize_backward, nullptr };
GPU_RECORD(normalize_record);

/* ---- cosine ---- */

typedef struct angle {
    float scale_a, scale_b, cosine; /* 1 / max(||a||, eps), of b, and their product with a . b */
    bool long_a, long_b;            /* longer than eps: the length itself has a slope */
} angle;

__device__ static inline angle angle_of(const float *a, const float *b, float eps, int64_t n, int lane)
{
    float length_a = length_of(a, n, lane), length_b = length_of(b, n, lane);
    angle found = { 1.0f / at_least(eps, length_a), 1.0f / at_least(eps, length_b), 0.0f, length_a > eps,
                    length_b > eps };
    found.cosine = dot_of(a, b, n, lane) * found.scale_a * found.scale_b;
    return found;
}

struct cosine_row {
    const float *a, *b;
    float *out, eps;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        float cosine = angle_of(a + row * width, b + row * width, eps, width, lane).cosine;
        if (lane == 0)
            out[row] = cosine;
    }
};

struct cosine_slope { /* to a: (b / ||b|| - cosine a / ||a||) / ||a||; to b likewise */
    const float *a, *b, *grad;
    float *to_a, *to_b, eps;
    int64_t width;
    unsigned add;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *x = a + row * width, *y = b + row * width;
        angle at = angle_of(x, y, eps, width, lane);
        float cross = grad[row] * at.scale_a * at.scale_b, own = -grad[row] * at.cosine;
        if (to_a)
            put_mix(to_a + row * width, cross, y, at.long_a ? own * at.scale_a * at.scale_a : 0.0f, x, width, lane,
                    (add & 1u) != 0);
        if (to_b)
            put_mix(to_b + row * width, cross, x, at.long_b ? own * at.scale_b * at.scale_b : 0.0f, y, width, lane,
                    (add & 2u) != 0);
    }
};

static void cosine_forward(const gpu *g, const ablate_call *call)
{
    gpu_rows(g, rows_of(call),
             cosine_row{ call->in[0], call->in[1], call->out, eps_of(call), gpu_width(&call->in_shape[0]) });
}

static void cosine_backward(const gpu *g, const ablate_call *call)
{
    gpu_rows(g, rows_of(call),
             cosine_slope{ call->in[0], call->in[1], call->grad_out, call->grad_in[0], call->grad_in[1], eps_of(call),
                           gpu_width(&call->in_shape[0]), call->add });
}

static const gpu_op cosine_record = { "cosine", cosine_forward, cosine_backward, nullptr };
GPU_RECORD(cosine_record);

} // namespace
