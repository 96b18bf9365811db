/* random.h: counter-based random numbers, Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as
 * 1, 2, 3"; the generator cuRAND ships too). A draw is a pure function of (key, step, index): the same on every
 * device, for any number of threads, in any order. All inline so that kernels vectorise. */
#ifndef ABLATE_RANDOM_H
#define ABLATE_RANDOM_H
#include "both.h"
#include <math.h>

typedef struct random_block {
    uint32_t word[4];
} random_block;

/* The block with counter (index low, index high, step low, step high) and key (low, high). */
BOTH random_block random_draw(uint64_t key, uint64_t step, uint64_t index)
{
    uint32_t c0 = (uint32_t)index, c1 = (uint32_t)(index >> 32), c2 = (uint32_t)step, c3 = (uint32_t)(step >> 32);
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    random_block block = { { c0, c1, c2, c3 } };
    return block;
}

/* Uniform on (0, 1], 24 bits: never zero, so its logarithm is finite. */
BOTH float random_uniform(uint32_t word)
{
    return ((float)(word >> 8) + 1.0f) * 0x1p-24f;
}

/* Four independent standard normals of one block, Box and Muller's method: elements 4i .. 4i+3 of a stream. */
BOTH void random_normal4(random_block block, float out[4])
{
    for (int pair = 0; pair < 2; pair++) {
        float radius = sqrtf(-2.0f * logf(random_uniform(block.word[2 * pair])));
        float angle = 6.28318530717958647692f * random_uniform(block.word[2 * pair + 1]);
        out[2 * pair] = radius * cosf(angle);
        out[2 * pair + 1] = radius * sinf(angle);
    }
}

/* Key of a named stream: a 64-bit mix of the seed and the name (FNV-1a, then a finaliser). */
BOTH uint64_t random_key(uint64_t seed, const char *name)
{
    uint64_t h = 0xCBF29CE484222325u ^ seed;
    for (; *name; name++)
        h = (h ^ (uint8_t)*name) * 0x100000001B3u;
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDu;
    h ^= h >> 33;
    h *= 0xC4CEB9FE1A85EC53u;
    return h ^ (h >> 33);
}

#endif
