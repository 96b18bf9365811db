/* window.h: how a window moves over a picture (stride, padding, dilation), for both halves. */
#ifndef ABLATE_OPS_WINDOW_H
#define ABLATE_OPS_WINDOW_H
#include "misfit.h"
#include <string.h>

enum { WINDOW_MOST = 65536 }; /* of a stride, a padding, a dilation */

/* Along the height [0] and the width [1]. */
typedef struct window {
    int64_t stride[2], dilation[2], before[2],
        after[2]; /* before, after: rows or columns of zeros around the picture */
} window;

/* Pixels that a window of `kernel` taps reaches over. */
static inline int64_t window_reach(int64_t kernel, int64_t dilation)
{
    return (kernel - 1) * dilation + 1;
}

/* Reads one number, or `most`, each from `least` on; or -1 with the sentence. */
static inline int window_numbers(const char *text, const char *what, int64_t least, int most, int64_t *to,
                                 ablate_layout *layout)
{
    int64_t list[ABLATE_DIMS];
    int n = list_read(text, what, list, layout);
    if (n < 0)
        return -1;
    bool right = n == 1 || n == most;
    for (int i = 0; i < n; i++)
        right = right && list[i] >= least && list[i] <= WINDOW_MOST;
    if (!right)
        return misfit(layout, "%s must be one number or %d, each from %d to %d; it is '%.40s'", what, most, (int)least,
                      WINDOW_MOST, text);
    for (int i = 0; i < most; i++)
        to[i] = list[n == 1 ? 0 : i];
    return 0;
}

/* As TensorFlow pads: the result has ceil(size / stride) windows, and what is odd stands after the picture. */
static inline void window_same(window *w, int axis, int64_t size, int64_t kernel)
{
    int64_t count = (size + w->stride[axis] - 1) / w->stride[axis];
    int64_t all = (count - 1) * w->stride[axis] + window_reach(kernel, w->dilation[axis]) - size;
    all = all > 0 ? all : 0;
    w->before[axis] = all / 2;
    w->after[axis] = all - all / 2;
}

/* The attributes of a window, for pictures of size[2] and windows of kernel[2]; or -1 with the sentence. Stride and
 * dilation: one number, or "down,across"; padding: one number, "top,left,bottom,right" or "same". */
static inline int window_read(const char *stride, const char *padding, const char *dilation, const int64_t size[2],
                              const int64_t kernel[2], window *w, ablate_layout *layout)
{
    int64_t edge[4] = { 0 };
    bool same = strcmp(padding, "same") == 0;
    if (window_numbers(stride, "stride", 1, 2, w->stride, layout) < 0 ||
        window_numbers(dilation, "dilation", 1, 2, w->dilation, layout) < 0 ||
        (!same && window_numbers(padding, "padding", 0, 4, edge, layout) < 0))
        return -1;
    for (int i = 0; i < 2; i++) {
        w->before[i] = edge[i];
        w->after[i] = edge[i + 2];
        if (same)
            window_same(w, i, size[i], kernel[i]);
    }
    return 0;
}

/* Windows that fit along an axis; 0 or less: none. */
static inline int64_t window_count(const window *w, int axis, int64_t size, int64_t kernel)
{
    int64_t room = size + w->before[axis] + w->after[axis] - window_reach(kernel, w->dilation[axis]);
    return room < 0 ? 0 : room / w->stride[axis] + 1;
}

#endif
