/* Number formats of weights files. Bits are taken apart by hand: no compiler option or processor is asked for. */
#include "weights_parts.h"
#include <endian.h>
#include <string.h>

size_t weights_dtype_size(const char *dtype_name, weights_dtype *dtype)
{
    static const struct {
        const char *name;
        size_t size;
        weights_dtype dtype;
    } known[] = {
        { "F64", 8, WEIGHTS_F64 },       { "F32", 4, WEIGHTS_F32 },       { "F16", 2, WEIGHTS_F16 },
        { "BF16", 2, WEIGHTS_BF16 },     { "I64", 8, WEIGHTS_OTHER },     { "U64", 8, WEIGHTS_OTHER },
        { "I32", 4, WEIGHTS_OTHER },     { "U32", 4, WEIGHTS_OTHER },     { "I16", 2, WEIGHTS_OTHER },
        { "U16", 2, WEIGHTS_OTHER },     { "I8", 1, WEIGHTS_OTHER },      { "U8", 1, WEIGHTS_OTHER },
        { "F8_E5M2", 1, WEIGHTS_OTHER }, { "F8_E4M3", 1, WEIGHTS_OTHER }, { "BOOL", 1, WEIGHTS_OTHER },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].name, dtype_name) == 0) {
            *dtype = known[i].dtype;
            return known[i].size;
        }
    return 0;
}

static uint16_t read16(const uint8_t *from)
{
    uint16_t value;
    memcpy(&value, from, sizeof value);
    return le16toh(value);
}

static uint32_t read32(const uint8_t *from)
{
    uint32_t value;
    memcpy(&value, from, sizeof value);
    return le32toh(value);
}

static uint64_t read64(const uint8_t *from)
{
    uint64_t value;
    memcpy(&value, from, sizeof value);
    return le64toh(value);
}

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static float half_read(uint32_t half)
{
    uint32_t sign = (half & 0x8000u) << 16, exponent = (half >> 10) & 31u, fraction = half & 0x3FFu;
    if (exponent == 31)
        return float_of(sign | 0x7F800000u | fraction << 13);
    if (exponent > 0)
        return float_of(sign | (exponent + 112u) << 23 | fraction << 13);
    float small = (float)fraction * 0x1p-24f; /* subnormal: exact */
    return sign ? -small : small;
}

static float double_read(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

void weights_decode(weights_dtype dtype, const uint8_t *from, int64_t n, float *to)
{
    for (int64_t i = 0; i < n; i++) {
        if (dtype == WEIGHTS_F64)
            to[i] = double_read(read64(from + 8 * i));
        else if (dtype == WEIGHTS_F32)
            to[i] = float_of(read32(from + 4 * i));
        else if (dtype == WEIGHTS_BF16)
            to[i] = float_of((uint32_t)read16(from + 2 * i) << 16);
        else
            to[i] = half_read(read16(from + 2 * i));
    }
}

uint16_t weights_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
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
