/* moe.c: gated mixture of experts, Eq. 13-15: each token is processed by the K of T small networks that a router
 * prefers for it, and a loss keeps the router from preferring always the same. */
#include "module.h"
#include <math.h>

typedef struct moe_settings {
    int experts, top, hidden;
    double ratio;
    int activation, gate, balance;
    double epsilon, weight;
} moe_settings;
enum { GATE_SOFTMAX, GATE_RENORMALISED, GATE_TOP_SOFTMAX }; /* gate */
enum { BALANCE_EXPERTS, BALANCE_PRINTED };                  /* balance */

static ablate_value *bias(ablate_builder *b, const char *name, int64_t fan_in, ablate_shape shape)
{
    return b->api->param(b, __FILE__, __LINE__, name, ablate_text(b, "uniform %.17g", 1 / sqrt((double)fan_in)), shape);
}

/* G: the router's scores (R, T) of the tokens z (R, C), before any softmax. */
static ablate_value *route(ablate_builder *b, const moe_settings *s, ablate_value *z, int64_t c)
{
    ablate_value *weight = ablate_param(b, "router.weight", "linear", s->experts, c);
    ablate_value *shift = bias(b, "router.bias", c, ABLATE_SHAPE(s->experts));
    return ablate_op(b, "matmul", "transpose_b=1", z, weight, shift);
}

/* The K kept gates of each token (R, T), zero elsewhere. */
static ablate_value *select_top(ablate_builder *b, const moe_settings *s, ablate_value *scores, ablate_value *gates)
{
    static const char *const kinds[] = { "none", "sum", "softmax" };
    const char *attributes = ablate_text(b, "k=%d renormalize=%s", s->top, kinds[s->gate]);
    return ablate_op(b, "top_k", attributes, s->gate == GATE_TOP_SOFTMAX ? scores : gates);
}

/* sum_k H_k E_k(z): tokens z (R, C), kept gates (R, T) -> (R, C). */
static ablate_value *mix_experts(ablate_builder *b, const moe_settings *s, ablate_value *z, ablate_value *kept,
                                 int64_t c)
{
    static const char *const activations[] = { "relu", "gelu", "quickgelu" };
    int64_t t = s->experts, h = s->hidden ? s->hidden : (int64_t)llround(s->ratio * (double)c);
    if (h < 1)
        h = 1;
    ablate_value *w1 = ablate_param(b, "w1", "linear", t, h, c), *b1 = bias(b, "b1", c, ABLATE_SHAPE(t, h));
    ablate_value *w2 = ablate_param(b, "w2", "linear", t, c, h), *b2 = bias(b, "b2", h, ABLATE_SHAPE(t, c));
    const char *attributes = ablate_text(b, "k=%d activation=%s", s->top, activations[s->activation]);
    return ablate_op(b, "experts", attributes, z, kept, w1, b1, w2, b2);
}

/* L_moe, from the gates (R, T) before the top K. With BALANCE_EXPERTS the squared coefficient of variation of the
 * experts' importance, as in the works it cites. BALANCE_PRINTED divides, expert by expert, by the mean over the R
 * tokens as the paper prints it; of the T values that leaves, the loss is the mean. SD over the T experts, population.
 */
static ablate_value *balance_loss(ablate_builder *b, const moe_settings *s, ablate_value *gates)
{
    // tag::eq15[]
    ablate_value *importance = ablate_op(b, "sum", "axis=0", gates);                /* sum_r G(z_r), (T) */
    ablate_value *variance = ablate_op(b, "variance", "axis=0 keep=1", importance); /* SD(.)^2, (1) */
    ablate_value *mean = s->balance == BALANCE_PRINTED ? ablate_op(b, "mean", "axis=0", gates)
                                                       : ablate_op(b, "mean", "axis=0 keep=1", importance);
    const char *add_epsilon = ablate_text(b, "shift=%.17g", s->epsilon);
    ablate_value *below = ablate_op(b, "affine", add_epsilon, ablate_op(b, "square", NULL, mean));
    ablate_value *loss = ablate_op(b, "mean", "all=1", ablate_op(b, "div", NULL, variance, below));
    // end::eq15[]
    return loss;
}

static int build(ablate_builder *b, const void *settings)
{
    const moe_settings *s = settings;
    ablate_value *x = ablate_read(b, "bottleneck|perturbed|teacher", -1); /* f~ (B, N, C) */
    ablate_shape shape = ablate_shape_of(b, x);
    if (s->top > s->experts)
        return ablate_fail(b, "moe: moe.top = %d is more than moe.experts = %d; keep K <= T", s->top, s->experts);
    if (shape.rank != 3)
        return ablate_fail(b, "moe: features must be pictures x tokens x channels");
    int64_t c = shape.dim[2];
    ablate_value *z = ablate_op(b, "reshape", ablate_text(b, "dims=\"-1,%lld\"", (long long)c), x); /* z_r (R, C) */
    // tag::eq13[]
    ablate_value *scores = route(b, s, z, c);                    /* G(z_r) */
    ablate_value *gates = ablate_op(b, "softmax", NULL, scores); /* H_t (R, T) */
    // end::eq13[]
    // tag::eq14[]
    ablate_value *kept = select_top(b, s, scores, gates); /* H_k */
    ablate_value *mixed = mix_experts(b, s, z, kept, c);  /* z_r^* = sum_k H_k E_k(z_r) */
    // end::eq14[]
    const char *back = ablate_text(b, "dims=\"-1,%lld,%lld\"", (long long)shape.dim[1], (long long)c);
    const char *each = ablate_text(b, "dims=\"-1,%lld,%d\"", (long long)shape.dim[1], s->experts);
    ablate_write(b, "bottleneck", 0, ablate_op(b, "reshape", back, mixed));
    ablate_write(b, "gates", 0, ablate_op(b, "reshape", each, kept)); /* (B, N, T), to be looked at */
    if (b->training)
        ablate_loss(b, "moe", balance_loss(b, s, gates), s->weight);
    return 0;
}

#define SET(...)  ABLATE_SET(moe_settings, __VA_ARGS__)
#define PICK(...) ABLATE_PICK(moe_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    SET(experts, 5, 1, 64, "number of experts, T"),
    SET(top, 2, 1, 64, "experts that process a token, K <= T"),
    SET(hidden, 0, 0, 65536, "hidden width of an expert E_t; 0: ratio x C"),
    SET(ratio, 1, 0.01, 16, "hidden width of an expert as a multiple of C, where hidden is 0"),
    PICK(activation, 0, "relu|gelu|quickgelu", "activation of an expert's hidden layer"),
    PICK(gate, GATE_SOFTMAX, "softmax|renormalised|top_softmax",
         "H_k: softmax over all T, then the top K; the same divided by their sum; or softmax of the top K alone"),
    PICK(balance, BALANCE_EXPERTS, "experts|printed",
         "Eq. 15: squared coefficient of variation over experts, or the formula as printed"),
    SET(epsilon, 1e-10, 0, 1, "epsilon of Eq. 15"),
    SET(weight, 1, 0, 1e6, "weight of L_moe in Eq. 16"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "moe",
    .doc = "gated mixture of experts: each token is processed by the K experts its router prefers",
    .paper = "Gated Mixture-of-Experts, Eq. 13-15",
    .reads = "bottleneck|perturbed|teacher",
    .writes = "bottleneck gates",
    .settings_size = sizeof(moe_settings),
    .settings = settings_table,
    .build = build,
};
