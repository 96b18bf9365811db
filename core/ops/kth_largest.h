/* kth_largest.h: how large one of many numbers is, for both halves. */
#ifndef ABLATE_OPS_KTH_LARGEST_H
#define ABLATE_OPS_KTH_LARGEST_H
#include "../base/both.h"

enum { KTH_BITS = 32 };

/* Whole numbers in the order of the numbers they stand for; NaN is the largest, so that it is seen. */
BOTH uint32_t kth_key(float x)
{
    uint32_t bits = float_to_bits(x), sign = UINT32_C(1) << (KTH_BITS - 1);
    if (x != x)
        return UINT32_MAX;
    return bits & sign ? ~bits : bits | sign;
}

BOTH float kth_number(uint32_t key)
{
    uint32_t sign = UINT32_C(1) << (KTH_BITS - 1);
    return bits_to_float(key & sign ? key & ~sign : ~key);
}

/* k of n numbers: that share of them, rounded down; at least one, at most all, and one where the share is NaN. The
 * product is rounded to float, so that a hundredth of 1000 is 10, though the float next to 0.01 is less than that. */
BOTH int64_t kth_of(float share, int64_t n)
{
    float k = (float)((double)share * (double)n);
    if (!(k >= 1.0f))
        return 1;
    return k < (float)n ? (int64_t)k : n;
}

#endif
