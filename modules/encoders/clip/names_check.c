/* names_check.c: whether the names in a weights file are those of one encoder that can be read, and of all of it. */
#include "names.h"
#include <string.h>

/* Tensors of models that are CLIPs of another kind and would be read wrongly, or not to their end. */
static const struct foreign {
    const char *name, *kind;
} foreign[] = {
    { "text.token_embedding.weight", "a text tower of open_clip's own kinds" },
    { "text.text_projection", "a text tower of open_clip's own kinds" },
    { "text.transformer.embeddings.word_embeddings.weight", "a text tower of another family" },
    { "text.transformer.shared.weight", "a text tower of another family" },
    { "visual.attnpool.positional_embedding", "a ResNet that sees the pictures" },
    { "visual.trunk.cls_token", "a picture tower of another family" },
    { "visual.attn_pool.query", "a picture tower that ends in attention" },
    { "visual.transformer.resblocks.0.ls_1.gamma", "blocks with scaled branches" },
    { "vision_model.head.probe", "a SigLIP's picture tower" },
};

/* Every name of a sign, plain or prefixed: there must be one. */
static int signs_check(ablate_builder *b, const clip_settings *s)
{
    const char *all = "";
    int count = 0;
    for (const clip_convention *c = clip_conventions; c < clip_conventions + CLIP_CONVENTIONS; c++) {
        const char *found = clip_prefixed(b, s, c->sign);
        if (ablate_has_weight(b, s->weights, c->sign))
            all = ablate_text(b, "%s%s%s", all, c->sign, "\n");
        all = ablate_text(b, "%s%s", all, found ? found : "");
    }
    for (const char *at = all; *at; at++)
        count += *at == '\n';
    int first = (int)strcspn(all, "\n"), second = (int)strcspn(all + first + (count > 1), "\n");
    if (count > 1)
        return ablate_fail(b, "clip: %s holds %d encoders ('%.*s', '%.*s'); keep the tensors of one", s->weights, count,
                           first, all, second, all + first + 1);
    if (count == 1)
        return 0;
    return ablate_fail(b, "clip: %s is no CLIP: it has neither '%s' (OpenAI, open_clip) nor '%s' (Hugging Face)",
                       s->weights, clip_conventions[0].sign, clip_conventions[1].sign);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

int clip_names_blocks(ablate_builder *b, const clip_settings *s)
{
    clip_naming n = clip_naming_of(b, s);
    const char *at = ablate_weight_note(b, s->weights, ablate_text(b, "names:%s", n.convention->first));
    int count = 0;
    for (; at && *at; at += strcspn(at, "\n") + 1) {
        const char *line = ablate_text(b, "%.*s", (int)strcspn(at, "\n"), at);
        if (!strstr(line, n.convention->blocks))
            continue;
        const char *inner = line + strlen(n.prefix), *const *tower = n.convention->tower;
        if (!begins(line, n.prefix) || (!begins(inner, tower[0]) && !begins(inner, tower[1])))
            return ablate_fail(b,
                               "clip: of %s, '%s%s' and '%s' do not begin alike; give all names one beginning, or "
                               "none",
                               s->weights, n.prefix, n.convention->sign, line);
        count++;
    }
    return count;
}

int clip_names_check(ablate_builder *b, const clip_settings *s)
{
    clip_naming n = clip_naming_of(b, s);
    for (const struct foreign *f = foreign; f < foreign + sizeof foreign / sizeof *foreign; f++)
        if (ablate_has_weight(b, s->weights, ablate_text(b, "%s%s", n.prefix, f->name)))
            return ablate_fail(b, "clip: %s has %s ('%s'); give a CLIP with the towers of OpenAI's vision transformers",
                               s->weights, f->kind, f->name);
    if (signs_check(b, s) < 0 || clip_names_blocks(b, s) < 0)
        return -1;
    if (*n.prefix)
        ablate_remark(b, "clip: the names in %s begin with '%s', which is left out", s->weights, n.prefix);
    return 0;
}
