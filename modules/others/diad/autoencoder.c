/* autoencoder.c: between pictures and latents (Rombach et al. 2022, "High-Resolution Image Synthesis with Latent
 * Diffusion Models"): residual blocks, a level a grid, attention of one head in the middle; the encoder tells mean and
 * log variance of the latents. */
#include "diad.h"

static const double EPS = 1e-6; /* of the autoencoder's normalisations */

static ablate_value *activated(const diad *d, const char *name, ablate_value *x)
{
    return op_silu(d->b, diad_group_norm(d, name, EPS, x));
}

static ablate_value *block(const diad *d, const char *name, int64_t out, ablate_value *x)
{
    ablate_builder *b = d->b;
    diad_conv conv = { out, 3, 1, 0, 0, 0 }, beside = { out, 1, 1, 0, 0, 0 };
    ablate_value *y = activated(d, ablate_text(b, "%s.norm1", name), x);
    y = diad_convolve(d, ablate_text(b, "%s.conv1", name), conv, y);
    y = activated(d, ablate_text(b, "%s.norm2", name), y);
    y = diad_convolve(d, ablate_text(b, "%s.conv2", name), conv, y);
    if (diad_channels(d, x) != out)
        x = diad_convolve(d, ablate_text(b, "%s.nin_shortcut", name), beside, x);
    return op_add(b, x, y);
}

static ablate_value *attend(const diad *d, const char *name, ablate_value *x)
{
    static const char *const parts[] = { "q", "k", "v" };
    ablate_builder *b = d->b;
    ablate_shape shape = ablate_shape_of(b, x);
    int64_t c = diad_channels(d, x);
    diad_conv one = { c, 1, 1, 0, 0, 0 };
    ablate_value *y = diad_group_norm(d, ablate_text(b, "%s.norm", name), EPS, x), *of[3];
    for (int i = 0; i < 3; i++)
        of[i] = diad_convolve(d, ablate_text(b, "%s.%s", name, parts[i]), one, y);
    y = op_reshape(b, op_concatv(b, 3, 3, of), 0, -1, 3 * c);
    y = op_reshape(b, op_attention(b, y, .heads = 1), 0, shape.dim[1], shape.dim[2], c);
    return op_add(b, x, diad_convolve(d, ablate_text(b, "%s.proj_out", name), one, y));
}

static ablate_value *middle(const diad *d, const char *name, ablate_value *x)
{
    int64_t c = diad_channels(d, x);
    x = block(d, ablate_text(d->b, "%s.mid.block_1", name), c, x);
    x = attend(d, ablate_text(d->b, "%s.mid.attn_1", name), x);
    return block(d, ablate_text(d->b, "%s.mid.block_2", name), c, x);
}

diad_posterior diad_encode(const diad *d, ablate_value *picture)
{
    ablate_builder *b = d->b;
    const diad_settings *s = d->s;
    ablate_value *x = diad_convolve(d, "encoder.conv_in", (diad_conv){ s->picture_width, 3, 1, 0, 0, 0 }, picture);
    for (int level = 0; level < d->picture_levels.count; level++) {
        int64_t c = (int64_t)s->picture_width * d->picture_levels.of[level];
        for (int i = 0; i < s->picture_blocks; i++)
            x = block(d, ablate_text(b, "encoder.down.%d.block.%d", level, i), c, x);
        diad_conv half = { .out = c, .side = 3, .stride = 2, .cut = true };
        if (level < d->picture_levels.count - 1)
            x = diad_convolve(d, ablate_text(b, "encoder.down.%d.downsample.conv", level), half, x);
    }
    x = activated(d, "encoder.norm_out", middle(d, "encoder", x));
    x = diad_convolve(d, "encoder.conv_out", (diad_conv){ 2 * s->latent, 3, 1, 0, 0, 0 }, x);
    x = diad_convolve(d, "quant_conv", (diad_conv){ 2 * s->latent, 1, 1, 0, 0, 0 }, x);
    return (diad_posterior){ op_slice(b, x, 3, .count = s->latent), op_slice(b, x, 3, .start = s->latent) };
}

ablate_value *diad_decode(const diad *d, ablate_value *latents)
{
    ablate_builder *b = d->b;
    const diad_settings *s = d->s;
    int last = d->picture_levels.count - 1;
    int64_t c = (int64_t)s->picture_width * d->picture_levels.of[last];
    ablate_value *x = diad_convolve(d, "post_quant_conv", (diad_conv){ s->latent, 1, 1, 0, 0, 0 }, latents);
    x = middle(d, "decoder", diad_convolve(d, "decoder.conv_in", (diad_conv){ c, 3, 1, 0, 0, 0 }, x));
    for (int level = last; level >= 0; level--) {
        c = (int64_t)s->picture_width * d->picture_levels.of[level];
        for (int i = 0; i <= s->picture_blocks; i++)
            x = block(d, ablate_text(b, "decoder.up.%d.block.%d", level, i), c, x);
        if (level > 0)
            x = diad_convolve(d, ablate_text(b, "decoder.up.%d.upsample.conv", level), (diad_conv){ c, 3, 1, 0, 0, 0 },
                              diad_twice(d, x));
    }
    return diad_convolve(d, "decoder.conv_out", (diad_conv){ 3, 3, 1, 0, 0, 0 }, activated(d, "decoder.norm_out", x));
}
