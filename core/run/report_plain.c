/* report_plain.c: a report for the terminal, aligned by characters rather than bytes. */
#include "report_body.h"
#include "report_text.h"
#include <string.h>

enum { WIDTHS_LIMIT = 1 + EXPERIMENT_WORDS + 3 * EXPERIMENT_COLUMNS };

static void print_blanks(int n, FILE *out)
{
    while (n-- > 0)
        fputc(' ', out);
}

/* Text of one field: row -1 is the head. Fields: the name, the words, then value, paper, difference a column. */
static const char *field_text(const report_body *t, int r, int field, char text[200])
{
    const experiment *e = t->experiment;
    static const char *const marks[] = { "", "*", "'" };
    if (field == 0)
        return r < 0 ? "" : report_row_name(t, r, text);
    if (field <= e->words)
        return r < 0 ? e->label[field - 1] : e->rows[r].tick[field - 1] ? "✓" : "×";
    int c = (field - 1 - e->words) / 3, part = (field - 1 - e->words) % 3;
    if (part > 0 && !t->paper[c])
        return "";
    static const char *const parts[] = { "", "paper", "Δ" };
    if (r < 0)
        return part ? parts[part] : experiment_column_title(e->column[c]);
    const report_cell *cell = &t->row[r].cell[c];
    char words[64];
    if (part == 1)
        return report_paper(e->rows[r].paper[c], text);
    if (part == 2)
        return report_difference(cell, e->rows[r].paper[c], "−", text);
    snprintf(text, 200, "%s%s", report_words(cell, " ± ", words), marks[cell->rank]);
    return text;
}

static int field_count(const report_body *t)
{
    return 1 + t->experiment->words + 3 * t->experiment->columns;
}

static void measure(const report_body *t, int width[WIDTHS_LIMIT])
{
    char text[200];
    for (int f = 0; f < field_count(t); f++) {
        width[f] = 0;
        for (int r = -1; r < t->experiment->row_count; r++) {
            int w = report_text_width(field_text(t, r, f, text));
            width[f] = w > width[f] ? w : width[f];
        }
    }
}

/* Numbers stand to the right, marks outside of the alignment: an unmarked value leaves their place free. */
static void print_row(const report_body *t, int r, const int width[WIDTHS_LIMIT], FILE *out)
{
    char buffer[200];
    for (int f = 0; f < field_count(t); f++) {
        if (width[f] == 0 && f > 0)
            continue;
        const char *text = field_text(t, r, f, buffer);
        int part = f > t->experiment->words ? (f - 1 - t->experiment->words) % 3 : -1;
        int missing = width[f] - report_text_width(text);
        bool marked = part == 0 && *text && strchr("*'", text[strlen(text) - 1]);
        int tail = part == 0 && !marked && missing > 0 ? 1 : part == -1 && f > 0 ? missing / 2 : f == 0 ? missing : 0;
        print_blanks((f == 0 ? 0 : part > 0 ? 1 : 2) + missing - tail, out);
        fputs(text, out);
        print_blanks(tail, out);
    }
    fputc('\n', out);
}

static void print_rule(const int width[WIDTHS_LIMIT], int fields, FILE *out)
{
    int total = width[0];
    for (int f = 1; f < fields; f++)
        total += width[f] > 0 ? width[f] + 2 : 0;
    for (int i = 0; i < total && i < REPORT_WIDTH + 10; i++)
        fputc('-', out);
    fputc('\n', out);
}

void report_plain(const report_body *t, FILE *out)
{
    const experiment *e = t->experiment;
    int width[WIDTHS_LIMIT] = { 0 };
    char title[400];
    measure(t, width);
    fprintf(out, "%s\n", report_title(t, title));
    print_rule(width, field_count(t), out);
    for (int r = -1; r < e->row_count; r++)
        print_row(t, r, width, out);
    print_rule(width, field_count(t), out);
    fprintf(out, "* best, ' second best.\n");
    report_text_wrapped(t->caption, out);
}
