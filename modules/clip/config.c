/* config.c: the configuration beside a weights file: Hugging Face's config.json, or open_clip's open_clip_config.json.
 * Where a key is absent, its program's own default holds. */
#include "clip.h"
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef struct layout { /* of a file; sections with their dots */
    const char *file, *top, *image, *text;
    bool open_clip;
} layout;

const char *clip_beside(ablate_builder *b, const clip_settings *s, const char *file, const char *section,
                        const char *key)
{
    return ablate_weight_note(b, s->weights, ablate_text(b, "%s:%s%s", file, section, key));
}

bool clip_is_number(const char *text, double number)
{
    char *end;
    for (const char *at = text + strspn(text, "["); *at; at = end + strspn(end, ",]")) {
        double found = strtod(at, &end);
        if (end == at || !(fabs(found - number) <= 1e-9 * fabs(number)))
            return false;
    }
    return *text && strcmp(text, "[]") != 0;
}

static int refuse(ablate_builder *b, const clip_settings *s, const layout *l, const char *section, const char *key,
                  const char *value, const char *instead)
{
    return ablate_fail(b, "clip: %s beside %s says %s%s = %.80s, but %s; give weights and a configuration of one CLIP",
                       l->file, s->weights, section, key, value, instead);
}

/* ---- which file, and where its sections are ---- */

/* transformers lets text_config_dict and vision_config_dict, which old files have, take the sections' place. */
static const char *section_of(ablate_builder *b, const clip_settings *s, const char *file, const char *name)
{
    const char *old = ablate_text(b, "%s_dict", name);
    return ablate_text(b, "%s.", clip_beside(b, s, file, "", old) ? old : name);
}

static int huggingface_find(ablate_builder *b, const clip_settings *s, bool own, layout *l)
{
    const char *file = "config.json", *all = clip_beside(b, s, file, "", ""),
               *type = all ? clip_beside(b, s, file, "", "model_type") : NULL;
    bool vision = type && strcmp(type, "clip_vision_model") == 0,
         clip = type ? strcmp(type, "clip") == 0
                     : clip_beside(b, s, file, "", "vision_config") || clip_beside(b, s, file, "", "text_config");
    if (!all)
        return 0;
    *l = (layout){ file, "", vision ? "" : section_of(b, s, file, "vision_config"),
                   section_of(b, s, file, "text_config"), false };
    if (clip || vision)
        return 1;
    if (own)
        return refuse(b, s, l, "", "model_type", type ? type : "nothing",
                      "only 'clip' and 'clip_vision_model' are read");
    ablate_remark(b, "clip: %s beside %s is of another kind of model and is not looked at", file, s->weights);
    return 0;
}

static int open_clip_find(ablate_builder *b, const clip_settings *s, bool own, layout *l)
{
    (void)own;
    const char *file = "open_clip_config.json", *top = clip_beside(b, s, file, "", "model_cfg") ? "model_cfg." : "";
    if (!clip_beside(b, s, file, "", ""))
        return 0;
    *l = (layout){ file, top, ablate_text(b, "%svision_cfg.", top), ablate_text(b, "%stext_cfg.", top), true };
    return clip_beside(b, s, file, top, "vision_cfg")
               ? 1
               : refuse(b, s, l, top, "vision_cfg", "nothing", "a CLIP's picture tower must be described there");
}

/* The file of the form that the weights are in goes first; then the other's is not looked at. 1: found; 0; -1. */
static int layout_find(ablate_builder *b, const clip_settings *s, layout *l)
{
    bool huggingface = clip_names_huggingface(b, s);
    int found = huggingface ? huggingface_find(b, s, true, l) : open_clip_find(b, s, true, l);
    if (found)
        return found;
    return huggingface ? open_clip_find(b, s, false, l) : huggingface_find(b, s, false, l);
}

/* ---- sizes, which the tensors have too ---- */

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

static int rows_check(ablate_builder *b, const clip_settings *s, const layout *l, const clip_sizes *sizes)
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
            return refuse(b, s, l, section, key, value, ablate_text(b, "the tensors say %d", tensors));
    }
    return 0;
}

/* Pixels that are no multiple of the patch are not looked at; a ratio of widths is rounded down, as open_clip does. */
static int derived_check(ablate_builder *b, const clip_settings *s, const layout *l, const clip_sizes *sizes)
{
    const char *size = clip_beside(b, s, l->file, l->image, "image_size");
    double pixels = size ? strtod(size + strspn(size, "["), NULL) : 0;
    if (size && (!clip_is_number(size, pixels) || floor(pixels / sizes->patch) != sizes->grid))
        return refuse(b, s, l, l->image, "image_size", size,
                      ablate_text(b, "the tensors have places for %d x %d patches of %d pixels", sizes->grid,
                                  sizes->grid, sizes->patch));
    for (int i = 0; l->open_clip && i < (sizes->text.layers ? 2 : 1); i++) {
        const char *section = i ? l->text : l->image, *ratio = clip_beside(b, s, l->file, section, "mlp_ratio");
        const clip_tower *t = i ? &sizes->text : &sizes->image;
        if (ratio && floor(t->width * strtod(ratio, NULL)) != t->mlp)
            return refuse(b, s, l, section, "mlp_ratio", ratio,
                          ablate_text(b, "the tensors say %d of %d", t->mlp, t->width));
    }
    return 0;
}

