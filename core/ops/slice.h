/* slice.h: attributes of slice and concat and their geometry, for both halves. */
#ifndef ABLATE_OPS_SLICE_H
#define ABLATE_OPS_SLICE_H
#include "../op.h"

typedef struct slice_attr {
    int axis, start, count;
} slice_attr;

typedef struct concat_attr {
    int axis;
} concat_attr;

/* Numbers of the axes `first` to `last`, which is one beyond. */
static inline int64_t axes_size(const ablate_shape *shape, int first, int last)
{
    int64_t n = 1;
    for (int i = first; i < last; i++)
        n *= shape->dim[i];
    return n;
}

/* The axis of a call whose shape rule has accepted it. */
static inline int settled_axis(const ablate_shape *shape, int axis)
{
    return axis < 0 ? axis + shape->rank : axis;
}

typedef struct slice_run { /* `rows` rows of `length` numbers, of which the run is `width` from `begin` on */
    int64_t rows, length, begin, width;
} slice_run;

static inline slice_run slice_run_of(const ablate_call *call)
{
    const slice_attr *a = (const slice_attr *)call->attr;
    const ablate_shape *in = &call->in_shape[0];
    int axis = settled_axis(in, a->axis);
    int64_t inner = axes_size(in, axis + 1, in->rank), start = a->start < 0 ? a->start + in->dim[axis] : a->start;
    slice_run r = { axes_size(in, 0, axis), in->dim[axis] * inner, start * inner, call->out_shape->dim[axis] * inner };
    return r;
}

#endif
