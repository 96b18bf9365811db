/* norm.h: attributes of layer_norm, for both halves. */
#ifndef ABLATE_OPS_NORM_H
#define ABLATE_OPS_NORM_H
#include "../op.h"

typedef struct layer_norm_attr {
    double eps;
} layer_norm_attr;

#endif
