/* unary.h: attributes of affine, for both halves. */
#ifndef ABLATE_OPS_UNARY_H
#define ABLATE_OPS_UNARY_H
#include "../op.h"

typedef struct affine_attr {
    double scale, shift;
} affine_attr;

#endif
