/* conv_product.h: the three sums of a convolution on the CPU: the map from the picture, the picture from the map, the
 * weight from both. Forward and backward of conv and conv_transposed are made of them.
 *
 * The map and the picture are matrix products whose left matrix (pixels, taps x channels) is never written down: its
 * blocks are laid beside the product (cpu_packed.h), in the order row of the window, column, channel. Depthwise ones
 * have sums of a few terms only, and go channel by channel side by side. */
#ifndef ABLATE_OPS_CONV_PRODUCT_H
#define ABLATE_OPS_CONV_PRODUCT_H
#include "conv_axis.h"
#include "finish.h"

/* The weight is (filters, kernel height, kernel width, channels of a group) everywhere. `room` has conv_room floats. */
int64_t conv_room(const conv *);

/* Map (batch, count, filters) of a picture; then `f`, whose `out` is the map. add: to what is there, without bias. */
void conv_map(const ablate_cpu *, const conv *, const float *picture, const float *weight, const finish *f, bool add,
              float *room);

/* Picture (batch, size, channels) of a map: each number of the picture is the sum of what it gave to the map. The
 * rest as above. */
void conv_picture(const ablate_cpu *, const conv *, const float *map, const float *weight, const finish *f, bool add,
                  float *room);

/* Gradient of the weight. */
void conv_weight(const ablate_cpu *, const conv *, const float *picture, const float *map, float *weight, bool add,
                 float *room);

#endif
