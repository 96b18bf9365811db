/* cuda_convert.cu: numbers rounded to bfloat16, so that tensor cores can take them. 6 bytes a number: 4 read, 2
 * written. Measured: not yet on a GPU. */
#include "cuda.h"
#include <cuda_bf16.h>

enum { BLOCKS = 64 };

/* Room for rounded operands, of each stream. What was given out stays, since recordings point to it; only more is
 * added. */
static struct {
    void *room[BLOCKS];
    int64_t size[BLOCKS], largest;
    int count;
} halves[CUDA_STREAMS];

static void *room_of(int stream, int64_t numbers)
{
    auto *own = &halves[stream];
    for (int i = 0; i < own->count; i++)
        if (own->size[i] >= numbers)
            return own->room[i];
    if (own->count == BLOCKS) {
        cuda_trouble("rounded operands grew %d times", static_cast<int>(BLOCKS));
        return nullptr;
    }
    void *more = cuda_allocate(2 * static_cast<size_t>(numbers));
    if (more) {
        own->size[own->count] = own->largest = numbers;
        own->room[own->count++] = more;
    }
    return more;
}

void *cuda_halves(int64_t numbers)
{
    return room_of(cuda_order_stream(), numbers);
}

int cuda_halves_share(void)
{
    for (int s = 1; s < CUDA_STREAMS; s++)
        if (halves[0].largest > 0 && !room_of(s, halves[0].largest))
            return -1;
    return 0;
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
