/* operations.h: the engine's operations by name, so that an equation reads as an equation. `op_NAME` is operation NAME
 * of `ablate ops`, which says what it computes, in which shapes and with which defaults; here stands what a call looks
 * like. All of it is inline over ablate_op of module.h: a module that includes this header links to nothing more, and
 * one may go without it, as for the operations that a module brings itself.
 *
 * The prefix: the bare words are the C library's (exp, tanh, log, div, select) or those that authors give their own
 * values (mean, norm, scale, noise). Neither begins with `op_`, so no word here can clash, and a search for
 * `op_softmax` finds its uses and nothing else. They are macros, because a misfit is told with the line of the call.
 *
 * Numbers are typed, as those of any function; what may be left out is named where it is given:
 *
 *     op_slice(b, x, 1, .start = 1)                          all of axis 1 but its first
 *     op_attention(b, qkv, .heads = 8, .causal = true)
 *
 * Each argument is evaluated once. An axis may be negative: counted from the end. */
#ifndef ABLATE_OPERATIONS_H
#define ABLATE_OPERATIONS_H
#include "module.h"
#include <inttypes.h>

/* The layout of these macros is by hand: clang-format takes the braces of compound literals for blocks. */
/* clang-format off */

/* ---- element by element; two inputs with numpy's broadcasting ---- */
#define op_add(b, x, y)               ablate_op(b, "add", NULL, x, y)
#define op_sub(b, x, y)               ablate_op(b, "sub", NULL, x, y)
#define op_mul(b, x, y)               ablate_op(b, "mul", NULL, x, y)
#define op_div(b, x, y)               ablate_op(b, "div", NULL, x, y)
#define op_exp(b, x)                  ablate_op(b, "exp", NULL, x)
#define op_log(b, x)                  ablate_op(b, "log", NULL, x)
#define op_sqrt(b, x)                 ablate_op(b, "sqrt", NULL, x)
#define op_square(b, x)               ablate_op(b, "square", NULL, x)
#define op_tanh(b, x)                 ablate_op(b, "tanh", NULL, x)
#define op_sigmoid(b, x)              ablate_op(b, "sigmoid", NULL, x)
#define op_relu(b, x)                 ablate_op(b, "relu", NULL, x)
#define op_relu6(b, x)                ablate_op(b, "relu6", NULL, x)
#define op_silu(b, x)                 ablate_op(b, "silu", NULL, x)
#define op_hardswish(b, x)            ablate_op(b, "hardswish", NULL, x)
#define op_gelu(b, x)                 ablate_op(b, "gelu", NULL, x)
#define op_quickgelu(b, x)            ablate_op(b, "quickgelu", NULL, x)
#define op_detach(b, x)               ablate_op(b, "detach", NULL, x)
#define op_affine(b, x, scale, shift) ablate_op(b, "affine", ablate_op_affine(b, scale, shift), x) /* scale x + shift */
#define op_scale(b, x, factor)        ablate_op(b, "affine", ablate_op_affine(b, factor, 0), x)

/* ---- products; all inputs must be given, so a linear layer without bias is op_inner(b, x, weight) ---- */
#define op_matmul(b, x, w)            ablate_op(b, "matmul", NULL, x, w)                       /* x w */
#define op_inner(b, x, y)             ablate_op(b, "matmul", "transpose_b=1", x, y)            /* x y': row by row */
#define op_linear(b, x, weight, bias) ablate_op(b, "matmul", "transpose_b=1", x, weight, bias) /* x weight' + bias */
/* The same through an activation: "none", "relu", "gelu", "quickgelu", "tanh", "relu6", "silu" or "hardswish". */
#define op_linear_to(b, activation, x, weight, bias) \
    ablate_op(b, "matmul", ablate_text(b, "transpose_b=1 activation=%s", activation), x, weight, bias)
#define op_patch_embed(b, image, weight) ablate_op(b, "patch_embed", NULL, image, weight)
#define op_embedding(b, weight, ids)     ablate_op(b, "embedding", NULL, weight, ids)

