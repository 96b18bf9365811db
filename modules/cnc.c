/* cnc.c: the cross-modal normality constraint. Learnable prompts (Eq. 2-3) learn what normal looks like from encoded
 * features (Eq. 4), hold the decoded ones to it (Eq. 10-11) and promote both where they look normal (Eq. 5-8). */
#include "operations.h"

#define TEMPLATE(X)    X(TEMPLATE_PAPER, "paper") X(TEMPLATE_ANOMALYCLIP, "anomalyclip")
#define GLOBAL(X)      X(GLOBAL_CLASS_TOKEN, "class_token") X(GLOBAL_MEAN, "mean")
#define REDUCTION(X)   X(REDUCTION_MEAN, "mean") X(REDUCTION_SUM, "sum")
#define SIMILARITY(X)  X(SIMILARITY_NORMALISED_G, "normalised_g") X(SIMILARITY_COSINE, "cosine")
#define LAMBDA(X)      X(LAMBDA_PATCH, "patch") X(LAMBDA_MAP, "map") X(LAMBDA_NONE, "none")
#define ANCHOR_GRAD(X) X(ANCHOR_GRAD_ALL, "all") X(ANCHOR_GRAD_EQ4, "eq4")
ABLATE_ENUM(TEMPLATE);
ABLATE_ENUM(GLOBAL);
ABLATE_ENUM(REDUCTION);
ABLATE_ENUM(SIMILARITY);
ABLATE_ENUM(LAMBDA);
ABLATE_ENUM(ANCHOR_GRAD);

typedef struct cnc_settings {
    int length, template, theta, ramp, similarity, lambda, anchor_grad, global, reduction;
    double init, tau, gamma;
} cnc_settings;

/* ---- the prompts and what the text tower makes of them ---- */

/* n prompts [SOT][V_1]...[V_M][words][EOT] from words (L, Ct), and `padding` more ends to be as long as the longest; no
 * token of a causal tower sees those behind it: (n, M + L + padding, Ct). */
static ablate_value *prompts(ablate_builder *b, const cnc_settings *s, const char *name, ablate_value *words, int n,
                             int64_t padding)
{
    int64_t width = ablate_shape_of(b, words).dim[1];
    ablate_value *v = ablate_param(b, name, ablate_normal(b, s->init), n, s->length, width);
    words = op_broadcast(b, words, n, 0, 0);
    v = op_concat(b, 1, op_slice(b, words, 1, .count = 1), v, op_slice(b, words, 1, .start = 1));
    if (padding == 0)
        return v;
    ablate_value *end = op_slice(b, words, 1, .start = -1);
    return op_concat(b, 1, v, padding == 1 ? end : op_broadcast(b, end, 0, padding, 0));
}

/* The prompts' text features, normalised: rows g_n^1, g_a^1, g_n^2, g_a^2, ... (2 n, C). */
static ablate_value *text_features(ablate_builder *b, const cnc_settings *s, int n)
{
    bool stop = s->template == TEMPLATE_ANOMALYCLIP;
    ablate_value *any = ablate_read(b, "teacher", 0);
    ablate_value *w_n = ablate_call_service(b, "text.tokens", stop ? "object ." : "object", any);
    ablate_value *w_a = ablate_call_service(b, "text.tokens", stop ? "damaged object ." : "damaged object", any);
    int64_t rows_n = ablate_shape_of(b, w_n).dim[0], rows_a = ablate_shape_of(b, w_a).dim[0];
    // tag::eq2[]
    /* [V_1^n]...[V_M^n][object] */
    ablate_value *p_n = prompts(b, s, "normal", w_n, n, rows_a - rows_n);
    // end::eq2[]
    // tag::eq3[]
    /* [V_1^a]...[V_M^a][damaged][object] */
    ablate_value *p_a = prompts(b, s, "abnormal", w_a, n, 0);
    // end::eq3[]
    ablate_value *all = op_reshape(b, op_concat(b, 1, p_n, p_a), 2 * n, -1, 0);
    const float end[2] = { (float)(s->length + rows_n - 1), (float)(s->length + rows_a - 1) }; /* place of the EOT */
    ablate_value *ends = op_reshape(b, op_broadcast(b, ablate_constant(b, end, 2), n, 0), -1);
    return op_normalize(b, ablate_call_service(b, "text.encode", NULL, all, ends));
}

/* ---- what they are held to ---- */

/* -log of g_n's share in the softmax over e g_n and e g_a, over the batch; f (B, N, C), g = g_n, g_a (2, C). */
static ablate_value *alignment(ablate_builder *b, const cnc_settings *s, ablate_value *f, ablate_value *g)
{
    bool mean = s->global == GLOBAL_MEAN;
    ablate_value *tokens = mean ? op_slice(b, f, 1, .start = 1) : op_slice(b, f, 1, .count = 1);
    int64_t batch = ablate_shape_of(b, f).dim[0];
    ablate_value *normal = op_broadcast(b, ablate_constant(b, &(float){ 0 }, 1), batch); /* g_n's row of g */
    // tag::eq4[]
    ablate_value *e = op_normalize(b, op_mean(b, tokens, 1));          /* e_i (B, C) */
    ablate_value *logits = op_scale(b, op_inner(b, e, g), 1 / s->tau); /* e_i g / tau (B, 2) */
    ablate_value *losses = op_cross_entropy(b, logits, normal);        /* -log, (B) */
    return s->reduction == REDUCTION_SUM ? op_sum_all(b, losses) : op_mean_all(b, losses);
    // end::eq4[]
}

/* ---- what they promote ---- */

