/* document_plain.h: a document in the terminal. Numbers stand to the right; those that '/' joins stand below each
 * other; a mark follows its number, and where others of the column have one, a number without leaves its place free. */
#ifndef ABLATE_DOCUMENT_PLAIN_H
#define ABLATE_DOCUMENT_PLAIN_H
#include "document.h"
#include <stdio.h>

/* At most 120 columns wide: a sheet that is wider comes in blocks that repeat its first column. 0, or -1: complained.
 */
int document_plain(const document *, FILE *);

/* Its title and sentences, and between them the first sheet with a given width for each column: what is longer is cut.
 */
typedef struct list_column {
    const char *title; /* in the terminal; NULL: the column is left out */
    int width;
} list_column;
void document_list(const document *, const list_column *, FILE *);

#endif
