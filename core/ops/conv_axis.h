/* conv_axis.h: the sums of a convolution along one axis, on the CPU: both ways are a step through what is read for each
 * tap. */
#ifndef ABLATE_OPS_CONV_AXIS_H
#define ABLATE_OPS_CONV_AXIS_H
#include "conv.h"

/* From one end of a sum over taps to the other, along one axis: result i reads `from` at i * step + first + t * apart
 * for tap t, if that lies inside, and the weight at weight_first + t * weight_step; it lands at to_first + i * to_step.
 */
typedef struct conv_axis {
    int64_t results, taps, step, first, apart, weight_first, weight_step, to_first, to_step, from_size, to_size;
} conv_axis;

/* From the picture to the map. */
static inline conv_axis conv_axis_map(const conv *c, int i)
{
    return (conv_axis){ .results = c->count[i],
                        .taps = c->kernel[i],
                        .step = c->move.stride[i],
                        .first = -c->move.before[i],
                        .apart = c->move.dilation[i],
                        .weight_step = 1,
                        .to_step = 1,
                        .from_size = c->size[i],
                        .to_size = c->count[i] };
}

/* From the map to those rows (columns) of the picture whose number leaves `rest` over the stride: they are read by the
 * same taps, every (stride / g)-th, g being what stride and dilation have in common. */
static inline conv_axis conv_axis_picture(const conv *c, int i, int64_t rest)
{
    int64_t stride = c->move.stride[i], dilation = c->move.dilation[i], common = stride, other = dilation;
    while (other) {
        int64_t left = common % other;
        common = other;
        other = left;
    }
    int64_t every = stride / common, tap = 0, at = rest + c->move.before[i];
    while (tap < every && (at - tap * dilation) % stride)
        tap++;
    return (conv_axis){ .results = c->size[i] > rest ? (c->size[i] - rest + stride - 1) / stride : 0,
                        .taps = tap < every && tap < c->kernel[i] ? (c->kernel[i] - tap + every - 1) / every : 0,
                        .step = 1,
                        .first = (at - tap * dilation) / stride,
                        .apart = -dilation / common,
                        .weight_first = tap,
                        .weight_step = every,
                        .to_first = rest,
                        .to_step = stride,
                        .from_size = c->count[i],
                        .to_size = c->size[i] };
}

#endif
