/* names.c: the tensors of a weights file under OpenAI's names, whatever the file calls them and however it lays them.
 */
#include "names.h"
#include <string.h>

typedef struct clip_rename { /* of how a name begins */
    const char *from, *to;
    bool transposed; /* (in, out) in OpenAI's layout, (out, in) in the file */
} rename;

/* Hugging Face's CLIPModel. `?`: one tensor each of q, k and v, which OpenAI lays one after the other. */
static const rename huggingface[] = {
    { "visual.transformer.resblocks.", "vision_model.encoder.layers.", false },
    { "visual.class_embedding", "vision_model.embeddings.class_embedding", false },
    { "visual.positional_embedding", "vision_model.embeddings.position_embedding.weight", false },
    { "visual.conv1.", "vision_model.embeddings.patch_embedding.", false },
    { "visual.ln_pre.", "vision_model.pre_layrnorm.", false }, /* their spelling */
    { "visual.ln_post.", "vision_model.post_layernorm.", false },
    { "visual.proj", "visual_projection.weight", true },
    { "transformer.resblocks.", "text_model.encoder.layers.", false },
    { "token_embedding.", "text_model.embeddings.token_embedding.", false },
    { "positional_embedding", "text_model.embeddings.position_embedding.weight", false },
    { "ln_final.", "text_model.final_layer_norm.", false },
    { "text_projection", "text_projection.weight", true },
    { NULL, NULL, false },
};
static const rename huggingface_block[] = {
    { "ln_1.", "layer_norm1.", false },
    { "ln_2.", "layer_norm2.", false },
    { "attn.in_proj_", "self_attn.?_proj.", false },
    { "attn.", "self_attn.", false },
    { "mlp.c_fc.", "mlp.fc1.", false },
    { "mlp.c_proj.", "mlp.fc2.", false },
    { NULL, NULL, false },
};

static const rename nothing[] = { { NULL, NULL, false } };

/* open_clip has OpenAI's names. */
const clip_convention clip_conventions[CLIP_CONVENTIONS] = {
    { "visual.conv1.weight",
      { "visual.transformer.resblocks.", "transformer.resblocks." },
      "resblocks.",
      ".ln_1.weight",
      nothing,
      nothing },
    { "vision_model.embeddings.patch_embedding.weight",
      { "vision_model.encoder.layers.", "text_model.encoder.layers." },
      "encoder.layers.",
      ".layer_norm1.weight",
      huggingface,
      huggingface_block },
};
const char *clip_prefixed(ablate_builder *b, const clip_settings *s, const char *name)
{
    return ablate_weight_note(b, s->weights, ablate_text(b, "names:.%s", name));
}

clip_naming clip_naming_of(ablate_builder *b, const clip_settings *s)
{
    for (const clip_convention *c = clip_conventions; c < clip_conventions + CLIP_CONVENTIONS; c++)
        if (ablate_has_weight(b, s->weights, c->sign))
            return (clip_naming){ c, "" };
    for (const clip_convention *c = clip_conventions; c < clip_conventions + CLIP_CONVENTIONS; c++) {
        const char *found = clip_prefixed(b, s, c->sign);
        if (found)
            return (clip_naming){ c, ablate_text(b, "%.*s", (int)(strcspn(found, "\n") - strlen(c->sign)), found) };
    }
    return (clip_naming){ clip_conventions, "" };
}

/* The row that fits how the name begins, or the last, which renames nothing. */
static const rename *row_of(const rename *row, const char *name)
{
    while (row->from && strncmp(name, row->from, strlen(row->from)) != 0)
        row++;
    return row;
}

static const char *renamed(ablate_builder *b, const rename *row, const char *name)
{
    return row->from ? ablate_text(b, "%s%s", row->to, name + strlen(row->from)) : name;
}

/* The file's name of OpenAI's `name`; a block's inner names, after its number, are renamed too. */
static const char *name_in_file(ablate_builder *b, const clip_naming *n, const char *name)
{
    const clip_convention *c = n->convention;
    const char *number = strpbrk(name, "0123456789"), *inner = number ? strchr(number, '.') : NULL;
    bool block = inner && strstr(name, "resblocks.");
    const char *outer = renamed(b, row_of(c->start, name), name);
    if (!block)
        return ablate_text(b, "%s%s", n->prefix, outer);
    inner++;
    const char *inside = renamed(b, row_of(c->block, inner), inner);
    return ablate_text(b, "%s%.*s%s", n->prefix, (int)(strlen(outer) - strlen(inner)), outer, inside);
}

/* `name` with its mark replaced by a letter. */
static const char *one_of(ablate_builder *b, const char *name, const char *mark, char letter)
{
    return ablate_text(b, "%.*s%c%s", (int)(mark - name), name, letter, mark + 1);
}

bool clip_has(ablate_builder *b, const clip_settings *s, const char *name)
{
    clip_naming n = clip_naming_of(b, s);
    const char *found = name_in_file(b, &n, name), *mark = strchr(found, '?');
    return ablate_has_weight(b, s->weights, mark ? one_of(b, found, mark, 'q') : found);
}

ablate_value *clip_read(ablate_builder *b, const clip_settings *s, const char *name)
{
    clip_naming n = clip_naming_of(b, s);
    const char *found = name_in_file(b, &n, name), *mark = strchr(found, '?');
    if (!mark) {
        ablate_value *value = ablate_weight(b, s->weights, found);
        return row_of(n.convention->start, name)->transposed ? op_transpose(b, value, 1, 0) : value;
    }
    ablate_value *q = ablate_weight(b, s->weights, one_of(b, found, mark, 'q'));
    ablate_value *k = ablate_weight(b, s->weights, one_of(b, found, mark, 'k'));
    ablate_value *v = ablate_weight(b, s->weights, one_of(b, found, mark, 'v'));
    return op_concat(b, 0, q, k, v);
}

bool clip_names_huggingface(ablate_builder *b, const clip_settings *s)
{
    return clip_naming_of(b, s).convention->start == huggingface;
}
