/* cosine.h: attributes of norm, normalize and cosine, and the least length, for both halves. */
#ifndef ABLATE_OPS_COSINE_H
#define ABLATE_OPS_COSINE_H
#include "../base/both.h"
#include "../op.h"

typedef struct eps_attr {
    double eps;
} eps_attr;

static inline float eps_of(const ablate_call *call)
{
    return (float)((const eps_attr *)call->attr)->eps;
}

/* max(length, eps), where NaN stays NaN. */
BOTH float at_least(float eps, float length)
{
    return length < eps ? eps : length;
}

#endif
