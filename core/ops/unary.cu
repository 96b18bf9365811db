/* unary.cu: functions of one number, element by element, on the GPU. 8 bytes a number forward, 12 backward; the
 * functions are CUDA's own, within 2 units in the last place. Measured: not yet on a GPU. */
#include "activation.cuh"
#include "unary.h"

namespace
{

typedef enum { QUICKGELU, GELU, RELU, RELU6, SILU, HARDSWISH, SIGMOID, TANH, EXP, LOG, SQRT, SQUARE } unary_kind;

template <unary_kind Kind> __device__ inline float value_of(float x)
{
    switch (Kind) {
    case QUICKGELU:
        return gpu_activation(ACTIVATION_QUICKGELU, x);
    case GELU:
        return gpu_activation(ACTIVATION_GELU, x);
    case RELU:
        return gpu_activation(ACTIVATION_RELU, x);
    case RELU6:
        return gpu_activation(ACTIVATION_RELU6, x);
    case SILU:
        return gpu_activation(ACTIVATION_SILU, x);
    case HARDSWISH:
        return gpu_activation(ACTIVATION_HARDSWISH, x);
    case SIGMOID:
        return gpu_sigmoid(x);
    case TANH:
        return tanhf(x);
    case EXP:
        return expf(x);
    case LOG:
        return logf(x);
    case SQRT:
        return sqrtf(x);
    default:
        return x * x;
    }
}

/* The slope from the input, or where that is forgotten (`of_result`) from the result. */
template <unary_kind Kind> __device__ inline float slope_of(float x)
{
    switch (Kind) {
    case QUICKGELU:
        return gpu_activation_slope(ACTIVATION_QUICKGELU, x);
    case GELU:
        return gpu_activation_slope(ACTIVATION_GELU, x);
    case RELU:
        return gpu_activation_slope(ACTIVATION_RELU, x);
    case RELU6:
        return gpu_activation_slope(ACTIVATION_RELU6, x);
    case SILU:
        return gpu_activation_slope(ACTIVATION_SILU, x);
    case HARDSWISH:
        return gpu_activation_slope(ACTIVATION_HARDSWISH, x);
    case SIGMOID:
        return x * (1.0f - x);
    case TANH:
        return 1.0f - x * x;
    case EXP:
        return x;
    case LOG:
        return 1.0f / x;
    case SQRT:
        return 0.5f / x;
    default:
        return 2.0f * x;
    }
}

template <unary_kind Kind> struct apply_value {
    const float *x;
    float *out;
    template <class Index> __device__ void operator()(Index e) const
    {
        out[e] = value_of<Kind>(x[e]);
    }
};

template <unary_kind Kind> struct apply_slope {
    const float *from, *grad;
    float *to;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        gpu_put(&to[e], grad[e] * slope_of<Kind>(from[e]), add);
    }
};

template <unary_kind Kind> static void unary_forward(const gpu *g, const ablate_call *call)
{
    gpu_each(g, shape_size(call->out_shape), apply_value<Kind>{ call->in[0], call->out });
}

template <unary_kind Kind> static void unary_backward(const gpu *g, const ablate_call *call)
{
    const bool of_result = Kind == SIGMOID || Kind == TANH || Kind == EXP || Kind == SQRT;
    if (call->grad_in[0])
        gpu_each(g, shape_size(call->out_shape),
                 apply_slope<Kind>{ of_result ? call->out : call->in[0], call->grad_out, call->grad_in[0],
                                    (call->add & 1u) != 0 });
}

#define UNARY(op, kind)                                                                                                \
    static const gpu_op op##_record = { #op, unary_forward<kind>, unary_backward<kind>, nullptr };                     \
    GPU_RECORD(op##_record)

UNARY(quickgelu, QUICKGELU);
UNARY(gelu, GELU);
UNARY(relu, RELU);
UNARY(relu6, RELU6);
UNARY(silu, SILU);
UNARY(hardswish, HARDSWISH);
UNARY(sigmoid, SIGMOID);
UNARY(tanh, TANH);
UNARY(exp, EXP);
UNARY(log, LOG);
UNARY(sqrt, SQRT);
UNARY(square, SQUARE);

/* ---- affine: scale x + shift ---- */

struct apply_affine {
    const float *x;
    float *to, scale, shift;
    bool add;
    template <class Index> __device__ void operator()(Index e) const
    {
        gpu_put(&to[e], scale * x[e] + shift, add);
    }
};

static void affine_forward(const gpu *g, const ablate_call *call)
{
    const affine_attr *a = static_cast<const affine_attr *>(call->attr);
    gpu_each(g, shape_size(call->out_shape),
             apply_affine{ call->in[0], call->out, static_cast<float>(a->scale), static_cast<float>(a->shift), false });
}

static void affine_backward(const gpu *g, const ablate_call *call)
{
    const affine_attr *a = static_cast<const affine_attr *>(call->attr);
    if (call->grad_in[0])
        gpu_each(g, shape_size(call->out_shape),
                 apply_affine{ call->grad_out, call->grad_in[0], static_cast<float>(a->scale), 0.0f,
                               (call->add & 1u) != 0 });
}

static const gpu_op affine_record = { "affine", affine_forward, affine_backward, nullptr };
GPU_RECORD(affine_record);

} // namespace