/* ---- what the tensors do not have ---- */

/* A whole number from 1 on, `otherwise` where the key is absent, or -1: complained. */
static int number_read(ablate_builder *b, const clip_settings *s, const layout *l, const char *section, const char *key,
                       int otherwise)
{
    const char *value = clip_beside(b, s, l->file, section, key);
    double number = value ? strtod(value, NULL) : otherwise;
    if (value && (!clip_is_number(value, number) || !(number >= 1 && number <= 4096) || floor(number) != number))
        return refuse(b, s, l, section, key, value, "a whole number from 1 to 4096 is meant");
    return (int)number;
}

static int eps_read(ablate_builder *b, const clip_settings *s, const layout *l, const char *section, clip_known *known)
{
    const char *key = l->open_clip ? "norm_kwargs.eps" : "layer_norm_eps",
               *value = clip_beside(b, s, l->file, section, key);
    known->eps = value ? strtod(value, NULL) : 1e-5;
    if (value && (!clip_is_number(value, known->eps) || !(known->eps > 0 && known->eps < 1)))
        return refuse(b, s, l, section, key, value, "a number between 0 and 1 is meant");
    return 0;
}

static int huggingface_read(ablate_builder *b, const clip_settings *s, const layout *l, bool text, clip_known *known)
{
    const char *section = text ? l->text : l->image, *act = clip_beside(b, s, l->file, section, "hidden_act");
    bool gelu = act && (strcmp(act, "gelu") == 0 || strcmp(act, "gelu_python") == 0);
    if (act && !gelu && strcmp(act, "quick_gelu") != 0)
        return refuse(b, s, l, section, "hidden_act", act, "only quick_gelu and gelu can be computed");
    known->activation = gelu ? CLIP_GELU : CLIP_QUICKGELU;
    known->heads = number_read(b, s, l, section, "num_attention_heads", text ? 8 : 12);
    return known->heads < 0 ? -1 : eps_read(b, s, l, section, known);
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
    { "block_type", "" },
    { "scaled_cosine_attn", "false" },
    { "scale_heads", "false" },
    { "scale_attn_inner", "false" },
    { "scale_attn", "false" },
    { "scale_fc", "false" },
};

static int odd_check(ablate_builder *b, const clip_settings *s, const layout *l, const char *section)
{
    for (const struct odd *o = odd; o < odd + sizeof odd / sizeof *odd; o++) {
        const char *value = clip_beside(b, s, l->file, section, o->key);
        if (value && (!*value || !strstr(o->plain, value)))
            return refuse(b, s, l, section, o->key, value, "this is not one of OpenAI's vision transformers");
    }
    return 0;
}

static int open_clip_read(ablate_builder *b, const clip_settings *s, const layout *l, const clip_tower *t, bool text,
                          clip_known *known)
{
    const char *section = text ? l->text : l->image, *quick = clip_beside(b, s, l->file, l->top, "quick_gelu");
    int number = text ? number_read(b, s, l, section, "heads", 8) : number_read(b, s, l, section, "head_width", 64);
    if (number < 0 || odd_check(b, s, l, section) < 0)
        return -1;
    if (quick && strcmp(quick, "true") != 0 && strcmp(quick, "false") != 0)
        return refuse(b, s, l, l->top, "quick_gelu", quick, "true or false is meant");
    if (!text && t->width % number)
        return refuse(b, s, l, section, "head_width", ablate_text(b, "%d", number),
                      ablate_text(b, "that does not divide the width %d", t->width));
    known->activation = quick && *quick == 't' ? CLIP_QUICKGELU : CLIP_GELU;
    known->heads = text ? number : t->width / number;
    return eps_read(b, s, l, section, known);
}

/* The small encoders say it in their metadata. */
static int metadata_read(ablate_builder *b, const clip_settings *s, clip_config *config)
{
    const char *image = ablate_weight_note(b, s->weights, "heads"),
               *text = ablate_weight_note(b, s->weights, "text_heads");
    config->where = image ? ablate_text(b, "the metadata of %s", s->weights) : NULL;
    config->image.heads = image ? (int)strtol(image, NULL, 10) : 0;
    config->text.heads = image && text ? (int)strtol(text, NULL, 10) : 0;
    return 0;
}

int clip_config_read(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes, clip_config *config)
{
    layout l;
    int found = layout_find(b, s, &l);
    *config = (clip_config){ .where = NULL };
    if (found <= 0)
        return found < 0 ? -1 : metadata_read(b, s, config);
    config->where = ablate_text(b, "%s beside %s", l.file, s->weights);
    config->beside = true;
    if (rows_check(b, s, &l, sizes) < 0 || derived_check(b, s, &l, sizes) < 0)
        return -1;
    for (int text = 0; text < (sizes->text.layers ? 2 : 1); text++) {
        clip_known *known = text ? &config->text : &config->image;
        const clip_tower *t = text ? &sizes->text : &sizes->image;
        if ((l.open_clip ? open_clip_read(b, s, &l, t, text, known) : huggingface_read(b, s, &l, text, known)) < 0)
            return -1;
    }
    return 0;
}
