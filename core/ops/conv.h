/* conv.h: what convolutions are made of, for both halves. A convolution reads a picture (batch, height, width,
 * channels) through windows and writes a map (batch, height, width, filters); a transposed one goes the other way. Both
 * are sums over taps, and along each axis a tap is a step through the picture: conv_axis. */
#ifndef ABLATE_OPS_CONV_H
#define ABLATE_OPS_CONV_H
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
    window window;
} conv;

/* From one end of a sum over taps to the other, along one axis: result i reads `from` at i * step + first + t * apart
 * for tap t, if that lies inside, and the weight at weight_first + t * weight_step; it lands at to_first + i * to_step.
 */
typedef struct conv_axis {
    int64_t results, taps, step, first, apart, weight_first, weight_step, to_first, to_step, from_size, to_size;
} conv_axis;

/* From the picture to the map. */
static inline conv_axis conv_axis_map(const conv *c, int i)
{
    return (conv_axis){ .results = c->count[i],
                        .taps = c->kernel[i],
                        .step = c->window.stride[i],
                        .first = -c->window.before[i],
                        .apart = c->window.dilation[i],
                        .weight_step = 1,
                        .to_step = 1,
                        .from_size = c->size[i],
                        .to_size = c->count[i] };
}

/* From the map to those rows (columns) of the picture whose number leaves `rest` over the stride: they are read by the
 * same taps, every (stride / g)-th, g being what stride and dilation have in common. */
static inline conv_axis conv_axis_picture(const conv *c, int i, int64_t rest)
{
    int64_t stride = c->window.stride[i], dilation = c->window.dilation[i], common = stride, other = dilation;
    while (other) {
        int64_t left = common % other;
        common = other;
        other = left;
    }
    int64_t every = stride / common, tap = 0, at = rest + c->window.before[i];
    while (tap < every && (at - tap * dilation) % stride)
        tap++;
    return (conv_axis){ .results = c->size[i] > rest ? (c->size[i] - rest + stride - 1) / stride : 0,
                        .taps = tap < every && tap < c->kernel[i] ? (c->kernel[i] - tap + every - 1) / every : 0,
                        .step = 1,
                        .first = (at - tap * dilation) / stride,
                        .apart = -dilation / common,
                        .weight_first = tap,
                        .weight_step = every,
                        .to_first = rest,
                        .to_step = stride,
                        .from_size = c->count[i],
                        .to_size = c->size[i] };
}

/* Channels and filters of a group; terms of a map's number. */
static inline int64_t conv_part(const conv *c)
{
    return c->channels / c->groups;
}

static inline int64_t conv_filters(const conv *c)
{
    return c->filters / c->groups;
}

static inline int64_t conv_depth(const conv *c)
{
    return c->kernel[0] * c->kernel[1] * conv_part(c);
}

static inline int64_t conv_map_rows(const conv *c)
{
    return c->batch * c->count[0] * c->count[1];
}

static inline int64_t conv_picture_rows(const conv *c)
{
    return c->batch * c->size[0] * c->size[1];
}

/* One filter a channel: no sums over channels. */
static inline bool conv_depthwise(const conv *c)
{
    return c->groups == c->channels && c->groups == c->filters && c->groups > 1;
}

/* The window is one pixel and moves by one: the map's rows are products of the picture's. */
static inline bool conv_pointwise(const conv *c)
{
    bool one = true;
    for (int i = 0; i < 2; i++)
        one = one && c->kernel[i] == 1 && c->window.stride[i] == 1 && c->size[i] == c->count[i] &&
              c->window.before[i] == 0;
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
    return window_read(stride, padding, dilation, c->size, c->kernel, &c->window, layout);
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
        if ((c->count[i] = window_count(&c->window, i, c->size[i], c->kernel[i])) < 1)
            return misfit(layout, "the window reaches over %lld pixels; x %s with its padding has %lld there",
                          (long long)window_reach(c->kernel[i], c->window.dilation[i]), shape_words(x).text,
                          (long long)(c->size[i] + c->window.before[i] + c->window.after[i]));
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
        int64_t reach = window_reach(c->kernel[i], c->window.dilation[i]);
        c->count[i] = x->dim[1 + i];
        c->size[i] =
            (c->count[i] - 1) * c->window.stride[i] + reach + more[i] - c->window.before[i] - c->window.after[i];
        if (more[i] >= c->window.stride[i] && more[i] >= c->window.dilation[i])
            return misfit(layout, "output_padding=%lld must be less than the stride or the dilation",
                          (long long)more[i]);
        if (c->size[i] < 1)
            return misfit(layout, "the result of x %s would have no pixels: padding takes away all",
                          shape_words(x).text);
    }
    return 0;
}

#endif
