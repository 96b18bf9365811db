/* resize.h: attributes of resize and where its results come from, for both halves. */
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

enum { TAPS = 4 }; /* at most */

typedef struct resize_line { /* one axis: each of `out` results is a sum of `taps` of `in` inputs times weights */
    int64_t in, out;
    int taps;
    bool cubic, corners;
} resize_line;

typedef struct resize_taps {
    float weight[TAPS];
    int64_t index[TAPS];
} resize_taps;

/* Where the centre (or, with align_corners, the corner) of result i lies in the input. */
BOTH double resize_source(int64_t i, const resize_line *l)
{
    double in = (double)l->in, out = (double)l->out, x = (double)i;
    if (l->corners)
        return l->out > 1 ? x * (in - 1) / (out - 1) : 0.0;
    double at = (x + 0.5) * in / out - 0.5;
    return !l->cubic && at < 0.0 ? 0.0 : at;
}

BOTH resize_taps resize_taps_of(int64_t i, const resize_line *l)
{
    resize_taps t;
    double at = resize_source(i, l), below = floor(at), part = at - below;
    int64_t first = (int64_t)below - (l->cubic ? 1 : 0);
    for (int k = 0; k < l->taps; k++) {
        int64_t index = first + k;
        t.weight[k] = (float)(l->cubic ? cubic_weight(part + 1.0 - k) : k ? part : 1.0 - part);
        t.index[k] = index < 0 ? 0 : index >= l->in ? l->in - 1 : index;
    }
    return t;
}

#endif
