#include "words.h"
#include "name.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEPARATORS " \t,"

const char *word_next(const char **at, const char *separators, size_t *length)
{
    const char *word = *at + strspn(*at, separators);
    *length = strcspn(word, separators);
    *at = word + *length;
    return *length ? word : NULL;
}

int word_find(const char *list, const char *separators, const char *word, size_t length)
{
    size_t n;
    const char *at = list ? list : "", *next;
    for (int i = 0; (next = word_next(&at, separators, &n)); i++)
        if (n == length && memcmp(next, word, n) == 0)
            return i;
    return -1;
}

bool word_listed(const char *list, const char *separators, const char *word)
{
    return word_find(list, separators, word, strlen(word)) >= 0;
}

void word_append(char *text, size_t size, const char *separator, const char *word)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used ? separator : "", word);
}

/* From after the opening quote to after the closing one. false: there is none, or a wrong escape before it. */
static bool read_quoted(const char **at, char *to)
{
    while (**at && **at != '"') {
        int byte = (unsigned char)*(*at)++;
        if (byte == '\\')
            byte = name_escape(at);
        if (byte < 0)
            return false;
        *to++ = (char)byte;
    }
    *to = 0;
    return **at && strchr(SEPARATORS, *++*at); /* the end of the text is one of them */
}

/* A quote inside of a word would be one that was forgotten before it. */
static bool read_plain(const char **at, char *to)
{
    size_t length = strcspn(*at, SEPARATORS "\"");
    memcpy(to, *at, length);
    to[length] = 0;
    *at += length;
    return **at != '"';
}

int words_next(const char **at, char **name)
{
    *at += strspn(*at, SEPARATORS);
    *name = NULL;
    if (!**at)
        return 0;
    bool quoted = **at == '"';
    *at += quoted;
    *name = malloc(strlen(*at) + 1);
    if (*name && (quoted ? read_quoted(at, *name) && **name : read_plain(at, *name)))
        return 1;
    free(*name);
    *name = NULL;
    return -1;
}

bool words_are_whole(const char *text)
{
    char *name;
    int more;
    while ((more = words_next(&text, &name)) > 0)
        free(name);
    return more == 0;
}
