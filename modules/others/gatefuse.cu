/* gatefuse.cu: the module's operation on the GPU, an example of a CUDA half of one's own: gatefuse.mix, a warp a row.
 * (L + 1) C numbers move a row forward, (2 L + 1) C backward, each once. Measured: not yet on a GPU. */
#include "gpu.cuh"

namespace
{

struct layers {
    int count;
    const float *x[ABLATE_INPUTS]; /* of each, (rows, width) */
    float *to[ABLATE_INPUTS];      /* their gradients, or NULL */
};

struct mix_row {
    layers f;
    const float *weight;
    float *out;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        for (int64_t j = lane; j < width; j += GPU_WARP) {
            float sum = 0;
            for (int i = 0; i < f.count; i++)
                sum += weight[row * f.count + i] * f.x[i][row * width + j];
            out[row * width + j] = sum;
        }
    }
};

/* grad . f_i to the gradient of weight i, and the weighted gradient to that of f_i. */
struct mix_slope {
    layers f;
    const float *weight, *grad;
    float *weight_grad;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        for (int i = 0; i < f.count; i++) {
            float scale = weight[row * f.count + i], product = 0;
            for (int64_t j = lane; j < width; j += GPU_WARP) {
                float g = grad[row * width + j];
                product += g * f.x[i][row * width + j];
                if (f.to[i])
                    f.to[i][row * width + j] += scale * g;
            }
            product = gpu_warp_sum(product);
            if (weight_grad && lane == 0)
                weight_grad[row * f.count + i] += product;
        }
    }
};

layers layers_of(const ablate_call *call)
{
    layers f = {};
    f.count = call->n_in - 1;
    for (int i = 0; i < f.count; i++) {
        f.x[i] = call->in[1 + i];
        f.to[i] = call->grad_in ? call->grad_in[1 + i] : nullptr;
    }
    return f;
}

void mix_forward(const gpu *g, const ablate_call *call)
{
    int64_t width = gpu_width(call->out_shape);
    gpu_rows(g, shape_size(call->out_shape) / width, mix_row{ layers_of(call), call->in[0], call->out, width });
}

/* Always adds, as the record says. */
void mix_backward(const gpu *g, const ablate_call *call)
{
    int64_t width = gpu_width(call->out_shape);
    gpu_rows(g, shape_size(call->out_shape) / width,
             mix_slope{ layers_of(call), call->in[0], call->grad_out, call->grad_in[0], width });
}

const gpu_op mix_record = { "gatefuse.mix", mix_forward, mix_backward, nullptr };
GPU_RECORD(mix_record);

} // namespace

GPU_EXPORT;
