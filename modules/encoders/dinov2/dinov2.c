/* dinov2.c: the frozen encoder: picture -> features of several layers, tokens (B, 1 + H W, C), as its blocks give them,
 * without the last normalisation. Registers see and are seen, and are left out of what is written. There is no text
 * tower. */
#include "dinov2.h"
#include <stdlib.h>
#include <string.h>

/* ---- which layers ---- */

/* Those of Dinomaly (Guo et al. 2025), whose encoder it is: eight in the middle; counted from 1. */
static const char *usual_layers(int depth)
{
    return depth == 12 ? "3 4 5 6 7 8 9 10" : depth == 24 ? "5 7 9 11 13 15 17 19" : NULL;
}

/* Their number, or -1. */
static int layers_read(ablate_builder *b, const dinov2_settings *s, int depth, int layer[DINOV2_LAYERS])
{
    int n = 0;
    const char *list = *s->layers ? s->layers : usual_layers(depth);
    if (!list)
        return ablate_fail(b, "dinov2: %s has %d blocks, for which no layers are usual; name them (dinov2.layers)",
                           s->weights, depth);
    for (const char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
        char *end;
        long number = strtol(at, &end, 10);
        if (end == at || (*end && *end != ' ') || number < 1 || number > depth || n == DINOV2_LAYERS ||
            (n > 0 && number <= layer[n - 1]))
            return ablate_fail(b, "dinov2.layers = %s: give numbers from 1 to %d, ascending, separated by blanks", list,
                               depth);
        layer[n++] = (int)number;
        at = end;
    }
    return n;
}

/* ---- the network ---- */

/* Picture -> tokens (B, 1 + registers + g g, C). */
static ablate_value *tokens_embed(dinov2 *d, const dinov2_settings *s)
{
    ablate_builder *b = d->net.b;
    const int64_t c = d->width, p = d->patch;
    const convnet_settings input = { .size = s->size };
    const int as = s->statistics == DINOV2_INPUT ? STATISTICS_INPUT : STATISTICS_IMAGENET;
    ablate_value *x = convnet_picture(b, &input, as), *class_row = NULL; /* (B, S, S, 3) */
    ablate_value *weight = dinov2_tensor(d, "patch_embed.proj.weight", ABLATE_SHAPE(c, 3, p, p));
    ablate_value *bias = dinov2_tensor(d, "patch_embed.proj.bias", ABLATE_SHAPE(c));
    x = op_conv(b, x, op_transpose(b, weight, 0, 2, 3, 1), bias, .stride = p);
    const ablate_shape shape = ablate_shape_of(b, x);
    const int64_t n = shape.dim[0], g = shape.rank == 4 ? shape.dim[1] : 1;
    ablate_value *position = dinov2_position(d, s->resample, g, &class_row);
    x = op_add(b, op_reshape(b, x, 0, g * g, c), position);
    ablate_value *first = dinov2_tensor(d, "cls_token", ABLATE_SHAPE(1, 1, c));
    first = class_row ? op_add(b, first, class_row) : first;
    if (d->registers)
        first = op_concat(b, 1, first, dinov2_tensor(d, "register_tokens", ABLATE_SHAPE(1, d->registers, c)));
    return op_concat(b, 1, op_broadcast(b, first, n, 1 + d->registers, c), x);
}

/* For block.h; `owner` is the network, of which it notes the tensor as asked for. */
static ablate_value *take(ablate_builder *b, const void *owner, const char *name, const char *init, ablate_shape shape)
{
    (void)b, (void)init;
    return dinov2_tensor((dinov2 *)(uintptr_t)owner, name, shape);
}

static ablate_value *scaled(dinov2 *d, const block *t, const char *name, ablate_value *x)
{
    ablate_builder *b = d->net.b;
    return op_mul(b, x, dinov2_tensor(d, ablate_text(b, "%s.%s", t->name, name), ABLATE_SHAPE(d->width)));
}