/* ---- another shape of the same numbers; 0 keeps an axis, -1 takes what is left ---- */
#define op_reshape(b, x, ...)   ablate_op(b, "reshape", ablate_op_list(b, "dims", ABLATE_SHAPE(__VA_ARGS__)), x)
#define op_broadcast(b, x, ...) ablate_op(b, "broadcast", ablate_op_list(b, "dims", ABLATE_SHAPE(__VA_ARGS__)), x)
#define op_transpose(b, x, ...) ablate_op(b, "transpose", ablate_op_list(b, "axes", ABLATE_SHAPE(__VA_ARGS__)), x)
#define op_concat(b, axis, ...) ablate_op(b, "concat", ablate_op_axis(b, axis, false), __VA_ARGS__)
#define op_concatv(b, axis, n, values) ablate_opv(b, "concat", ablate_op_axis(b, axis, false), n, values)
/* .count indices of an axis from .start on; a negative start counts from the end, without a count all of the rest. */
#define op_slice(b, x, axis, ...) ablate_op(b, "slice", ablate_op_slice(b, axis, (ablate_op_span){ __VA_ARGS__ }), x)
#define op_select(b, x, index)    ablate_op(b, "select", NULL, x, index)

/* ---- along an axis, which goes; _keep: stays with length 1; _all: over everything ---- */
#define op_sum(b, x, axis)           ablate_op(b, "sum", ablate_op_axis(b, axis, false), x)
#define op_sum_keep(b, x, axis)      ablate_op(b, "sum", ablate_op_axis(b, axis, true), x)
#define op_sum_all(b, x)             ablate_op(b, "sum", "all=1", x)
#define op_mean(b, x, axis)          ablate_op(b, "mean", ablate_op_axis(b, axis, false), x)
#define op_mean_keep(b, x, axis)     ablate_op(b, "mean", ablate_op_axis(b, axis, true), x)
#define op_mean_all(b, x)            ablate_op(b, "mean", "all=1", x)
#define op_variance(b, x, axis)      ablate_op(b, "variance", ablate_op_axis(b, axis, false), x)
#define op_variance_keep(b, x, axis) ablate_op(b, "variance", ablate_op_axis(b, axis, true), x)
#define op_max(b, x, axis)           ablate_op(b, "max", ablate_op_axis(b, axis, false), x)
#define op_max_keep(b, x, axis)      ablate_op(b, "max", ablate_op_axis(b, axis, true), x)

/* ---- along the last axis ---- */
#define op_softmax(b, x)      ablate_op(b, "softmax", NULL, x)
#define op_normalize(b, x)    ablate_op(b, "normalize", NULL, x)
#define op_norm(b, x, least)  ablate_op(b, "norm", ablate_op_number(b, "eps", least), x)
#define op_cosine(b, x, y)    ablate_op(b, "cosine", NULL, x, y)
/* .count rows of x, from row .start on: op_k_center(b, x, .count = 10). */
#define op_k_center(b, x, ...) ablate_op(b, "k_center", ablate_op_k_center(b, (ablate_op_span){ __VA_ARGS__ }), x)
/* The k-th largest of each row (..., 1); share: one number, of the row's numbers how many are as large. */
#define op_kth_largest(b, x, share) ablate_op(b, "kth_largest", NULL, x, share)
#define op_nearest(b, x, bank) ablate_op(b, "nearest", NULL, x, bank)
#define op_cross_entropy(b, logits, target)    ablate_op(b, "cross_entropy", NULL, logits, target)
#define op_layer_norm(b, x, weight, bias, eps) \
    ablate_op(b, "layer_norm", ablate_op_number(b, "eps", eps), x, weight, bias)
/* Of each picture by itself, x (B, ..., C): C / groups channels together, over all places; groups = C: instance norm */
#define op_group_norm(b, groups, x, weight, bias, eps) \
    ablate_op(b, "group_norm", ablate_text(b, "groups=%" PRId64 " eps=%.17g", (int64_t)(groups), (double)(eps)), x, \
              weight, bias)

/* ---- attention and experts ---- */
#define op_moments(b, x) ablate_op(b, "moments", NULL, x) /* mean and variance of channels */
#define op_batch_norm(b, x, mean, variance, weight, bias, eps) \
    ablate_op(b, "batch_norm", ablate_op_number(b, "eps", eps), x, mean, variance, weight, bias)
#define op_attention(b, qkv, ...) \
    ablate_op(b, "attention", ablate_op_attention(b, (ablate_op_heads){ __VA_ARGS__ }), qkv)
/* How the k kept scores of a row are weighed: "none", as they are; "sum", over their sum; "softmax", their own. */
#define op_top_k(b, scores, k, renormalize) \
    ablate_op(b, "top_k", ablate_op_top(b, k, "renormalize", renormalize), scores)
