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

/* The least value of any channel that marks a defect: of exact samples, and of a compression that blurs edges. */
enum { IMAGE_EXACT = 1, IMAGE_BLURRED = 128 };

/* Decode a whole file in memory; `path` is for complaints. 0, or -1: complained, `out` untouched. */
typedef int image_decoder(const file_map *, const char *path, image_want, image_raster *out);
image_decoder image_png_decode, image_jpeg_decode, image_bmp_decode, image_tiff_decode, image_webp_decode;

/* What the file says before its pixels; `facts` comes with one upright picture of no size. What is damaged is left to
 * the decoder, which says so: 0, or -1 after complaining that there is no memory. */
typedef int image_looker(const file_map *, image_facts *);
image_looker image_png_look, image_jpeg_look, image_bmp_look, image_tiff_look, image_webp_look;

/* Do all chunks up to the last lie inside the file? libpng takes memory for a chunk as long as it says it is. */
bool image_png_whole(const file_map *);

typedef struct image_format {
    const char *name;
    image_looker *look;
    image_decoder *decode;
} image_format;

/* Told by the first bytes. NULL: complained what the file is instead, and what to type. */
const image_format *image_format_find(const file_map *, const char *path);

/* What an EXIF block ("Exif" and two zeros before it or not) and an XMP text say of the orientation: 1 .. 8, 0: nothing
 * that can be read, IMAGE_ORIENTATION_ODD: something else. */
enum { IMAGE_ORIENTATION_ODD = -1 };
int image_exif_orientation(const uint8_t *data, size_t size);
int image_xmp_orientation(const uint8_t *text, size_t size);

/* The orientation of a file that holds an EXIF block and an XMP text, or neither (NULL): XMP speaks where EXIF does
 * not.
 */
void image_facts_turn(image_facts *, const uint8_t *exif, size_t exif_size, const uint8_t *xmp, size_t xmp_size);

/* Memory for a raster, after checking 1 <= sides and the number of pixels. `what` begins the complaint. */
int image_raster_take(const char *what, int64_t width, int64_t height, int channels, image_raster *out);

/* In place: to one channel of 0/255, a pixel with any channel of at least that much (IMAGE_EXACT, ..) being a defect.
 */
void image_raster_mark(image_raster *, int least);

/* As it is meant to be seen, from how it is stored (orientation 1 .. 8); takes new memory in place of the old. 0, or
 * -1: complained, and the raster is as it was. */
int image_raster_turn(image_raster *, int orientation);

/* 0, or -1: complained. `out` is new memory; same channels. */
int image_raster_resize(const image_raster *in, int width, int height, image_filter, image_raster *out);
int image_raster_fit(const image_raster *in, int side, image_filter, image_raster *out);

#endif
