/* preprocess.c: how the pictures and words of an encoder came in when it was trained, as far as files beside it say. */
#include "clip.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* "[0.48, 0.45, 0.40]" or "0.48 0.45 0.40" as three numbers. */
static bool three(const char *text, double number[3])
{
    char *end;
    for (int i = 0; i < 3; i++, text = end) {
        text += strspn(text, "[, ");
        number[i] = strtod(text, &end);
        if (end == text)
            return false;
    }
    return true;
}

static void statistics_compare(ablate_builder *b, const clip_settings *s, const char *file, const char *text,
                               const char *ours)
{
    const char *chosen = ablate_chosen(b, ours);
    double theirs[3], own[3];
    bool same = true;
    if (!text || !chosen || !three(chosen, own))
        return;
    bool readable = three(text, theirs);
    for (int i = 0; i < 3 && readable; i++)
        same = same && fabs(theirs[i] - own[i]) < 1e-3;
    if (!readable || !same)
        ablate_remark(b,
                      "clip: %s beside %s says %s = %.60s, but these pictures come in with %s (input.statistics = %s)",
                      file, s->weights, ours + strlen("input."), text, chosen, ablate_chosen(b, "input.statistics"));
}

/* Pictures of 0 to 1 with mean and deviation taken out are what comes in; Hugging Face's files may leave a step out. */
static void steps_compare(ablate_builder *b, const clip_settings *s, const char *file, const char *section)
{
    const char *normal = clip_beside(b, s, file, section, "do_normalize"),
               *factor = clip_beside(b, s, file, section, "rescale_factor");
    if (normal && strcmp(normal, "true") != 0)
        ablate_remark(b, "clip: %s beside %s says do_normalize = %.20s, but these pictures are normalised", file,
                      s->weights, normal);
    if (factor && fabs(strtod(factor, NULL) * 255 - 1) > 1e-3)
        ablate_remark(b, "clip: %s beside %s says rescale_factor = %.20s, but these pictures are numbers from 0 to 1",
                      file, s->weights, factor);
}

/* Pillow's numbers of filters, which Hugging Face's files have, or the words of open_clip's. */
static void filter_compare(ablate_builder *b, const clip_settings *s, const char *file, const char *text)
{
    const char *chosen = ablate_chosen(b, "input.resample"), *theirs = !text                    ? NULL
                                                                       : strcmp(text, "3") == 0 ? "bicubic"
                                                                       : strcmp(text, "2") == 0 ? "bilinear"
                                                                                                : text;
    if (theirs && chosen && strcmp(theirs, chosen) != 0 && strcmp(theirs, "random") != 0)
        ablate_remark(b, "clip: %s beside %s says that pictures are resized by '%.40s', but here input.resample = %s",
                      file, s->weights, theirs, chosen);
}

static void size_compare(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes)
{
    const char *chosen = ablate_chosen(b, "input.size"), *said = NULL;
    double pixels = chosen ? strtod(chosen, NULL) : 0;
    static const char *const place[][2] = { { "config.json", "vision_config.image_size" },
                                            { "config.json", "image_size" },
                                            { "open_clip_config.json", "model_cfg.vision_cfg.image_size" } };
    for (size_t i = 0; !said && i < sizeof place / sizeof *place; i++)
        said = clip_beside(b, s, place[i][0], "", place[i][1]);
    if (said && chosen && floor(pixels / sizes->patch) != sizes->grid)
        ablate_remark(b,
                      "clip: %s was trained on pictures of %.20s pixels, here input.size = %s: its positions are "
                      "resampled (clip.resample)",
                      s->weights, said, chosen);
}

void clip_preprocess_compare(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes)
{
    static const struct {
        const char *file, *section, *mean, *std, *filter;
    } place[] = {
        { "preprocessor_config.json", "", "image_mean", "image_std", "resample" },
        { "processor_config.json", "image_processor.", "image_mean", "image_std", "resample" },
        { "open_clip_config.json", "preprocess_cfg.", "mean", "std", "interpolation" },
    };
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        const char *file = place[i].file, *section = place[i].section;
        steps_compare(b, s, file, section);
        statistics_compare(b, s, file, clip_beside(b, s, file, section, place[i].mean), "input.mean");
        statistics_compare(b, s, file, clip_beside(b, s, file, section, place[i].std), "input.std");
        filter_compare(b, s, file, clip_beside(b, s, file, section, place[i].filter));
    }
    size_compare(b, s, sizes);
}

/* Ids that early files of Hugging Face hold are 0 and 2, whatever the vocabulary; transformers knows better too. */
int clip_vocabulary_check(ablate_builder *b, const clip_settings *s)
{
    static const struct {
        const char *file, *place;
        double id, early;
    } ends[] = { { "config.json", "text_config.bos_token_id", 49406, 0 },
                 { "config.json", "text_config.eos_token_id", 49407, 2 } };
    const char *tokenizer = clip_beside(b, s, "open_clip_config.json", "", "model_cfg.text_cfg.hf_tokenizer_name");
    if (tokenizer)
        return ablate_fail(b,
                           "clip: open_clip_config.json beside %s names the tokenizer '%.60s', whose words are not "
                           "known here; only OpenAI's are",
                           s->weights, tokenizer);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const char *id = clip_beside(b, s, ends[i].file, "", ends[i].place);
        if (id && !clip_is_number(id, ends[i].id) && !clip_is_number(id, ends[i].early))
            return ablate_fail(b,
                               "clip: %s beside %s says %s = %.20s, which OpenAI's vocabulary does not have there; no "
                               "other's words are known",
                               ends[i].file, s->weights, ends[i].place, id);
    }
    return 0;
}
