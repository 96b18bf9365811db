/* block.c: the residual attention block that both towers are made of, and its weights. */
#include "clip.h"
#include <math.h>

static bool shapes_same(const ablate_shape *x, const ablate_shape *y)
{
    bool same = x->rank == y->rank;
    for (int i = 0; same && i < x->rank; i++)
        same = x->dim[i] == y->dim[i];
    return same;
}

ablate_value *clip_weight(ablate_builder *b, const clip_settings *s, const char *name, const char *init,
                          ablate_shape shape)
{
    if (clip_from_scratch(s))
        return b->api->param(b, __FILE__, __LINE__, name, init, shape);
    ablate_value *value = clip_read(b, s, name);
    ablate_shape found = ablate_shape_of(b, value);
    if (!shapes_same(&found, &shape))
        ablate_fail(b, "clip: tensor '%s' of %s has not the shape that the others call for", name, s->weights);
    return s->train ? ablate_param_from(b, name, value) : value;
}

ablate_value *clip_layer_norm(ablate_builder *b, const clip_settings *s, const clip_tower *t, const char *name,
                              ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x), row = { 1, { shape.dim[shape.rank - 1] } };
    ablate_value *weight = clip_weight(b, s, ablate_text(b, "%s.weight", name), "ones", row);
    ablate_value *bias = clip_weight(b, s, ablate_text(b, "%s.bias", name), "zeros", row);
    return ablate_op(b, "layer_norm", ablate_text(b, "eps=%.17g", t->eps), x, weight, bias);
}

typedef struct linear { /* x (..., in) -> (..., out) */
    const char *weight, *bias;
    int in, out;
    const char *init, *bias_init, *activation;
} linear;

static ablate_value *linear_apply(ablate_builder *b, const clip_settings *s, const char *name, const linear *l,
                                  ablate_value *x)
{
    const char *weight_name = ablate_text(b, "%s.%s", name, l->weight);
    const char *bias_name = ablate_text(b, "%s.%s", name, l->bias);
    ablate_value *weight = clip_weight(b, s, weight_name, l->init, (ablate_shape){ 2, { l->out, l->in } });
    ablate_value *bias = clip_weight(b, s, bias_name, l->bias_init, (ablate_shape){ 1, { l->out } });
    const char *attributes = ablate_text(b, "transpose_b=1 activation=%s", l->activation);
    return ablate_op(b, "matmul", attributes, x, weight, bias);
}

static const char *init_normal(ablate_builder *b, double std)
{
    return ablate_text(b, "normal %.9g", std);
}

static ablate_value *attention_part(ablate_builder *b, const clip_settings *s, const clip_tower *t, const char *name,
                                    ablate_value *x)
{
    int c = t->width;
    const char *in_init = t->causal ? init_normal(b, pow(c, -0.5)) : "xavier";
    const char *out_init = t->causal ? init_normal(b, pow(c, -0.5) * pow(2.0 * t->layers, -0.5)) : "linear";
    linear in = { "attn.in_proj_weight", "attn.in_proj_bias", c, 3 * c, in_init, "zeros", "none" };
    linear out = { "attn.out_proj.weight", "attn.out_proj.bias", c, c, out_init, "zeros", "none" };
    ablate_value *qkv = linear_apply(b, s, name, &in, x);
    const char *attributes = ablate_text(b, "heads=%d causal=%d", t->heads, t->causal);
    return linear_apply(b, s, name, &out, ablate_op(b, "attention", attributes, qkv));
}

static ablate_value *mlp_part(ablate_builder *b, const clip_settings *s, const clip_tower *t, const char *name,
                              ablate_value *x)
{
    int c = t->width, m = t->mlp;
    const char *in_init = t->causal ? init_normal(b, pow(2.0 * c, -0.5)) : "linear";
    const char *out_init = t->causal ? init_normal(b, pow(c, -0.5) * pow(2.0 * t->layers, -0.5)) : "linear";
    const char *in_bias = ablate_text(b, "uniform %.9g", pow(c, -0.5));
    const char *out_bias = ablate_text(b, "uniform %.9g", pow(m, -0.5));
    const char *activation = t->activation == CLIP_GELU ? "gelu" : "quickgelu";
    linear in = { "mlp.c_fc.weight", "mlp.c_fc.bias", c, m, in_init, in_bias, activation };
    linear out = { "mlp.c_proj.weight", "mlp.c_proj.bias", m, c, out_init, out_bias, "none" };
    return linear_apply(b, s, name, &out, linear_apply(b, s, name, &in, x));
}

ablate_value *clip_block(ablate_builder *b, const clip_settings *s, const clip_tower *t, int index, ablate_value *x)
{
    const char *name = ablate_text(b, "%s.resblocks.%d", t->prefix, index);
    ablate_value *normed = clip_layer_norm(b, s, t, ablate_text(b, "%s.ln_1", name), x);
    x = ablate_op(b, "add", NULL, x, attention_part(b, s, t, name, normed));
    normed = clip_layer_norm(b, s, t, ablate_text(b, "%s.ln_2", name), x);
    return ablate_op(b, "add", NULL, x, mlp_part(b, s, t, name, normed));
}
