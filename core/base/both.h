/* both.h: functions that the host and a GPU run alike. */
#ifndef ABLATE_BOTH_H
#define ABLATE_BOTH_H
#include <stdint.h>
#include <string.h>

#ifdef __CUDACC__
#define BOTH static inline __host__ __device__
#else
#define BOTH static inline
#endif

BOTH float bits_to_float(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

BOTH uint32_t float_to_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

#endif
