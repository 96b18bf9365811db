/* kth_largest.cu: the k-th largest of each row on the GPU, a block a row; as on the CPU a row is read 32 times, from
 * the cache where it fits. Measured: not yet on a GPU. */
#include "../gpu.cuh"
#include "kth_largest.h"

namespace
{

__global__ void kth_largest_kernel(const float *x, const float *share, float *out, int64_t width)
{
    __shared__ int room[GPU_THREADS / GPU_WARP];
    const float *row = x + static_cast<int64_t>(blockIdx.x) * width;
    const int64_t k = kth_of(*share, width);
    uint32_t found = 0;
    for (int bit = KTH_BITS - 1; bit >= 0; bit--) {
        const uint32_t with = found | UINT32_C(1) << bit;
        int count = 0;
        for (int64_t i = threadIdx.x; i < width; i += GPU_THREADS)
            count += kth_key(row[i]) >= with;
        found = gpu_block_sum(count, room) >= k ? with : found;
    }
    if (threadIdx.x == 0)
        out[blockIdx.x] = kth_number(found);
}

static void kth_largest_forward(const gpu *g, const ablate_call *call)
{
    const int64_t width = gpu_width(&call->in_shape[0]), rows = shape_size(call->out_shape);
    if (rows > 0)
        gpu_launch(g, kth_largest_kernel, dim3(static_cast<unsigned>(rows)), GPU_THREADS, 0, call->in[0], call->in[1],
                   call->out, width);
}

static const gpu_op kth_largest_record = { "kth_largest", kth_largest_forward, nullptr, nullptr };
GPU_RECORD(kth_largest_record);

} // namespace
