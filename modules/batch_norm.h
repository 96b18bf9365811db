/* batch_norm.h: batch normalisation for modules: y = (x - mean) / sqrt(variance + eps) weight + bias, channel by
 * channel, channels being the last axis. */
#ifndef MODULES_BATCH_NORM_H
#define MODULES_BATCH_NORM_H
#include "operations.h"

/* Frozen statistics make it a line for each channel, y = scale x + shift. */
typedef struct norm_line {
    ablate_value *scale, *shift; /* (C) each */
} norm_line;

/* All four (C), from a weights file or constant: then the engine computes the line once, before the first run. */
static inline norm_line batch_norm_line(ablate_builder *b, ablate_value *weight, ablate_value *bias, ablate_value *mean,
                                        ablate_value *variance, double eps)
{
    ablate_value *scale = op_div(b, weight, op_sqrt(b, op_affine(b, variance, 1, eps)));
    return (norm_line){ scale, op_sub(b, bias, op_mul(b, mean, scale)) };
}

/* The convolution before it takes the scale into its weight (O, KH, KW, I / groups) and the shift as its bias, so that
 * nothing of the normalisation is left to run. */
static inline ablate_value *batch_norm_weight(ablate_builder *b, ablate_value *weight, const norm_line *line)
{
    return op_mul(b, weight, op_reshape(b, line->scale, -1, 1, 1, 1));
}

#endif
