/* image_golden.h: golden pictures and how they are compared; included by one test program each. */
#ifndef LAB_IMAGE_GOLDEN_H
#define LAB_IMAGE_GOLDEN_H
#include "../../core/files/image.h"
#include "test.h"

#define GOLDEN "tests/golden/images/"

/* Binary PPM (P6) or PGM (P5) as Pillow writes it: "P6\nWIDTH HEIGHT\n255\n", then the bytes. */
void golden_check(const char *file, int width, int height, int channels, const uint8_t *value);

/* A picture that can be read; image_free when done. */
void read_good(const char *file, ablate_image *image);

/* The picture is refused in one sentence that begins with its path and holds the words. */
void image_refused(const char *file, const char *words);

/* Every prefix of the picture of `from` bytes or more is refused so, under own_file; the whole is read. */
void image_cut(const char *good, size_t from, const char *words);

#endif
