/* words.h: what was said, and what it must hold. */
#ifndef LAB_WORDS_H
#define LAB_WORDS_H
#include "../../core/base/diag.h"
#include "test.h"

/* The last complaint is one line with these words in it; it is forgotten. */
void expect_complaint(const char *words);

/* The same, and it begins with the place: a path, "FILE:LINE". */
void expect_complaint_of(const char *place, const char *words);

/* The last complaint is these words; it is forgotten. */
void expect_sentence(const char *words);

/* The text holds the words. */
void expect_words(const char *text, const char *words);

#endif
