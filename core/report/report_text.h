/* report_text.h: text in the forms of a report. Text comes from settings and files and is escaped as the form needs. */
#ifndef ABLATE_REPORT_TEXT_H
#define ABLATE_REPORT_TEXT_H
#include <stdio.h>

void report_text_plain(const char *, FILE *);
void report_text_markdown(const char *, FILE *);
void report_text_tex(const char *, FILE *); /* also of the signs beyond ASCII that reports use */

/* Prints each line of `lines` between two texts, escaped by `print`. */
void report_text_lines(const char *lines, const char *before, const char *after, void (*print)(const char *, FILE *),
                       FILE *);

/* For the terminal. Characters of UTF-8; the text cut or filled with blanks to `width` of them, and one blank more;
 * lines broken at blanks, each at most REPORT_WIDTH wide, continued ones indented. */
enum { REPORT_WIDTH = 110 };
int report_text_width(const char *);
void report_text_padded(const char *, int width, FILE *);
void report_text_wrapped(const char *lines, FILE *);

#endif
