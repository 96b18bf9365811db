#include "half.h"
#include <stdbool.h>

float half_read(uint16_t bits)
{
    uint32_t sign = (bits & 0x8000u) << 16, exponent = bits >> 10 & 31u, fraction = bits & 0x3FFu;
    if (exponent == 31)
        return bits_to_float(sign | 0x7F800000u | fraction << 13);
    if (exponent > 0)
        return bits_to_float(sign | (exponent + 112u) << 23 | fraction << 13);
    float small = (float)fraction * 0x1p-24f; /* subnormal: exact */
    return sign ? -small : small;
}

uint16_t half_of(float value)
{
    uint32_t bits = float_to_bits(value);
    uint32_t sign = bits >> 16 & 0x8000u, size = bits & 0x7FFFFFFFu;
    if (size > 0x7F800000u) /* NaN */
        return (uint16_t)(sign | 0x7E00u);
    if (size >= 0x47800000u) /* 65536 and more */
        return (uint16_t)(sign | 0x7C00u);

    /* Value = significand * 2^-k units of the half; keep the bits above k, round by those below */
    bool normal = size >= 0x38800000u; /* 2^-14 */
    uint32_t exponent = size >> 23, significand = (size & 0x7FFFFFu) | 0x800000u;
    uint32_t k = normal ? 13u : 126u - exponent;
    if (k > 24) /* below half of the smallest subnormal; k = 24 may still round up */
        return (uint16_t)sign;
    uint32_t kept = significand >> k, below = significand & ((1u << k) - 1u), half = 1u << (k - 1);
    kept += below > half || (below == half && (kept & 1u));
    /* A carry out of the fraction runs into the exponent, as it should */
    return (uint16_t)(sign | (normal ? kept + ((exponent - 113u) << 10) : kept));
}
