/* lineardecoder.c: Dinomaly's decoder (Guo et al. 2025): blocks as `decoder` has them, with GELU and with linear
 * attention (Katharopoulos et al. 2020), which cannot look at a few places alone and so does not learn to copy them.
 * One block for each layer of the encoder, the last of which reconstructs the shallowest; eight as published. First
 * values as published, but that the normal ones are not cut at three deviations. */
#include "block.h"
#include "layers.h"
#include <math.h>

enum { BLOCKS_MAX = 32 };

typedef struct lineardecoder_settings {
    int heads;
    double ratio;
} lineardecoder_settings;

static ablate_value *parameter(ablate_builder *b, const void *owner, const char *name, const char *init,
                               ablate_shape shape)
{
    (void)owner;
    return ablate_paramv(b, name, init, shape);
}

/* Part i of q, k, v packed as (B, N, 3 C), by heads: (B, heads, N, C / heads). */
static ablate_value *part(ablate_builder *b, ablate_value *qkv, int i, int64_t heads)
{
    const int64_t c = last_axis(b, qkv) / 3;
    ablate_value *x = op_slice(b, qkv, 2, .start = i * c, .count = c);
    return op_transpose(b, op_reshape(b, x, 0, 0, heads, c / heads), 0, 2, 1, 3);
}

/* elu(x) + 1: x + 1 above zero, exp(x) below; at zero itself the gradient is 0, as relu's. */
static ablate_value *feature_map(ablate_builder *b, ablate_value *x)
{
    ablate_value *below = op_scale(b, op_relu(b, op_scale(b, x, -1)), -1); /* min(x, 0) */
    return op_add(b, op_relu(b, x), op_exp(b, below));
}

/* (B, N, 3 C) -> (B, N, C): phi(q) (phi(k)' v) over phi(q) times the sum of phi(k). */
static ablate_value *linear_attention(ablate_builder *b, ablate_value *qkv, int64_t heads)
{
    // tag::linear_attention[]
    ablate_value *q = feature_map(b, part(b, qkv, 0, heads));
    ablate_value *k = feature_map(b, part(b, qkv, 1, heads)), *v = part(b, qkv, 2, heads);
    ablate_value *kv = ablate_op(b, "matmul", "transpose_a=1", k, v); /* (B, heads, d, d) */
    ablate_value *all = op_inner(b, q, op_sum_keep(b, k, 2));         /* (B, heads, N, 1) */
    ablate_value *x = op_div(b, op_matmul(b, q, kv), all);
    // end::linear_attention[]
    return op_reshape(b, op_transpose(b, x, 0, 2, 1, 3), 0, 0, heads * last_axis(b, v));
}

static ablate_value *decode(ablate_builder *b, const lineardecoder_settings *s, int i, ablate_value *x, int64_t c)
{
    const char *normal = ablate_normal(b, 0.01);
    block t = block_of((tensors){ parameter, NULL }, ablate_text(b, "%d", i), c, llround(s->ratio * (double)c));
    t.heads = block_heads(s->heads, c);
    t.eps = 1e-8;
    t.qkv.weight_init = t.out.weight_init = t.widen.weight_init = t.narrow.weight_init = normal;
    t.widen.bias_init = t.narrow.bias_init = "zeros";
    t.widen.activation = "gelu";
    ablate_value *qkv = block_linear(b, &t, &t.qkv, block_norm(b, &t, "ln_1", x));
    if (t.heads > 0 && c % t.heads == 0)
        x = op_add(b, x, block_linear(b, &t, &t.out, linear_attention(b, qkv, t.heads)));
    else
        ablate_fail(b, "lineardecoder: %" PRId64 " heads do not divide %" PRId64 " channels; set lineardecoder.heads",
                    t.heads, c);
    return op_add(b, x, block_mlp(b, &t, block_norm(b, &t, "ln_2", x)));
}

static int build(ablate_builder *b, const void *settings)
{
    const lineardecoder_settings *s = settings;
    ablate_value *x = ablate_read(b, "bottleneck|perturbed|teacher", -1), *decoded[BLOCKS_MAX];
    const ablate_shape shape = ablate_shape_of(b, x);
    const int n = ablate_count(b, "teacher");
    if (shape.rank != 3)
        return ablate_fail(b, "lineardecoder: features must be pictures x tokens x channels");
    if (n > BLOCKS_MAX)
        return ablate_fail(b, "lineardecoder: the encoder gives %d layers; choose at most %d", n, BLOCKS_MAX);
    if (!layers_share_grid(b, "lineardecoder", "teacher"))
        return -1;
    for (int i = 0; i < n; i++)
        decoded[i] = x = decode(b, s, i, x, shape.dim[2]);
    for (int i = 0; i < n; i++)
        ablate_write(b, "student", i, decoded[n - 1 - i]);
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(lineardecoder_settings, heads, 0, 0, 256,
               "attention heads; 0: heads of 64 channels, 32 if C <= 256, as in the encoders"),
    ABLATE_SET(lineardecoder_settings, ratio, 4, 0.25, 16,
               "hidden width of a block's feed-forward part as a multiple of C"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "lineardecoder",
    .doc = "Dinomaly's decoder: blocks with linear attention, one for each layer of the encoder",
    .paper = "not of the paper; Guo et al. 2025",
    .reads = "bottleneck|perturbed|teacher teacher",
    .writes = "student",
    .settings_size = sizeof(lineardecoder_settings),
    .settings = settings_table,
    .build = build,
};
