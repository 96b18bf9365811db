/* adam.cu: Adam on the GPU: one kernel over the one array of all parameters, 28 bytes a parameter (gradient read,
 * parameter and both moments read and written). The step's factors are computed in double by one thread beforehand,
 * from the step's number in device memory; the guard's verdict is kept beside them. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "adam.h"

namespace
{

typedef struct adam_factors {         /* as many floats as the scratch has */
    float step, root, stopped, share; /* share: of the gradient that max_norm leaves */
    float keep;                       /* of the parameter, what a decoupled decay leaves */
} adam_factors;

typedef struct guard_numbers {
    const float *value; /* NULL: there is none */
    int64_t count;
    float *stopped; /* 0 as long as it has held */
} guard_numbers;

/* Share of the rate at step `t`, counted from 1: a line up to 1, then half a cosine down to 0, or a drop to 0.1. */
__device__ static inline double rate_share(const adam_attr &a, double t)
{
    double share = t < a.warmup ? t / a.warmup : 1;
    share *= a.drop > 0 && t > a.drop ? 0.1 : 1;
    return a.total > 0 ? share * 0.5 * (1 + cos(3.14159265358979323846 * fmin(t / a.total, 1.0))) : share;
}

__global__ void factors_kernel(adam_attr a, const uint64_t *step, guard_numbers guard, const float *norm,
                               adam_factors *to)
{
    double t = static_cast<double>(*step) + 1, rate = a.rate * rate_share(a, t);
    to->step = static_cast<float>(rate / (1 - pow(a.beta1, t)));
    to->root = static_cast<float>(1 / sqrt(1 - pow(a.beta2, t)));
    to->keep = a.decoupled ? static_cast<float>(1 - rate * a.decay) : 1;
    to->stopped = 0;
    to->share = norm ? fminf(1, static_cast<float>(a.max_norm) / (*norm + 1e-6f)) : 1;
    if (!guard.value)
        return;
    for (int64_t i = 0; i < guard.count; i++)
        if (!(fabsf(guard.value[i]) <= 3.402823466e38f))
            *guard.stopped = 1;
    to->stopped = *guard.stopped;
}

struct adam_numbers {
    const float *grad;
    float *parameter, *m, *v;
    const adam_factors *factors;
    float eps, decay, beta2, rest1, rest2; /* rest = 1 - beta, rounded once */
    template <class Index> __device__ void operator()(Index e) const
    {
        if (factors->stopped != 0.0f)
            return;
        float given = factors->share < 1 ? __fmul_rn(factors->share, grad[e]) : grad[e];
        float g = given + decay * parameter[e];
        float first = m[e] + rest1 * (g - m[e]), second = beta2 * v[e] + rest2 * g * g;
        m[e] = first;
        v[e] = second;
        float move = factors->step * first / (sqrtf(second) * factors->root + eps);
        parameter[e] = factors->keep * parameter[e] - move;
    }
};

static void adam_forward(const gpu *g, const ablate_call *call)
{
    const adam_attr *a = static_cast<const adam_attr *>(call->attr);
    int64_t n = shape_size(&call->in_shape[0]);
    adam_factors *factors = reinterpret_cast<adam_factors *>(call->scratch);
    guard_numbers guard = {};
    if (call->n_in >= 2)
        guard = { call->in[1], shape_size(&call->in_shape[1]), call->aux };
    gpu_launch(g, factors_kernel, dim3(1), 1, 0, *a, g->step, guard, call->n_in == 3 ? call->in[2] : nullptr, factors);
    gpu_each(g, n,
             adam_numbers{ call->in[0], call->out, call->out + n, call->out + 2 * n, factors,
                           static_cast<float>(a->eps), a->decoupled ? 0 : static_cast<float>(a->decay),
                           static_cast<float>(a->beta2), static_cast<float>(1 - a->beta1),
                           static_cast<float>(1 - a->beta2) });
}

static int64_t adam_scratch(const ablate_call *, bool)
{
    return sizeof(adam_factors) / sizeof(float);
}

static const gpu_op adam_record = { "adam", adam_forward, nullptr, adam_scratch };
GPU_RECORD(adam_record);

} // namespace
