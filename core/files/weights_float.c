/* Number formats of weights files. */
#include "../base/bytes.h"
#include "../base/half.h"
#include "weights_parts.h"
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
            to[i] = double_read(little64(from + 8 * i));
        else if (dtype == WEIGHTS_F32)
            to[i] = bits_to_float(little32(from + 4 * i));
        else if (dtype == WEIGHTS_BF16)
            to[i] = bits_to_float(little16(from + 2 * i) << 16);
        else
            to[i] = half_read((uint16_t)little16(from + 2 * i));
    }
}
