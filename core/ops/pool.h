/* pool.h: windows over a picture (batch, height, width, channels) of which one number a channel is taken, for both
 * halves; counted as PyTorch counts them. */
#ifndef ABLATE_OPS_POOL_H
#define ABLATE_OPS_POOL_H
#include "../base/both.h"
#include "window.h"

typedef struct pool_attr {
    const char *kernel, *stride, *padding, *dilation; /* the last NULL where there is none */
    bool ceil_mode, count_include_pad;
} pool_attr;

typedef struct pool {
    int64_t batch, channels;
    int64_t size[2], count[2], kernel[2]; /* of the picture, of the result, of a window: height and width */
    window move;
    bool padding_counts;
} pool;

/* Taps first .. last - 1 of window i along an axis lie inside the picture, tap t at pixel start + t * dilation. */
typedef struct pool_taps {
    int64_t start, first, last;
} pool_taps;

BOTH pool_taps pool_taps_of(const pool *p, int axis, int64_t i)
{
    int64_t start = i * p->move.stride[axis] - p->move.before[axis], apart = p->move.dilation[axis];
    int64_t end = (p->size[axis] - start + apart - 1) / apart;
    pool_taps t = { start, start < 0 ? (-start + apart - 1) / apart : 0,
                    end < p->kernel[axis] ? end : p->kernel[axis] };
    return t;
}

/* The window along an axis whose tap t is pixel `at`; -1: there is none. */
BOTH int64_t pool_window_at(const pool *p, int axis, int64_t at, int64_t t)
{
    int64_t from = at + p->move.before[axis] - t * p->move.dilation[axis];
    if (from < 0 || from % p->move.stride[axis] != 0 || from / p->move.stride[axis] >= p->count[axis])
        return -1;
    return from / p->move.stride[axis];
}

/* Pixels along an axis that window i divides by. Beyond its padding a window of ceil_mode counts nothing. */
BOTH int64_t pool_counted(const pool *p, int axis, int64_t i)
{
    pool_taps t = pool_taps_of(p, axis, i);
    int64_t end = p->size[axis] + p->move.after[axis], reach = t.start + p->kernel[axis];
    return p->padding_counts ? (reach < end ? reach : end) - t.start : t.last - t.first;
}

/* How many windows there are along an axis; those that ceil_mode adds must begin before the picture ends. */
static inline int64_t pool_windows(const pool *p, int axis, bool ceil_mode)
{
    const window *w = &p->move;
    int64_t reach = window_reach(p->kernel[axis], w->dilation[axis]);
    int64_t left = p->size[axis] + w->before[axis] + w->after[axis] - reach;
    if (left < 0)
        return 0;
    int64_t count = left / w->stride[axis] + 1;
    bool more = ceil_mode && left % w->stride[axis] != 0;
    return more && count * w->stride[axis] < p->size[axis] + w->before[axis] ? count + 1 : count;
}

/* What a window along an axis must be: one that holds a pixel of the picture. 0, or -1 with the sentence. */
static inline int pool_check(const pool *p, int axis, ablate_layout *layout)
{
    const window *w = &p->move;
    int64_t half = window_reach(p->kernel[axis], w->dilation[axis]) / 2;
    if (w->before[axis] > half || w->after[axis] > half)
        return misfit(layout, "padding must be at most half of what a window reaches over, %lld pixels here",
                      (long long)half);
    for (int64_t i = 0; i < p->count[axis] && pool_taps_of(p, axis, i).start < 0; i++)
        if (pool_taps_of(p, axis, i).first >= pool_taps_of(p, axis, i).last)
            return misfit(layout, "window %lld holds no pixel of the %lld there are", (long long)i,
                          (long long)p->size[axis]);
    return 0;
}

enum { POOL_TAPS = 1 << 24 }; /* most of a window: their numbers are kept as floats */

/* 0, or -1 with the sentence. */
static inline int pool_read(const ablate_shape *in, const void *attr, pool *p, ablate_layout *layout)
{
    const pool_attr *a = (const pool_attr *)attr;
    if (in->rank != 4)
        return misfit(layout, "x must have 4 axes (B, H, W, C); its shape is %s", shape_words(in).text);
    p->batch = in->dim[0], p->channels = in->dim[3];
    p->size[0] = in->dim[1], p->size[1] = in->dim[2];
    p->padding_counts = a->count_include_pad;
    if (window_numbers(a->kernel, "kernel", 1, 2, p->kernel, layout) < 0 ||
        window_read(a->stride[0] ? a->stride : a->kernel, a->padding, a->dilation ? a->dilation : "1", p->size,
                    p->kernel, &p->move, layout) < 0)
        return -1;
    if (p->kernel[0] * p->kernel[1] > POOL_TAPS)
        return misfit(layout, "kernel '%.40s' has more than 2^24 pixels", a->kernel);
    for (int axis = 0; axis < 2; axis++) {
        p->count[axis] = pool_windows(p, axis, a->ceil_mode);
        if (pool_check(p, axis, layout) < 0)
            return -1;
    }
    return 0;
}

/* The pool of a call, whose shapes and attributes were read before. */
static inline pool pool_of(const ablate_call *call)
{
    ablate_layout unread = { { 0, { 0 } }, 0, 0, false, "" };
    pool p;
    memset(&p, 0, sizeof p);
    pool_read(&call->in_shape[0], call->attr, &p, &unread);
    return p;
}

#endif
