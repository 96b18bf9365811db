/* block.h: the residual attention block that the decoder and both towers of the encoder are made of: CLIP's, with the
 * names that OpenAI's checkpoints give its tensors,
 *
 *     x = x + attention(layer_norm(x))
 *     x = x + mlp(layer_norm(x))                 x (B, N, C)
 *
 * What a module shares with another is a header of inline functions, as this one, so that every module stays one file
 * that links to nothing, is built by one line of cc, and shows its mistakes in its own folder. */
#ifndef MODULES_BLOCK_H
#define MODULES_BLOCK_H
#include "operations.h"

/* Where a block's tensors come from: `name` of that shape, a parameter drawn by `init`, or a frozen one. */
typedef struct tensors {
    ablate_value *(*take)(ablate_builder *, const void *owner, const char *name, const char *init, ablate_shape);
    const void *owner;
} tensors;

typedef struct linear {        /* x (..., in) -> (..., out), through an activation */
    const char *weight, *bias; /* what follows the block's name */
    int64_t out;
    const char *weight_init, *bias_init, *activation;
} linear;

typedef struct block {
    tensors from;
    const char *name; /* "transformer.resblocks.0": its tensors are "transformer.resblocks.0.ln_1.weight", ... */
    int64_t heads;
    bool causal;
    double eps;           /* of its layer norms */
    linear qkv, out;      /* attention: C -> 3 C, C -> C */
    linear widen, narrow; /* mlp: C -> hidden width, and back */
} block;

/* `set`, or if that is 0 heads of 64 channels, as in OpenAI's models, or of 32, as in the kit's small ones. */
static inline int64_t block_heads(int set, int64_t c)
{
    const int64_t width = c <= 256 ? 32 : 64;
    if (set)
        return set;
    return c >= width ? c / width : 1;
}

static inline int64_t last_axis(ablate_builder *b, ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x);
    return shape.rank > 0 ? shape.dim[shape.rank - 1] : 1;
}

/* Layer norm over the last axis with the tensors NAME.weight and NAME.bias. */
static inline ablate_value *layer_norm(ablate_builder *b, const tensors *from, const char *name, double eps,
                                       ablate_value *x)
{
    ablate_shape row = ABLATE_SHAPE(last_axis(b, x));
    ablate_value *weight = from->take(b, from->owner, ablate_text(b, "%s.weight", name), "ones", row);
    ablate_value *bias = from->take(b, from->owner, ablate_text(b, "%s.bias", name), "zeros", row);
    return op_layer_norm(b, x, weight, bias, eps);
}

static inline ablate_value *block_linear(ablate_builder *b, const block *t, const linear *l, ablate_value *x)
{
    const tensors *from = &t->from;
    const char *weight_name = ablate_text(b, "%s.%s", t->name, l->weight);
    const char *bias_name = ablate_text(b, "%s.%s", t->name, l->bias);
    ablate_shape shape = ABLATE_SHAPE(l->out, last_axis(b, x));
    ablate_value *weight = from->take(b, from->owner, weight_name, l->weight_init, shape);
    ablate_value *bias = from->take(b, from->owner, bias_name, l->bias_init, ABLATE_SHAPE(l->out));
    return op_linear_to(b, l->activation, x, weight, bias);
}

static inline ablate_value *block_norm(ablate_builder *b, const block *t, const char *name, ablate_value *x)
{
    return layer_norm(b, &t->from, ablate_text(b, "%s.%s", t->name, name), t->eps, x);
}

static inline ablate_value *block_attention(ablate_builder *b, const block *t, ablate_value *x)
{
    ablate_value *qkv = block_linear(b, t, &t->qkv, x);
    return block_linear(b, t, &t->out, op_attention(b, qkv, .heads = t->heads, .causal = t->causal));
}

static inline ablate_value *block_mlp(ablate_builder *b, const block *t, ablate_value *x)
{
    return block_linear(b, t, &t->narrow, block_linear(b, t, &t->widen, x));
}

static inline ablate_value *block_apply(ablate_builder *b, const block *t, ablate_value *x)
{
    x = op_add(b, x, block_attention(b, t, block_norm(b, t, "ln_1", x)));
    return op_add(b, x, block_mlp(b, t, block_norm(b, t, "ln_2", x)));
}

/* The names of OpenAI's tensors; c: channels, hidden: width of the mlp. First values and the rest are the caller's. */
static inline block block_of(tensors from, const char *name, int64_t c, int64_t hidden)
{
    return (block){
        .from = from,
        .name = name,
        .qkv = { "attn.in_proj_weight", "attn.in_proj_bias", 3 * c, "xavier", "zeros", "none" },
        .out = { "attn.out_proj.weight", "attn.out_proj.bias", c, "linear", "zeros", "none" },
        .widen = { "mlp.c_fc.weight", "mlp.c_fc.bias", hidden, "linear", NULL, "quickgelu" },
        .narrow = { "mlp.c_proj.weight", "mlp.c_proj.bias", c, "linear", NULL, "none" },
    };
}

#endif
