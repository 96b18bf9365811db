/* vocabulary.c: the words that captions are made of, and their numbers. */
#include "words.h"
#include <string.h>

static const char vocabulary[] =
#include "vocabulary.txt"
    ;

const char *words_vocabulary(void)
{
    return vocabulary;
}

int words_id(const char *word, size_t length)
{
    int id = 0;
    for (const char *at = vocabulary; *at; id++) {
        size_t n = strcspn(at, " ");
        if (n == length && memcmp(at, word, n) == 0)
            return id;
        at += n;
        at += strspn(at, " ");
    }
    return -1;
}

int words_tokens(const char *text, float tokens[WORDS_TOKENS + 1])
{
    int n = 0;
    memset(tokens, 0, (WORDS_TOKENS + 1) * sizeof *tokens);
    tokens[n++] = (float)words_id("<start>", 7);
    for (const char *at = text + strspn(text, " "); *at; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        int id = words_id(at, length);
        if (id < 0 || n == WORDS_TOKENS - 1)
            return -1;
        tokens[n++] = (float)id;
        at += length;
    }
    tokens[n] = (float)words_id("<end>", 5);
    tokens[WORDS_TOKENS] = (float)n;
    return 0;
}
