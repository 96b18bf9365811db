/* resize.h: attributes of resize and the weights of its bicubic mode, for both halves. */
#ifndef ABLATE_OPS_RESIZE_H
#define ABLATE_OPS_RESIZE_H
#include "../base/both.h"
#include "../op.h"
#include <math.h>

typedef enum { BILINEAR, BICUBIC } resize_mode;

typedef struct resize_attr {
    int height, width, mode;
    bool align_corners;
} resize_attr;

/* Convolution with a = -3/4 (Keys 1981): the weight at distance t. */
BOTH double cubic_weight(double t)
{
    const double a = -0.75;
    t = fabs(t);
    if (t <= 1.0)
        return ((a + 2.0) * t - (a + 3.0)) * t * t + 1.0;
    return t < 2.0 ? ((a * t - 5.0 * a) * t + 8.0 * a) * t - 4.0 * a : 0.0;
}

#endif
