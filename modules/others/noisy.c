/* noisy.c: the noisy bottleneck of Dinomaly (Guo et al. 2025, "Dinomaly: the less is more philosophy in multi-class
 * unsupervised anomaly detection"): the mean of the encoder's layers through two linear layers with dropout before,
 * between and behind them, whose zeros stand for the noise that others add to features. First values as published,
 * but that the normal ones are not cut at three deviations. Registers take no part, for the encoder leaves them out. */
#include "layers.h"
#include <math.h>

enum { LAYERS_MAX = 32 };

typedef struct noisy_settings {
    double dropout, ratio;
} noisy_settings;

static ablate_value *drop(ablate_builder *b, const noisy_settings *s, ablate_value *x)
{
    return b->training && s->dropout > 0 ? op_dropout(b, x, s->dropout) : x;
}

/* x (..., in) -> (..., out), through an activation. */
static ablate_value *linear(ablate_builder *b, const char *name, int64_t in, int64_t out, const char *activation,
                            ablate_value *x)
{
    ablate_value *weight = ablate_param(b, ablate_text(b, "%s.weight", name), ablate_normal(b, 0.01), out, in);
    ablate_value *bias = ablate_param(b, ablate_text(b, "%s.bias", name), "zeros", out);
    return op_linear_to(b, activation, x, weight, bias);
}

static int build(ablate_builder *b, const void *settings)
{
    const noisy_settings *s = settings;
    const int n = ablate_count(b, "teacher");
    ablate_value *sum = ablate_read(b, "teacher", 0);
    const ablate_shape shape = ablate_shape_of(b, sum);
    if (shape.rank != 3)
        return ablate_fail(b, "noisy: features must be pictures x tokens x channels");
    if (n > LAYERS_MAX)
        return ablate_fail(b, "noisy: the encoder gives %d layers; choose at most %d", n, LAYERS_MAX);
    if (!layers_share_grid(b, "noisy", "teacher"))
        return -1;
    const int64_t c = shape.dim[2], hidden = llround(s->ratio * (double)c);
    for (int i = 1; i < n; i++)
        sum = op_add(b, sum, ablate_read(b, "teacher", i));
    ablate_value *fused = op_scale(b, sum, 1.0 / n);
    ablate_value *inner = linear(b, "fc1", c, hidden, "gelu", drop(b, s, fused));
    ablate_value *noisy = drop(b, s, linear(b, "fc2", hidden, c, "none", drop(b, s, inner)));
    ablate_write(b, "bottleneck", 0, noisy);
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(noisy_settings, dropout, 0.2, 0, 0.95, "share of numbers that each of the three dropouts clears"),
    ABLATE_SET(noisy_settings, ratio, 4, 0.25, 16, "width between the two layers as a multiple of C"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "noisy",
    .doc = "Dinomaly's bottleneck: the mean of the encoder's layers through two linear layers with dropout",
    .paper = "not of the paper; Guo et al. 2025",
    .reads = "teacher",
    .writes = "bottleneck",
    .settings_size = sizeof(noisy_settings),
    .settings = settings_table,
    .build = build,
};
