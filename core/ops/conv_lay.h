/* conv_lay.h: the left matrix of a convolution as a product (results, taps x channels): what each result reads, laid
 * for a block of it at a time, on the CPU. */
#ifndef ABLATE_OPS_CONV_LAY_H
#define ABLATE_OPS_CONV_LAY_H
#include "../device/cpu_packed.h"
#include "conv_axis.h"

typedef struct laid {
    conv_axis axis[2];
    const float *from, *end;
    int64_t channels, part; /* of a pixel; of a group */
    bool joined;            /* taps side by side lie side by side: a row of the window is one run of numbers */
} laid;

/* What results of `axis` read from `from`, which has so many channels; it may be NULL where nothing is laid. */
laid laid_of(const conv *, const conv_axis axis[2], const float *from, int64_t channels);

/* As packed_product's `lay`, with a `laid` as its source and groups as its batches. At most PACKED_DEPTH terms. */
void laid_part(const void *laid, const packed_part *, float *to, int64_t row);

/* The same transposed, where the product's rows are terms and its terms are results. */
void laid_across(const void *laid, const packed_part *, float *to, int64_t row);

#endif
