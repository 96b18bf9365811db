#include "report_sheet.h"
#include "../base/diag.h"
#include "../base/name.h"
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

/* Text between two marks, or as it is. A name's own bytes must be no marks. */
static char *marked_text(const char *before, const char *text, char mark)
{
    char *seen = take_printed(name_show, text);
    char *whole = !seen  ? NULL
                  : mark ? take_text("%s%c%s%c", before, mark, seen, mark)
                         : take_text("%s%s", before, seen);
    free(seen);
    return whole;
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
