#include "report_sheet.h"
#include "../base/diag.h"
#include "report_text.h"
#include <stdlib.h>
#include <string.h>

report_sheet *report_sheet_new(void)
{
    return take_zeroed(1, sizeof(report_sheet), "a report");
}

void report_sheet_free(report_sheet *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->cells; i++)
        free(s->cell[i]);
    free(s->cell);
    free(s->heading);
    free(s);
}

/* Text between two marks, or as it is. */
static char *marked_text(const char *before, const char *text, char mark)
{
    return mark ? take_text("%s%c%s%c", before, mark, text, mark) : take_text("%s%s", before, text);
}

void report_sheet_cell(report_sheet *s, const char *text, char mark)
{
    char **more = s->bad ? NULL : take_again(s->cell, (size_t)s->cells + 1, sizeof *more, "a report");
    s->bad = more == NULL;
    if (!more)
        return;
    s->cell = more;
    s->cell[s->cells] = marked_text("", text, mark);
    s->bad = s->cell[s->cells] == NULL;
    s->cells += !s->bad;
}

void report_sheet_append(report_sheet *s, const char *text, char mark)
{
    char *longer = s->bad ? NULL : marked_text(s->cell[s->cells - 1], text, mark);
    s->bad = longer == NULL;
    if (!longer)
        return;
    free(s->cell[s->cells - 1]);
    s->cell[s->cells - 1] = longer;
}

void report_sheet_column(report_sheet *s, char align, const char *title)
{
    if (s->columns < SHEET_COLUMNS)
        s->align[s->columns++] = align;
    else if (!s->bad)
        s->bad = complain("a report has more than %d columns; print fewer", (int)SHEET_COLUMNS) < 0;
    report_sheet_cell(s, title, 0);
}

int report_sheet_lines(const report_sheet *s)
{
    return s->columns > 0 ? s->cells / s->columns : 0;
}

const char *report_sheet_text(const report_sheet *s, int line, int column)
{
    return s->cell[line * s->columns + column];
}

bool report_sheet_marks(const report_sheet *s)
{
    for (int i = 0; i < s->cells; i++)
        if (strchr(s->cell[i], SHEET_BEST))
            return true;
    return false;
}

bool report_sheet_good(const report_sheet *s)
{
    return !s->bad;
}

/* How a form prints text, and what it sets before and after what is marked. */
typedef struct sheet_form {
    void (*text)(const char *, FILE *);
    const char *best[2], *second[2];
} sheet_form;

static const sheet_form markdown_form = { report_text_markdown, { "**", "**" }, { "<u>", "</u>" } };
static const sheet_form tex_form = { report_text_tex, { "\\textbf{", "}" }, { "\\underline{", "}" } };
static const sheet_form plain_form = { report_text_plain, { "", "*" }, { "", "'" } };

static void print_cell(const char *cell, const sheet_form *form, FILE *out)
{
    static const char marks[] = { SHEET_BEST, SHEET_SECOND, 0 };
    bool open = false;
    while (*cell) {
        size_t length = strcspn(cell, marks);
        char *piece = take_text("%.*s", (int)length, cell);
        if (piece)
            form->text(piece, out);
        free(piece);
        cell += length;
        if (!*cell)
            break;
        fputs((*cell == SHEET_BEST ? form->best : form->second)[open], out);
        open = !open;
        cell++;
    }
}

/* ---- Markdown ---- */

static void markdown_line(const report_sheet *s, int line, FILE *out)
{
    fputc('|', out);
    for (int c = 0; c < s->columns; c++) {
        fputc(' ', out);
        print_cell(report_sheet_text(s, line, c), &markdown_form, out);
        fputs(" |", out);
    }
    fputc('\n', out);
}

void report_sheet_markdown(const report_sheet *s, FILE *out)
{
    if (s->heading) {
        fprintf(out, "### ");
        report_text_markdown(s->heading, out);
        fprintf(out, "\n\n");
    }
    markdown_line(s, 0, out);
    fputc('|', out);
    for (int c = 0; c < s->columns; c++)
        fputs(s->align[c] == 'l' ? ":--|" : s->align[c] == 'c' ? ":-:|" : "--:|", out);
    fputc('\n', out);
    for (int i = 1; i < report_sheet_lines(s); i++)
        markdown_line(s, i, out);
}

/* ---- TeX ---- */

