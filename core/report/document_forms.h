/* document_forms.h: a document in the languages that have marks of their own. Their writers differ in what they put
 * around things; the words are the same in all. */
#ifndef ABLATE_DOCUMENT_FORMS_H
#define ABLATE_DOCUMENT_FORMS_H
#include "document.h"
#include <stdio.h>

/* `sign`: see report_place.h. */
void document_markdown(const document *, const char *sign, FILE *);
void document_tex(const document *, const char *sign, FILE *);

/* As a part of a page; `name`: of the report, a place to link to. */
void document_html(const document *, const char *name, FILE *);

void sheet_markdown(const sheet *, FILE *); /* a sheet alone */

#endif
