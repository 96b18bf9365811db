/* operations.h: the engine's operations by name, so that an equation reads as an equation. Every `op_NAME` is operation
 * NAME of `ablate ops`, which says what it computes, in which shapes and with which defaults; here stands what a call
 * looks like. All of it is inline over `apply` of module.h: a module that includes this header links to nothing more,
 * and one may go without it, as operations of a module's own do (ablate_op, ablate_opv).
 *
 * The prefix: the bare words are the C library's (exp, tanh, log, div, select) or those that authors give their own
 * values (mean, norm, scale, noise). Neither begins with `op_`, so no word here can clash, and a search for
 * `op_softmax` finds its uses and nothing else. They are macros, because a misfit is reported with the line of the
 * module's call.
 *
 * Numbers are typed as in a call of any function; what may be left out is named where it is given:
 *
 *     op_slice(b, x, 1, .start = 1)                          all of axis 1 but its first
 *     op_attention(b, qkv, .heads = 8, .causal = true)
 *
 * Each argument is evaluated once, from left to right as a list of values is. An axis may be negative: from the end. */
#ifndef ABLATE_OPERATIONS_H
#define ABLATE_OPERATIONS_H
#include "module.h"
#include <inttypes.h>

/* The layout of these macros is by hand: clang-format takes the braces of compound literals for blocks. */
/* clang-format off */

/* ---- element by element; two inputs with numpy's broadcasting ---- */
#define op_add(b, x, y)     ablate_op(b, "add", NULL, x, y)
#define op_sub(b, x, y)     ablate_op(b, "sub", NULL, x, y)
#define op_mul(b, x, y)     ablate_op(b, "mul", NULL, x, y)
#define op_div(b, x, y)     ablate_op(b, "div", NULL, x, y)
#define op_exp(b, x)        ablate_op(b, "exp", NULL, x)
#define op_log(b, x)        ablate_op(b, "log", NULL, x)
#define op_sqrt(b, x)       ablate_op(b, "sqrt", NULL, x)
#define op_square(b, x)     ablate_op(b, "square", NULL, x)
#define op_tanh(b, x)       ablate_op(b, "tanh", NULL, x)
#define op_sigmoid(b, x)    ablate_op(b, "sigmoid", NULL, x)
#define op_relu(b, x)       ablate_op(b, "relu", NULL, x)
#define op_gelu(b, x)       ablate_op(b, "gelu", NULL, x)
#define op_quickgelu(b, x)  ablate_op(b, "quickgelu", NULL, x)
#define op_detach(b, x)     ablate_op(b, "detach", NULL, x)
#define op_affine(b, x, scale, shift) ablate_op_affine(ABLATE_AT(b), x, scale, shift) /* scale x + shift */
#define op_scale(b, x, factor)        ablate_op_affine(ABLATE_AT(b), x, factor, 0)

/* ---- products ---- */
#define op_matmul(b, x, w)            ablate_op(b, "matmul", NULL, x, w)              /* x w */
#define op_inner(b, x, y)             ablate_op(b, "matmul", "transpose_b=1", x, y)   /* x y': rows of x times rows of y */
#define op_linear(b, x, weight, bias) ablate_op(b, "matmul", "transpose_b=1", x, weight, bias) /* x weight' + bias */
/* The same through an activation: "none", "relu", "gelu", "quickgelu" or "tanh". */
#define op_linear_to(b, activation, x, weight, bias) \
    ablate_op_worded(ABLATE_AT(b), "matmul", "transpose_b=1 activation", activation, ABLATE_IN(x, weight, bias))
#define op_patch_embed(b, image, weight) ablate_op(b, "patch_embed", NULL, image, weight)
#define op_embedding(b, weight, ids)     ablate_op(b, "embedding", NULL, weight, ids)

