/* page_colour.h: numbers as colours, and masks as outlines. */
#ifndef ABLATE_PAGE_COLOUR_H
#define ABLATE_PAGE_COLOUR_H
#include "image.h"

/* Picture (size, size) of a map: from dark blue (low and less) over green to yellow (high and more), evenly bright
 * steps that also read in grey. image_free releases it. 0, or -1: complained. */
int page_colour_map(const float *map, int size, double low, double high, ablate_image *);

/* Draws the border of the mask's defects into the picture, of the same size, in light on dark. */
void page_colour_outline(ablate_image *, const image_mask *);

#endif
