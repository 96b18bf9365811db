/* words.h: lists of words in one text. Plain ones stand between separators that the caller names: "a|b", "mean std".
 * Names of a setting stand between blanks, tabs and commas; a name that holds one of these, or a double quote, stands
 * in double quotes, within which \\ \" \t \n \r and \xHH are read as in name.h: "my class" other. */
#ifndef ABLATE_WORDS_H
#define ABLATE_WORDS_H
#include <stdbool.h>
#include <stddef.h>

/* The next word from *at on and its length; *at moves behind it. NULL: there is none. */
const char *word_next(const char **at, const char *separators, size_t *length);

/* Which of the list's words (NULL: it has none) is this one, counted from 0; -1: none. */
int word_find(const char *list, const char *separators, const char *word, size_t length);
bool word_listed(const char *list, const char *separators, const char *word);

/* Appends a word to a list in `text` of `size` bytes, behind the separator unless it is the first; cut where it is
 * full.
 */
void word_append(char *text, size_t size, const char *separator, const char *word);

/* The next name from *at on as new memory in *name, the caller's to free. 1; 0: there is none; -1: badly quoted or no
 * memory, nothing is complained. */
int words_next(const char **at, char **name);

bool words_are_whole(const char *text); /* every name of the list can be read */

#endif
