/* file.c: a file of weights: whose names it has, how large the network is, and its tensors under DINOv2's own names. */
#include "dinov2.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCKS_MAX = 100 };

static const char *const sign[] = {
    [DINOV2_FACEBOOK] = "blocks.0.ls1.gamma", [DINOV2_HUGGINGFACE] = "encoder.layer.0.layer_scale1.lambda1"
};

/* ---- names ---- */

/* Hugging Face's. `?`: query, key or value, a tensor each, which DINOv2 lays one after the other. */
static const struct rename {
    const char *from, *to;
} huggingface[] = {
    { "cls_token", "embeddings.cls_token" },
    { "pos_embed", "embeddings.position_embeddings" },
    { "register_tokens", "embeddings.register_tokens" },
    { "patch_embed.proj.", "embeddings.patch_embeddings.projection." },
}, huggingface_block[] = {
    { "norm", "norm" },
    { "attn.qkv.", "attention.attention.?." },
    { "attn.proj.", "attention.output.dense." },
    { "ls1.gamma", "layer_scale1.lambda1" },
    { "ls2.gamma", "layer_scale2.lambda1" },
    { "mlp.", "mlp." },
};

static const char *renamed(ablate_builder *b, const struct rename *row, size_t rows, const char *name)
{
    for (size_t i = 0; i < rows; i++)
        if (strncmp(name, row[i].from, strlen(row[i].from)) == 0)
            return ablate_text(b, "%s%s", row[i].to, name + strlen(row[i].from));
    return name;
}

static const char *name_in_file(const dinov2 *d, const char *name)
{
    ablate_builder *b = d->net.b;
    if (d->naming == DINOV2_TIMM && strcmp(name, "register_tokens") == 0)
        return "reg_token";
    if (d->naming != DINOV2_HUGGINGFACE)
        return name;
    if (strncmp(name, "blocks.", strlen("blocks.")) != 0)
        return renamed(b, huggingface, sizeof huggingface / sizeof *huggingface, name);
    const char *number = name + strlen("blocks."), *inner = number + strcspn(number, ".") + 1;
    return ablate_text(b, "encoder.layer.%.*s.%s", (int)(inner - 1 - number), number,
                       renamed(b, huggingface_block, sizeof huggingface_block / sizeof *huggingface_block, inner));
}

ablate_value *dinov2_tensor(dinov2 *d, const char *name, ablate_shape shape)
{
    static const char *const parts[] = { "query", "key", "value" };
    ablate_builder *b = d->net.b;
    const char *found = name_in_file(d, name), *mark = strchr(found, '?');
    if (!mark)
        return convnet_tensor(&d->net, found, shape);
    ablate_value *part[3];
    shape.dim[0] /= 3;
    for (int i = 0; i < 3; i++)
        part[i] =
            convnet_tensor(&d->net, ablate_text(b, "%.*s%s%s", (int)(mark - found), found, parts[i], mark + 1), shape);
    return op_concatv(b, 0, 3, part);
}

int dinov2_check_rest(const dinov2 *d)
{
    static const char *const spare[] = { "mask_token", "norm.", "head.", "embeddings.mask_token", "layernorm.", NULL };
    return convnet_check_rest(&d->net, spare);
}

/* ---- sizes ---- */

static ablate_shape shape_in_file(const dinov2 *d, const char *name)
{
    ablate_builder *b = d->net.b;
    return ablate_shape_of(b, ablate_weight(b, d->net.weights, ablate_text(b, "%s%s", d->net.prefix, name)));
}

static bool has(const dinov2 *d, const char *name)
{
    return convnet_has(&d->net, name_in_file(d, name));
}

static int naming_read(dinov2 *d)
{
    if (convnet_begins(&d->net, sign[DINOV2_FACEBOOK]))
        d->naming = convnet_has(&d->net, "reg_token") ? DINOV2_TIMM : DINOV2_FACEBOOK;
    else if (convnet_begins(&d->net, sign[DINOV2_HUGGINGFACE]))
        d->naming = DINOV2_HUGGINGFACE;
    else
        return ablate_fail(d->net.b,
                           "dinov2: %s is no DINOv2: it has neither '%s' (DINOv2's own, timm) nor '%s' (Hugging Face)",
                           d->net.weights, sign[DINOV2_FACEBOOK], sign[DINOV2_HUGGINGFACE]);
    return 0;
}

