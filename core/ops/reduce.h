/* reduce.h: attributes of the reductions, for both halves. */
#ifndef ABLATE_OPS_REDUCE_H
#define ABLATE_OPS_REDUCE_H
#include "../op.h"

typedef struct reduce_attr {
    int axis;
    bool all, keep;
} reduce_attr;

#endif
