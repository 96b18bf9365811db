/* photograph.h: pictures of others that surfaces may be made of: one file of them, each in the format PAM (netpbm's P7,
 * depth 3 or 4, maxval 255), one after the other; experiments/pretrain.ini says which. */
#ifndef CAPTIONS_PHOTOGRAPH_H
#define CAPTIONS_PHOTOGRAPH_H
#include "module.h"

typedef struct photograph {
    int width, height, depth; /* depth 4: the last is how much a pixel covers what lies behind */
    const uint8_t *pixels;    /* rows top to bottom */
    bool cut;                 /* some of it is transparent */
    float mean[3];            /* colour of what is not, 0 to 1 */
} photograph;

/* Reads the file for all that follows, on the main thread, before pictures are made; "": none. 0, or -1: complained. */
int photographs_open(ablate_builder *, const char *path);
int photographs_count(void);
uint64_t photographs_digest(void); /* of the file's bytes; 0: there is none */
const photograph *photograph_of(int index);

/* Its colour at a place in its pixels, between them linear, and how much is covered there, 0 to 1. One without
 * transparency goes on beyond its edges as its mirror image, another is not there. */
float photograph_color_at(const photograph *, float x, float y, float rgb[3]);

#endif
