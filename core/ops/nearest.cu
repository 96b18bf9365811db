/* nearest.cu: the distance of each row to the nearest of a bank of rows, on the GPU: a part of the bank at a time its
 * products with all rows by cuBLASLt, then a warp a row that keeps the closest; in the end the distance itself from the
 * differences. With rounded operands (run.precision) a product is rounder, the distance is not. Measured: not yet on a
 * GPU. */
#include "../base/both.h"
#include "../gpu.cuh"
#include "nearest.h"

namespace
{

struct square_row { /* |y|^2 */
    const float *bank;
    float *square;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        float sum = 0;
        for (int64_t i = lane; i < width; i += GPU_WARP)
            sum += bank[row * width + i] * bank[row * width + i];
        sum = gpu_warp_sum(sum);
        if (lane == 0)
            square[row] = sum;
    }
};

/* Of all lanes' the closest, of equals the one that comes first; every lane receives it. */
__device__ static inline void warp_best(float *closeness, int32_t *index)
{
    for (int apart = GPU_WARP / 2; apart > 0; apart /= 2) {
        float other = __shfl_xor_sync(0xFFFFFFFFu, *closeness, apart);
        int32_t at = __shfl_xor_sync(0xFFFFFFFFu, *index, apart);
        if (other > *closeness || (other == *closeness && at < *index)) {
            *closeness = other;
            *index = at;
        }
    }
}

struct keep_best {
    const float *product, *square;
    float *best; /* (rows, 2): closeness, and the bits of an index */
    int64_t apart, count, first;
    __device__ void operator()(int64_t row, int lane) const
    {
        float most = first == 0 ? -INFINITY : best[2 * row];
        int32_t index = first == 0 ? 0 : static_cast<int32_t>(float_to_bits(best[2 * row + 1]));
        for (int64_t i = lane; i < count; i += GPU_WARP) {
            float closeness = 2.0f * product[row * apart + i] - square[i];
            if (closeness > most) { /* never where it is no number */
                most = closeness;
                index = static_cast<int32_t>(first + i);
            }
        }
        warp_best(&most, &index);
        if (lane == 0) {
            best[2 * row] = most;
            best[2 * row + 1] = bits_to_float(static_cast<uint32_t>(index));
        }
    }
};

struct measure_row {
    const float *x, *bank, *best;
    float *out;
    int64_t width;
    __device__ void operator()(int64_t row, int lane) const
    {
        const float *to = bank + static_cast<int64_t>(float_to_bits(best[2 * row + 1])) * width;
        float sum = 0;
        for (int64_t i = lane; i < width; i += GPU_WARP)
            sum += (x[row * width + i] - to[i]) * (x[row * width + i] - to[i]);
        sum = gpu_warp_sum(sum);
        if (lane == 0)
            out[row] = sqrtf(sum);
    }
};

static void nearest_forward(const gpu *g, const ablate_call *call)
{
    const nearest_sizes s = nearest_sizes_of(call->in_shape);
    float *product = call->scratch, *square = product + s.rows * s.part, *best = square + s.part;
    for (int64_t first = 0; first < s.bank; first += s.part) {
        const float *part = call->in[1] + first * s.width;
        int64_t count = s.bank - first < s.part ? s.bank - first : s.part;
        gpu_product p = {};
        p.tb = true;
        p.m = s.rows, p.n = count, p.k = s.width;
        p.a = call->in[0], p.lda = s.width;
        p.b = part, p.ldb = s.width;
        p.c = product, p.ldc = s.part;
        p.batches = 1;
        g->multiply(&p);
        gpu_rows(g, count, square_row{ part, square, s.width });
        gpu_rows(g, s.rows, keep_best{ product, square, best, s.part, count, first });
    }
    gpu_rows(g, s.rows, measure_row{ call->in[0], call->in[1], best, call->out, s.width });
}

static int64_t nearest_scratch(const ablate_call *call, bool backward)
{
    const nearest_sizes s = nearest_sizes_of(call->in_shape);
    (void)backward;
    return s.rows * (s.part + 2) + s.part;
}

static const gpu_op nearest_record = { "nearest", nearest_forward, nullptr, nearest_scratch };
GPU_RECORD(nearest_record);

} // namespace
