/* mma.h: the tensor cores' product, from its documented layout of registers. Included by emulator.h. */
#ifndef EMULATOR_MMA_H
#define EMULATOR_MMA_H

static inline float gpu_round_tf32(float x)
{
    unsigned bits = __float_as_uint(x);
    if (std::isnan(x) || std::isinf(x))
        return x;
    return __uint_as_float((bits + 0x1000u) & ~0x1FFFu); /* ties away from zero */
}

/* Whoever hands over a number that is not rounded is stopped: a tensor core would cut it off. */
static inline void gpu_mma_tf32(float d[4], const float a[4], const float b[2])
{
    uint32_t given[6], taken[32][8];
    for (int i = 0; i < 6; i++) {
        given[i] = __float_as_uint(i < 4 ? a[i] : b[i - 4]);
        if ((given[i] & 0x1FFFu) && !std::isnan(__uint_as_float(given[i])))
            emulator_stop("an operand of a tensor core is not rounded to TF32");
    }
    emulator_gather(given, 6, taken);
    int group = emulator_now->lane / 4, place = emulator_now->lane % 4;
    for (int i = 0; i < 4; i++) {
        int row = group + 8 * (i / 2), column = 2 * place + i % 2;
        for (int depth = 0; depth < 8; depth++) {
            uint32_t left = taken[row % 8 * 4 + depth % 4][row / 8 + 2 * (depth / 4)];
            uint32_t right = taken[column * 4 + depth % 4][4 + depth / 4];
            d[i] += __uint_as_float(left) * __uint_as_float(right);
        }
    }
}

#endif
