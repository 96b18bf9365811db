/* metrics_image.h: one score for a picture from its map, by mean pooling and the maximum. */
#ifndef ABLATE_METRICS_IMAGE_H
#define ABLATE_METRICS_IMAGE_H
#include "metrics.h"

/* Maximum of picture's map after `times` mean poolings size x size with stride 1 and no border. `room` holds
 * 2 * height * width doubles. Each side must be greater than times * (size - 1). */
double image_pooled_maximum(const metrics_input *, int64_t picture, int size, int times, double *room);

#endif
