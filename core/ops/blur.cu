/* blur.cu: Gaussian smoothing of maps on the GPU, as scipy.ndimage.gaussian_filter in mode "reflect": down the columns,
 * then along the rows, 16 bytes a number. The weights are computed once a call, in double as on the CPU. Backward asks
 * for each number which results it went to: itself and its mirror images. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "blur.h"

namespace
{

static int64_t radius_of(const ablate_call *call)
{
    return blur_radius(static_cast<const blur_attr *>(call->attr));
}

/* weight[0 .. 2 radius], by one block. */
__global__ void weights_kernel(float *weight, int64_t radius, double sigma)
{
    __shared__ double room[GPU_THREADS / GPU_WARP];
    double sum = 0;
    for (int64_t i = threadIdx.x; i <= 2 * radius; i += GPU_THREADS)
        sum += blur_weight(i - radius, sigma);
    sum = gpu_block_sum(sum, room);
    for (int64_t i = threadIdx.x; i <= 2 * radius; i += GPU_THREADS)
        weight[i] = static_cast<float>(blur_weight(i - radius, sigma) / sum);
}

/* Along an axis of n numbers, `inner` apart. */
struct blur_numbers {
    const float *from, *weight;
    float *to;
    int64_t n, inner, radius;
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t at = static_cast<int64_t>(e) / inner % n;
        const float *line = from + (static_cast<int64_t>(e) - at * inner);
        float sum = 0;
        for (int64_t k = -radius; k <= radius; k++)
            sum += weight[radius + k] * line[blur_reflect(at + k, n) * inner];
        to[e] = sum;
    }
};

/* The transpose: what went from number `at`, seen at its own place and at each of its images, to the results near by.
 */
struct blur_back {
    const float *from, *weight;
    float *to;
    int64_t n, inner, radius;
    bool add;
    __device__ float near(const float *line, int64_t image) const
    {
        int64_t first = image - radius > 0 ? image - radius : 0, last = image + radius < n ? image + radius : n - 1;
        float sum = 0;
        for (int64_t y = first; y <= last; y++)
            sum += weight[radius + image - y] * line[y * inner];
        return sum;
    }
    template <class Index> __device__ void operator()(Index e) const
    {
        int64_t at = static_cast<int64_t>(e) / inner % n, periods = radius / (2 * n) + 1;
        const float *line = from + (static_cast<int64_t>(e) - at * inner);
        float sum = 0;
        for (int64_t q = -periods; q <= periods; q++)
            sum += near(line, 2 * n * q + at) + near(line, 2 * n * q - 1 - at);
        gpu_put(&to[e], sum, add);
    }
};

static float *prepare_weights(const gpu *g, const ablate_call *call)
{
    const blur_attr *a = static_cast<const blur_attr *>(call->attr);
    float *weight = call->scratch + shape_size(&call->in_shape[0]);
    gpu_launch(g, weights_kernel, dim3(1), GPU_THREADS, 0, weight, radius_of(call), a->sigma);
    return weight;
}

static void blur_forward(const gpu *g, const ablate_call *call)
{
    const ablate_shape *in = &call->in_shape[0];
    int64_t numbers = shape_size(in), height = in->dim[in->rank - 2], width = in->dim[in->rank - 1];
    const float *weight = prepare_weights(g, call);
    gpu_each(g, numbers, blur_numbers{ call->in[0], weight, call->scratch, height, width, radius_of(call) });
    gpu_each(g, numbers, blur_numbers{ call->scratch, weight, call->out, width, 1, radius_of(call) });
}

static void blur_backward(const gpu *g, const ablate_call *call)
{
    const ablate_shape *in = &call->in_shape[0];
    int64_t numbers = shape_size(in), height = in->dim[in->rank - 2], width = in->dim[in->rank - 1];
    if (!call->grad_in[0])
        return;
    const float *weight = prepare_weights(g, call);
    gpu_each(g, numbers, blur_back{ call->grad_out, weight, call->scratch, height, width, radius_of(call), false });
    gpu_each(g, numbers,
             blur_back{ call->scratch, weight, call->grad_in[0], width, 1, radius_of(call), (call->add & 1u) != 0 });
}

static int64_t blur_scratch(const ablate_call *call, bool)
{
    return shape_size(&call->in_shape[0]) + 2 * radius_of(call) + 1;
}

static const gpu_op blur_record = { "blur", blur_forward, blur_backward, blur_scratch };
GPU_RECORD(blur_record);

} // namespace
