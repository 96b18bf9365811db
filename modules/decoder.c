/* decoder.c: three residual attention blocks, CLIP's own kind, that reconstruct the encoder's features from the
 * bottleneck. Initial weights as PyTorch's Linear, LayerNorm and MultiheadAttention draw them. */
#include "block.h"
#include "layers.h"
#include <math.h>

enum { BLOCKS_MAX = 16 };

#define ORDER(X) X(ORDER_REVERSED, "reversed") X(ORDER_ALIGNED, "aligned")
ABLATE_ENUM(ORDER);

typedef struct decoder_settings {
    int heads;
    double ratio;
    int order;
} decoder_settings;

static ablate_value *parameter(ablate_builder *b, const void *owner, const char *name, const char *init,
                               ablate_shape shape)
{
    (void)owner;
    return ablate_paramv(b, name, init, shape);
}

/* F_D^i: (B, N, C) -> (B, N, C). */
static ablate_value *decode(ablate_builder *b, const decoder_settings *s, int i, ablate_value *x, int64_t c)
{
    int64_t hidden = llround(s->ratio * (double)c);
    block t = block_of((tensors){ parameter, NULL }, ablate_text(b, "%d", i), c, hidden);
    t.heads = block_heads(s->heads, c);
    t.eps = 1e-5;
    t.widen.bias_init = ablate_linear_bias(b, c);
    t.narrow.bias_init = ablate_linear_bias(b, hidden);
    return block_apply(b, &t, x);
}

static int build(ablate_builder *b, const void *settings)
{
    const decoder_settings *s = settings;
    ablate_value *x = ablate_read(b, "bottleneck|perturbed|teacher", -1), *decoded[BLOCKS_MAX];
    ablate_shape shape = ablate_shape_of(b, x);
    int n = ablate_count(b, "teacher");
    if (shape.rank != 3)
        return ablate_fail(b, "decoder: features must be pictures x tokens x channels");
    if (n > BLOCKS_MAX)
        return ablate_fail(b, "decoder: the encoder gives %d layers; choose at most %d", n, BLOCKS_MAX);
    if (!layers_share_grid(b, "decoder", "teacher"))
        return -1;
    for (int i = 0; i < n; i++)
        decoded[i] = x = decode(b, s, i, x, shape.dim[2]);
    /* Student i reconstructs teacher i; reversed, the last block reconstructs the shallowest layer (Fig. 2) */
    for (int i = 0; i < n; i++)
        ablate_write(b, "student", i, decoded[s->order == ORDER_REVERSED ? n - 1 - i : i]); /* f^_i */
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(decoder_settings, heads, 0, 0, 256,
               "attention heads; 0: heads of 64 channels, 32 if C <= 256, as in OpenAI's encoders and the kit's own"),
    ABLATE_SET(decoder_settings, ratio, 4, 0.25, 16, "hidden width of a block's feed-forward part as a multiple of C"),
    ABLATE_CHOOSE(decoder_settings, order, ORDER_REVERSED, ORDER,
                  "which f_i the first block reconstructs: the deepest, or the shallowest"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "decoder",
    .doc = "residual attention blocks, one for each layer of the encoder, that reconstruct its features",
    .paper = "Visual Distillation Framework, F_D",
    .reads = "bottleneck|perturbed|teacher teacher",
    .writes = "student",
    .settings_size = sizeof(decoder_settings),
    .settings = settings_table,
    .build = build,
};
