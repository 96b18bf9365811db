/* entropy.cu: cross entropy of class indices on the GPU, a warp a row. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "index.h"

namespace
{

__device__ static inline float largest_of(const float *x, int64_t n, int lane)
{
    float largest = x[0];
    for (int64_t i = lane; i < n; i += GPU_WARP)
        largest = x[i] > largest ? x[i] : largest;
    return gpu_warp_largest(largest);
}

__device__ static inline double exponential_sum(const float *x, int64_t n, float largest, int lane)
{
    double sum = 0;
    for (int64_t i = lane; i < n; i += GPU_WARP)
        sum += static_cast<double>(expf(x[i] - largest));
    return gpu_warp_sum(sum);
}

struct entropy_row {
    const float *logits, *target;
    float *out;
    int64_t classes;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *x = logits + row * classes;
        int64_t at = index_of(target[row], classes);
        float largest = largest_of(x, classes, lane);
        double sum = exponential_sum(x, classes, largest, lane);
        double distance = at < 0 ? static_cast<double>(NAN) : static_cast<double>(largest) - static_cast<double>(x[at]);
        if (lane == 0)
            out[row] = static_cast<float>(log(sum) + distance);
    }
};

static void entropy_forward(const gpu *g, const ablate_call *call)
{
    gpu_rows(g, call->in_shape[0].dim[0], entropy_row{ call->in[0], call->in[1], call->out, call->in_shape[0].dim[1] });
}

/* (softmax - one at the target) times the row's gradient; NaN throughout for a target that is no class */
struct entropy_slope {
    const float *logits, *target, *grad;
    float *to;
    int64_t classes;
    bool add;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *x = logits + row * classes;
        int64_t at = index_of(target[row], classes);
        float largest = largest_of(x, classes, lane), slope = at < 0 ? NAN : grad[row];
        float share = static_cast<float>(static_cast<double>(slope) / exponential_sum(x, classes, largest, lane));
        for (int64_t i = lane; i < classes; i += GPU_WARP) {
            float *into = &to[row * classes + i];
            gpu_put(into, share * expf(x[i] - largest), add);
            if (i == at)
                *into -= slope;
        }
    }
};

struct zero_numbers {
    float *to;
    template <class Index> __device__ void operator()(Index e) const
    {
        to[e] = 0.0f;
    }
};

static void entropy_backward(const gpu *g, const ablate_call *call)
{
    if (call->grad_in[0])
        gpu_rows(g, call->in_shape[0].dim[0],
                 entropy_slope{ call->in[0], call->in[1], call->grad_out, call->grad_in[0], call->in_shape[0].dim[1],
                                (call->add & 1u) != 0 });
    if (call->grad_in[1] && !(call->add & 2u)) /* an index has no gradient */
        gpu_each(g, call->in_shape[1].dim[0], zero_numbers{ call->grad_in[1] });
}

static const gpu_op cross_entropy_record = { "cross_entropy", entropy_forward, entropy_backward, nullptr };
GPU_RECORD(cross_entropy_record);

} // namespace
