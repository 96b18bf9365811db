/* misfit.h: words for shapes that do not fit, and the small questions shape rules ask. */
#ifndef ABLATE_OPS_MISFIT_H
#define ABLATE_OPS_MISFIT_H
#include "ops.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Writes the sentence into layout->why; always returns -1, as a shape rule does on misfit. */
int misfit(ablate_layout *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The axis with negative ones counted from the end: 0 .. rank - 1; or -1 with the sentence. */
int axis_of(const ablate_shape *, int axis, ablate_layout *);

/* Reads "8,16,-1" into list[ABLATE_DIMS]: the count of numbers, or -1 with the sentence. `what` names the attribute. */
int list_read(const char *text, const char *what, int64_t *list, ablate_layout *);

/* 0 if the shape has at most 2^40 elements, or -1 with the sentence. */
int size_check(const ablate_shape *, ablate_layout *);

/* Do rows of a weight (first axis) look like rows of the batch? Then no row of the result stands alone. */
static inline bool rows_alike(const ablate_shape *weight, const ablate_shape *out)
{
    return weight->rank > 0 && out->rank > 0 && weight->dim[0] == out->dim[0] && out->dim[0] > 1;
}

/* The rule of an operation whose result has the shape of its first input. */
int shape_kept(const ablate_shape *in, int n, const void *attr, ablate_layout *);

/* FLOPs of an operation that only moves numbers. */
double flops_none(const ablate_shape *in, int n, const ablate_shape *out, const void *attr);

#ifdef __cplusplus
}
#endif
#endif
