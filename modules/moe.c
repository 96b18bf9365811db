/* moe.c: gated mixture of experts, Eq. 13-15: each token is processed by the K of T small networks that a router
 * prefers for it, and a loss keeps the router from preferring always the same. */
#include "operations.h"
#include <math.h>

#define ACTIVATION(X) X(ACTIVATION_RELU, "relu") X(ACTIVATION_GELU, "gelu") X(ACTIVATION_QUICKGELU, "quickgelu")
#define GATE(X)       X(GATE_SOFTMAX, "softmax") X(GATE_RENORMALISED, "renormalised") X(GATE_TOP_SOFTMAX, "top_softmax")
#define BALANCE(X)    X(BALANCE_EXPERTS, "experts") X(BALANCE_PRINTED, "printed")
ABLATE_ENUM(ACTIVATION);
ABLATE_ENUM(GATE);
ABLATE_ENUM(BALANCE);

typedef struct moe_settings {
    int experts, top, hidden;
    double ratio;
    int activation, gate, balance;
    double epsilon, weight;
} moe_settings;

/* G: the router's scores (R, T) of the tokens z (R, C), before any softmax. */
static ablate_value *route(ablate_builder *b, const moe_settings *s, ablate_value *z, int64_t c)
{
    ablate_value *weight = ablate_param(b, "router.weight", "linear", s->experts, c);
    ablate_value *bias = ablate_param(b, "router.bias", ablate_linear_bias(b, c), s->experts);
    return op_linear(b, z, weight, bias);
}

/* The K kept gates of each token (R, T), zero elsewhere. */
static ablate_value *select_top(ablate_builder *b, const moe_settings *s, ablate_value *scores, ablate_value *gates)
{
    if (s->gate == GATE_TOP_SOFTMAX)
        return op_top_k(b, scores, s->top, "softmax");
    return op_top_k(b, gates, s->top, s->gate == GATE_RENORMALISED ? "sum" : "none");
}

/* Width of an expert's hidden layer, of tokens with c channels. */
static int64_t hidden_width(const moe_settings *s, int64_t c)
{
    int64_t wanted = s->hidden ? s->hidden : llround(s->ratio * (double)c);
    return wanted < 1 ? 1 : wanted;
}

/* sum_k H_k E_k(z): tokens z (R, C), kept gates (R, T) -> (R, C). Only experts with a gate above zero work. */
static ablate_value *mix_experts(ablate_builder *b, const moe_settings *s, ablate_value *z, ablate_value *kept,
                                 int64_t c)
{
    int64_t t = s->experts, h = hidden_width(s, c);
    ablate_value *w1 = ablate_param(b, "w1", "linear", t, h, c);
    ablate_value *b1 = ablate_param(b, "b1", ablate_linear_bias(b, c), t, h);
    ablate_value *w2 = ablate_param(b, "w2", "linear", t, c, h);
    ablate_value *b2 = ablate_param(b, "b2", ablate_linear_bias(b, h), t, c);
    return op_experts(b, s->top, ABLATE_WORD(ACTIVATION, s->activation), z, kept, w1, b1, w2, b2);
}

/* L_moe, from the gates (R, T) before the top K. With BALANCE_EXPERTS the squared coefficient of variation of the
 * experts' importance, as in the works it cites. BALANCE_PRINTED divides, expert by expert, by the mean over the R
 * tokens as the paper prints it; of the T values that leaves, the loss is the mean. SD over the T experts, population.
 */
static ablate_value *balance_loss(ablate_builder *b, const moe_settings *s, ablate_value *gates)
{
    // tag::eq15[]
    bool printed = s->balance == BALANCE_PRINTED;
    ablate_value *importance = op_sum(b, gates, 0);              /* sum_r G(z_r), (T) */
    ablate_value *variance = op_variance_keep(b, importance, 0); /* SD(.)^2, (1) */
    ablate_value *mean = printed ? op_mean(b, gates, 0) : op_mean_keep(b, importance, 0);
    ablate_value *below = op_affine(b, op_square(b, mean), 1, s->epsilon);
    ablate_value *loss = op_mean_all(b, op_div(b, variance, below));
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
    int64_t n = shape.dim[1], c = shape.dim[2];
    ablate_value *z = op_reshape(b, x, -1, c); /* z_r (R, C) */
    // tag::eq13[]
    ablate_value *scores = route(b, s, z, c);    /* G(z_r) */
    ablate_value *gates = op_softmax(b, scores); /* H_t (R, T) */
    // end::eq13[]
    // tag::eq14[]
    ablate_value *kept = select_top(b, s, scores, gates); /* H_k */
    ablate_value *mixed = mix_experts(b, s, z, kept, c);  /* z_r^* = sum_k H_k E_k(z_r) */
    // end::eq14[]
    ablate_write(b, "bottleneck", 0, op_reshape(b, mixed, -1, n, c));
    ablate_write(b, "gates", 0, op_reshape(b, kept, -1, n, s->experts)); /* (B, N, T), to be looked at */
    if (b->training)
        ablate_loss(b, "moe", balance_loss(b, s, gates), s->weight);
    return 0;
}

#define SET(...)    ABLATE_SET(moe_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(moe_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    SET(experts, 5, 1, 64, "number of experts, T"),
    SET(top, 2, 1, 64, "experts that process a token, K <= T"),
    SET(hidden, 0, 0, 65536, "hidden width of an expert E_t; 0: ratio x C"),
    SET(ratio, 1, 0.01, 16, "hidden width of an expert as a multiple of C, where hidden is 0"),
    CHOOSE(activation, ACTIVATION_RELU, ACTIVATION, "activation of an expert's hidden layer"),
    CHOOSE(gate, GATE_SOFTMAX, GATE,
           "H_k: softmax over all T, then the top K; the same divided by their sum; or softmax of the top K alone"),
    CHOOSE(balance, BALANCE_EXPERTS, BALANCE,
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
    .spread = "gates",
    .settings_size = sizeof(moe_settings),
    .settings = settings_table,
    .build = build,
};
