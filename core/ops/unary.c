/* unary.c: functions of one number, element by element. */
#include "unary.h"
#include "activation.h"
#include "chunks.h"
#include "misfit.h"
#include <math.h>

/* What backward does not read: the slope of a function follows from x, from the result y, or from neither. */
#define NEEDS_X    ABLATE_FORGET_OUT
#define NEEDS_Y    ABLATE_FORGET(0)
#define NEEDS_NONE (ABLATE_FORGET(0) | ABLATE_FORGET_OUT)

static inline float sigmoid_slope(float y)
{
    return y * (1.0f - y);
}

static inline float tanh_slope_at(float y)
{
    return 1.0f - y * y;
}

static inline float exp_slope(float y)
{
    return y;
}

static inline float log_value(float x)
{
    return logf(x);
}

static inline float log_slope(float x)
{
    return 1.0f / x;
}

static inline float sqrt_value(float x)
{
    return sqrtf(x);
}

static inline float sqrt_slope(float y)
{
    return 0.5f / y;
}

static inline float square_value(float x)
{
    return x * x;
}

static inline float square_slope(float x)
{
    return 2.0f * x;
}

/* One operation: its value from x, its slope from what backward reads (x or y), its record. */
#define UNARY(op, value, slope, needs, cost, words)                                                                    \
    static void op##_chunk(const ablate_call *call, work_span span)                                                    \
    {                                                                                                                  \
        const float *x = call->in[0];                                                                                  \
        float *restrict out = call->out;                                                                               \
        for (int64_t e = span.first; e < span.last; e++)                                                               \
            out[e] = value(x[e]);                                                                                      \
    }                                                                                                                  \
    CHUNKS_FORWARD(op)                                                                                                 \
    static void op##_grad_chunk(const ablate_call *call, work_span span)                                               \
    {                                                                                                                  \
        const float *from = (needs)&ABLATE_FORGET(0) ? call->out : call->in[0], *grad = call->grad_out;                \
        float *restrict to = call->grad_in[0];                                                                         \
        PUT_EACH(to, e, span.first, span.last, call->add & 1u, grad[e] * slope(from[e]));                              \
    }                                                                                                                  \
    CHUNKS_BACKWARD(op)                                                                                                \
    OP_COST(op##_flops, (cost) * (double)shape_size(out))                                                              \
    static const ablate_op op##_record = {                                                                             \
        .doc = words,                                                                                                  \
        OP_BOTH(op, shape_kept),                                                                                       \
        OP_TAKES(1),                                                                                                   \
        .flops = op##_flops,                                                                                           \
        .forgets = needs,                                                                                              \
        .stores = true,                                                                                                \
    };                                                                                                                 \
    OP_RECORD(op##_record)

UNARY(quickgelu, quickgelu_value, quickgelu_slope, NEEDS_X, 20, "x sigmoid(1.702 x)");
UNARY(gelu, gelu_value, gelu_slope, NEEDS_X, 30, "x Phi(x), with the error function");
UNARY(relu, relu_value, relu_slope, NEEDS_X, 1, "max(x, 0)");
UNARY(relu6, relu6_value, relu6_slope, NEEDS_X, 2, "min(max(x, 0), 6)");
UNARY(silu, silu_value, silu_slope, NEEDS_X, 19, "x sigmoid(x)");
UNARY(hardswish, hardswish_value, hardswish_slope, NEEDS_X, 5, "x relu6(x + 3) / 6");
UNARY(sigmoid, vector_sigmoid, sigmoid_slope, NEEDS_Y, 18, "1 / (1 + exp(-x))");
UNARY(tanh, vector_tanh, tanh_slope_at, NEEDS_Y, 30, "hyperbolic tangent");
UNARY(exp, vector_exp, exp_slope, NEEDS_Y, 15, "e to the power of x");
UNARY(log, log_value, log_slope, NEEDS_X, 15, "natural logarithm");
UNARY(sqrt, sqrt_value, sqrt_slope, NEEDS_Y, 1, "square root");
UNARY(square, square_value, square_slope, NEEDS_X, 1, "x^2");

/* ---- affine: scale x + shift ---- */

static void affine_chunk(const ablate_call *call, work_span span)
{
    const affine_attr *a = call->attr;
    float scale = (float)a->scale, shift = (float)a->shift;
    for (int64_t e = span.first; e < span.last; e++)
        call->out[e] = scale * call->in[0][e] + shift;
}
CHUNKS_FORWARD(affine)

static void affine_grad_chunk(const ablate_call *call, work_span span)
{
    float scale = (float)((const affine_attr *)call->attr)->scale;
    PUT_EACH(call->grad_in[0], e, span.first, span.last, call->add & 1u, scale * call->grad_out[e]);
}
CHUNKS_BACKWARD(affine)

static const ablate_setting affine_attrs[] = { ABLATE_SET(affine_attr, scale, 1, -1e30, 1e30, "factor"),
                                               ABLATE_SET(affine_attr, shift, 0, -1e30, 1e30, "added afterwards"),
                                               { 0 } };

static const ablate_op affine_record = {
    .doc = "scale x + shift",
    OP_BOTH(affine, shape_kept),
    OP_TAKES(1),
    OP_ATTRS(affine_attr, affine_attrs),
    .forgets = NEEDS_NONE,
    .stores = true,
};
OP_RECORD(affine_record);
