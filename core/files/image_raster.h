/* image_raster.h: pixels in memory between a file's decoder and the pictures of image.h. */
#ifndef ABLATE_IMAGE_RASTER_H
#define ABLATE_IMAGE_RASTER_H
#include "image.h"

typedef struct image_raster { /* (height, width, channels) of 8 bits; channels 1 or 3, more on the way to a mask;
                                 `value` is malloc'ed */
    int width, height, channels;
    uint8_t *value;
} image_raster;

/* The least value of any channel that marks a defect: of exact samples, and of a compression that blurs edges. */
enum { IMAGE_EXACT = 1, IMAGE_BLURRED = 128 };

/* Memory for a raster, after checking 1 <= sides and the number of pixels. `what` begins the complaint. */
int image_raster_take(const char *what, int64_t width, int64_t height, int channels, image_raster *out);

/* To one channel of 0/255, a pixel with any channel of at least that much (IMAGE_EXACT, ..) being a defect. `to` has
 * room for all pixels, and may be the raster's own value. */
void image_raster_mark(const image_raster *, int least, uint8_t *to);

/* As it is meant to be seen, from how it is stored (orientation 1 .. 8); takes new memory in place of the old. 0, or
 * -1: complained, and the raster is as it was. */
int image_raster_turn(image_raster *, int orientation);

/* Other sizes, bit for bit as Pillow makes them (image_resize.c): to width x height, or the shorter side to `side` and
 * a square from the middle. 0, or -1: complained. `out` is new memory. */
int image_raster_resize(const image_raster *in, int width, int height, image_filter, image_raster *out);
int image_raster_fit(const image_raster *in, int side, image_filter, image_raster *out);

#endif
