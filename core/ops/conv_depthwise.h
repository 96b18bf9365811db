/* conv_depthwise.h: convolutions of one filter a channel, on the CPU. */
#ifndef ABLATE_OPS_CONV_DEPTHWISE_H
#define ABLATE_OPS_CONV_DEPTHWISE_H
#include "conv_axis.h"
#include "finish.h"

/* Results of `axis` (conv.h) of all pictures from `from`, by `weight` (kernel height, kernel width, channels); then
 * `f`, or, where `add`, only added. */
void depthwise_run(const ablate_cpu *, const conv *, const conv_axis axis[2], const float *from, const float *weight,
                   const finish *f, bool add);

/* Gradient of the weight (channels, kernel height, kernel width). */
void depthwise_weight(const ablate_cpu *, const conv *, const float *picture, const float *map, float *weight,
                      bool add);

#endif
