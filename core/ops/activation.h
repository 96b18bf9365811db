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

/* y = activation(x), n numbers; y may be x. A loop for each activation, so that each is vector code. */
static inline void activation_values(activation_kind kind, const float *x, float *y, int64_t n)
{
    if (kind == ACTIVATION_QUICKGELU)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            y[e] = quickgelu_value(x[e]);
    else if (kind == ACTIVATION_GELU)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            y[e] = gelu_value(x[e]);
    else if (kind == ACTIVATION_RELU)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            y[e] = relu_value(x[e]);
    else if (kind == ACTIVATION_TANH)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            y[e] = vector_tanh(x[e]);
    else if (y != x)
        memcpy(y, x, (size_t)n * sizeof *y);
}

/* to = grad activation'(x), n numbers; `to` may be grad. */
static inline void activation_slopes(activation_kind kind, const float *x, const float *grad, float *to, int64_t n)
{
    if (kind == ACTIVATION_QUICKGELU)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            to[e] = grad[e] * quickgelu_slope(x[e]);
    else if (kind == ACTIVATION_GELU)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            to[e] = grad[e] * gelu_slope(x[e]);
    else if (kind == ACTIVATION_RELU)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            to[e] = grad[e] * relu_slope(x[e]);
    else if (kind == ACTIVATION_TANH)
#pragma GCC ivdep
        for (int64_t e = 0; e < n; e++)
            to[e] = grad[e] * tanh_slope(x[e]);
    else if (to != grad)
        memcpy(to, grad, (size_t)n * sizeof *to);
}

#endif
