/* mlf.c: multi-layer fusion, Eq. 12: the features of all layers, side by side, brought back to C channels. */
#include "layers.h"
#include <math.h>

enum { LAYERS_MAX = 8 };

typedef struct mlf_settings {
    double dropout;
} mlf_settings;

/* Phi: (B, N, 3 C) -> (B, N, C), a linear layer with dropout. */
static ablate_value *project(ablate_builder *b, const mlf_settings *s, ablate_value *x, int64_t c)
{
    int64_t wide = ablate_shape_of(b, x).dim[2];
    ablate_value *weight = ablate_param(b, "weight", "linear", c, wide);
    ablate_value *bias = ablate_param(b, "bias", ablate_linear_bias(b, wide), c);
    x = op_linear(b, x, weight, bias);
    return b->training && s->dropout > 0 ? op_dropout(b, x, s->dropout) : x;
}

static int build(ablate_builder *b, const void *settings)
{
    const mlf_settings *s = settings;
    int n = ablate_count(b, "perturbed");
    ablate_value *f[LAYERS_MAX]; /* f_i (B, N, C) */
    if (n < 2 || n > LAYERS_MAX)
        return ablate_fail(b, "mlf: fuses 2 to %d layers, the encoder gives %d; choose other layers", LAYERS_MAX, n);
    for (int i = 0; i < n; i++)
        f[i] = ablate_read(b, "perturbed", i);
    ablate_shape shape = ablate_shape_of(b, f[0]);
    if (shape.rank != 3)
        return ablate_fail(b, "mlf: features must be pictures x tokens x channels");
    if (!layers_share_grid(b, "mlf", "perturbed"))
        return -1;
    // tag::eq12[]
    ablate_value *side_by_side = op_concatv(b, 2, n, f);             /* [f_1, f_2, f_3] */
    ablate_value *fused = project(b, s, side_by_side, shape.dim[2]); /* f~ = Phi(...) */
    // end::eq12[]
    ablate_write(b, "bottleneck", 0, fused);
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(mlf_settings, dropout, 0.1, 0, 0.95, "probability that Phi's dropout clears a channel of a token"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "mlf",
    .doc = "multi-layer fusion: one linear layer over the features of all layers",
    .paper = "Multi-Layer Fusion, Eq. 12",
    .reads = "perturbed",
    .writes = "bottleneck",
    .settings_size = sizeof(mlf_settings),
    .settings = settings_table,
    .build = build,
};
