/* store.cu: what a buffer holds from now on, on the GPU; 8 bytes a number. One thread looks at the guard beforehand.
 * Measured: not yet on a GPU. */
#include "../gpu.cuh"

namespace
{

__global__ void guard_kernel(const float *guard, int64_t count, float *stopped)
{
    for (int64_t i = 0; i < count; i++)
        if (!(fabsf(guard[i]) <= 3.402823466e38f))
            *stopped = 1;
}

struct store_numbers {
    const float *from, *stopped;
    float *to;
    template <class Index> __device__ void operator()(Index e) const
    {
        if (*stopped == 0.0f)
            to[e] = from[e];
    }
};

static void store_forward(const gpu *g, const ablate_call *call)
{
    gpu_launch(g, guard_kernel, dim3(1), 1, 0, call->in[1], shape_size(&call->in_shape[1]), call->aux);
    gpu_each(g, shape_size(call->out_shape), store_numbers{ call->in[0], call->aux, call->out });
}

static const gpu_op store_record = { "store", store_forward, nullptr, nullptr };
GPU_RECORD(store_record);

} // namespace
