/* config.c: the configuration beside a weights file: Hugging Face's config.json, or open_clip's open_clip_config.json.
 * Where a key is absent, its program's own default holds. */
#include "config.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- which file, and where its sections are ---- */

/* transformers lets text_config_dict and vision_config_dict, which old files have, take the sections' place. */
static const char *section_of(ablate_builder *b, const clip_settings *s, const char *file, const char *name)
{
    const char *old = ablate_text(b, "%s_dict", name);
    return ablate_text(b, "%s.", clip_beside(b, s, file, "", old) ? old : name);
}

static int huggingface_find(ablate_builder *b, const clip_settings *s, bool own, clip_layout *l)
{
    const char *file = "config.json", *all = clip_beside(b, s, file, "", ""),
               *type = all ? clip_beside(b, s, file, "", "model_type") : NULL;
    bool vision = type && strcmp(type, "clip_vision_model") == 0,
         clip = type ? strcmp(type, "clip") == 0
                     : clip_beside(b, s, file, "", "vision_config") || clip_beside(b, s, file, "", "text_config");
    if (!all)
        return 0;
    *l = (clip_layout){ file, "", vision ? "" : section_of(b, s, file, "vision_config"),
                        section_of(b, s, file, "text_config"), false };
    if (clip || vision)
        return 1;
    if (own)
        return clip_config_refuse(b, s, l, "", "model_type", type ? type : "nothing",
                                  "only 'clip' and 'clip_vision_model' are read");
    ablate_remark(b, "clip: %s beside %s is of another kind of model and is not looked at", file, s->weights);
    return 0;
}

static int open_clip_find(ablate_builder *b, const clip_settings *s, bool own, clip_layout *l)
{
    (void)own;
    const char *file = "open_clip_config.json", *top = clip_beside(b, s, file, "", "model_cfg") ? "model_cfg." : "";
    if (!clip_beside(b, s, file, "", ""))
        return 0;
    *l = (clip_layout){ file, top, ablate_text(b, "%svision_cfg.", top), ablate_text(b, "%stext_cfg.", top), true };
    return clip_beside(b, s, file, top, "vision_cfg")
               ? 1
               : clip_config_refuse(b, s, l, top, "vision_cfg", "nothing",
                                    "a CLIP's picture tower must be described there");
}

/* The file of the form that the weights are in goes first; then the other's is not looked at. 1: found; 0; -1. */
static int layout_find(ablate_builder *b, const clip_settings *s, clip_layout *l)
{
    bool huggingface = clip_names_huggingface(b, s);
    int found = huggingface ? huggingface_find(b, s, true, l) : open_clip_find(b, s, true, l);
    if (found)
        return found;
    return huggingface ? open_clip_find(b, s, false, l) : huggingface_find(b, s, false, l);
}

/* ---- what the tensors do not have ---- */

/* A whole number from 1 on, `otherwise` where the key is absent, or -1: complained. */
static int number_read(ablate_builder *b, const clip_settings *s, const clip_layout *l, const char *section,
                       const char *key, int otherwise)
{
    const char *value = clip_beside(b, s, l->file, section, key);
    double number = value ? strtod(value, NULL) : otherwise;
    if (value && (!clip_is_number(value, number) || !(number >= 1 && number <= 4096) || floor(number) != number))
        return clip_config_refuse(b, s, l, section, key, value, "a whole number from 1 to 4096 is meant");
    return (int)number;
}

static int eps_read(ablate_builder *b, const clip_settings *s, const clip_layout *l, const char *section,
                    clip_known *known)
{
    const char *key = l->open_clip ? "norm_kwargs.eps" : "layer_norm_eps",
               *value = clip_beside(b, s, l->file, section, key);
    known->eps = value ? strtod(value, NULL) : 1e-5;
    if (value && (!clip_is_number(value, known->eps) || !(known->eps > 0 && known->eps < 1)))
        return clip_config_refuse(b, s, l, section, key, value, "a number between 0 and 1 is meant");
    return 0;
}

static int huggingface_read(ablate_builder *b, const clip_settings *s, const clip_layout *l, bool text,
                            clip_known *known)
{
    const char *section = text ? l->text : l->image, *act = clip_beside(b, s, l->file, section, "hidden_act");
    bool gelu = act && (strcmp(act, "gelu") == 0 || strcmp(act, "gelu_python") == 0);
    if (act && !gelu && strcmp(act, "quick_gelu") != 0)
        return clip_config_refuse(b, s, l, section, "hidden_act", act, "only quick_gelu and gelu can be computed");
    known->activation = gelu ? CLIP_GELU : CLIP_QUICKGELU;
    known->heads = number_read(b, s, l, section, "num_attention_heads", text ? 8 : 12);
    return known->heads < 0 ? -1 : eps_read(b, s, l, section, known);
}

static int open_clip_read(ablate_builder *b, const clip_settings *s, const clip_layout *l, const clip_tower *t,
                          bool text, clip_known *known)
{
    const char *section = text ? l->text : l->image, *quick = clip_beside(b, s, l->file, l->top, "quick_gelu");
    int number = text ? number_read(b, s, l, section, "heads", 8) : number_read(b, s, l, section, "head_width", 64);
    if (number < 0 || clip_config_plain(b, s, l, section) < 0)
        return -1;
    if (quick && strcmp(quick, "true") != 0 && strcmp(quick, "false") != 0)
        return clip_config_refuse(b, s, l, l->top, "quick_gelu", quick, "true or false is meant");
    if (!text && t->width % number)
        return clip_config_refuse(b, s, l, section, "head_width", ablate_text(b, "%d", number),
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
    clip_layout l;
    int found = layout_find(b, s, &l);
    *config = (clip_config){ .where = NULL };
    if (found <= 0)
        return found < 0 ? -1 : metadata_read(b, s, config);
    config->where = ablate_text(b, "%s beside %s", l.file, s->weights);
    config->beside = true;
    if (clip_config_sizes(b, s, &l, sizes) < 0)
        return -1;
    for (int text = 0; text < (sizes->text.layers ? 2 : 1); text++) {
        clip_known *known = text ? &config->text : &config->image;
        const clip_tower *t = text ? &sizes->text : &sizes->image;
        if ((l.open_clip ? open_clip_read(b, s, &l, t, text, known) : huggingface_read(b, s, &l, text, known)) < 0)
            return -1;
    }
    return 0;
}
