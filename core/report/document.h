/* document.h: a report before it is written: a title, sheets, sentences. A sheet's cells stay numbers until a form
 * writes them (document_forms.h, document_plain.h), or they are kept for later (document_file.h).
 *
 * A sheet is filled cell by cell, line by line; its first line is the head. What fails (memory, too many columns) is
 * complained of and remembered; document_good tells. */
#ifndef ABLATE_DOCUMENT_H
#define ABLATE_DOCUMENT_H
#include "../base/arena.h"
#include <stdbool.h>
#include <stdio.h>

typedef enum sheet_sign {
    SHEET_PLAIN,
    SHEET_DIFFERENCE, /* with its sign, but for one that is printed as zero */
    SHEET_CHANGE      /* always with its sign */
} sheet_sign;

typedef enum sheet_mark {
    SHEET_UNMARKED,
    SHEET_BEST, /* of what is compared */
    SHEET_SECOND,
    SHEET_STRONG, /* no rank; TeX and the terminal do not show it */
    SHEET_MARKS
} sheet_mark;

typedef struct sheet_piece { /* of a cell */
    const char *text;        /* NULL: a number */
    double value, spread;    /* as they are read, e.g. in percent; spread: NaN if there is none */
    int digits;              /* behind the point */
    sheet_sign sign;
    sheet_mark mark;
    bool joined; /* a '/' stands between it and the piece before */
    int group;   /* numbers of one group are ranked (document_rank); 0: of none */
} sheet_piece;

enum { SHEET_COLUMNS = 160 };

typedef struct sheet {
    struct document *document;
    const char *heading;       /* above it; NULL: nothing */
    char align[SHEET_COLUMNS]; /* 'l', 'c', 'r'; 't': to the right and, in the terminal, tight to the column before */
    int columns, cells, pieces;
    int rule;   /* line above which a rule stands; 0: none */
    int *start; /* (cells) each cell's first piece; it has those up to the next cell's */
    sheet_piece *piece;
} sheet;

typedef struct document {
    const char *title, *caption; /* caption: sentences, one a line */
    const char *experiment;      /* path of the file that it is of; "": of several */
    bool ranked;                 /* its marks are ranks, which forms explain */
    /* Writes the numbers `of` for programs, a line each; `sign`: see report_place.h. */
    void (*lines)(const struct document *, const char *sign, FILE *);
    const void *of;
    sheet **sheet;
    int sheets;
    arena *memory; /* of all texts */
    bool bad;      /* complained */
} document;

/* Empty texts, ranked. NULL: complained. */
document *document_new(void);
void document_free(document *); /* NULL is allowed */
bool document_good(const document *);

/* A copy that lives as long as the document; "" if there is no memory, and the document is bad then. */
const char *document_text(document *, const char *);

/* A new sheet; `heading` may be NULL. NULL: complained. */
sheet *document_add(document *, const char *heading);

/* A column more, before any line but the head's cell of it. */
void sheet_column(sheet *, char align, const char *title);

/* A number as a piece, without spread and mark; NaN is read as "-". */
sheet_piece sheet_number(double value, int digits, sheet_sign);

void sheet_begin(sheet *);                  /* the next cell, which has nothing to say */
void sheet_put(sheet *, sheet_piece);       /* lengthens the last cell; the text is copied */
void sheet_cell(sheet *, sheet_piece);      /* the next cell, of this alone */
void sheet_text(sheet *, const char *text); /* the same */

int sheet_lines(const sheet *); /* with the head */

/* The pieces of a cell, *count of them. */
const sheet_piece *sheet_at(const sheet *, int line, int column, int *count);

/* A piece as it is read: its text, or the number "98.6 ± 0.4", "−1.2"; not its mark. */
enum { SHEET_NUMBER = 64 };
const char *sheet_words(const sheet_piece *, char number[SHEET_NUMBER]);

/* The words of a cell: new memory; NULL: complained. */
char *sheet_cell_words(const sheet *, int line, int column);

/* Once the sheets are filled: marks the greatest and the second greatest number of each group of a sheet, to one
 * decimal, where at least two have a number. Equals share a rank. */
void document_rank(document *);
bool document_has_ranks(const document *); /* is anything marked so? */

#endif
