/* report_text.h: text in the forms of a report. Text comes from settings and files and is escaped as the form needs:
 * what cannot be shown becomes \xHH (../base/name.h), what would mean something in the form does not. NULL counts as
 * "". */
#ifndef ABLATE_REPORT_TEXT_H
#define ABLATE_REPORT_TEXT_H
#include <stdio.h>

void report_text_markdown(const char *, FILE *);
void report_text_tex(const char *, FILE *);  /* also of the signs beyond ASCII that reports use */
void report_text_html(const char *, FILE *); /* in elements and in attributes in double quotes; ends of lines stay */

/* Prints each line of `lines` between two texts, escaped by `print`. */
void report_text_lines(const char *lines, const char *before, const char *after, void (*print)(const char *, FILE *),
                       FILE *);

/* For the terminal: the lines broken at blanks, each at most 110 columns wide, continued ones indented. */
void report_text_wrapped(const char *lines, FILE *);

#endif
