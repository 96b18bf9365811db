/* nearest.h: how rows are compared with a bank of rows, in both halves: a part of the bank at a time. */
#ifndef ABLATE_OPS_NEAREST_H
#define ABLATE_OPS_NEAREST_H
#include "../shape.h"

enum { NEAREST_PART = 2048 }; /* rows of the bank whose products with all rows lie in memory at once */

typedef struct nearest_sizes {
    int64_t rows, width, bank, part; /* part: of the bank, at most NEAREST_PART */
} nearest_sizes;

static inline nearest_sizes nearest_sizes_of(const ablate_shape *in)
{
    nearest_sizes s = { 0, in[1].dim[1], in[1].dim[0], in[1].dim[0] };
    s.rows = shape_size(&in[0]) / s.width;
    if (s.part > NEAREST_PART)
        s.part = NEAREST_PART;
    return s;
}

#endif