#define op_experts(b, k, activation, x, gates, w1, b1, w2, b2) \
    ablate_op(b, "experts", ablate_op_top(b, k, "activation", activation), x, gates, w1, b1, w2, b2)

/* ---- random, while training only: a module asks b->training ---- */
#define op_dropout(b, x, p)        ablate_op(b, "dropout", ablate_op_number(b, "p", p), x)
/* mode, the unit of std: "relative", "absolute" or "jitter". */
#define op_noise(b, x, std, mode)  ablate_op(b, "noise", ablate_text(b, "std=%.17g mode=%s", (double)(std), mode), x)

/* ---- pictures and maps; conv's pictures are (B, H, W, C), its weights (O, KH, KW, C / groups) ----
 *
 *     op_conv(b, x, weight)                                            a bias may be left out, or NULL
 *     op_conv(b, x, weight, bias, .stride = 2, .padding = 1, .activation = "relu6")
 *     op_conv(b, x, weight, .stride = 2, .same = true)                 padded as TensorFlow does
 *     op_conv(b, x, weight, .strides = { 2, 1 }, .edges = { 0, 0, 1, 1 })    down, across; top, left, bottom, right
 */
#define op_conv(b, ...) \
    ablate_op_conv(b, __FILE__, __LINE__, "conv", (ablate_op_window){ __VA_ARGS__, .end = 0 })
/* The way back of conv: weights (C, KH, KW, O / groups); .output_padding; neither .same nor .activation. */
#define op_conv_transposed(b, ...) \
    ablate_op_conv(b, __FILE__, __LINE__, "conv_transposed", (ablate_op_window){ __VA_ARGS__, .end = 0 })
#define op_blur(b, x, sigma)       ablate_op(b, "blur", ablate_op_number(b, "sigma", sigma), x)
#define op_resize(b, x, ...)       ablate_op(b, "resize", ablate_op_resize(b, (ablate_op_picture){ __VA_ARGS__ }), x)
/* x (B, H, W, C), square windows: op_max_pool(b, x, .kernel = 3, .stride = 2, .padding = 1). Without a stride they lie
 * side by side. For all else that a window can be: ablate_op(b, "max_pool", "kernel=\"3,2\" padding=same", x). */
#define op_max_pool(b, x, ...) ablate_op(b, "max_pool", ablate_op_max_pool(b, (ablate_op_pooling){ __VA_ARGS__ }), x)
#define op_average_pool(b, x, ...) \
    ablate_op(b, "average_pool", ablate_op_average_pool(b, (ablate_op_averaging){ __VA_ARGS__ }), x)

/* ---- first values of a parameter ---- */
#define ablate_normal(b, std)         ablate_op_init(b, "normal", std)
#define ablate_uniform(b, bound)      ablate_op_init(b, "uniform", bound)
/* Of the bias of PyTorch's Linear with so many inputs (its weight has "linear"); wants math.h. */
#define ablate_linear_bias(b, inputs) ablate_uniform(b, 1 / sqrt((double)(inputs)))

/* clang-format on */

/* ---- how attributes are written; nothing below is called by its name ---- */

typedef struct ablate_op_span {
    int64_t start, count;
} ablate_op_span;
typedef struct ablate_op_heads {
    int64_t heads;
    bool causal;
} ablate_op_heads;
typedef struct ablate_op_picture {
    int64_t height, width;
    const char *mode; /* "bilinear" or "bicubic" */
    bool align_corners;
} ablate_op_picture;
typedef struct ablate_op_pooling {
    int64_t kernel, stride, padding, dilation;
    bool ceil_mode;
} ablate_op_pooling;
typedef struct ablate_op_averaging {
    int64_t kernel, stride, padding;
    bool ceil_mode, exclude_pad; /* the padding's zeros are not counted: count_include_pad=0 */
} ablate_op_averaging;

typedef struct ablate_op_window {
    ablate_value *x, *weight, *bias;
    int64_t stride, padding, dilation, output_padding, groups;
    int64_t strides[2], edges[4], dilations[2]; /* instead of stride, padding, dilation: down, across; as above */
    bool same;
    const char *activation;
    int end;
} ablate_op_window;

static inline const char *ablate_op_number(ablate_builder *b, const char *name, double number)
{
    return ablate_text(b, "%s=%.17g", name, number);
}

static inline const char *ablate_op_init(ablate_builder *b, const char *kind, double number)
{
    return ablate_text(b, "%s %.17g", kind, number);
}

