/* names.c: the tensors of a weights file under OpenAI's names, whatever the file calls them and however it lays them.
 */
#include "clip.h"
#include <string.h>

typedef struct rename { /* of how a name begins */
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
static const struct convention {
    const char *sign;     /* a tensor that only files of this kind have */
    const char *tower[2]; /* how the names of their blocks begin, and what all of those contain */
    const char *blocks;
    const char *first; /* how one name of each block ends */
    const rename *start, *block;
} conventions[] = {
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
enum { CONVENTIONS = sizeof conventions / sizeof *conventions };

/* Those of the file's names that are a word and a dot, then `name`, a line each; NULL: there are none. */
static const char *prefixed(ablate_builder *b, const clip_settings *s, const char *name)
{
    return ablate_weight_note(b, s->weights, ablate_text(b, "names:.%s", name));
}

typedef struct naming { /* of a file: training on several devices, compiling and wrapping put words before each name */
    const struct convention *convention;
    const char *prefix; /* "module." */
} naming;

static naming naming_of(ablate_builder *b, const clip_settings *s)
{
    for (const struct convention *c = conventions; c < conventions + CONVENTIONS; c++)
        if (ablate_has_weight(b, s->weights, c->sign))
            return (naming){ c, "" };
    for (const struct convention *c = conventions; c < conventions + CONVENTIONS; c++) {
        const char *found = prefixed(b, s, c->sign);
        if (found)
            return (naming){ c, ablate_text(b, "%.*s", (int)(strcspn(found, "\n") - strlen(c->sign)), found) };
    }
    return (naming){ conventions, "" };
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
static const char *name_in_file(ablate_builder *b, const naming *n, const char *name)
{
    const struct convention *c = n->convention;
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
    naming n = naming_of(b, s);
    const char *found = name_in_file(b, &n, name), *mark = strchr(found, '?');
    return ablate_has_weight(b, s->weights, mark ? one_of(b, found, mark, 'q') : found);
}

ablate_value *clip_read(ablate_builder *b, const clip_settings *s, const char *name)
{
    naming n = naming_of(b, s);
    const char *found = name_in_file(b, &n, name), *mark = strchr(found, '?');
    if (!mark) {
        ablate_value *value = ablate_weight(b, s->weights, found);
        return row_of(n.convention->start, name)->transposed ? ablate_op(b, "transpose", "axes=\"1,0\"", value) : value;
    }
    ablate_value *q = ablate_weight(b, s->weights, one_of(b, found, mark, 'q'));
    ablate_value *k = ablate_weight(b, s->weights, one_of(b, found, mark, 'k'));
    ablate_value *v = ablate_weight(b, s->weights, one_of(b, found, mark, 'v'));
    return ablate_op(b, "concat", "axis=0", q, k, v);
}

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
    for (const struct convention *c = conventions; c < conventions + CONVENTIONS; c++) {
        const char *found = prefixed(b, s, c->sign);
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
                       s->weights, conventions[0].sign, conventions[1].sign);
}

bool clip_names_huggingface(ablate_builder *b, const clip_settings *s)
{
    return naming_of(b, s).convention->start == huggingface;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

int clip_names_blocks(ablate_builder *b, const clip_settings *s)
{
    naming n = naming_of(b, s);
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
    naming n = naming_of(b, s);
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
