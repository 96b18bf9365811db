/* slice.h: attributes of slice and concat, for both halves. */
#ifndef ABLATE_OPS_SLICE_H
#define ABLATE_OPS_SLICE_H
#include "../op.h"

typedef struct slice_attr {
    int axis, start, count;
} slice_attr;

typedef struct concat_attr {
    int axis;
} concat_attr;

#endif
