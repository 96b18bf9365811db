/* image_exif.h: what a picture's metadata say of the side that is up. */
#ifndef ABLATE_IMAGE_EXIF_H
#define ABLATE_IMAGE_EXIF_H
#include "image.h"

/* The orientation of a file that holds an EXIF block and an XMP text, or neither (NULL): XMP speaks where EXIF does
 * not. */
void image_facts_turn(image_facts *, const uint8_t *exif, size_t exif_size, const uint8_t *xmp, size_t xmp_size);

#endif
