/* decoder.c: three residual attention blocks, CLIP's own kind, that reconstruct the encoder's features from the
 * bottleneck. Initial weights as PyTorch's Linear, LayerNorm and MultiheadAttention draw them. */
#include "module.h"
#include <math.h>

enum { BLOCKS_MAX = 16 };

typedef struct decoder_settings {
    int heads;
    double ratio;
    int order;
} decoder_settings;
enum { ORDER_REVERSED, ORDER_ALIGNED }; /* order */

typedef struct linear { /* x (..., in) -> (..., out) */
    const char *weight, *bias;
    int64_t in, out;
    const char *weight_init, *bias_init, *activation;
} linear;

static ablate_value *linear_apply(ablate_builder *b, int block, const linear *l, ablate_value *x)
{
    ablate_value *weight = ablate_param(b, ablate_text(b, "%d.%s", block, l->weight), l->weight_init, l->out, l->in);
    ablate_value *bias = ablate_param(b, ablate_text(b, "%d.%s", block, l->bias), l->bias_init, l->out);
    return ablate_op(b, "matmul", ablate_text(b, "transpose_b=1 activation=%s", l->activation), x, weight, bias);
}

static ablate_value *layer_norm(ablate_builder *b, int block, const char *name, ablate_value *x, int64_t c)
{
    ablate_value *weight = ablate_param(b, ablate_text(b, "%d.%s.weight", block, name), "ones", c);
    ablate_value *bias = ablate_param(b, ablate_text(b, "%d.%s.bias", block, name), "zeros", c);
    return ablate_op(b, "layer_norm", NULL, x, weight, bias);
}

/* Heads of 64 channels, as in OpenAI's models, or of 32, as in the kit's small ones. */
static int64_t head_count(const decoder_settings *s, int64_t c)
{
    int64_t width = c <= 256 ? 32 : 64;
    if (s->heads)
        return s->heads;
    return c >= width ? c / width : 1;
}

static ablate_value *attend(ablate_builder *b, const decoder_settings *s, int block, ablate_value *x, int64_t c)
{
    linear in = { "attn.in_proj_weight", "attn.in_proj_bias", c, 3 * c, "xavier", "zeros", "none" };
    linear out = { "attn.out_proj.weight", "attn.out_proj.bias", c, c, "linear", "zeros", "none" };
    const char *heads = ablate_text(b, "heads=%lld", (long long)head_count(s, c));
    return linear_apply(b, block, &out, ablate_op(b, "attention", heads, linear_apply(b, block, &in, x)));
}

static ablate_value *feed_forward(ablate_builder *b, const decoder_settings *s, int block, ablate_value *x, int64_t c)
{
    int64_t h = (int64_t)llround(s->ratio * (double)c);
    const char *from_c = ablate_text(b, "uniform %.17g", 1 / sqrt((double)c));
    const char *from_h = ablate_text(b, "uniform %.17g", 1 / sqrt((double)h));
    linear in = { "mlp.c_fc.weight", "mlp.c_fc.bias", c, h, "linear", from_c, "quickgelu" };
    linear out = { "mlp.c_proj.weight", "mlp.c_proj.bias", h, c, "linear", from_h, "none" };
    return linear_apply(b, block, &out, linear_apply(b, block, &in, x));
}

/* F_D^i: (B, N, C) -> (B, N, C). */
static ablate_value *decode(ablate_builder *b, const decoder_settings *s, int block, ablate_value *x, int64_t c)
{
    x = ablate_op(b, "add", NULL, x, attend(b, s, block, layer_norm(b, block, "ln_1", x, c), c));
    return ablate_op(b, "add", NULL, x, feed_forward(b, s, block, layer_norm(b, block, "ln_2", x, c), c));
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
    ABLATE_PICK(decoder_settings, order, ORDER_REVERSED, "reversed|aligned",
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
