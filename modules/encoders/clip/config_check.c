/* config_check.c: whether a configuration beside the weights is of the encoder whose tensors they are. */
#include "config.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

int clip_config_refuse(ablate_builder *b, const clip_settings *s, const clip_layout *l, const char *section,
                       const char *key, const char *value, const char *instead)
{
    return ablate_fail(b, "clip: %s beside %s says %s%s = %.80s, but %s; give weights and a configuration of one CLIP",
                       l->file, s->weights, section, key, value, instead);
}

static const struct row {
    char tower; /* 'i', 't', or 0: neither */
    const char *huggingface, *open_clip;
    size_t place;
} rows[] = {
    { 'i', "hidden_size", "width", offsetof(clip_sizes, image.width) },
    { 'i', "num_hidden_layers", "layers", offsetof(clip_sizes, image.layers) },
    { 'i', "intermediate_size", NULL, offsetof(clip_sizes, image.mlp) },
    { 'i', "patch_size", "patch_size", offsetof(clip_sizes, patch) },
    { 't', "hidden_size", "width", offsetof(clip_sizes, text.width) },
    { 't', "num_hidden_layers", "layers", offsetof(clip_sizes, text.layers) },
    { 't', "intermediate_size", NULL, offsetof(clip_sizes, text.mlp) },
    { 't', "max_position_embeddings", "context_length", offsetof(clip_sizes, context) },
    { 't', "vocab_size", "vocab_size", offsetof(clip_sizes, vocabulary) },
    { 0, "projection_dim", "embed_dim", offsetof(clip_sizes, embed) },
};

static int rows_check(ablate_builder *b, const clip_settings *s, const clip_layout *l, const clip_sizes *sizes)
{
    for (const struct row *r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
        int tensors = *(const int *)((const char *)sizes + r->place);
        const char *key = l->open_clip ? r->open_clip : r->huggingface,
                   *section = r->tower == 'i'   ? l->image
                              : r->tower == 't' ? l->text
                                                : l->top,
                   *value =
                       key && (r->tower != 't' || sizes->text.layers) ? clip_beside(b, s, l->file, section, key) : NULL;
        if (value && !clip_is_number(value, tensors))
            return clip_config_refuse(b, s, l, section, key, value, ablate_text(b, "the tensors say %d", tensors));
    }
    return 0;
}

/* Pixels that are no multiple of the patch are not looked at; a ratio of widths is rounded down, as open_clip does. */
static int derived_check(ablate_builder *b, const clip_settings *s, const clip_layout *l, const clip_sizes *sizes)
{
    const char *size = clip_beside(b, s, l->file, l->image, "image_size");
    double pixels = size ? strtod(size + strspn(size, "["), NULL) : 0;
    if (size && (!clip_is_number(size, pixels) || floor(pixels / sizes->patch) != sizes->grid))
        return clip_config_refuse(b, s, l, l->image, "image_size", size,
                                  ablate_text(b, "the tensors have places for %d x %d patches of %d pixels",
                                              sizes->grid, sizes->grid, sizes->patch));
    for (int i = 0; l->open_clip && i < (sizes->text.layers ? 2 : 1); i++) {
        const char *section = i ? l->text : l->image, *ratio = clip_beside(b, s, l->file, section, "mlp_ratio");
        const clip_tower *t = i ? &sizes->text : &sizes->image;
        if (ratio && floor(t->width * strtod(ratio, NULL)) != t->mlp)
            return clip_config_refuse(b, s, l, section, "mlp_ratio", ratio,
                                      ablate_text(b, "the tensors say %d of %d", t->mlp, t->width));
    }
    return 0;
}

int clip_config_sizes(ablate_builder *b, const clip_settings *s, const clip_layout *l, const clip_sizes *sizes)
{
    return rows_check(b, s, l, sizes) < 0 ? -1 : derived_check(b, s, l, sizes);
}

/* Keys that make another architecture, and the values with which they do not. */
static const struct odd {
    const char *key, *plain;
} odd[] = {
    { "timm_model_name", "" },
    { "hf_model_name", "" },
    { "attentional_pool", "false" },
    { "no_ln_pre", "false" },
    { "pool_type", "tok argmax eos" },
    { "pos_embed_type", "learnable" },
    { "ls_init_value", "" },
    { "input_patchnorm", "false" },
    { "no_causal_mask", "false" },
    { "embed_cls", "false" },
    { "proj_type", "linear" },
    { "proj_bias", "false" },
    { "act_kwargs", "{}" },
    { "qk_norm", "false" },
    { "global_average_pool", "false" },
    { "block_type", "" },
    { "scaled_cosine_attn", "false" },
    { "scale_heads", "false" },
    { "scale_attn_inner", "false" },
    { "scale_attn", "false" },
    { "scale_fc", "false" },
};

int clip_config_plain(ablate_builder *b, const clip_settings *s, const clip_layout *l, const char *section)
{
    for (const struct odd *o = odd; o < odd + sizeof odd / sizeof *odd; o++) {
        const char *value = clip_beside(b, s, l->file, section, o->key);
        if (value && (!*value || !strstr(o->plain, value)))
            return clip_config_refuse(b, s, l, section, o->key, value,
                                      "this is not one of OpenAI's vision transformers");
    }
    return 0;
}
