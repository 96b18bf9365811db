/* k_center.cu: the greedy choice of rows that lie far apart, on the GPU: two launches a chosen row. The first brings
 * all distances up to date, a thread a row, each summed from the first number on as on the CPU, and leaves the farthest
 * of each block; the second takes the farthest of all. x is read once a choice, from a copy that lies column by column.
 * Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "k_center.h"

namespace
{

struct lay_columns { /* (rows, width) -> (width, rows); and nothing is chosen yet */
    const float *x;
    float *column, *least;
    int64_t rows, width;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index n = static_cast<Index>(width), row = e / n, d = e - row * n;
        column[static_cast<int64_t>(d) * rows + row] = x[e];
        if (d == 0)
            least[row] = INFINITY;
    }
};

__global__ void begin_kernel(float *out, int start)
{
    out[0] = static_cast<float>(start);
}

/* Farther, or as far and earlier; the block's farthest is with thread 0. */
__device__ static inline bool before(float far, int64_t row, float other, int64_t its)
{
    return far > other || (far == other && row < its);
}

__device__ static void block_farthest(float *far, int64_t *row)
{
    __shared__ float fars[GPU_THREADS];
    __shared__ int64_t rows[GPU_THREADS];
    fars[threadIdx.x] = *far;
    rows[threadIdx.x] = *row;
    __syncthreads();
    for (unsigned apart = GPU_THREADS / 2; apart > 0; apart /= 2) {
        unsigned other = threadIdx.x + apart;
        if (threadIdx.x < apart && before(fars[other], rows[other], fars[threadIdx.x], rows[threadIdx.x])) {
            fars[threadIdx.x] = fars[other];
            rows[threadIdx.x] = rows[other];
        }
        __syncthreads();
    }
    *far = fars[0];
    *row = rows[0];
}

/* One row a thread, after `chosen` was taken; (far, row) of the block into best[2 * block]. */
__global__ void learn_kernel(const float *x, const float *column, const float *chosen, float *least, float *best,
                             int64_t rows, int64_t width)
{
    int64_t row = static_cast<int64_t>(blockIdx.x) * GPU_THREADS + threadIdx.x;
    int64_t taken = static_cast<int64_t>(*chosen);
    float far = -INFINITY;
    if (row < rows) {
        float square = 0;
        for (int64_t d = 0; d < width; d++) {
            float apart = column[d * rows + row] - x[taken * width + d];
            square = fmaf(apart, apart, square);
        }
        far = square < least[row] ? square : least[row];
        least[row] = far = row == taken ? -1.0f : far;
    }
    block_farthest(&far, &row);
    if (threadIdx.x == 0) {
        best[2 * blockIdx.x] = far;
        best[2 * blockIdx.x + 1] = static_cast<float>(row);
    }
}

/* One block. */
__global__ void choose_kernel(const float *best, int64_t blocks, float *out)
{
    float far = -INFINITY;
    int64_t row = 0;
    for (int64_t b = threadIdx.x; b < blocks; b += GPU_THREADS) {
        int64_t its = static_cast<int64_t>(best[2 * b + 1]);
        if (before(best[2 * b], its, far, row)) {
            far = best[2 * b];
            row = its;
        }
    }
    block_farthest(&far, &row);
    if (threadIdx.x == 0)
        *out = static_cast<float>(row);
}

static void k_center_forward(const gpu *g, const ablate_call *call)
{
    const k_center_attr *a = static_cast<const k_center_attr *>(call->attr);
    int64_t rows = call->in_shape[0].dim[0], width = call->in_shape[0].dim[1];
    unsigned blocks = gpu_pieces(rows, GPU_THREADS);
    float *column = call->scratch, *least = column + rows * width, *best = least + rows;
    gpu_each(g, rows * width, lay_columns{ call->in[0], column, least, rows, width });
    gpu_launch(g, begin_kernel, dim3(1), 1, 0, call->out, a->start);
    for (int k = 1; k < a->count; k++) {
        gpu_launch(g, learn_kernel, dim3(blocks), GPU_THREADS, 0, call->in[0], column, call->out + k - 1, least, best,
                   rows, width);
        gpu_launch(g, choose_kernel, dim3(1), GPU_THREADS, 0, best, blocks, call->out + k);
    }
}

static int64_t k_center_scratch(const ablate_call *call, bool backward)
{
    int64_t rows = call->in_shape[0].dim[0], width = call->in_shape[0].dim[1];
    (void)backward;
    return rows * (width + 1) + 2 * static_cast<int64_t>(gpu_pieces(rows, GPU_THREADS));
}

static const gpu_op k_center_record = { "k_center", k_center_forward, nullptr, k_center_scratch };
GPU_RECORD(k_center_record);

} // namespace