/* ---- another shape of the same numbers; 0 keeps an axis, -1 takes what is left ---- */
#define op_reshape(b, x, ...)   ablate_op_listed(ABLATE_AT(b), "reshape", "dims", x, ABLATE_SHAPE(__VA_ARGS__))
#define op_broadcast(b, x, ...) ablate_op_listed(ABLATE_AT(b), "broadcast", "dims", x, ABLATE_SHAPE(__VA_ARGS__))
#define op_transpose(b, x, ...) ablate_op_listed(ABLATE_AT(b), "transpose", "axes", x, ABLATE_SHAPE(__VA_ARGS__))
#define op_concat(b, axis, ...) ablate_op_concat(ABLATE_AT(b), axis, ABLATE_IN(__VA_ARGS__))
#define op_concatv(b, axis, n, values) ablate_op_concat(ABLATE_AT(b), axis, n, values)
/* Indices .start .. .start + .count - 1 of an axis; a negative start counts from the end, count 0 takes all from it on. */
#define op_slice(b, x, axis, ...) ablate_op_slice(ABLATE_AT(b), x, axis, (ablate_op_span){ __VA_ARGS__ })
#define op_select(b, x, index)    ablate_op(b, "select", NULL, x, index)

/* ---- along an axis, which goes; _keep: stays with length 1; _all: over everything ---- */
#define op_sum(b, x, axis)           ablate_op_reduce(ABLATE_AT(b), "sum", x, axis, false)
#define op_sum_keep(b, x, axis)      ablate_op_reduce(ABLATE_AT(b), "sum", x, axis, true)
#define op_sum_all(b, x)             ablate_op(b, "sum", "all=1", x)
#define op_mean(b, x, axis)          ablate_op_reduce(ABLATE_AT(b), "mean", x, axis, false)
#define op_mean_keep(b, x, axis)     ablate_op_reduce(ABLATE_AT(b), "mean", x, axis, true)
#define op_mean_all(b, x)            ablate_op(b, "mean", "all=1", x)
#define op_variance(b, x, axis)      ablate_op_reduce(ABLATE_AT(b), "variance", x, axis, false)
#define op_variance_keep(b, x, axis) ablate_op_reduce(ABLATE_AT(b), "variance", x, axis, true)
#define op_max(b, x, axis)           ablate_op_reduce(ABLATE_AT(b), "max", x, axis, false)
#define op_max_keep(b, x, axis)      ablate_op_reduce(ABLATE_AT(b), "max", x, axis, true)

/* ---- along the last axis ---- */
#define op_softmax(b, x)      ablate_op(b, "softmax", NULL, x)
#define op_normalize(b, x)    ablate_op(b, "normalize", NULL, x)
#define op_norm(b, x, least)  ablate_op_number(ABLATE_AT(b), "norm", "eps", least, ABLATE_IN(x))
#define op_cosine(b, x, y)    ablate_op(b, "cosine", NULL, x, y)
#define op_cross_entropy(b, logits, target) ablate_op(b, "cross_entropy", NULL, logits, target)
#define op_layer_norm(b, x, weight, bias, eps) \
    ablate_op_number(ABLATE_AT(b), "layer_norm", "eps", eps, ABLATE_IN(x, weight, bias))

/* ---- attention and experts ---- */
#define op_attention(b, qkv, ...) ablate_op_attention(ABLATE_AT(b), qkv, (ablate_op_heads){ __VA_ARGS__ })
/* How the k kept scores of a row are weighed: "none", as they are; "sum", over their sum; "softmax", their own. */
#define op_top_k(b, scores, k, renormalize) \
    ablate_op_counted(ABLATE_AT(b), "top_k", k, "renormalize", renormalize, ABLATE_IN(scores))
#define op_experts(b, k, activation, x, gates, w1, b1, w2, b2) \
    ablate_op_counted(ABLATE_AT(b), "experts", k, "activation", activation, ABLATE_IN(x, gates, w1, b1, w2, b2))

/* ---- random, while training only: a module asks b->training ---- */
#define op_dropout(b, x, p) ablate_op_number(ABLATE_AT(b), "dropout", "p", p, ABLATE_IN(x))
/* mode, the unit of std: "relative", "absolute" or "jitter". */
#define op_noise(b, x, std, mode) ablate_op_noise(ABLATE_AT(b), x, std, mode)

/* ---- pictures and maps ---- */
#define op_blur(b, x, sigma) ablate_op_number(ABLATE_AT(b), "blur", "sigma", sigma, ABLATE_IN(x))
#define op_resize(b, x, ...) ablate_op_resize(ABLATE_AT(b), x, (ablate_op_picture){ __VA_ARGS__ })

