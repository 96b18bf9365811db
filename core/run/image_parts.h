/* image_parts.h: what the files of image.h share. */
#ifndef ABLATE_RUN_IMAGE_PARTS_H
#define ABLATE_RUN_IMAGE_PARTS_H
#include "../base/file.h"
#include "image.h"

typedef struct image_raster { /* (height, width, channels) of 8 bits; channels 1 or 3; `value` is malloc'ed */
    int width, height, channels;
    uint8_t *value;
} image_raster;

/* How a decoder fills a raster: colours as RGB, or defects as 0/255 in one channel. */
typedef enum image_want { IMAGE_WANT_RGB, IMAGE_WANT_MASK } image_want;

/* Decode a whole file in memory; `path` is for complaints. 0, or -1: complained, `out` untouched. */
int image_png_decode(const file_map *, const char *path, image_want, image_raster *out);
int image_jpeg_decode(const file_map *, const char *path, image_want, image_raster *out);

/* Memory for a raster, after checking 1 <= sides and the number of pixels. `what` begins the complaint. */
int image_raster_take(const char *what, int64_t width, int64_t height, int channels, image_raster *out);

/* 0, or -1: complained. `out` is new memory; same channels. */
int image_raster_resize(const image_raster *in, int width, int height, image_filter, image_raster *out);
int image_raster_fit(const image_raster *in, int side, image_filter, image_raster *out);

#endif
