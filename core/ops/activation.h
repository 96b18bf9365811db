/* activation.h: the activations as functions of one number, and their derivatives. */
#ifndef ABLATE_OPS_ACTIVATION_H
#define ABLATE_OPS_ACTIVATION_H
#include "../device/cpu_vector.h"
#include "activation_kind.h"

static inline float quickgelu_value(float x) /* x sigmoid(1.702 x) */
{
    return x * vector_sigmoid(1.702f * x);
}

static inline float quickgelu_slope(float x)
{
    float s = vector_sigmoid(1.702f * x);
    return s * (1.0f + 1.702f * x * (1.0f - s));
}

static inline float gelu_value(float x) /* x Phi(x), Phi by the error function */
{
    return 0.5f * x * (1.0f + vector_erf(x * 0.707106781186547524f));
}

static inline float gelu_slope(float x)
{
    float density = 0.398942280401432678f * vector_exp(-0.5f * x * x);
    return 0.5f * (1.0f + vector_erf(x * 0.707106781186547524f)) + x * density;
}

static inline float relu_value(float x) /* NaN stays NaN */
{
    return x < 0.0f ? 0.0f : x;
}

static inline float relu_slope(float x) /* 0 at 0, as PyTorch has it */
{
    return x > 0.0f ? 1.0f : 0.0f;
}

static inline float tanh_slope(float x)
{
    float t = vector_tanh(x);
    return 1.0f - t * t;
}

static inline float relu6_value(float x) /* min(max(x, 0), 6); NaN stays NaN */
{
    return x < 0.0f ? 0.0f : x > 6.0f ? 6.0f : x;
}

static inline float relu6_slope(float x) /* 0 at 0 and at 6, as PyTorch has it */
{
    return x > 0.0f && x < 6.0f ? 1.0f : 0.0f;
}

static inline float silu_value(float x) /* x sigmoid(x) */
{
    return x * vector_sigmoid(x);
}

static inline float silu_slope(float x)
{
    float s = vector_sigmoid(x);
    return s * (1.0f + x * (1.0f - s));
}

static inline float hardswish_value(float x) /* x relu6(x + 3) / 6 */
{
    return x * (relu6_value(x + 3.0f) * 0.166666667f);
}

static inline float hardswish_slope(float x) /* 0 at -3 and 1 at 3, as PyTorch has it */
{
    return x <= -3.0f ? 0.0f : x < 3.0f ? x * 0.333333333f + 0.5f : 1.0f;
}

/* A case of the two functions below: to[e] = result for n numbers e; a loop for each activation, so that each is vector
 * code. Each result depends on numbers of the same place alone, so `to` may be what they are read from. */
#define ACTIVATION_CASE(kind, to, result)                                                                              \
    case kind:                                                                                                         \
        _Pragma("GCC ivdep") for (int64_t e = 0; e < n; e++)(to)[e] = (result);                                        \
        break

/* y = activation(x), n numbers; y may be x. */
static inline void activation_values(activation_kind kind, const float *x, float *y, int64_t n)
{
    switch (kind) {
        ACTIVATION_CASE(ACTIVATION_QUICKGELU, y, quickgelu_value(x[e]));
        ACTIVATION_CASE(ACTIVATION_GELU, y, gelu_value(x[e]));
        ACTIVATION_CASE(ACTIVATION_RELU, y, relu_value(x[e]));
        ACTIVATION_CASE(ACTIVATION_TANH, y, vector_tanh(x[e]));
        ACTIVATION_CASE(ACTIVATION_RELU6, y, relu6_value(x[e]));
        ACTIVATION_CASE(ACTIVATION_SILU, y, silu_value(x[e]));
        ACTIVATION_CASE(ACTIVATION_HARDSWISH, y, hardswish_value(x[e]));
    default:
        if (y != x)
            memcpy(y, x, (size_t)n * sizeof *y);
    }
}

/* to = grad activation'(x), n numbers; `to` may be grad. */
static inline void activation_slopes(activation_kind kind, const float *x, const float *grad, float *to, int64_t n)
{
    switch (kind) {
        ACTIVATION_CASE(ACTIVATION_QUICKGELU, to, grad[e] * quickgelu_slope(x[e]));
        ACTIVATION_CASE(ACTIVATION_GELU, to, grad[e] * gelu_slope(x[e]));
        ACTIVATION_CASE(ACTIVATION_RELU, to, grad[e] * relu_slope(x[e]));
        ACTIVATION_CASE(ACTIVATION_TANH, to, grad[e] * tanh_slope(x[e]));
        ACTIVATION_CASE(ACTIVATION_RELU6, to, grad[e] * relu6_slope(x[e]));
        ACTIVATION_CASE(ACTIVATION_SILU, to, grad[e] * silu_slope(x[e]));
        ACTIVATION_CASE(ACTIVATION_HARDSWISH, to, grad[e] * hardswish_slope(x[e]));
    default:
        if (to != grad)
            memcpy(to, grad, (size_t)n * sizeof *to);
    }
}

#endif
