/* conv.h: what convolutions are made of, for both halves. A convolution reads a picture (batch, height, width,
 * channels) through windows and writes a map (batch, height, width, filters); a transposed one goes the other way. Both
 * are sums over taps, and along each axis a tap is a step through the picture: conv_axis. */
#ifndef ABLATE_OPS_CONV_H
#define ABLATE_OPS_CONV_H
#include "../base/both.h"
#include "activation_kind.h"
#include "window.h"

typedef struct conv_attr {
    const char *stride, *padding, *dilation;
    int groups, activation;
} conv_attr;

typedef struct conv_transposed_attr {
    const char *stride, *padding, *dilation, *output_padding;
    int groups;
} conv_transposed_attr;

typedef struct conv {
    int64_t batch, channels, filters, groups;
    int64_t size[2], count[2], kernel[2]; /* of the picture, of the map, of the weight: height and width */
    window move;
} conv;

/* Channels and filters of a group; terms of a map's number. */
BOTH int64_t conv_part(const conv *c)
{
    return c->channels / c->groups;
}

BOTH int64_t conv_filters(const conv *c)
{
    return c->filters / c->groups;
}

BOTH int64_t conv_depth(const conv *c)
{
    return c->kernel[0] * c->kernel[1] * conv_part(c);
}

BOTH int64_t conv_map_rows(const conv *c)
{
    return c->batch * c->count[0] * c->count[1];
}

BOTH int64_t conv_picture_rows(const conv *c)
{
    return c->batch * c->size[0] * c->size[1];
}

/* One filter a channel: no sums over channels. */
BOTH bool conv_depthwise(const conv *c)
{
    return c->groups == c->channels && c->groups == c->filters && c->groups > 1;
}

/* The window is one pixel and moves by one: the map's rows are products of the picture's. */
BOTH bool conv_pointwise(const conv *c)
{
    bool one = true;
    for (int i = 0; i < 2; i++)
        one = one && c->kernel[i] == 1 && c->move.stride[i] == 1 && c->size[i] == c->count[i] && c->move.before[i] == 0;
    return one;
}

/* Takes the shapes of picture and map where they stand, and the window's attributes; or -1 with the sentence. */
static inline int conv_take(conv *c, const ablate_shape *picture, const ablate_shape *weight, int groups,
                            const char *stride, const char *padding, const char *dilation, ablate_layout *layout)
{
    c->channels = weight->dim[3] * groups;
    c->filters = weight->dim[0];
    c->groups = groups;
    for (int i = 0; i < 2; i++) {
        c->size[i] = picture ? picture->dim[1 + i] : 0;
        c->kernel[i] = weight->dim[1 + i];
    }
    return window_read(stride, padding, dilation, c->size, c->kernel, &c->move, layout);
}

/* Which convolution a call of `conv` is. */
static inline int conv_read(const ablate_shape *in, const conv_attr *attr, conv *c, ablate_layout *layout)
{
    const ablate_shape *x = &in[0], *w = &in[1];
    if (x->rank != 4 || w->rank != 4)
        return misfit(layout, "x must be (B, H, W, C) and the weight (O, KH, KW, C / groups); they are %s and %s",
                      shape_words(x).text, shape_words(w).text);
    c->batch = x->dim[0];
    if (conv_take(c, x, w, attr->groups, attr->stride, attr->padding, attr->dilation, layout) < 0)
        return -1;
    if (c->channels != x->dim[3] || c->filters % c->groups)
        return misfit(layout, "x %s and weight %s do not fit with groups=%d: the weight is (O, KH, KW, C / groups)",
                      shape_words(x).text, shape_words(w).text, attr->groups);
    for (int i = 0; i < 2; i++)
        if ((c->count[i] = window_count(&c->move, i, c->size[i], c->kernel[i])) < 1)
            return misfit(layout, "the window reaches over %lld pixels; x %s with its padding has %lld there",
                          (long long)window_reach(c->kernel[i], c->move.dilation[i]), shape_words(x).text,
                          (long long)(c->size[i] + c->move.before[i] + c->move.after[i]));
    return 0;
}

/* The same of `conv_transposed`, whose result is the picture and whose input is the map. */
static inline int conv_transposed_read(const ablate_shape *in, const conv_transposed_attr *attr, conv *c,
                                       ablate_layout *layout)
{
    const ablate_shape *x = &in[0], *w = &in[1];
    int64_t more[2];
    if (x->rank != 4 || w->rank != 4)
        return misfit(layout, "x must be (B, H, W, C) and the weight (C, KH, KW, O / groups); they are %s and %s",
                      shape_words(x).text, shape_words(w).text);
    if (strcmp(attr->padding, "same") == 0)
        return misfit(layout, "padding=same is of conv; here it is one number or \"top,left,bottom,right\"");
    c->batch = x->dim[0];
    if (conv_take(c, NULL, w, attr->groups, attr->stride, attr->padding, attr->dilation, layout) < 0 ||
        window_numbers(attr->output_padding, "output_padding", 0, 2, more, layout) < 0)
        return -1;
    if (c->filters != x->dim[3] || c->filters % c->groups)
        return misfit(layout, "x %s and weight %s do not fit with groups=%d: the weight is (C, KH, KW, O / groups)",
                      shape_words(x).text, shape_words(w).text, attr->groups);
    for (int i = 0; i < 2; i++) {
        int64_t reach = window_reach(c->kernel[i], c->move.dilation[i]);
        c->count[i] = x->dim[1 + i];
        c->size[i] = (c->count[i] - 1) * c->move.stride[i] + reach + more[i] - c->move.before[i] - c->move.after[i];
        if (more[i] >= c->move.stride[i] && more[i] >= c->move.dilation[i])
            return misfit(layout, "output_padding=%lld must be less than the stride or the dilation",
                          (long long)more[i]);
        if (c->size[i] < 1)
            return misfit(layout, "the result of x %s would have no pixels: padding takes away all",
                          shape_words(x).text);
    }
    return 0;
}

#endif
