/* layer.c: a convolution with its frozen batch normalisation, which the engine folds into its weights once, and its
 * activation: nothing but the convolution is left to run. */
#include "batch_norm.h"
#include "convnet.h"

static ablate_value *norm_tensor(convnet *n, const convnet_layer *l, const char *part)
{
    return convnet_tensor(n, ablate_text(n->b, "%s.%s", l->norm, part), ABLATE_SHAPE(l->out));
}

ablate_value *convnet_apply(convnet *n, const convnet_layer *l, ablate_value *x)
{
    ablate_builder *b = n->b;
    int64_t part = l->depthwise ? 1 : l->in;
    ablate_value *weight =
        convnet_tensor(n, ablate_text(b, "%s.weight", l->conv), ABLATE_SHAPE(l->out, part, l->kernel, l->kernel));
    ablate_value *scale = norm_tensor(n, l, "weight"), *shift = norm_tensor(n, l, "bias");
    ablate_value *mean = norm_tensor(n, l, "running_mean"), *variance = norm_tensor(n, l, "running_var");
    if (!x)
        return NULL;
    // tag::fold[]
    norm_line line = batch_norm_line(b, scale, shift, mean, variance, n->eps);
    weight = op_transpose(b, weight, 0, 2, 3, 1); /* (O, I, KH, KW) of the file */
    weight = batch_norm_weight(b, weight, &line);
    // end::fold[]
    return op_conv(b, x, weight, line.shift, .stride = l->stride, .padding = n->same ? 0 : l->kernel / 2,
                   .same = n->same, .groups = l->depthwise ? l->in : 1, .activation = l->activation);
}
