/* guide.c: DiAD's semantic-guided network (He et al. 2024): a second encoder half that sees the picture as a hint and
 * reaches the U-Net through convolutions that begin with zeros (Zhang et al. 2023, "Adding Conditional Control to
 * Text-to-Image Diffusion Models"), and spatial-aware feature fusion: what the last grid has takes in what the one
 * before it has. As the authors train it, only the middle and the blocks of the last grid are guided.
 *
 * In the authors' code the fusion's convolutions begin with zeros and read what zero convolutions give: both are zero,
 * so is the gradient of either, and fusion = zero stays without effect for ever. So here they are drawn. */
#include "diad.h"

/* The picture (B, S, S, 3) on the latents' grid (B, H, W, width). */
static ablate_value *hint_of(const diad *d, ablate_value *x)
{
    ablate_builder *b = d->b;
    int k = 0;
    for (int i = 0; i < d->hint.count; i++)
        for (int twice = 0; twice < (i == d->hint.count - 1 && i > 0 ? 1 : 2); twice++, k += 2) {
            diad_conv conv = { .out = d->hint.of[i], .side = 3, .stride = i > 0 && twice == 0 ? 2 : 1 };
            x = op_silu(b, diad_convolve(d, ablate_text(b, "input_hint_block.%d", k), conv, x));
        }
    diad_conv last = { .out = d->s->width, .side = 3, .zero = true };
    return diad_convolve(d, ablate_text(b, "input_hint_block.%d", k), last, x);
}

/* Half the grid, normalised channel by channel, without a line behind it. */
static ablate_value *project(const diad *d, const char *name, int64_t out, ablate_value *x)
{
    static const float one = 1, none = 0;
    ablate_builder *b = d->b;
    diad_conv half = { .out = out, .side = 3, .stride = 2, .zero = d->s->fusion == DIAD_FUSION_ZERO, .plain = true };
    ablate_value *ones = op_broadcast(b, ablate_constant(b, &one, 1), out);
    ablate_value *zeros = op_broadcast(b, ablate_constant(b, &none, 1), out);
    x = diad_convolve(d, name, half, x);
    return op_silu(b, op_group_norm(b, out, x, ones, zeros, 1e-5));
}

/* Each of the last grid's outs with all of the grid's before it. */
static void fuse(const diad *d, int n, ablate_value **out)
{
    ablate_builder *b = d->b;
    int each = d->s->blocks + 1;
    for (int i = 0; i < each; i++) {
        ablate_value *x = out[n - each + i];
        int64_t c = diad_channels(d, x);
        for (int j = 0; j < each; j++) {
            const char *name = ablate_text(b, "down%d%d.0", j + 1, i + 1);
            x = op_add(b, x, project(d, name, c, out[n - 2 * each + j]));
        }
        out[n - each + i] = op_silu(b, x);
    }
}

ablate_value *diad_noise(diad *d, ablate_value *features, ablate_value *noisy, ablate_value *picture)
{
    ablate_builder *b = d->b;
    ablate_value *seen[DIAD_OUTS], *guide[DIAD_OUTS];
    int each = d->s->blocks + 1;

    d->part = "control_model.", d->frozen = false;
    ablate_value *time = diad_time(d, features);
    int n = diad_down(d, time, noisy, hint_of(d, picture), guide);
    ablate_value *deep = diad_middle(d, time, guide[n - 1]);
    diad_conv zero = { .side = 1, .zero = true };
    for (int i = d->s->fusion == DIAD_FUSION_NONE || d->levels.count < 2 ? n - each : n - 2 * each; i < n; i++) {
        zero.out = diad_channels(d, guide[i]);
        guide[i] = diad_convolve(d, ablate_text(b, "zero_convs.%d.0", i), zero, guide[i]);
    }
    if (d->s->fusion != DIAD_FUSION_NONE && d->levels.count > 1)
        fuse(d, n, guide);
    zero.out = diad_channels(d, deep);
    deep = diad_convolve(d, "middle_block_out.0", zero, deep);

    d->part = "model.diffusion_model.", d->frozen = true; /* as far as a file has it: up to the middle */
    time = diad_time(d, features);
    diad_down(d, time, noisy, NULL, seen);
    ablate_value *x = op_add(b, diad_middle(d, time, seen[n - 1]), deep);
    for (int i = n - each; i < n; i++)
        seen[i] = op_add(b, seen[i], guide[i]);
    d->frozen = false;
    return diad_up(d, time, x, n, seen);
}
