/* clip.c: the frozen encoder: picture -> features of several layers, words -> a feature in the same space. */
#include "clip.h"

static int build(ablate_builder *b, const void *settings)
{
    const clip_settings *s = settings;
    clip_sizes sizes;
    if (clip_sizes_read(b, s, &sizes) < 0)
        return -1;
    bool captioned = ablate_count(b, "tokens") > 0;
    if (!clip_from_scratch(s))
        clip_preprocess_compare(b, s, &sizes);
    if (clip_vision_build(b, s, &sizes, captioned) < 0)
        return -1;
    if (sizes.text.layers == 0)
        return captioned ? ablate_fail(b, "clip: %s has no text tower for the captions", s->weights) : 0;
    clip_text_offer(b);
    return captioned ? clip_text_build(b, s, &sizes) : 0;
}

#define SET(...)    ABLATE_SET(clip_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(clip_settings, __VA_ARGS__)
#define WORDS(...)  ABLATE_WORDS(clip_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    CHOOSE(arch, CLIP_NANO, CLIP_ARCH, "size of the encoder, which the weights must have; any: theirs, whatever it is"),
    ABLATE_FILE(clip_settings, weights,
                "OpenAI's .pt; or safetensors or a PyTorch state, one file, an index or a folder, with the names of "
                "OpenAI, open_clip or Hugging Face"),
    SET(head_width, 0, 0, 4096,
        "width of an attention head of the picture tower; 0: what the weights' config or arch says, else 64"),
    SET(text_head, 0, 0, 4096, "the same of the text tower; 0: what is known, else head_width"),
    CHOOSE(activation, CLIP_AUTO, CLIP_ACTIVATION,
           "of the blocks; auto: what the weights' config says of each tower, else quickgelu, OpenAI's"),
    WORDS(layers, "", "layers i1 i2 i3, counted from 1: \"8 16 24\"; empty: thirds of the depth"),
    CHOOSE(space, CLIP_JOINT, CLIP_SPACE, "f_i: every token through ln_post and projection, or the block's own output"),
    CHOOSE(resample, CLIP_BILINEAR, CLIP_RESAMPLE,
           "how the position embedding is fitted to another size of picture, of floor(size / patch) patches a side"),
    SET(train, 0, 0, 1, "train all weights: from scratch, by their initialisation, or from those of `weights`"),
    { 0 }
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "clip",
    .doc = "CLIP's image and text encoder: features of several layers, and the services of the text tower",
    .paper = "Preliminaries; Visual Distillation Framework",
    .reads = "image tokens?",
    .writes = "teacher teacher.encode image.project text.tokens text.encode image.feature text.feature logit.scale",
    .settings_size = sizeof(clip_settings),
    .settings = settings_table,
    .build = build,
};
