/* unet.c: the denoising U-Net of latent diffusion (Rombach et al. 2022; Ho et al. 2020): a level a grid, each of so
 * many residual blocks that are told the time, with transformers where asked for; the way up sees what the way down
 * had. */
#include "diad.h"

ablate_value *diad_time(const diad *d, ablate_value *features)
{
    int64_t wide = 4 * (int64_t)d->s->width;
    ablate_value *x = op_silu(d->b, diad_linear(d, "time_embed.0", wide, true, features));
    return diad_linear(d, "time_embed.2", wide, true, x);
}

static ablate_value *block(const diad *d, const char *name, int64_t out, ablate_value *time, ablate_value *x)
{
    ablate_builder *b = d->b;
    diad_conv conv = { out, 3, 1, 0, 0, 0 }, last = { .out = out, .side = 3, .zero = true };
    diad_conv beside = { out, 1, 1, 0, 0, 0 };
    ablate_value *y = op_silu(b, diad_group_norm(d, ablate_text(b, "%s.in_layers.0", name), 1e-5, x));
    y = diad_convolve(d, ablate_text(b, "%s.in_layers.2", name), conv, y);
    ablate_value *told = diad_linear(d, ablate_text(b, "%s.emb_layers.1", name), out, true, op_silu(b, time));
    y = op_add(b, y, op_reshape(b, told, 0, 1, 1, out));
    y = op_silu(b, diad_group_norm(d, ablate_text(b, "%s.out_layers.0", name), 1e-5, y));
    y = diad_convolve(d, ablate_text(b, "%s.out_layers.3", name), last, y);
    if (diad_channels(d, x) != out)
        x = diad_convolve(d, ablate_text(b, "%s.skip_connection", name), beside, x);
    return op_add(b, x, y);
}

/* Is there attention in that level? */
static bool attends(const diad *d, int level)
{
    bool found = false;
    for (int i = 0; i < d->attention.count; i++)
        found = found || d->attention.of[i] == 1 << level;
    return found;
}

int diad_down(const diad *d, ablate_value *time, ablate_value *x, ablate_value *hint, ablate_value **out)
{
    ablate_builder *b = d->b;
    int n = 0;
    x = diad_convolve(d, "input_blocks.0.0", (diad_conv){ d->s->width, 3, 1, 0, 0, 0 }, x);
    out[n++] = x = hint ? op_add(b, x, hint) : x;
    for (int level = 0; level < d->levels.count; level++) {
        int64_t c = (int64_t)d->s->width * d->levels.of[level];
        for (int i = 0; i < d->s->blocks; i++, n++) {
            x = block(d, ablate_text(b, "input_blocks.%d.0", n), c, time, x);
            out[n] = x = attends(d, level) ? diad_transformer(d, ablate_text(b, "input_blocks.%d.1", n), x) : x;
        }
        if (level < d->levels.count - 1) {
            x = diad_convolve(d, ablate_text(b, "input_blocks.%d.0.op", n), (diad_conv){ c, 3, 2, 0, 0, 0 }, x);
            out[n++] = x;
        }
    }
    return n;
}

ablate_value *diad_middle(const diad *d, ablate_value *time, ablate_value *x)
{
    int64_t c = diad_channels(d, x);
    x = block(d, "middle_block.0", c, time, x);
    x = diad_transformer(d, "middle_block.1", x);
    return block(d, "middle_block.2", c, time, x);
}

ablate_value *diad_up(const diad *d, ablate_value *time, ablate_value *x, int n, ablate_value *const *out)
{
    ablate_builder *b = d->b;
    int k = 0;
    for (int level = d->levels.count - 1; level >= 0; level--) {
        int64_t c = (int64_t)d->s->width * d->levels.of[level];
        for (int i = 0; i <= d->s->blocks; i++, k++) {
            x = op_concat(b, 3, x, out[n - 1 - k]);
            x = block(d, ablate_text(b, "output_blocks.%d.0", k), c, time, x);
            x = attends(d, level) ? diad_transformer(d, ablate_text(b, "output_blocks.%d.1", k), x) : x;
            if (level > 0 && i == d->s->blocks)
                x = diad_convolve(d, ablate_text(b, "output_blocks.%d.%d.conv", k, attends(d, level) ? 2 : 1),
                                  (diad_conv){ c, 3, 1, 0, 0, 0 }, diad_twice(d, x));
        }
    }
    x = op_silu(b, diad_group_norm(d, "out.0", 1e-5, x));
    return diad_convolve(d, "out.2", (diad_conv){ .out = d->s->latent, .side = 3, .zero = true }, x);
}
