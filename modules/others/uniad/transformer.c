/* transformer.c: UniAD's encoder and decoder (You et al. 2022, Fig. 3). Their layers are those of DETR (Carion et al.
 * 2020), normalised behind each addition, but that no patch looks at its neighbours, itself included, and that every
 * layer of the decoder has a query of its own to learn, which first asks the encoder's result. Parameters have the
 * names of PyTorch's layers. */
#include "transformer.h"
#include <math.h>
#include <stdlib.h>

/* ---- where a patch stands, and where it may look ---- */

/* Of G places along one side: (G, C / 2). Published is a first value drawn from 0 to 1: here that is 0.5 more than the
 * parameter, which draws from -0.5 to 0.5. */
static ablate_value *places(const transformer *t, const char *name)
{
    return op_affine(t->b, ablate_param(t->b, name, ablate_uniform(t->b, 0.5), t->grid, t->s->width / 2), 1, 0.5);
}

/* Its column's numbers, then its row's. */
static ablate_value *positions(const transformer *t)
{
    ablate_builder *b = t->b;
    int64_t g = t->grid, half = t->s->width / 2;
    ablate_value *row = op_reshape(b, places(t, "row_embed.weight"), g, 1, half);
    ablate_value *column = op_reshape(b, places(t, "col_embed.weight"), 1, g, half);
    row = op_broadcast(b, row, g, g, half);
    column = op_broadcast(b, column, g, g, half);
    return op_reshape(b, op_concat(b, 2, column, row), g * g, 2 * half);
}

static ablate_value *neighbour_mask(const transformer *t)
{
    int64_t g = t->grid, n = g * g, reach = t->s->neighbour / 2;
    float *number = malloc((size_t)(n * n) * sizeof *number);
    for (int64_t i = 0; number && i < n * n; i++) {
        int64_t from = i / n, to = i % n;
        bool near = llabs(from / g - to / g) <= reach && llabs(from % g - to % g) <= reach;
        number[i] = near ? -INFINITY : 0;
    }
    ablate_value *mask = number ? ablate_constant(t->b, number, n, n) : NULL;
    if (!number)
        ablate_fail(t->b, "uniad: out of memory for a mask of %lld by %lld patches", (long long)n, (long long)n);
    free(number);
    return mask;
}

transformer transformer_of(ablate_builder *b, const uniad_settings *s, int64_t pictures, int64_t grid)
{
    transformer t = { .b = b, .s = s, .pictures = pictures, .grid = grid };
    t.position = positions(&t);
    t.mask = s->neighbour ? neighbour_mask(&t) : NULL;
    return t;
}

/* ---- parts of a layer; names are those of its parameters ---- */

static ablate_value *dropped(const transformer *t, ablate_value *x)
{
    return t->b->training && t->s->dropout > 0 ? op_dropout(t->b, x, t->s->dropout) : x;
}

static ablate_value *placed(const transformer *t, ablate_value *x)
{
    return op_add(t->b, x, t->position);
}

static ablate_value *normalised(const transformer *t, const char *name, ablate_value *x)
{
    ablate_builder *b = t->b;
    ablate_value *weight = ablate_param(b, ablate_text(b, "%s.weight", name), "ones", t->s->width);
    ablate_value *bias = ablate_param(b, ablate_text(b, "%s.bias", name), "zeros", t->s->width);
    return op_layer_norm(b, x, weight, bias, 1e-5);
}

/* norm(x + what a part of the layer makes of it) */
static ablate_value *residual(const transformer *t, const char *norm, ablate_value *x, ablate_value *made)
{
    return normalised(t, norm, op_add(t->b, x, dropped(t, made)));
}

ablate_value *transformer_linear(const transformer *t, const char *name, int64_t out, ablate_value *x)
{
    ablate_builder *b = t->b;
    int64_t in = ablate_shape_of(b, x).dim[2];
    ablate_value *weight = ablate_param(b, ablate_text(b, "%s.weight", name), "xavier", out, in);
    ablate_value *bias = ablate_param(b, ablate_text(b, "%s.bias", name), "zeros", out);
    return op_linear(b, x, weight, bias);
}

