/* activation.cuh: the activations as functions of one number, and their derivatives, on the GPU; as activation.h has
 * them, but with CUDA's own exponential, error function and hyperbolic tangent (each within 2 units in the last place).
 */
#ifndef ABLATE_OPS_ACTIVATION_CUH
#define ABLATE_OPS_ACTIVATION_CUH
#include "../gpu.cuh"
#include "activation_kind.h"

__device__ inline float gpu_sigmoid(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

__device__ inline float gpu_relu6(float x)
{
    return x < 0.0f ? 0.0f : x > 6.0f ? 6.0f : x;
}

__device__ inline float gpu_activation(activation_kind kind, float x)
{
    switch (kind) {
    case ACTIVATION_QUICKGELU: /* x sigmoid(1.702 x) */
        return x * gpu_sigmoid(1.702f * x);
    case ACTIVATION_GELU: /* x Phi(x), Phi by the error function */
        return 0.5f * x * (1.0f + erff(x * 0.707106781186547524f));
    case ACTIVATION_RELU: /* NaN stays NaN */
        return x < 0.0f ? 0.0f : x;
    case ACTIVATION_TANH:
        return tanhf(x);
    case ACTIVATION_RELU6: /* NaN stays NaN */
        return gpu_relu6(x);
    case ACTIVATION_SILU: /* x sigmoid(x) */
        return x * gpu_sigmoid(x);
    case ACTIVATION_HARDSWISH: /* x relu6(x + 3) / 6 */
        return x * (gpu_relu6(x + 3.0f) * 0.166666667f);
    default:
        return x;
    }
}

__device__ inline float gpu_activation_slope(activation_kind kind, float x)
{
    float s;
    switch (kind) {
    case ACTIVATION_QUICKGELU:
        s = gpu_sigmoid(1.702f * x);
        return s * (1.0f + 1.702f * x * (1.0f - s));
    case ACTIVATION_GELU:
        return 0.5f * (1.0f + erff(x * 0.707106781186547524f)) + x * 0.398942280401432678f * expf(-0.5f * x * x);
    case ACTIVATION_RELU: /* 0 at 0, as PyTorch has it */
        return x > 0.0f ? 1.0f : 0.0f;
    case ACTIVATION_TANH:
        s = tanhf(x);
        return 1.0f - s * s;
    case ACTIVATION_RELU6: /* 0 at 0 and at 6, as PyTorch has it */
        return x > 0.0f && x < 6.0f ? 1.0f : 0.0f;
    case ACTIVATION_SILU:
        s = gpu_sigmoid(x);
        return s * (1.0f + x * (1.0f - s));
    case ACTIVATION_HARDSWISH: /* 0 at -3 and 1 at 3, as PyTorch has it */
        return x <= -3.0f ? 0.0f : x < 3.0f ? x * 0.333333333f + 0.5f : 1.0f;
    default:
        return 1.0f;
    }
}

#endif
