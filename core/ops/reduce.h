/* reduce.h: attributes of the reductions and how they see a tensor, for both halves. */
#ifndef ABLATE_OPS_REDUCE_H
#define ABLATE_OPS_REDUCE_H
#include "broadcast.h"

typedef struct reduce_attr {
    int axis;
    bool all, keep;
} reduce_attr;

/* A tensor seen as (outer, length, inner), the middle one reduced. */
typedef struct lines {
    int64_t outer, length, inner;
} lines;

static inline lines reduce_lines(const ablate_shape *in, const reduce_attr *a)
{
    lines l = { 1, 1, 1 };
    if (a->all || in->rank == 0) {
        l.length = shape_size(in);
        return l;
    }
    int axis = a->axis < 0 ? a->axis + in->rank : a->axis;
    for (int i = 0; i < in->rank; i++)
        *(i < axis ? &l.outer : i == axis ? &l.length : &l.inner) *= in->dim[i];
    return l;
}

/* Geometry of broadcasting the result back to the input. */
static inline broadcast reduce_geometry(const ablate_shape *in, const reduce_attr *a)
{
    lines l = reduce_lines(in, a);
    ablate_shape whole = { 3, { l.outer, l.length, l.inner } }, folded = { 3, { l.outer, 1, l.inner } };
    return broadcast_of(&whole, &folded, &whole);
}

#endif
