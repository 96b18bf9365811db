/* blur.h: attributes of blur, for both halves. */
#ifndef ABLATE_OPS_BLUR_H
#define ABLATE_OPS_BLUR_H
#include "../base/both.h"
#include "../op.h"
#include <math.h>

typedef struct blur_attr {
    double sigma, truncate;
} blur_attr;

BOTH int64_t blur_radius(const blur_attr *a)
{
    return (int64_t)(a->truncate * a->sigma + 0.5);
}

/* The Gaussian k pixels away from its middle, not yet over the sum of all. */
BOTH double blur_weight(int64_t k, double sigma)
{
    return k ? exp(-0.5 * (double)(k * k) / (sigma * sigma)) : 1.0;
}

/* Position i of a row of n that is reflected at both ends, again and again. */
BOTH int64_t blur_reflect(int64_t i, int64_t n)
{
    int64_t at = i % (2 * n);
    at = at < 0 ? at + 2 * n : at;
    return at < n ? at : 2 * n - 1 - at;
}

#endif
