/* document_file.h: a document kept beside its forms as NAME.sheet, so that the page can show it later, without its
 * runs.
 *
 * JSON: of Markdown the sheets would have to be guessed back, and HTML in a folder of somebody else's could hold
 * anything. Nothing that is read here is trusted: it becomes texts, which the forms escape. Texts as they are read, for
 * the numbers with all their digits are in NAME.tsv. */
#ifndef ABLATE_DOCUMENT_FILE_H
#define ABLATE_DOCUMENT_FILE_H
#include "document.h"

/* Writes the file, whole or not at all. 0, or -1: complained. */
int document_write(const document *, const char *path);

/* What document_write wrote. NULL: complained; a file that is something else or no whole JSON. Numbers in it are as
 * trusted as those of a Markdown file: whoever can write there can change them. */
document *document_read(const char *path);

#endif
