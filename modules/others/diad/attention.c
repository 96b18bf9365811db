/* attention.c: the U-Net's transformer block (Rombach et al. 2022): attention among the places, attention to the words
 * of a prompt, and a gated layer (Shazeer 2020, "GLU Variants Improve Transformer").
 *
 * DiAD's prompt is always empty, so what CLIP's text tower makes of it is one constant for all pictures: "context" of
 * the file, (words, width), where it has one; else fixed signs. It tells nothing of a picture; keys and values made of
 * it are so many learnt rows. */
#include "diad.h"
#include <math.h>

enum { WORDS = 4 }; /* where the file has no context */

static ablate_value *context(const diad *d)
{
    ablate_builder *b = d->b;
    if (*d->s->weights && ablate_has_weight(b, d->s->weights, "context"))
        return ablate_weight(b, d->s->weights, "context");
    float sign[WORDS * 1024];
    uint32_t state = 1;
    for (int i = 0; i < WORDS * d->s->text; i++) {
        state = state * 1664525u + 1013904223u; /* Knuth's linear congruence; its upper bits */
        sign[i] = state >> 31 ? 1.0f : -1.0f;
    }
    return ablate_constant(b, sign, WORDS, d->s->text);
}

/* x (B, N, C), among themselves. */
static ablate_value *among_places(const diad *d, const char *name, ablate_value *x)
{
    static const char *const parts[] = { "to_q", "to_k", "to_v" };
    int64_t c = diad_channels(d, x);
    ablate_value *of[3];
    for (int i = 0; i < 3; i++)
        of[i] = diad_linear(d, ablate_text(d->b, "%s.%s", name, parts[i]), c, false, x);
    x = op_attention(d->b, op_concatv(d->b, 2, 3, of), .heads = d->s->heads);
    return diad_linear(d, ablate_text(d->b, "%s.to_out.0", name), c, true, x);
}

/* x (B, N, C) to the words, a head after the other: softmax(q k' / sqrt(width)) v. */
static ablate_value *to_words(const diad *d, const char *name, ablate_value *x)
{
    ablate_builder *b = d->b;
    int64_t c = diad_channels(d, x), width = c / d->s->heads;
    ablate_value *q = diad_linear(d, ablate_text(b, "%s.to_q", name), c, false, x), *all = NULL;
    ablate_value *k = diad_linear(d, ablate_text(b, "%s.to_k", name), c, false, context(d));
    ablate_value *v = diad_linear(d, ablate_text(b, "%s.to_v", name), c, false, context(d));
    for (int i = 0; i < d->s->heads; i++) { /* counted so: of a refused value width is 0 */
        int64_t at = i * width;
        ablate_value *alike =
            op_inner(b, op_slice(b, q, 2, .start = at, .count = width), op_slice(b, k, 1, .start = at, .count = width));
        ablate_value *weight = op_softmax(b, op_scale(b, alike, 1 / sqrt((double)width)));
        ablate_value *head = op_matmul(b, weight, op_slice(b, v, 1, .start = at, .count = width));
        all = all ? op_concat(b, 2, all, head) : head;
    }
    return diad_linear(d, ablate_text(b, "%s.to_out.0", name), c, true, all);
}

/* x (B, N, C) -> (B, N, 4 C), gated, and back. */
static ablate_value *gated(const diad *d, const char *name, ablate_value *x)
{
    ablate_builder *b = d->b;
    int64_t c = diad_channels(d, x);
    ablate_value *both = diad_linear(d, ablate_text(b, "%s.net.0.proj", name), 8 * c, true, x);
    ablate_value *gate = op_gelu(b, op_slice(b, both, 2, .start = 4 * c));
    both = op_mul(b, op_slice(b, both, 2, .count = 4 * c), gate);
    return diad_linear(d, ablate_text(b, "%s.net.2", name), c, true, both);
}

ablate_value *diad_transformer(const diad *d, const char *name, ablate_value *x)
{
    ablate_builder *b = d->b;
    ablate_shape shape = ablate_shape_of(b, x);
    int64_t c = diad_channels(d, x);
    diad_conv one = { c, 1, 1, 0, 0, 0 }, last = { .out = c, .side = 1, .zero = true };
    const char *inner = ablate_text(b, "%s.transformer_blocks.0", name);
    ablate_value *y = diad_group_norm(d, ablate_text(b, "%s.norm", name), 1e-6, x);
    y = op_reshape(b, diad_convolve(d, ablate_text(b, "%s.proj_in", name), one, y), 0, -1, c);
    y = op_add(
        b, y,
        among_places(d, ablate_text(b, "%s.attn1", inner), diad_layer_norm(d, ablate_text(b, "%s.norm1", inner), y)));
    y = op_add(
        b, y, to_words(d, ablate_text(b, "%s.attn2", inner), diad_layer_norm(d, ablate_text(b, "%s.norm2", inner), y)));
    y = op_add(b, y,
               gated(d, ablate_text(b, "%s.ff", inner), diad_layer_norm(d, ablate_text(b, "%s.norm3", inner), y)));
    y = op_reshape(b, y, 0, shape.dim[1], shape.dim[2], c);
    return op_add(b, x, diad_convolve(d, ablate_text(b, "%s.proj_out", name), last, y));
}
