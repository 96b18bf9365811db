/* image_format.h: the formats of pictures, told by a file's first bytes. A new one is two functions in a file of its
 * own and a line in image_format.c. */
#ifndef ABLATE_IMAGE_FORMAT_H
#define ABLATE_IMAGE_FORMAT_H
#include "../base/file.h"
#include "image_raster.h"

/* What a decoder puts into a raster: RGB; or samples that are greater than zero where those of any depth in the file
 * are. */
typedef enum image_want { IMAGE_WANT_RGB, IMAGE_WANT_MASK } image_want;

/* Decodes a whole file in memory; `path` is for complaints. `out` begins empty; its value is the caller's to free also
 * after an error. A mask may come in any number of channels, of which one of at least the number returned (IMAGE_EXACT,
 * ..) marks a defect. -1: complained. */
typedef int image_decoder(const file_map *, const char *path, image_want, image_raster *out);
image_decoder image_png_decode, image_jpeg_decode, image_bmp_decode, image_tiff_decode, image_webp_decode;

/* What the file says before its pixels; `facts` comes with one upright picture of no size. What is damaged is left to
 * the decoder, which says so: 0, or -1 after complaining that there is no memory. */
typedef int image_looker(const file_map *, image_facts *);
image_looker image_png_look, image_jpeg_look, image_bmp_look, image_tiff_look, image_webp_look;

/* The orientation of a file that holds an EXIF block and an XMP text, or neither (NULL): XMP speaks where EXIF does not
 * (image_exif.c). */
void image_facts_turn(image_facts *, const uint8_t *exif, size_t exif_size, const uint8_t *xmp, size_t xmp_size);

/* Do all chunks up to the last lie inside the file? libpng takes memory for a chunk as long as it says it is. */
bool image_png_whole(const file_map *);

typedef struct image_format {
    const char *name;
    image_looker *look;
    image_decoder *decode;
} image_format;

/* NULL: complained what the file is instead, and what to type. */
const image_format *image_format_find(const file_map *, const char *path);

#endif
