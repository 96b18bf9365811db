/* finish.cuh: bias and activation after a product on the GPU. An activation is one pass of its own over the result (12
 * bytes a number: the product before it is read, and kept for backward, beside the result). Backward takes the gradient
 * through the activation and sums the bias's gradient in one pass (12 bytes a number), in chunks of rows whose sums are
 * then added in order. Measured: not yet on a GPU. */
#ifndef ABLATE_OPS_FINISH_CUH
#define ABLATE_OPS_FINISH_CUH
#include "activation.cuh"

enum { FINISH_CHUNK = 64, FINISH_COLUMNS = 128 }; /* rows summed by one thread; columns of a block */

namespace
{

struct finish_numbers {
    activation_kind kind;
    const float *pre;
    float *out;
    template <class Index> __device__ void operator()(Index e) const
    {
        out[e] = gpu_activation(kind, pre[e]);
    }
};

/* The way back: the gradient of rows of n numbers before bias and activation, from that after them. */
struct finish_back {
    activation_kind kind;
    int64_t rows, n;
    const float *pre, *grad;
    float *bias; /* receives its gradient, or nullptr */
    bool add;    /* to it */
};

/* One chunk of rows of one column a thread: through the activation (if `to` is there), and their sum (if `sums` is). */
__global__ void finish_kernel(finish_back of, float *to, float *sums)
{
    int64_t column = static_cast<int64_t>(blockIdx.x) * FINISH_COLUMNS + threadIdx.x;
    int64_t first = static_cast<int64_t>(blockIdx.y) * FINISH_CHUNK;
    if (column >= of.n)
        return;
    float sum = 0;
#pragma unroll 8
    for (int i = 0; i < FINISH_CHUNK; i++) {
        int64_t at = (first + i) * of.n + column;
        if (first + i >= of.rows)
            break;
        float x = of.grad[at];
        if (to) {
            x *= gpu_activation_slope(of.kind, of.pre[at]);
            to[at] = x;
        }
        sum += x;
    }
    if (sums)
        sums[static_cast<int64_t>(blockIdx.y) * of.n + column] = sum;
}

struct finish_chunks {
    const float *sums;
    float *to;
    int64_t chunks, n;
    bool add;
    template <class Index> __device__ void operator()(Index column) const
    {
        double sum = 0;
        for (int64_t chunk = 0; chunk < chunks; chunk++)
            sum += static_cast<double>(sums[chunk * n + column]);
        gpu_put(&to[column], static_cast<float>(sum), add);
    }
};

inline int64_t finish_room(activation_kind kind, bool bias, int64_t rows, int64_t n)
{
    return (kind != ACTIVATION_NONE ? rows * n : 0) + (bias ? gpu_pieces(rows, FINISH_CHUNK) * n : 0);
}

/* Returns the gradient: `grad` itself, or in `room`. */
inline const float *finish_backward(const gpu *g, const finish_back &of, float *room)
{
    bool through = of.kind != ACTIVATION_NONE;
    unsigned chunks = gpu_pieces(of.rows, FINISH_CHUNK);
    float *sums = of.bias ? room + (through ? of.rows * of.n : 0) : nullptr;
    if (through || sums)
        gpu_launch(g, finish_kernel, dim3(gpu_pieces(of.n, FINISH_COLUMNS), chunks), FINISH_COLUMNS, 0, of,
                   through ? room : nullptr, sums);
    if (sums)
        gpu_each(g, of.n, finish_chunks{ sums, of.bias, chunks, of.n, of.add });
    return through ? room : of.grad;
}

} // namespace

#endif
