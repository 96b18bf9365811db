/* jitter.c: the features that a reconstruction starts from and is compared with: the patches of all layers, channels
 * side by side, and while training the same with noise on each patch in proportion to its length, so that copying them
 * is of no use: the feature jitter of UniAD (You et al. 2022, "A Unified Model for Multi-class Anomaly Detection"). Its
 * code decides once a batch whether there is any; here each picture does, and by default all have it, as published. */
#include "layers.h"

enum { LAYERS_MAX = 8 };

typedef struct jitter_settings {
    double scale, probability;
} jitter_settings;

/* (B, H W, sum of C) */
static ablate_value *side_by_side(ablate_builder *b, int n)
{
    ablate_value *patches[LAYERS_MAX] = { NULL };
    for (int i = 0; i < n; i++)
        patches[i] = op_slice(b, ablate_read(b, "teacher", i), 1, .start = 1);
    return n > 1 ? op_concatv(b, 2, n, patches) : patches[0];
}

/* 1 for a picture of f that is chosen, else 0: (B, 1, 1). */
static ablate_value *chosen(ablate_builder *b, const jitter_settings *s, ablate_value *f)
{
    ablate_value *number = op_slice(b, op_slice(b, f, 1, .count = 1), 2, .count = 1);
    ablate_value *one = op_affine(b, op_detach(b, number), 0, 1);
    return op_scale(b, op_dropout(b, one, 1 - s->probability), s->probability);
}

static ablate_value *jitter(ablate_builder *b, const jitter_settings *s, ablate_value *f)
{
    ablate_value *noisy = op_noise(b, f, s->scale, "jitter"); /* f + scale ||f|| / C g, g standard normal */
    if (s->probability == 1)
        return noisy;
    ablate_value *share = chosen(b, s, f), *noise = op_sub(b, noisy, f);
    return op_add(b, f, op_mul(b, share, noise));
}

static int build(ablate_builder *b, const void *settings)
{
    const jitter_settings *s = settings;
    int n = ablate_count(b, "teacher");
    if (n > LAYERS_MAX)
        return ablate_fail(b, "jitter: the encoder gives %d layers; choose at most %d", n, LAYERS_MAX);
    for (int i = 0; i < n; i++)
        if (ablate_shape_of(b, ablate_read(b, "teacher", i)).rank != 3)
            return ablate_fail(b, "jitter: features must be pictures x (1 + patches) x channels");
    if (!layers_share_grid(b, "jitter", "teacher"))
        return -1;
    ablate_value *f = side_by_side(b, n);
    bool jitters = b->training && s->scale > 0 && s->probability > 0;
    ablate_write(b, "joined", 0, f);
    ablate_write(b, "jittered", 0, jitters ? jitter(b, s, f) : f);
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(jitter_settings, scale, 20, 0, 1e6,
               "deviation of the noise on each of a patch's C channels, in lengths of the patch over C"),
    ABLATE_SET(jitter_settings, probability, 1, 0, 1, "of a picture's having noise"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "jitter",
    .doc = "the patches of all layers, side by side, and with noise in proportion to their length while training",
    .paper = "not of the paper; the feature jitter of UniAD (You et al. 2022)",
    .reads = "teacher",
    .writes = "joined jittered",
    .settings_size = sizeof(jitter_settings),
    .settings = settings_table,
    .build = build,
};