/* Feed-forward parts with a gate are those of the largest, ViT-g/14, under three names; timm's by their widths alone.
 */
static int plain_check(const dinov2 *d, ablate_shape widen, ablate_shape narrow)
{
    const bool packed = widen.rank == 2 && narrow.rank == 2 && widen.dim[0] == 2 * narrow.dim[1];
    if (!packed && has(d, "blocks.0.mlp.fc1.weight"))
        return 0;
    return ablate_fail(d->net.b,
                       "dinov2: the feed-forward parts of %s are not two layers with GELU between them (ViT-g/14 has a "
                       "gate, SwiGLU); give a ViT-S/14, ViT-B/14 or ViT-L/14",
                       d->net.weights);
}

/* The position embedding has the rows of a square grid, timm's with registers without the class token's before them. */
static int grid_read(dinov2 *d, ablate_shape position)
{
    const int64_t rows = position.rank == 3 ? position.dim[1] : 0;
    d->class_placed = d->naming != DINOV2_TIMM;
    d->grid = rows > 1 ? (int)ablate_square_side(rows - d->class_placed) : 0;
    if (d->grid > 0)
        return 0;
    return ablate_fail(d->net.b, "dinov2: the position embedding of %s has %" PRId64 " rows, not those of a square%s",
                       d->net.weights, rows, d->class_placed ? " of patches behind a class token" : " of patches");
}

/* All published have heads of 64 channels; Hugging Face's configuration tells their number. */
static int heads_read(dinov2 *d, const dinov2_settings *s)
{
    ablate_builder *b = d->net.b;
    const char *said = ablate_weight_note(b, d->net.weights, "config.json:num_attention_heads");
    if (d->width % s->head_width)
        return ablate_fail(b,
                           "dinov2: heads of %d channels do not divide the width %" PRId64 " of %s; set "
                           "dinov2.head_width",
                           s->head_width, d->width, d->net.weights);
    d->heads = (int)(d->width / s->head_width);
    if (said && strtol(said, NULL, 10) != d->heads)
        return ablate_fail(b,
                           "dinov2: config.json beside %s says %.20s heads, and dinov2.head_width = %d makes %d; set "
                           "that to %" PRId64,
                           d->net.weights, said, s->head_width, d->heads,
                           d->width / (strtol(said, NULL, 10) > 0 ? strtol(said, NULL, 10) : 1));
    return 0;
}

int dinov2_file_read(ablate_builder *b, const dinov2_settings *s, dinov2 *d)
{
    *d = (dinov2){ .net = { .b = b, .module = "dinov2", .weights = s->weights, .prefix = "" } };
    if (!*s->weights)
        return ablate_fail(b, "dinov2.weights is empty; name the file of its weights");
    if (naming_read(d) < 0)
        return -1;
    ablate_shape widen = { 0 }, narrow = { 0 }, patch = shape_in_file(d, name_in_file(d, "patch_embed.proj.weight"));
    if (has(d, "blocks.0.mlp.fc1.weight")) {
        widen = shape_in_file(d, name_in_file(d, "blocks.0.mlp.fc1.weight"));
        narrow = shape_in_file(d, name_in_file(d, "blocks.0.mlp.fc2.weight"));
    }
    if (patch.rank != 4 || patch.dim[1] != 3)
        return ablate_fail(b, "dinov2: the patches of %s are not windows of red, green and blue", s->weights);
    if (plain_check(d, widen, narrow) < 0 || grid_read(d, shape_in_file(d, name_in_file(d, "pos_embed"))) < 0)
        return -1;
    while (d->depth < BLOCKS_MAX && has(d, ablate_text(b, "blocks.%d.norm1.weight", d->depth)))
        d->depth++;
    d->patch = patch.dim[3];
    d->width = patch.dim[0];
    d->hidden = widen.rank == 2 ? widen.dim[0] : 1;
    if (has(d, "register_tokens")) {
        const ablate_shape registers = shape_in_file(d, name_in_file(d, "register_tokens"));
        d->registers = registers.rank == 3 ? (int)registers.dim[1] : 1;
    }
    d->net.kind = ablate_text(b, "a DINOv2 of width %" PRId64 " and %d blocks", d->width, d->depth);
    return heads_read(d, s);
}
