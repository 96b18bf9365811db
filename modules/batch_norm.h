/* batch_norm.h: batch normalisation for modules (Ioffe and Szegedy 2015): y = (x - mean) / sqrt(variance + eps) weight
 * + bias, channel by channel, channels being the last axis. Frozen, it goes into the convolution before it; trained,
 * mean and variance are those of the batch, and scoring has the running averages of both. */
#ifndef MODULES_BATCH_NORM_H
#define MODULES_BATCH_NORM_H
#include "operations.h"

/* ---- frozen ---- */

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

/* ---- trained ---- */

/* After each step of training buffer = (1 - momentum) buffer + momentum value. */
static inline void running_average(ablate_builder *b, ablate_value *buffer, double momentum, ablate_value *value)
{
    // tag::running_average[]
    ablate_value *before = op_scale(b, buffer, 1 - momentum);
    ablate_update(b, buffer, op_add(b, before, op_scale(b, value, momentum)));
    // end::running_average[]
}

/* One of the two rows of moments, mean or variance: (C). */
static inline ablate_value *batch_moment(ablate_builder *b, ablate_value *moments, int row)
{
    return op_reshape(b, op_slice(b, moments, 0, .start = row, .count = 1), -1);
}

/* Of x (..., C), as PyTorch's BatchNorm, with its names: parameters NAME.weight and NAME.bias, buffers
 * NAME.running_mean and NAME.running_var. While training a result depends on its whole batch; when scoring on its own
 * picture alone. */
static inline ablate_value *batch_norm(ablate_builder *b, const char *name, double eps, double momentum,
                                       ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x);
    int64_t c = shape.rank > 0 ? shape.dim[shape.rank - 1] : 1, rows = 1;
    for (int i = 0; i < shape.rank - 1; i++)
        rows *= shape.dim[i];
    ablate_value *weight = ablate_param(b, ablate_text(b, "%s.weight", name), "ones", c);
    ablate_value *bias = ablate_param(b, ablate_text(b, "%s.bias", name), "zeros", c);
    ablate_value *mean = ablate_buffer(b, ablate_text(b, "%s.running_mean", name), "zeros", c);
    ablate_value *variance = ablate_buffer(b, ablate_text(b, "%s.running_var", name), "ones", c);
    if (!b->training)
        return op_batch_norm(b, x, mean, variance, weight, bias, eps);
    if (rows < 2)
        ablate_fail(b, "%s: one number a channel has no variance; take a larger batch", name);
    ablate_value *moments = op_moments(b, x), *batch_mean = batch_moment(b, moments, 0);
    ablate_value *batch_variance = batch_moment(b, moments, 1);
    running_average(b, mean, momentum, batch_mean);
    running_average(b, variance, momentum, op_scale(b, batch_variance, (double)rows / (double)(rows - 1)));
    return op_batch_norm(b, x, batch_mean, batch_variance, weight, bias, eps);
}

#endif