void report_sheet_tex(const report_sheet *s, FILE *out)
{
    if (s->heading) {
        report_text_tex(s->heading, out);
        fprintf(out, "\n\n\\smallskip\n");
    }
    fprintf(out, "\\begin{tabular}{");
    for (int c = 0; c < s->columns; c++)
        fputc(s->align[c] == 't' ? 'r' : s->align[c], out);
    fprintf(out, "}\n\\hline\n");
    for (int i = 0; i < report_sheet_lines(s); i++) {
        if (i == 1 || (i > 1 && i == s->rule))
            fprintf(out, "\\hline\n");
        for (int c = 0; c < s->columns; c++) {
            fputs(c ? " & " : "", out);
            print_cell(report_sheet_text(s, i, c), &tex_form, out);
        }
        fprintf(out, " \\\\\n");
    }
    fprintf(out, "\\hline\n\\end{tabular}\n");
}

/* ---- plain text ---- */

/* Printed width, and the blanks that a cell leaves for the mark which others of its column end in. */
static int cell_width(const char *cell)
{
    int marks = 0;
    for (const char *c = cell; *c; c++)
        marks += *c == SHEET_BEST || *c == SHEET_SECOND;
    return report_text_width(cell) - marks / 2;
}

static bool ends_marked(const char *cell)
{
    size_t length = strlen(cell);
    return length > 0 && (cell[length - 1] == SHEET_BEST || cell[length - 1] == SHEET_SECOND);
}

static bool column_ends_marked(const report_sheet *s, int c)
{
    for (int i = 1; i < report_sheet_lines(s); i++)
        if (ends_marked(report_sheet_text(s, i, c)))
            return true;
    return false;
}

static int column_tail(const report_sheet *s, int line, int c, bool marked)
{
    return marked && !ends_marked(report_sheet_text(s, line, c));
}

static int column_width(const report_sheet *s, int c)
{
    int width = 0;
    bool marked = column_ends_marked(s, c);
    for (int i = 0; i < report_sheet_lines(s); i++) {
        int w = cell_width(report_sheet_text(s, i, c)) + column_tail(s, i, c, marked);
        width = w > width ? w : width;
    }
    return width;
}

static void print_blanks(int n, FILE *out)
{
    while (n-- > 0)
        fputc(' ', out);
}

static int gap_before(const report_sheet *s, int c)
{
    return c == 0 ? 0 : s->align[c] == 't' ? 1 : 2;
}

static void plain_cell(const report_sheet *s, int line, int c, int width, FILE *out)
{
    const char *cell = report_sheet_text(s, line, c);
    int missing = width - cell_width(cell), tail = column_tail(s, line, c, column_ends_marked(s, c));
    if (s->align[c] == 'l')
        tail = missing;
    else if (s->align[c] == 'c')
        tail = missing / 2;
    print_blanks(gap_before(s, c) + missing - tail, out);
    print_cell(cell, &plain_form, out);
    print_blanks(tail, out);
}

static void plain_line(const report_sheet *s, int line, const int *width, int first, int end, FILE *out)
{
    plain_cell(s, line, 0, width[0], out);
    for (int c = first; c < end; c++)
        plain_cell(s, line, c, width[c], out);
    fputc('\n', out);
}

static void plain_rule(int width, FILE *out)
{
    for (int i = 0; i < width; i++)
        fputc('-', out);
    fputc('\n', out);
}

/* The first column and those from `first` on that fit beside it; returns where the next block begins. */
static int plain_block(const report_sheet *s, const int *width, int first, FILE *out)
{
    enum { LIMIT = 120 };
    int total = width[0], end = first;
    do {
        total += gap_before(s, end) + width[end];
        end++;
    } while (end < s->columns && total + gap_before(s, end) + width[end] <= LIMIT);
    while (end < s->columns && end > first + 1 && s->align[end] == 't') { /* it belongs to the column before */
        end--;
        total -= gap_before(s, end) + width[end];
    }
    plain_rule(total, out);
    for (int i = 0; i < report_sheet_lines(s); i++) {
        if (i > 0 && i == s->rule)
            plain_rule(total, out);
        plain_line(s, i, width, first, end, out);
    }
    if (end == s->columns)
        plain_rule(total, out);
    return end;
}

void report_sheet_plain(const report_sheet *s, FILE *out)
{
    int width[SHEET_COLUMNS];
    for (int c = 0; c < s->columns; c++)
        width[c] = column_width(s, c);
    if (s->heading)
        fprintf(out, "%s\n", s->heading);
    for (int next = 1; next < s->columns;)
        next = plain_block(s, width, next, out);
}
