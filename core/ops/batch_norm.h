/* batch_norm.h: attributes of batch_norm and how both it and moments see a tensor, for both halves. */
#ifndef ABLATE_OPS_BATCH_NORM_H
#define ABLATE_OPS_BATCH_NORM_H
#include "../op.h"

typedef struct batch_norm_attr {
    double eps;
} batch_norm_attr;

enum { NORM_X, NORM_MEAN, NORM_VARIANCE, NORM_WEIGHT, NORM_BIAS, NORM_INPUTS };

#endif