static ablate_value *block_run(dinov2 *d, int index, ablate_value *x)
{
    ablate_builder *b = d->net.b;
    const block t = {
        .from = { take, d },
        .name = ablate_text(b, "blocks.%d", index),
        .heads = d->heads,
        .eps = 1e-6,
        .qkv = { "attn.qkv.weight", "attn.qkv.bias", 3 * d->width, NULL, NULL, "none" },
        .out = { "attn.proj.weight", "attn.proj.bias", d->width, NULL, NULL, "none" },
        .widen = { "mlp.fc1.weight", "mlp.fc1.bias", d->hidden, NULL, NULL, "gelu" },
        .narrow = { "mlp.fc2.weight", "mlp.fc2.bias", d->width, NULL, NULL, "none" },
    };
    x = op_add(b, x, scaled(d, &t, "ls1.gamma", block_attention(b, &t, block_norm(b, &t, "norm1", x))));
    return op_add(b, x, scaled(d, &t, "ls2.gamma", block_mlp(b, &t, block_norm(b, &t, "norm2", x))));
}

/* (B, 1 + registers + N, C) -> (B, 1 + N, C). */
static ablate_value *without_registers(const dinov2 *d, ablate_value *x)
{
    ablate_builder *b = d->net.b;
    return d->registers ? op_concat(b, 1, op_slice(b, x, 1, .count = 1), op_slice(b, x, 1, .start = 1 + d->registers))
                        : x;
}

static int picture_check(const dinov2 *d, const dinov2_settings *s)
{
    ablate_builder *b = d->net.b;
    const ablate_shape image = ablate_shape_of(b, ablate_read(b, "image", -1));
    const int64_t side = s->size ? s->size : image.rank == 4 ? image.dim[3] : 0;
    if (image.rank != 4 || side < d->patch)
        return ablate_fail(b, "dinov2: pictures must be at least one patch of %" PRId64 " pixels wide", d->patch);
    if (side % d->patch)
        ablate_remark(b,
                      "dinov2: %" PRId64 " pixels are no multiple of a patch's %" PRId64 ": the last %" PRId64
                      " of each "
                      "side are not seen",
                      side, d->patch, side % d->patch);
    return 0;
}

static int build(ablate_builder *b, const void *settings)
{
    const dinov2_settings *s = settings;
    dinov2 d;
    int layer[DINOV2_LAYERS] = { 0 }, n = dinov2_file_read(b, s, &d) < 0 ? -1 : layers_read(b, s, d.depth, layer);
    if (n < 0 || picture_check(&d, s) < 0)
        return -1;
    ablate_value *x = tokens_embed(&d, s);
    for (int index = 0, k = 0; index < d.depth; index++) { /* what nobody reads is not computed */
        x = block_run(&d, index, x);
        if (k < n && layer[k] == index + 1)
            ablate_write(b, "teacher", k++, without_registers(&d, x));
    }
    return dinov2_check_rest(&d);
}

#define SET(...)    ABLATE_SET(dinov2_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(dinov2_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    ABLATE_FILE(dinov2_settings, weights,
                "a ViT-S/14, B/14 or L/14, with registers or without: DINOv2's own .pth, or safetensors or a PyTorch "
                "state with the names of timm or Hugging Face"),
    ABLATE_WORDS(dinov2_settings, layers, "",
                 "layers i1 i2 ..., counted from 1; empty: Dinomaly's, 3 4 5 6 7 8 9 10 of 12, 5 7 9 11 13 15 17 19 of "
                 "24"),
    SET(head_width, 64, 1, 4096, "width of an attention head"),
    SET(size, 0, 0, 4096, "side of the picture that it sees, in pixels, resized bilinearly; 0: as pictures come in"),
    CHOOSE(statistics, DINOV2_IMAGENET, DINOV2_STATISTICS,
           "mean and deviation that it sees: ImageNet's, or as pictures come in"),
    CHOOSE(resample, DINOV2_AUTO, DINOV2_RESAMPLE,
           "how the position embedding is fitted to another grid, bicubically: by factors with an offset of 0.1, "
           "antialiased, or neither; auto: antialiased where there are registers, else with the offset"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "dinov2",
    .doc = "DINOv2's vision transformer, frozen: features of several layers; no text tower",
    .paper = "not of the paper; Oquab et al. 2024, Darcet et al. 2024",
    .reads = "image",
    .writes = "teacher",
    .settings_size = sizeof(dinov2_settings),
    .settings = settings_table,
    .build = build,
};
