/* block.c: the weights of the towers, and their blocks. */
#include "block.h"
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
        return ablate_paramv(b, name, init, shape);
    ablate_value *value = clip_read(b, s, name);
    ablate_shape found = ablate_shape_of(b, value);
    if (!shapes_same(&found, &shape))
        ablate_fail(b, "clip: tensor '%s' of %s has not the shape that the others call for", name, s->weights);
    return s->train ? ablate_param_from(b, name, value) : value;
}

/* For block.h; `owner` are the settings. */
static ablate_value *take(ablate_builder *b, const void *owner, const char *name, const char *init, ablate_shape shape)
{
    return clip_weight(b, owner, name, init, shape);
}

ablate_value *clip_layer_norm(ablate_builder *b, const clip_settings *s, const clip_tower *t, const char *name,
                              ablate_value *x)
{
    const tensors from = { take, s };
    return layer_norm(b, &from, name, t->eps, x);
}

const char *clip_normal(ablate_builder *b, double std)
{
    return ablate_text(b, "normal %.9g", std);
}

const char *clip_uniform(ablate_builder *b, double fan_in)
{
    return ablate_text(b, "uniform %.9g", pow(fan_in, -0.5));
}

/* The text tower's first values are OpenAI's; the picture tower's stay those of PyTorch's layers. */
static void text_init(ablate_builder *b, const clip_tower *t, block *to)
{
    double c = t->width, deep = pow(c, -0.5) * pow(2.0 * t->layers, -0.5);
    to->qkv.weight_init = clip_normal(b, pow(c, -0.5));
    to->out.weight_init = clip_normal(b, deep);
    to->widen.weight_init = clip_normal(b, pow(2 * c, -0.5));
    to->narrow.weight_init = clip_normal(b, deep);
}

ablate_value *clip_block(ablate_builder *b, const clip_settings *s, const clip_tower *t, int index, ablate_value *x)
{
    const char *name = ablate_text(b, "%s.resblocks.%d", t->prefix, index);
    block of = block_of((tensors){ take, s }, name, t->width, t->mlp);
    of.heads = t->heads;
    of.causal = t->causal;
    of.eps = t->eps;
    of.widen.bias_init = clip_uniform(b, t->width);
    of.narrow.bias_init = clip_uniform(b, t->mlp);
    of.widen.activation = ABLATE_WORD(CLIP_ACTIVATION, t->activation);
    if (t->causal)
        text_init(b, t, &of);
    return block_apply(b, &of, x);
}