/* lambda Psi (B, N, 1): larger for tokens that look normal. f (B, N, C) in the joint space, norm = 1 / lambda. */
static ablate_value *psi(ablate_builder *b, const cnc_settings *s, ablate_value *f, ablate_value *g, ablate_value *norm)
{
    if (s->similarity == SIMILARITY_COSINE)
        f = op_normalize(b, f);
    // tag::eq7[]
    ablate_value *both = op_inner(b, f, g); /* f g_n, f g_a (B, N, 2) */
    ablate_value *alpha = op_slice(b, both, 2, .count = 1);
    ablate_value *beta = op_slice(b, both, 2, .start = 1);
    // end::eq7[]
    ablate_write(b, "response", ablate_count(b, "response"), both); /* encoded, decoded, of each layer */
    // tag::eq6[]
    ablate_value *raw = op_tanh(b, op_sub(b, alpha, beta));
    ablate_value *control = op_affine(b, raw, 0.5, 0.5); /* from 0 to 1 */
    // end::eq6[]
    return op_div(b, control, norm);
}

static int build(ablate_builder *b, const void *settings)
{
    const cnc_settings *s = settings;
    int n = ablate_count(b, "teacher");
    ablate_value *g = text_features(b, s, n), *l_c1 = ablate_constant(b, &(float){ 0 }, 1), *l_c2 = l_c1;
    for (int i = 0; i < n; i++) {
        ablate_value *f = ablate_read(b, "teacher", i), *decoded = ablate_read(b, "student", i);
        ablate_value *met = ablate_call_service(b, "image.project", NULL, f); /* where text is met */
        ablate_value *met_decoded = ablate_call_service(b, "image.project", NULL, decoded);
        ablate_value *g_i = op_slice(b, g, 0, .start = 2 * i, .count = 2);
        ablate_value *anchor = s->anchor_grad == ANCHOR_GRAD_EQ4 ? op_detach(b, g_i) : g_i;
        if (b->training) {
            l_c1 = op_add(b, l_c1, alignment(b, s, met, g_i));
            // tag::eq10[]
            l_c2 = op_add(b, l_c2, alignment(b, s, met_decoded, anchor)); /* of e^_i */
            // end::eq10[]
        }
        if (s->lambda == LAMBDA_NONE)
            continue;
        ablate_value *patches = op_slice(b, f, 1, .start = 1);
        ablate_value *whole = s->lambda == LAMBDA_MAP ? op_reshape(b, patches, 0, 1, -1) : f;
        ablate_value *norm = op_norm(b, whole, 1e-12); /* ||f_i|| */
        // tag::eq5[]
        /* f_i^* = f_i + lambda Psi(f_i, g^i) */
        ablate_value *teacher = op_add(b, f, psi(b, s, met, anchor, norm));
        ablate_write(b, "teacher", i, teacher);
        // end::eq5[]
        // tag::eq8[]
        /* f^_i^* = f^_i + lambda Psi(f^_i, g^i) */
        ablate_value *student = op_add(b, decoded, psi(b, s, met_decoded, anchor, norm));
        ablate_write(b, "student", i, student);
        // end::eq8[]
    }
    if (b->training) {
        ablate_loss(b, "prompts", l_c1, 1);
        ablate_loss(b, "constraint", l_c2, 0); /* until the first epoch begins */
    }
    return 0;
}

static int epoch(ablate_builder *b, const void *settings, void *state, int now)
{
    const cnc_settings *s = settings;
    (void)state;
    /* Not of the paper: gamma reached in `ramp` equal steps */
    double risen = now - s->theta + 1 < s->ramp ? (double)(now - s->theta + 1) / s->ramp : 1;
    // tag::eq11[]
    ablate_loss_weight(b, "constraint", now < s->theta ? 0 : risen * s->gamma);
    // end::eq11[]
    return 0;
}

#define SET(...)    ABLATE_SET(cnc_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(cnc_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    SET(length, 12, 1, 64, "learnable tokens of a prompt, M"),
    SET(init, 0.02, 0, 10, "standard deviation of their first values V_m"),
    CHOOSE(template, TEMPLATE_PAPER, TEMPLATE, "words: object, damaged object; or with a final full stop"),
    SET(tau, 0.001, 1e-6, 100, "temperature tau of Eq. 4 and 10"),
    SET(gamma, 0.1, 0, 1e6, "weight gamma of L_c^2 in Eq. 11"),
    SET(theta, 5, 0, 1e6, "epoch theta from which L_c^2 counts, Eq. 11"),
    SET(ramp, 1, 1, 1e6, "epochs in which that weight rises to gamma; 1: at once, as the paper has it"),
    CHOOSE(global, GLOBAL_CLASS_TOKEN, GLOBAL, "global feature e_i: class token, or mean of the patches"),
    CHOOSE(reduction, REDUCTION_MEAN, REDUCTION, "of Eq. 4 and 10 over the batch"),
    CHOOSE(similarity, SIMILARITY_NORMALISED_G, SIMILARITY, "f g of Eq. 7: with g / ||g||, or the cosine"),
    CHOOSE(lambda, LAMBDA_PATCH, LAMBDA, "lambda of Eq. 5, 8: 1 / norm of each patch, of the map; or 0"),
    CHOOSE(anchor_grad, ANCHOR_GRAD_ALL, ANCHOR_GRAD, "losses whose gradients reach the prompts"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "cnc",
    .doc = "cross-modal normality constraint: learnable prompts that say what normal looks like",
    .paper = "Cross-modal Normality Constraint, Eq. 2-8, 10, 11",
    .reads = "teacher student text.tokens text.encode image.project",
    .writes = "teacher student response",
    .settings_size = sizeof(cnc_settings),
    .settings = settings_table,
    .build = build,
    .epoch = epoch,
};
