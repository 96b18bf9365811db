/* metrics_naive.h: the definitions of the metrics, written as slowly and plainly as they read, for comparison. Every
 * threshold walks over every pixel; defects are found by flooding. Maps are double; sizes are tiny. */
#ifndef LAB_METRICS_NAIVE_H
#define LAB_METRICS_NAIVE_H
#include "test.h"
#include <math.h>

enum { NAIVE_MOST = 4096 }; /* pixels of all pictures together */

typedef struct naive_set { /* one class */
    int n, height, width;
    double score[NAIVE_MOST];
    uint8_t mask[NAIVE_MOST];
} naive_set;

int naive_pixels(const naive_set *set);

/* Mann and Whitney's count over all pairs. */
double naive_auroc(const double *score, const uint8_t *label, int n);

/* Sum over distinct thresholds, descending, of the recall gained times the precision there. */
double naive_ap(const double *score, const uint8_t *label, int n);

/* Trapezoids between the points of all distinct thresholds, cut at the limit. */
double naive_aupro(const naive_set *set, int connectivity, double limit);

/* The field's estimate: `steps` even thresholds, rates below the limit, mapped to 0..1. */
double naive_stepped(const naive_set *set, int steps, double limit, int from_least);

#endif
