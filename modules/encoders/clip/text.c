/* text.c: words -> a feature in the joint space. */
#include "clip.h"
#include <math.h>
#include <string.h>

enum { WORDS_MAX = 64, VOCABULARY_OPENAI = 49408 };

/* The words of the paper's prompts in OpenAI's vocabulary (bpe_simple_vocab_16e6). */
static const struct {
    const char *word;
    int id;
} openai_words[] = {
    { "<start>", 49406 }, { "<end>", 49407 }, { "object", 14115 }, { "damaged", 13568 }, { ".", 269 },
};

/* Position of a word in a list separated by spaces, quotes or line ends, or -1. */
static int word_position(const char *list, const char *word, size_t length)
{
    static const char gaps[] = " \n\r\t\"";
    for (int i = 0; *(list += strspn(list, gaps)); i++) {
        size_t n = strcspn(list, gaps);
        if (n == length && memcmp(list, word, n) == 0)
            return i;
        list += n;
    }
    return -1;
}

/* Id of a word, or -1: unknown. A file says its vocabulary in its metadata; OpenAI's say nothing. */
static int word_id(const char *vocabulary, int rows, const char *word, size_t length)
{
    int id = vocabulary ? word_position(vocabulary, word, length) : -1;
    for (size_t i = 0; !vocabulary && rows == VOCABULARY_OPENAI && i < sizeof openai_words / sizeof *openai_words; i++)
        if (strlen(openai_words[i].word) == length && memcmp(openai_words[i].word, word, length) == 0)
            id = openai_words[i].id;
    return id < rows ? id : -1;
}

/* Ids of "<start> WORDS <end>"; their number, or -1: a word is unknown. */
static int words_read(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes, const char *words, float *ids)
{
    const char *vocabulary = clip_from_scratch(s) ? NULL : ablate_weight_note(b, s->weights, "vocabulary");
    const char *at = ablate_text(b, "<start> %s <end>", words);
    int n = 0;
    if (!vocabulary && clip_vocabulary_check(b, s) < 0)
        return -1;
    for (at += strspn(at, " "); *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        int id = word_id(vocabulary, sizes->vocabulary, at, length);
        if (id < 0)
            return ablate_fail(b, "clip: the vocabulary of '%s' has no word '%.*s'; use one that it knows", s->weights,
                               (int)length, at);
        if (n == WORDS_MAX || n == sizes->context)
            return ablate_fail(b, "clip: the text '%s' is too long", words);
        ids[n++] = (float)id;
        at += length;
    }
    return n;
}

static ablate_value *table_embed(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes, ablate_value *ids)
{
    ablate_shape shape = ABLATE_SHAPE(sizes->vocabulary, sizes->text.width);
    return op_embedding(b, clip_weight(b, s, "token_embedding.weight", "normal 0.02", shape), ids);
}

/* Service: the words -> the embeddings (L, Ct) of "<start> WORDS <end>". The inputs are not used. */
static ablate_value *tokens_serve(ablate_builder *b, const void *settings, const char *words, int n,
                                  ablate_value *const *in)
{
    const clip_settings *s = settings;
    clip_sizes sizes;
    float ids[WORDS_MAX];
    (void)n;
    int length = clip_sizes_read(b, s, &sizes) < 0 ? -1 : words_read(b, s, &sizes, words ? words : "", ids);
    return length < 0 ? in[0] : table_embed(b, s, &sizes, ablate_constant(b, ids, length));
}

/* Tokens (P, L, Ct) and the place of each text's end (P) -> (P, embed). */
static ablate_value *text_encode(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes,
                                 ablate_value *tokens, ablate_value *ends)
{
    int c = sizes->text.width;
    ablate_shape size = ablate_shape_of(b, tokens);
    if (size.rank != 3 || size.dim[1] > sizes->context) {
        ablate_fail(b, "clip: tokens must be texts x tokens x width, with at most %d tokens a text", sizes->context);
        return tokens;
    }
    ablate_shape rows = ABLATE_SHAPE(sizes->context, c), projection = ABLATE_SHAPE(c, sizes->embed);
    ablate_value *position = clip_weight(b, s, "positional_embedding", "normal 0.01", rows);
    ablate_value *x = op_add(b, tokens, op_slice(b, position, 0, .count = size.dim[1]));
    for (int i = 0; i < sizes->text.layers; i++)
        x = clip_block(b, s, &sizes->text, i, x);
    x = op_select(b, clip_layer_norm(b, s, &sizes->text, "ln_final", x), ends);
    return op_matmul(b, x, clip_weight(b, s, "text_projection", clip_normal(b, pow(c, -0.5)), projection));
}

/* Service: tokens (P, L, Ct) without positions, index of each end (P) -> (P, embed). */
static ablate_value *encode_serve(ablate_builder *b, const void *settings, const char *argument, int n,
                                  ablate_value *const *in)
{
    const clip_settings *s = settings;
    clip_sizes sizes;
    (void)argument;
    if (n != 2)
        ablate_fail(b, "clip: text.encode takes two values, the tokens and the places of the ends");
    return n != 2 || clip_sizes_read(b, s, &sizes) < 0 ? in[0] : text_encode(b, s, &sizes, in[0], in[1]);
}

void clip_text_offer(ablate_builder *b)
{
    ablate_offer(b, "text.tokens", tokens_serve);
    ablate_offer(b, "text.encode", encode_serve);
}

int clip_text_build(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes)
{
    ablate_value *tokens = ablate_read(b, "tokens", -1);
    ablate_shape size = ablate_shape_of(b, tokens);
    if (size.rank != 2 || size.dim[1] < 2)
        return ablate_fail(b, "clip: the board's 'tokens' must be pictures x (ids, then the index of the end)");
    int64_t length = size.dim[1] - 1;
    ablate_value *ids = op_slice(b, tokens, 1, .count = length);
    ablate_value *ends = op_reshape(b, op_slice(b, tokens, 1, .start = length, .count = 1), -1);
    ablate_value *embedded = table_embed(b, s, sizes, ids);
    ablate_write(b, "text.feature", 0, text_encode(b, s, sizes, embedded, ends));
    /* log(1 / 0.07), as Radford et al. start it */
    ablate_shape scalar = { 0, { 0 } };
    ablate_write(b, "logit.scale", 0, clip_weight(b, s, "logit_scale", "constant 2.65926", scalar));
    return 0;
}
