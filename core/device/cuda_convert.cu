/* cuda_convert.cu: numbers rounded to bfloat16, so that tensor cores can take them. 6 bytes a number: 4 read, 2
 * written. Measured: not yet on a GPU. */
#include "cuda.h"
#include <cuda_bf16.h>

enum { BLOCKS = 64 };

/* Room for rounded operands. What was given out stays, since recordings point to it; only more is added. */
static struct {
    void *room[BLOCKS];
    int64_t size[BLOCKS];
    int count;
} halves;

void *cuda_halves(int64_t numbers)
{
    for (int i = 0; i < halves.count; i++)
        if (halves.size[i] >= numbers)
            return halves.room[i];
    if (halves.count == BLOCKS) {
        cuda_trouble("rounded operands grew %d times", static_cast<int>(BLOCKS));
        return nullptr;
    }
    void *more = cuda_allocate(2 * static_cast<size_t>(numbers));
    if (more) {
        halves.size[halves.count] = numbers;
        halves.room[halves.count++] = more;
    }
    return more;
}

namespace
{
struct round_numbers {
    const float *from;
    __nv_bfloat16 *to;
    int64_t row, apart;
    uint32_t columns, rows;
    template <class Index> __device__ void operator()(Index e) const
    {
        Index line = e / columns;
        to[e] = __float2bfloat16_rn(
            from[static_cast<int64_t>(line / rows) * apart + static_cast<int64_t>(line % rows) * row + e % columns]);
    }
};
} // namespace

void cuda_round_bf16(const float *from, int64_t row, int64_t rows, int64_t columns, int64_t batches, int64_t apart,
                     void *to)
{
    gpu_each(&cuda_gpu, batches * rows * columns,
             round_numbers{ from, static_cast<__nv_bfloat16 *>(to), row, apart, static_cast<uint32_t>(columns),
                            static_cast<uint32_t>(rows) });
}
