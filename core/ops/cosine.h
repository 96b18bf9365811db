/* cosine.h: attributes of norm, normalize and cosine, for both halves. */
#ifndef ABLATE_OPS_COSINE_H
#define ABLATE_OPS_COSINE_H
#include "../op.h"

typedef struct eps_attr {
    double eps;
} eps_attr;

#endif