static inline const char *ablate_op_affine(ablate_builder *b, double scale, double shift)
{
    return ablate_text(b, "scale=%.17g shift=%.17g", scale, shift);
}

static inline const char *ablate_op_list(ablate_builder *b, const char *name, ablate_shape list)
{
    const char *text = "";
    for (int i = 0; i < list.rank; i++)
        text = ablate_text(b, "%s%s%" PRId64, text, i ? "," : "", list.dim[i]);
    return ablate_text(b, "%s=\"%s\"", name, text);
}

static inline const char *ablate_op_axis(ablate_builder *b, int axis, bool keep)
{
    return ablate_text(b, keep ? "axis=%d keep=1" : "axis=%d", axis);
}

static inline const char *ablate_op_slice(ablate_builder *b, int axis, ablate_op_span span)
{
    return ablate_text(b, "axis=%d start=%" PRId64 " count=%" PRId64, axis, span.start, span.count);
}

static inline const char *ablate_op_k_center(ablate_builder *b, ablate_op_span of)
{
    return ablate_text(b, "count=%" PRId64 " start=%" PRId64, of.count, of.start);
}

static inline const char *ablate_op_attention(ablate_builder *b, ablate_op_heads of)
{
    return ablate_text(b, "heads=%" PRId64 " causal=%d", of.heads, of.causal);
}

static inline const char *ablate_op_top(ablate_builder *b, int64_t k, const char *name, const char *word)
{
    return ablate_text(b, "k=%" PRId64 " %s=%s", k, name, word);
}

static inline const char *ablate_op_resize(ablate_builder *b, ablate_op_picture to)
{
    return ablate_text(b, "height=%" PRId64 " width=%" PRId64 " mode=%s align_corners=%d", to.height, to.width,
                       to.mode ? to.mode : "bilinear", to.align_corners);
}

static inline const char *ablate_op_pair(ablate_builder *b, const char *name, int64_t one, const int64_t two[2])
{
    int64_t only = one ? one : 1;
    return two[0] ? ablate_text(b, "%s=\"%" PRId64 ",%" PRId64 "\"", name, two[0], two[1])
                  : ablate_text(b, "%s=%" PRId64, name, only);
}

static inline const char *ablate_op_padding(ablate_builder *b, const ablate_op_window *w)
{
    const int64_t *edge = w->edges;
    if (w->same)
        return "padding=same";
    if (edge[0] || edge[1] || edge[2] || edge[3])
        return ablate_text(b, "padding=\"%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "\"", edge[0], edge[1], edge[2],
                           edge[3]);
    return ablate_text(b, "padding=%" PRId64, w->padding);
}

static inline ablate_value *ablate_op_conv(ablate_builder *b, const char *file, int line, const char *op,
                                           ablate_op_window w)
{
    ablate_value *const in[] = { w.x, w.weight, w.bias };
    const char *text = ablate_text(b, "%s %s %s groups=%" PRId64, ablate_op_pair(b, "stride", w.stride, w.strides),
                                   ablate_op_padding(b, &w), ablate_op_pair(b, "dilation", w.dilation, w.dilations),
                                   w.groups ? w.groups : 1);
    if (w.output_padding)
        text = ablate_text(b, "%s output_padding=%" PRId64, text, w.output_padding);
    if (w.activation)
        text = ablate_text(b, "%s activation=%s", text, w.activation);
    return b->api->apply(b, file, line, op, text, w.bias ? 3 : 2, in);
}

static inline const char *ablate_op_pool(ablate_builder *b, int64_t kernel, int64_t stride, int64_t padding, bool ceil)
{
    const char *text = ablate_text(b, "kernel=%" PRId64 " padding=%" PRId64 " ceil_mode=%d", kernel, padding, ceil);
    return stride ? ablate_text(b, "%s stride=%" PRId64, text, stride) : text;
}

static inline const char *ablate_op_max_pool(ablate_builder *b, ablate_op_pooling of)
{
    return ablate_text(b, "%s dilation=%" PRId64, ablate_op_pool(b, of.kernel, of.stride, of.padding, of.ceil_mode),
                       of.dilation ? of.dilation : 1);
}

static inline const char *ablate_op_average_pool(ablate_builder *b, ablate_op_averaging of)
{
    return ablate_text(b, "%s count_include_pad=%d", ablate_op_pool(b, of.kernel, of.stride, of.padding, of.ceil_mode),
                       !of.exclude_pad);
}

#endif
