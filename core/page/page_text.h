/* page_text.h: text and files as HTML. */
#ifndef ABLATE_PAGE_TEXT_H
#define ABLATE_PAGE_TEXT_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The text with the characters escaped that mean something in HTML, in elements and in attributes in double quotes;
 * NULL counts as "". */
void page_text(const char *, FILE *);
void page_text_part(const char *, size_t length, FILE *);

/* Prints an identifier made of the text: letters, digits and '-'. */
void page_id(const char *, FILE *);

/* The file's bytes as "data:TYPE;base64,...". 0, or -1: complained. */
int page_data_uri(const char *path, const char *type, FILE *);

#endif
