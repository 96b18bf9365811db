/* metrics_pixel.h: one sort of a class's defect pixels, one pass over all its pixels: the counts its curves are made
 * of. */
#ifndef ABLATE_METRICS_PIXEL_H
#define ABLATE_METRICS_PIXEL_H
#include "metrics.h"
#include "metrics_component.h"
#include "metrics_curve.h"

typedef struct pixel_counts {
    curve_counts curve;         /* distinct = 0 if there is no defect pixel: then the rest is not used */
    uint64_t *key;              /* (distinct + 1) of the distinct scores, ascending; the last UINT64_MAX */
    uint32_t *count, *positive; /* as rank_count gives them; of the defective pixels */
    double *weight;
} pixel_counts;

/* Counts the pixels of n pictures, `picture` their places in the input, `components` their defects; writes the extremes
 * of each map into least (n) and greatest (n). 0, or -1: complained (a score that is not finite, no memory); pixel_free
 * after 0. */
int pixel_count(const metrics_input *, const int64_t *picture, int64_t n, const component_list *components,
                pixel_counts *, double *least, double *greatest);
void pixel_free(pixel_counts *);

#endif
