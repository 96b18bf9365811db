/* report_sheet.h: lines and columns of text, which a report's forms print each in its way. Only report*.c include it.
 *
 * A sheet is filled cell by cell, line by line; its first line is the head. What fails (memory, too many columns) is
 * complained of and remembered; report_sheet_good tells. */
#ifndef ABLATE_REPORT_SHEET_H
#define ABLATE_REPORT_SHEET_H
#include <stdbool.h>
#include <stdio.h>

/* In a cell, on both sides of the best and the second best of what is compared. */
#define SHEET_BEST   '\1'
#define SHEET_SECOND '\2'

enum { SHEET_COLUMNS = 160 };

typedef struct report_sheet {
    char *heading;             /* above it; NULL: nothing */
    char align[SHEET_COLUMNS]; /* 'l', 'c', 'r'; 't': to the right and, in plain text, tight to the column before */
    int columns, cells;
    char **cell;
    int rule; /* line above which a rule stands; 0: none */
    bool bad; /* complained */
} report_sheet;

/* NULL: complained. */
report_sheet *report_sheet_new(void);
void report_sheet_free(report_sheet *); /* NULL is allowed */

/* A column more, before any line but the head's cell of it. */
void report_sheet_column(report_sheet *, char align, const char *title);

/* The next cell; `mark` 0, SHEET_BEST or SHEET_SECOND. */
void report_sheet_cell(report_sheet *, const char *text, char mark);

/* Lengthens the last cell. */
void report_sheet_append(report_sheet *, const char *text, char mark);

int report_sheet_lines(const report_sheet *); /* with the head */
const char *report_sheet_text(const report_sheet *, int line, int column);
bool report_sheet_marks(const report_sheet *); /* is anything marked? */
bool report_sheet_good(const report_sheet *);  /* false: complained */

void report_sheet_markdown(const report_sheet *, FILE *);
void report_sheet_tex(const report_sheet *, FILE *);

/* In blocks that repeat the first column where it is wider than a terminal. 0, or -1: complained. */
int report_sheet_plain(const report_sheet *, FILE *);

#endif
