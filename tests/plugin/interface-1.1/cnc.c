/* cnc.c: the cross-modal normality constraint. Learnable prompts (Eq. 2-3) learn what normal looks like from encoded
 * features (Eq. 4), hold the decoded ones to it (Eq. 10-11) and promote both where they look normal (Eq. 5-8). */
#include "module.h"

enum { NORMALISED_G, COSINE, PATCH = 0, MAP, NONE, ALL_LOSSES = 0, ONLY_EQ4, CLASS_TOKEN = 0, MEAN }; /* settings */
typedef struct cnc_settings {
    int length, template, theta, similarity, lambda, anchor_grad, global, reduction;
    double init, tau, gamma;
} cnc_settings;

/* n prompts [SOT][V_1]...[V_M][words][EOT], then `padding` more ends, which no token of a causal tower sees. */
static ablate_value *prompts(ablate_builder *b, const cnc_settings *s, const char *name, ablate_value *words, int n,
                             int64_t padding)
{
    int64_t width = ablate_shape_of(b, words).dim[1];
    ablate_value *v = ablate_param(b, name, ablate_text(b, "normal %.17g", s->init), n, s->length, width);
    words = ablate_op(b, "broadcast", ablate_text(b, "dims=\"%d,0,0\"", n), words);
    v = ablate_op(b, "concat", "axis=1", ablate_op(b, "slice", "axis=1 count=1", words), v,
                  ablate_op(b, "slice", "axis=1 start=1", words));
    for (; padding > 0; padding--)
        v = ablate_op(b, "concat", "axis=1", v, ablate_op(b, "slice", "axis=1 start=-1", words));
    return v;
}

/* The prompts' text features, normalised: rows g_n^1, g_a^1, g_n^2, g_a^2, ... (2 n, C). */
static ablate_value *text_features(ablate_builder *b, const cnc_settings *s, int n)
{
    ablate_value *any = ablate_read(b, "teacher", 0);
    ablate_value *w_n = ablate_call_service(b, "text.tokens", s->template ? "object ." : "object", any);
    ablate_value *w_a = ablate_call_service(b, "text.tokens", s->template ? "damaged object ." : "damaged object", any);
    int64_t rows_n = ablate_shape_of(b, w_n).dim[0], rows_a = ablate_shape_of(b, w_a).dim[0];
    // tag::eq2[]
    ablate_value *p_n = prompts(b, s, "normal", w_n, n, rows_a - rows_n); /* [V_1^n]...[V_M^n][object] */
    // end::eq2[]
    // tag::eq3[]
    ablate_value *p_a = prompts(b, s, "abnormal", w_a, n, 0); /* [V_1^a]...[V_M^a][damaged][object] */
    // end::eq3[]
    const char *dims = ablate_text(b, "dims=\"%d,-1,0\"", 2 * n);
    ablate_value *all = ablate_op(b, "reshape", dims, ablate_op(b, "concat", "axis=1", p_n, p_a));
    const float end[2] = { (float)(s->length + rows_n - 1), (float)(s->length + rows_a - 1) }; /* place of the EOT */
    ablate_value *ends = ablate_op(b, "broadcast", ablate_text(b, "dims=\"%d,0\"", n), ablate_constant(b, end, 2));
    ends = ablate_op(b, "reshape", "dims=\"-1\"", ends);
    return ablate_op(b, "normalize", NULL, ablate_call_service(b, "text.encode", NULL, all, ends));
}

/* -log of g_n's share in the softmax over e g_n and e g_a, over the batch; f (B, N, C), g = g_n, g_a (2, C). */
static ablate_value *alignment(ablate_builder *b, const cnc_settings *s, ablate_value *f, ablate_value *g)
{
    ablate_value *tokens = ablate_op(b, "slice", s->global == MEAN ? "axis=1 start=1" : "axis=1 count=1", f);
    const char *batch = ablate_text(b, "dims=\"%lld\"", (long long)ablate_shape_of(b, f).dim[0]);
    ablate_value *normal = ablate_op(b, "broadcast", batch, ablate_constant(b, &(float){ 0 }, 1)); /* g_n's index */
    // tag::eq4[]
    ablate_value *e = ablate_op(b, "normalize", NULL, ablate_op(b, "mean", "axis=1", tokens)); /* e_i (B, C) */
    ablate_value *logits = ablate_op(b, "matmul", "transpose_b=1", e, g);                      /* (B, 2) */
    logits = ablate_op(b, "affine", ablate_text(b, "scale=%.17g", 1 / s->tau), logits);
    return ablate_op(b, s->reduction ? "sum" : "mean", "all=1", ablate_op(b, "cross_entropy", NULL, logits, normal));
    // end::eq4[]
}

