/* softmax.cu: softmax over the last axis on the GPU, a warp a row. A row is read twice (the second time from the cache)
 * and written once; backward reads two rows. Measured: not yet on a GPU. */
#include "../gpu.cuh"

namespace
{

struct softmax_row {
    const float *x;
    float *out;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *from = x + row * width;
        float *to = out + row * width, largest = -INFINITY, sum = 0;
        for (int64_t i = lane; i < width; i += GPU_WARP)
            largest = from[i] > largest ? from[i] : largest;
        largest = gpu_warp_largest(largest);
        for (int64_t i = lane; i < width; i += GPU_WARP) {
            float y = expf(from[i] - largest);
            to[i] = y;
            sum += y;
        }
        float scale = 1.0f / gpu_warp_sum(sum);
        for (int64_t i = lane; i < width; i += GPU_WARP)
            to[i] *= scale;
    }
};

static void softmax_forward(const gpu *g, const ablate_call *call)
{
    int64_t width = gpu_width(&call->in_shape[0]);
    gpu_rows(g, shape_size(call->out_shape) / width, softmax_row{ call->in[0], call->out, width });
}

/* y (g - y . g) */
struct softmax_slope {
    const float *out, *grad;
    float *to;
    int64_t width;
    bool add;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *y = out + row * width, *g = grad + row * width;
        float dot = 0;
        for (int64_t i = lane; i < width; i += GPU_WARP)
            dot += y[i] * g[i];
        dot = gpu_warp_sum(dot);
        for (int64_t i = lane; i < width; i += GPU_WARP)
            gpu_put(&to[row * width + i], y[i] * (g[i] - dot), add);
    }
};

static void softmax_backward(const gpu *g, const ablate_call *call)
{
    int64_t width = gpu_width(&call->in_shape[0]);
    if (call->grad_in[0])
        gpu_rows(g, shape_size(call->out_shape) / width,
                 softmax_slope{ call->out, call->grad_out, call->grad_in[0], width, (call->add & 1u) != 0 });
}

static const gpu_op softmax_record = { "softmax", softmax_forward, softmax_backward, nullptr };
GPU_RECORD(softmax_record);

} // namespace