/* The third of that number of a packed projection, head by head: (B, N, C) -> (B, heads, N, C / heads). */
static ablate_value *heads(const transformer *t, ablate_value *weight, ablate_value *bias, int third, ablate_value *x)
{
    ablate_builder *b = t->b;
    int64_t c = t->s->width;
    ablate_value *w = op_slice(b, weight, 0, .start = third * c, .count = c);
    x = op_linear(b, x, w, op_slice(b, bias, 0, .start = third * c, .count = c));
    return op_transpose(b, op_reshape(b, x, 0, 0, t->s->heads, -1), 0, 2, 1, 3);
}

/* softmax(q k' / sqrt(C / heads) + mask) v */
static ablate_value *attention(const transformer *t, const char *name, ablate_value *query, ablate_value *key,
                               ablate_value *value)
{
    ablate_builder *b = t->b;
    int64_t c = t->s->width;
    ablate_value *weight = ablate_param(b, ablate_text(b, "%s.in_proj_weight", name), "xavier", 3 * c, c);
    ablate_value *bias = ablate_param(b, ablate_text(b, "%s.in_proj_bias", name), "zeros", 3 * c);
    // tag::attention[]
    ablate_value *q = heads(t, weight, bias, 0, query); /* (B, heads, N, C / heads) */
    ablate_value *k = heads(t, weight, bias, 1, key);
    ablate_value *v = heads(t, weight, bias, 2, value);
    ablate_value *scores = op_inner(b, op_scale(b, q, 1 / sqrt((double)c / t->s->heads)), k);
    if (t->mask) /* minus infinity for a patch's neighbours and itself */
        scores = op_add(b, scores, t->mask);
    ablate_value *seen = op_matmul(b, dropped(t, op_softmax(b, scores)), v);
    // end::attention[]
    seen = op_reshape(b, op_transpose(b, seen, 0, 2, 1, 3), 0, 0, c);
    return transformer_linear(t, ablate_text(b, "%s.out_proj", name), c, seen);
}

static ablate_value *feed_forward(const transformer *t, const char *name, ablate_value *x)
{
    ablate_builder *b = t->b;
    x = op_relu(b, transformer_linear(t, ablate_text(b, "%s.linear1", name), t->s->hidden, x));
    return transformer_linear(t, ablate_text(b, "%s.linear2", name), t->s->width, dropped(t, x));
}

/* ---- the two halves ---- */

ablate_value *transformer_encode(const transformer *t, ablate_value *x)
{
    ablate_builder *b = t->b;
    for (int i = 0; i < t->s->encoders; i++) {
        const char *name = ablate_text(b, "encoder.%d", i);
        ablate_value *at = placed(t, x);
        ablate_value *seen = attention(t, ablate_text(b, "%s.self_attn", name), at, at, x);
        x = residual(t, ablate_text(b, "%s.norm1", name), x, seen);
        x = residual(t, ablate_text(b, "%s.norm2", name), x, feed_forward(t, name, x));
    }
    return x;
}

/* out: of the layer before, or the encoder's. */
static ablate_value *decoder_layer(const transformer *t, const char *name, ablate_value *memory, ablate_value *out)
{
    ablate_builder *b = t->b;
    int64_t n = t->grid * t->grid, c = t->s->width;
    ablate_value *query = ablate_param(b, ablate_text(b, "%s.learned_embed.weight", name), ablate_normal(b, 1), n, c);
    ablate_value *x = op_broadcast(b, query, t->pictures, n, c), *at = placed(t, x), *key = placed(t, memory);
    ablate_value *seen = attention(t, ablate_text(b, "%s.self_attn", name), at, key, memory);
    x = residual(t, ablate_text(b, "%s.norm1", name), x, seen);
    at = placed(t, x);
    key = placed(t, out);
    seen = attention(t, ablate_text(b, "%s.multihead_attn", name), at, key, out);
    x = residual(t, ablate_text(b, "%s.norm2", name), x, seen);
    return residual(t, ablate_text(b, "%s.norm3", name), x, feed_forward(t, name, x));
}

ablate_value *transformer_decode(const transformer *t, ablate_value *memory)
{
    ablate_value *out = memory;
    for (int i = 0; i < t->s->decoders; i++)
        out = decoder_layer(t, ablate_text(t->b, "decoder.%d", i), memory, out);
    return normalised(t, "decoder_norm", out);
}