/* lambda Psi (B, N, 1): larger for tokens that look normal. f (B, N, C) in the joint space, norm = 1 / lambda. */
static ablate_value *psi(ablate_builder *b, const cnc_settings *s, ablate_value *f, ablate_value *g, ablate_value *norm)
{
    f = s->similarity == COSINE ? ablate_op(b, "normalize", NULL, f) : f;
    // tag::eq7[]
    ablate_value *both = ablate_op(b, "matmul", "transpose_b=1", f, g); /* (B, N, 2) */
    ablate_value *alpha = ablate_op(b, "slice", "axis=2 count=1", both);
    ablate_value *beta = ablate_op(b, "slice", "axis=2 start=1", both);
    // end::eq7[]
    ablate_write(b, "response", ablate_count(b, "response"), both); /* encoded, decoded, of each layer */
    // tag::eq6[]
    ablate_value *raw = ablate_op(b, "tanh", NULL, ablate_op(b, "sub", NULL, alpha, beta));
    ablate_value *control = ablate_op(b, "affine", "scale=0.5 shift=0.5", raw);
    // end::eq6[]
    return ablate_op(b, "div", NULL, control, norm);
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
        ablate_value *g_i = ablate_op(b, "slice", ablate_text(b, "axis=0 start=%d count=2", 2 * i), g);
        ablate_value *anchor = s->anchor_grad == ONLY_EQ4 ? ablate_op(b, "detach", NULL, g_i) : g_i;
        if (b->training) {
            l_c1 = ablate_op(b, "add", NULL, l_c1, alignment(b, s, met, g_i));
            // tag::eq10[]
            l_c2 = ablate_op(b, "add", NULL, l_c2, alignment(b, s, met_decoded, anchor)); /* of e^_i */
            // end::eq10[]
        }
        if (s->lambda == NONE)
            continue;
        ablate_value *patches = ablate_op(b, "slice", "axis=1 start=1", f);
        ablate_value *whole = s->lambda == MAP ? ablate_op(b, "reshape", "dims=\"0,1,-1\"", patches) : f;
        ablate_value *norm = ablate_op(b, "norm", "eps=1e-12", whole); /* ||f_i|| */
        // tag::eq5[]
        ablate_write(b, "teacher", i, ablate_op(b, "add", NULL, f, psi(b, s, met, anchor, norm)));
        // end::eq5[]
        // tag::eq8[]
        ablate_write(b, "student", i, ablate_op(b, "add", NULL, decoded, psi(b, s, met_decoded, anchor, norm)));
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
    // tag::eq11[]
    ablate_loss_weight(b, "constraint", now < s->theta ? 0 : s->gamma);
    // end::eq11[]
    return 0;
}

#define ROW(kind, ...) ABLATE_##kind(cnc_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    ROW(SET, length, 12, 1, 64, "learnable tokens of a prompt, M"),
    ROW(SET, init, 0.02, 0, 10, "standard deviation of their first values V_m"),
    ROW(PICK, template, 0, "paper|anomalyclip", "words: object, damaged object; or with a final full stop"),
    ROW(SET, tau, 0.001, 1e-6, 100, "temperature tau of Eq. 4 and 10"),
    ROW(SET, gamma, 0.1, 0, 1e6, "weight gamma of L_c^2 in Eq. 11"),
    ROW(SET, theta, 5, 0, 1e6, "epoch theta from which L_c^2 counts, Eq. 11"),
    ROW(PICK, global, CLASS_TOKEN, "class_token|mean", "global feature e_i: class token, or mean of the patches"),
    ROW(PICK, reduction, 0, "mean|sum", "of Eq. 4 and 10 over the batch"),
    ROW(PICK, similarity, NORMALISED_G, "normalised_g|cosine", "f g of Eq. 7: with g / ||g||, or the cosine"),
    ROW(PICK, lambda, PATCH, "patch|map|none", "lambda of Eq. 5, 8: 1 / norm of each patch, of the map; or 0"),
    ROW(PICK, anchor_grad, ALL_LOSSES, "all|eq4", "losses whose gradients reach the prompts"),
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
