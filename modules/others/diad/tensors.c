/* tensors.c: layers with their tensors, drawn or from a file with Stable Diffusion's names. */
#include "diad.h"
#include <math.h>
#include <string.h>

int64_t diad_channels(const diad *d, ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(d->b, x);
    return shape.rank > 0 ? shape.dim[shape.rank - 1] : 1;
}

/* A convolution's weight (O, I, K, K) of the file as the kit has them. */
static ablate_value *read(const diad *d, const char *name)
{
    ablate_value *w = ablate_weight(d->b, d->s->weights, name);
    return ablate_shape_of(d->b, w).rank == 4 ? op_transpose(d->b, w, 0, 2, 3, 1) : w;
}

/* The guide begins as a copy of the U-Net's encoder half, so a file without it has its tensors all the same. */
static const char *known_as(const diad *d, const char *name)
{
    static const char *const guide = "control_model.";
    size_t length = strlen(guide);
    if (ablate_has_weight(d->b, d->s->weights, name) || strncmp(name, guide, length) != 0)
        return name;
    const char *copied = ablate_text(d->b, "model.diffusion_model.%s", name + length);
    return ablate_has_weight(d->b, d->s->weights, copied) ? copied : NULL;
}

static ablate_value *take(const diad *d, const char *name, const char *what, const char *init, ablate_shape shape)
{
    name = ablate_text(d->b, "%s%s.%s", d->part, name, what);
    const char *known = *d->s->weights ? known_as(d, name) : NULL;
    if (!known)
        return ablate_paramv(d->b, name, init, shape);
    ablate_value *w = read(d, known);
    ablate_shape has = ablate_shape_of(d->b, w);
    bool same = has.rank == shape.rank;
    for (int i = 0; same && i < shape.rank; i++)
        same = has.dim[i] == shape.dim[i];
    if (!same)
        ablate_fail(d->b, "diad: %s of %s has another shape than these settings give it", known, d->s->weights);
    return d->frozen || !same ? w : ablate_param_from(d->b, name, w);
}

ablate_value *diad_convolve(const diad *d, const char *name, diad_conv c, ablate_value *x)
{
    int64_t in = diad_channels(d, x), stride = c.stride ? c.stride : 1, pad = c.side / 2;
    const char *even = c.zero ? "zeros" : ablate_uniform(d->b, 1 / sqrt((double)(in * c.side * c.side)));
    ablate_value *weight = take(d, name, "weight", even, ABLATE_SHAPE(c.out, c.side, c.side, in));
    ablate_value *bias = c.plain ? NULL : take(d, name, "bias", even, ABLATE_SHAPE(c.out));
    if (c.cut)
        return op_conv(d->b, x, weight, bias, .stride = stride, .edges = { 0, 0, 1, 1 });
    return op_conv(d->b, x, weight, bias, .stride = stride, .padding = pad);
}

ablate_value *diad_linear(const diad *d, const char *name, int64_t out, bool bias, ablate_value *x)
{
    int64_t in = diad_channels(d, x);
    ablate_value *weight = take(d, name, "weight", "linear", ABLATE_SHAPE(out, in));
    if (!bias)
        return op_inner(d->b, x, weight);
    return op_linear(d->b, x, weight, take(d, name, "bias", ablate_linear_bias(d->b, in), ABLATE_SHAPE(out)));
}

ablate_value *diad_group_norm(const diad *d, const char *name, double eps, ablate_value *x)
{
    ablate_shape row = ABLATE_SHAPE(diad_channels(d, x));
    ablate_value *weight = take(d, name, "weight", "ones", row), *bias = take(d, name, "bias", "zeros", row);
    return op_group_norm(d->b, d->s->groups, x, weight, bias, eps);
}

ablate_value *diad_layer_norm(const diad *d, const char *name, ablate_value *x)
{
    ablate_shape row = ABLATE_SHAPE(diad_channels(d, x));
    ablate_value *weight = take(d, name, "weight", "ones", row), *bias = take(d, name, "bias", "zeros", row);
    return op_layer_norm(d->b, x, weight, bias, 1e-5);
}

ablate_value *diad_twice(const diad *d, ablate_value *x)
{
    ablate_builder *b = d->b;
    ablate_shape shape = ablate_shape_of(b, x);
    int64_t row = 2 * shape.dim[2] * shape.dim[3];
    x = op_reshape(b, op_concat(b, 3, x, x), 0, 0, row);
    return op_reshape(b, op_concat(b, 2, x, x), 0, 2 * shape.dim[1], 2 * shape.dim[2], shape.dim[3]);
}
