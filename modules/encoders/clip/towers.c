/* towers.c: what no shape of a tensor tells: heads, activation and eps of each tower. What is known of the file goes
 * first; a setting that says otherwise is refused; what nothing says is taken as OpenAI has it, and remarked. */
#include "clip.h"
#include <string.h>

typedef struct question { /* about one tower */
    clip_tower *tower;
    const clip_known *known;
    const clip_tower *kind; /* of the encoder of that name or of these sizes, or NULL */
    const char *words;      /* "picture tower" */
    const char *setting;    /* "clip.head_width" */
    int width;              /* its value; 0: not given */
} question;

typedef struct context {
    ablate_builder *b;
    const clip_settings *s;
    const char *where, *kind; /* of the configuration, or NULL; name of the encoder of these sizes */
    bool named, beside;
} context;

/* ---- heads ---- */

static int heads_take(const context *c, const question *q, int heads, const char *who)
{
    clip_tower *t = q->tower;
    if (heads < 1 || t->width % heads)
        return ablate_fail(c->b, "clip: %s has %d heads in the %s, which do not divide its width %d", who, heads,
                           q->words, t->width);
    if (q->width && q->width != t->width / heads)
        return ablate_fail(c->b, "%s = %d, but %s has %d heads of %d channels in the %s; leave %s at 0", q->setting,
                           q->width, who, heads, t->width / heads, q->words, q->setting);
    t->heads = heads;
    return 0;
}

static int heads_of_width(const context *c, const question *q, int width)
{
    if (q->tower->width % width)
        return ablate_fail(c->b, "clip: heads of %d channels do not divide the width %d of the %s of %s; set %s", width,
                           q->tower->width, q->words, c->s->weights, q->setting);
    q->tower->heads = q->tower->width / width;
    return 0;
}

/* Nothing says it: as wide as the other tower's that is set, or OpenAI's. */
static int heads_guess(const context *c, const question *q)
{
    int width = c->s->head_width ? c->s->head_width : 64;
    ablate_remark(c->b,
                  "clip: nothing says the heads of the %s of %s: %d channels each are taken%s; set %s if it has "
                  "others",
                  q->words, c->s->weights, width, c->s->head_width ? ", as clip.head_width" : "", q->setting);
    return heads_of_width(c, q, width);
}

/* Records of runs before 1.1 hold a width with every arch, which then as now counts for `any` alone. */
static int heads_of_name(const context *c, const question *q, const clip_tower *named)
{
    int width = named->width / named->heads;
    q->tower->heads = named->heads;
    if (q->width && q->width != width)
        ablate_remark(c->b, "clip: %s = %d is not used: the %s of clip.arch = %s has heads of %d channels", q->setting,
                      q->width, q->words, c->kind, width);
    return 0;
}

static int heads_settle(const context *c, const question *q)
{
    const clip_tower *named = c->named ? q->kind : NULL;
    if (named && q->known->heads && q->known->heads != named->heads)
        return ablate_fail(c->b, "clip.arch = %s has %d heads in the %s, but %s has %d; set clip.arch = any", c->kind,
                           named->heads, q->words, c->where, q->known->heads);
    if (named && !c->beside)
        return heads_of_name(c, q, named);
    if (q->known->heads)
        return heads_take(c, q, q->known->heads, c->where);
    if (q->width)
        return heads_of_width(c, q, q->width);
    if (!q->kind)
        return heads_guess(c, q);
    ablate_remark(c->b,
                  "clip: nothing says the heads of the %s of %s: %d of %d channels are taken, as %s has, whose "
                  "sizes these are",
                  q->words, c->s->weights, q->kind->heads, q->kind->width / q->kind->heads, c->kind);
    return heads_take(c, q, q->kind->heads, c->kind);
}

/* ---- activation ---- */

static const char *activation_name(int activation)
{
    return ABLATE_WORD(CLIP_ACTIVATION, activation);
}

/* OpenAI's own archives hold three numbers that no other form has; the small encoders are the kit's own. */
static bool quickgelu_is_known(const context *c)
{
    return clip_from_scratch(c->s) || (c->kind && strncmp(c->kind, "nano", 4) == 0) ||
           ablate_has_weight(c->b, c->s->weights, "input_resolution");
}

static int activation_settle(const context *c, const question *q)
{
    int known = q->known->activation, set = c->s->activation;
    if (known && set && known != set)
        return ablate_fail(c->b, "clip.activation = %s, but %s has %s in the %s; leave clip.activation at auto",
                           activation_name(set), c->where, activation_name(known), q->words);
    if (!known && !set && !quickgelu_is_known(c))
        ablate_remark(c->b,
                      "clip: nothing says the activation of %s: quickgelu, OpenAI's, is taken; most others' "
                      "weights have gelu (clip.activation)",
                      c->s->weights);
    q->tower->activation = known ? known : set ? set : CLIP_QUICKGELU;
    return 0;
}

/* ---- both towers ---- */

static int tower_settle(const context *c, const question *q)
{
    q->tower->eps = q->known->eps > 0 ? q->known->eps : 1e-5;
    return heads_settle(c, q) < 0 ? -1 : activation_settle(c, q);
}

/* "gelu, 16 heads, eps 1e-05" */
static const char *tower_words(ablate_builder *b, const clip_tower *t)
{
    return ablate_text(b, "%s, %d heads, eps %g", activation_name(t->activation), t->heads, t->eps);
}

/* The setting of both towers, where it is the only word on either. */
static int width_check(const context *c, const clip_config *config, const clip_sizes *sizes)
{
    const clip_settings *s = c->s;
    int width = s->head_width;
    bool both = width && !s->text_head && !c->named && !config->image.heads && !config->text.heads;
    if (both && (sizes->image.width % width || sizes->text.width % width))
        return ablate_fail(c->b, "clip.head_width = %d does not divide the widths %d and %d of %s", width,
                           sizes->image.width, sizes->text.width, s->weights);
    return 0;
}

int clip_towers_settle(ablate_builder *b, const clip_settings *s, const clip_sizes *kind, const char *name, bool named,
                       clip_sizes *sizes)
{
    clip_config config = { .where = NULL };
    if (!clip_from_scratch(s) && clip_config_read(b, s, sizes, &config) < 0)
        return -1;
    context c = { b, s, config.where, kind ? name : NULL, named, config.beside };
    question image = { &sizes->image,   &config.image,     kind ? &kind->image : NULL,
                       "picture tower", "clip.head_width", s->head_width };
    question text = { &sizes->text, &config.text,     kind ? &kind->text : NULL,
                      "text tower", "clip.text_head", s->text_head };
    if (width_check(&c, &config, sizes) < 0 || tower_settle(&c, &image) < 0)
        return -1;
    if (sizes->text.layers > 0 && tower_settle(&c, &text) < 0)
        return -1;
    if (config.beside)
        ablate_remark(b, "clip: by %s: picture tower %s%s%s", config.where, tower_words(b, &sizes->image),
                      sizes->text.layers ? "; text tower " : "",
                      sizes->text.layers ? tower_words(b, &sizes->text) : "");
    return 0;
}
