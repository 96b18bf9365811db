/* image_exif.h: what a picture's metadata say of the side that is up. */
#ifndef ABLATE_IMAGE_EXIF_H
#define ABLATE_IMAGE_EXIF_H
#include "image.h"

/* What an EXIF block ("Exif" and two zeros before it or not) and an XMP text say of the orientation: 1 .. 8, 0: nothing
 * that can be read, IMAGE_ORIENTATION_ODD: something else. */
enum { IMAGE_ORIENTATION_ODD = -1 };
int image_exif_orientation(const uint8_t *data, size_t size);
int image_xmp_orientation(const uint8_t *text, size_t size);

/* The orientation of a file that holds an EXIF block and an XMP text, or neither (NULL): XMP speaks where EXIF does
 * not. */
void image_facts_turn(image_facts *, const uint8_t *exif, size_t exif_size, const uint8_t *xmp, size_t xmp_size);

#endif
