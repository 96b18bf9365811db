/* metrics_linear.h: AUPRO as repositories of the field estimate it, from n evenly spaced thresholds. */
#ifndef ABLATE_METRICS_LINEAR_H
#define ABLATE_METRICS_LINEAR_H
#include "metrics.h"
#include "metrics_component.h"

typedef struct linear_class { /* one class; all pointers are the caller's */
    const metrics_input *in;
    const int64_t *picture; /* (n) places in the input */
    int64_t n;
    const component_list *components; /* (n) their defects */
    const int8_t *defective;          /* (n) non-zero: by its label */
    const double *least, *greatest;   /* (n) extremes of their maps */
} linear_class;

/* The estimate for one class. *value is NaN and *reason says why where it is not defined. *left_out: defective pictures
 * without a curve of their own where the protocol takes each picture alone. 0, or -1: no memory.
 *
 * Thresholds are least + i * step for i = 0, 1, ... while below the greatest score, step = (greatest - least) / n; a
 * pixel passes if its score is > the threshold. Points with a false positive rate >= limit are left out; the rates of
 * the others are mapped to 0..1 as the protocol says; the area is the trapezoids between neighbouring points. */
int linear_aupro(const linear_class *, const metrics_protocol *, double *value, const char **reason, int64_t *left_out);

#endif
