/* shape.h: attributes of reshape and broadcast, for both halves. */
#ifndef ABLATE_OPS_SHAPE_H
#define ABLATE_OPS_SHAPE_H
#include "../op.h"

typedef struct dims_attr {
    const char *dims;
} dims_attr;

#endif