/* ---- first values of a parameter ---- */
#define ablate_normal(b, std)       ablate_text(b, "normal %.17g", std)
#define ablate_uniform(b, bound)    ablate_text(b, "uniform %.17g", bound)
/* Of the bias of PyTorch's Linear with so many inputs (its weight has "linear"); wants math.h. */
#define ablate_linear_bias(b, inputs) ablate_uniform(b, 1 / sqrt((double)(inputs)))

/* clang-format on */

/* ---- how the attributes are written; nothing below is called by its name ---- */

typedef struct ablate_op_span {
    int64_t start, count;
} ablate_op_span;
typedef struct ablate_op_heads {
    int64_t heads;
    bool causal;
} ablate_op_heads;
typedef struct ablate_op_picture {
    int64_t height, width;
    const char *mode; /* "bilinear" (NULL) or "bicubic" */
    bool align_corners;
} ablate_op_picture;

static inline ablate_value *ablate_apply(ablate_at at, const char *op, const char *attributes, int n,
                                         ablate_value *const *in)
{
    return at.builder->api->apply(at.builder, at.file, at.line, op, attributes, n, in);
}

static inline ablate_value *ablate_op_number(ablate_at at, const char *op, const char *name, double number, int n,
                                             ablate_value *const *in)
{
    return ablate_apply(at, op, ablate_text(at.builder, "%s=%.17g", name, number), n, in);
}

static inline ablate_value *ablate_op_worded(ablate_at at, const char *op, const char *name, const char *word, int n,
                                             ablate_value *const *in)
{
    return ablate_apply(at, op, ablate_text(at.builder, "%s=%s", name, word ? word : ""), n, in);
}

static inline ablate_value *ablate_op_counted(ablate_at at, const char *op, int64_t k, const char *name,
                                              const char *word, int n, ablate_value *const *in)
{
    return ablate_apply(at, op, ablate_text(at.builder, "k=%" PRId64 " %s=%s", k, name, word ? word : ""), n, in);
}

static inline ablate_value *ablate_op_affine(ablate_at at, ablate_value *x, double scale, double shift)
{
    return ablate_apply(at, "affine", ablate_text(at.builder, "scale=%.17g shift=%.17g", scale, shift), 1, &x);
}

static inline ablate_value *ablate_op_noise(ablate_at at, ablate_value *x, double std, const char *mode)
{
    return ablate_apply(at, "noise", ablate_text(at.builder, "std=%.17g mode=%s", std, mode ? mode : ""), 1, &x);
}

static inline ablate_value *ablate_op_listed(ablate_at at, const char *op, const char *name, ablate_value *x,
                                             ablate_shape list)
{
    const char *text = "";
    for (int i = 0; i < list.rank; i++)
        text = ablate_text(at.builder, "%s%s%" PRId64, text, i ? "," : "", list.dim[i]);
    return ablate_apply(at, op, ablate_text(at.builder, "%s=\"%s\"", name, text), 1, &x);
}

static inline ablate_value *ablate_op_concat(ablate_at at, int axis, int n, ablate_value *const *in)
{
    return ablate_apply(at, "concat", ablate_text(at.builder, "axis=%d", axis), n, in);
}

static inline ablate_value *ablate_op_slice(ablate_at at, ablate_value *x, int axis, ablate_op_span span)
{
    return ablate_apply(
        at, "slice", ablate_text(at.builder, "axis=%d start=%" PRId64 " count=%" PRId64, axis, span.start, span.count),
        1, &x);
}

static inline ablate_value *ablate_op_reduce(ablate_at at, const char *op, ablate_value *x, int axis, bool keep)
{
    return ablate_apply(at, op, ablate_text(at.builder, "axis=%d keep=%d", axis, keep), 1, &x);
}

static inline ablate_value *ablate_op_attention(ablate_at at, ablate_value *qkv, ablate_op_heads of)
{
    return ablate_apply(at, "attention", ablate_text(at.builder, "heads=%" PRId64 " causal=%d", of.heads, of.causal), 1,
                        &qkv);
}

static inline ablate_value *ablate_op_resize(ablate_at at, ablate_value *x, ablate_op_picture to)
{
    return ablate_apply(at, "resize",
                        ablate_text(at.builder, "height=%" PRId64 " width=%" PRId64 " mode=%s align_corners=%d",
                                    to.height, to.width, to.mode ? to.mode : "bilinear", to.align_corners),
                        1, &x);
}

#endif
