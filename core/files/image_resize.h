/* image_resize.h: other sizes of a raster, bit for bit as Pillow makes them. */
#ifndef ABLATE_IMAGE_RESIZE_H
#define ABLATE_IMAGE_RESIZE_H
#include "image_raster.h"

/* Same channels: to width x height, or the shorter side to `side` and a square from the middle. 0, or -1: complained.
 * `out` is new memory. */
int image_raster_resize(const image_raster *in, int width, int height, image_filter, image_raster *out);
int image_raster_fit(const image_raster *in, int side, image_filter, image_raster *out);

#endif
