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

#endif
