/* words.h: what is said of a scene, in words of a small vocabulary (vocabulary.txt; a word's id is its place there). */
#ifndef CAPTIONS_WORDS_H
#define CAPTIONS_WORDS_H
#include "scene.h"
#include <stddef.h>

enum { WORDS_TOKENS = 24, WORDS_TEXT = 400 }; /* longest caption with its start and end; room for its letters */

/* A caption of the scene, drawn from (seed, index): each thing seen is mentioned or not. */
void words_describe(const scene *, uint64_t seed, uint64_t index, char text[WORDS_TEXT]);

/* vocabulary.c. The ids of "<start> text <end>", padded with 0, then the index of <end>. 0, or -1: unknown word or too
 * long. */
int words_tokens(const char *text, float tokens[WORDS_TOKENS + 1]);

const char *words_vocabulary(void);            /* separated by spaces */
int words_id(const char *word, size_t length); /* or -1 */

#endif
