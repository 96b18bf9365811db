#include "report_choices.h"
#include "../base/diag.h"
#include "../base/name.h"
#include "../base/number.h"
#include "document_plain.h"
#include "report_caption.h"
#include "report_gains.h"
#include "report_pieces.h"
#include "report_place.h"
#include "report_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct line {         /* an alternative */
    const report_numbers *of; /* its first row is the default */
    int row;
    report_cell before, after;
    report_gain change;
    bool told; /* the interval leaves zero out */
} line;

typedef struct choices {
    report_numbers **numbers; /* of each experiment */
    int count;
    line *line;
    int lines;
    char *changes;
    document *document;
} choices;

static line line_of(const report_numbers *t, int r)
{
    line l = { t,
               r,
               report_cell_of(t, 0, NULL, EXPERIMENT_MEAN),
               report_cell_of(t, r, NULL, EXPERIMENT_MEAN),
               report_gain_of(t, 0, r, EXPERIMENT_MEAN),
               false };
    l.told = l.change.pairs > 1 && bootstrap_is_told(&l.change.over);
    return l;
}

static double size_of(const line *l)
{
    return l->change.pairs > 0 ? fabs(l->change.over.difference) : -1;
}

/* The greatest change first; what was not run last; then as the files stand. */
static int compare_lines(const void *a, const void *b)
{
    const line *x = a, *y = b;
    double left = size_of(x), right = size_of(y);
    int by_file = strcmp(x->of->experiment->name, y->of->experiment->name);
    return left != right ? (left < right) - (left > right) : by_file != 0 ? by_file : x->row - y->row;
}

static int check(const report_choice *c, const report_choice *first)
{
    if (c->experiment->row_count < 2)
        return complain("%s has no alternative; a choice needs a row for the default and one for each other",
                        c->experiment->path);
    bool same = c->experiment->columns == first->experiment->columns;
    for (int i = 0; same && i < c->experiment->columns; i++)
        same = c->experiment->column[i] == first->experiment->column[i];
    return same ? 0
                : complain("%s has other columns than %s; one report needs the same", c->experiment->path,
                           first->experiment->path);
}

static int count_lines(const report_choice *c, int count)
{
    int lines = 0;
    for (int i = 0; i < count; i++) {
        if (check(&c[i], &c[0]) < 0)
            return -1;
        lines += c[i].experiment->row_count - 1;
    }
    return lines;
}

/* ---- the sheet ---- */

static void mean_cell(const report_numbers *t, int r, const report_cell *cell, sheet *s)
{
    const experiment_row *row = &t->experiment->rows[r];
    sheet_cell(s, report_piece(cell, 0));
    report_put_seeds(s, t->row[r].runs, row->unasked ? 0 : row->run.seeds);
}

static const char *verdict(const line *l)
{
    return l->change.pairs == 0        ? ""
           : l->change.pairs == 1      ? "one seed"
           : isnan(l->change.over.low) ? "no interval"
           : l->told                   ? "yes"
                                       : "no";
}

static void add_line(const line *l, sheet *s)
{
    const experiment *e = l->of->experiment;
    sheet_text(s, *e->title ? e->title : e->name);
    sheet_text(s, e->says);
    sheet_text(s, e->rows[0].name);
    mean_cell(l->of, 0, &l->before, s);
    sheet_text(s, e->rows[l->row].name);
    mean_cell(l->of, l->row, &l->after, s);
    report_gain_cell(s, &l->change, l->told ? SHEET_STRONG : SHEET_UNMARKED);
    sheet_cell(s, (sheet_piece){ .text = verdict(l), .mark = l->told ? SHEET_STRONG : SHEET_UNMARKED });
}

enum { FIELDS = 8 };

static int fill_sheet(const choices *t)
{
    static const char *const titles[FIELDS] = { "Choice", "The source says", "Default",     "Mean", "Alternative",
                                                "Mean",   "Δ [95 %]",        "Told from 0?" };
    sheet *s = document_add(t->document, NULL);
    for (int f = 0; s && f < FIELDS; f++)
        sheet_column(s, "lllrlrrc"[f], titles[f]);
    for (int i = 0; s && i < t->lines; i++)
        add_line(&t->line[i], s);
    return s && document_good(t->document) ? 0 : -1;
}

/* For the terminal: without the source's words, so that a line fits. */
static void print(const choices *t, FILE *out)
{
    static const list_column columns[FIELDS] = { { "Choice", 32 },   { NULL, 0 },           { "Default", 24 },
                                                 { "Mean", 12 },     { "Alternative", 23 }, { "Mean", 12 },
                                                 { "Δ [95 %]", 18 }, { "told", 8 } };
    document_list(t->document, columns, out);
}

/* ---- lines for programs ---- */

static void print_line(const line *l, int row, const char *what, const char *value, FILE *out)
{
    name_cell(l->of->experiment->name, out);
    name_cell(l->of->experiment->rows[row].name, out);
    fprintf(out, "%s\t%s\n", what, value);
}

static void print_mean(const line *l, int row, const report_cell *cell, FILE *out)
{
    char number[NUMBER_TEXT];
    int runs = l->of->row[row].runs;
    print_line(l, row, "mean", runs > 0 ? number_text(cell->mean, number) : report_piece(cell, 0).text, out);
    if (runs > 1)
        print_line(l, row, "deviation", number_text(cell->deviation, number), out);
}

static void print_lines(const document *d, const char *sign, FILE *out)
{
    const choices *t = d->of;
    fprintf(out,
            "# Written by ablate; do not edit. %sA line a number: choice, row, what, value as a fraction; `change` is "
            "the row's mean minus the default's, with the ends of its 95 %% interval, `told` whether that leaves zero "
            "out; " NAME_RULE ".\n",
            sign);
    report_text_lines(d->caption, "# ", "\n", name_show, out);
    fprintf(out, "choice\trow\twhat\tvalue\n");
    for (int i = 0; i < t->lines; i++) {
        const line *l = &t->line[i];
        char number[NUMBER_TEXT];
        if (l->row == 1)
            print_mean(l, 0, &l->before, out);
        print_mean(l, l->row, &l->after, out);
        const bootstrap_interval *change = &l->change.over;
        if (l->change.pairs == 0)
            continue;
        print_line(l, l->row, "change", number_text(change->difference, number), out);
        if (!isnan(change->low)) {
            print_line(l, l->row, "change_low", number_text(change->low, number), out);
            print_line(l, l->row, "change_high", number_text(change->high, number), out);
        }
        print_line(l, l->row, "told", verdict(l), out);
    }
}

/* ---- what it is of, beside its name and scale ---- */

static const char *changes_of(const report_choice *c)
{
    return c->experiment->changes ? c->experiment->changes : "";
}

/* What the command line changes in the experiments, each sentence once. NULL: complained. */
static char *changes_of_all(arena *memory, const report_choice *c, int count)
{
    char *all = arena_text(memory, "");
    for (int i = 0; i < count && all; i++) {
        bool said = !*changes_of(&c[i]);
        for (int k = 0; k < i && !said; k++)
            said = strcmp(changes_of(&c[k]), changes_of(&c[i])) == 0;
        if (!said)
            all = arena_print(memory, "%s%s%s", all, *all ? "; " : "", changes_of(&c[i]));
    }
    return all;
}

/* Is the word before the first tab the name of one of the experiments? */
static bool is_one(const report_choice *c, int count, const char *text)
{
    size_t length = strcspn(text, "\t");
    for (int i = 0; i < count; i++)
        if (strlen(c[i].experiment->name) == length && memcmp(c[i].experiment->name, text, length) == 0)
            return true;
    return false;
}

/* Those changes, for report_place_find: where PATH, the lines of the report that may be there, has choices that these
 * experiments lack, so that it would lose them, with the experiments' names too, and that is said on `say`. NULL:
 * complained. */
static const char *key_of(arena *memory, const char *changes, const report_choice *c, int count, const char *path,
                          FILE *say)
{
    char *text = NULL;
    size_t room = 0;
    bool lost = false;
    FILE *from = fopen(path, "r");
    while (from && !lost && getline(&text, &room, from) > 0)
        lost = *text != '#' && strncmp(text, "choice\t", 7) != 0 && strchr(text, '\t') && !is_one(c, count, text);
    if (lost)
        fprintf(say, "report: %s has the choice %.*s, which no file of this call is about\n", path,
                (int)strcspn(text, "\t"), text);
    if (from)
        fclose(from);
    free(text);
    for (int i = 0; lost && changes && i < count; i++)
        changes = arena_print(memory, "%s%s%s", changes, i ? ", " : " of ", c[i].experiment->name);
    return changes;
}

/* ---- the caption ---- */

/* Below lines that one seed or none stands behind, nothing is counted: what another seed would change by is not known.
 */
static char *sentences(const choices *t)
{
    int told = 0, judged = 0;
    for (int i = 0; i < t->lines; i++) {
        told += t->line[i].told;
        judged += t->line[i].change.pairs > 1 && !isnan(t->line[i].change.over.low);
    }
    char *count =
        judged == 0 ? arena_print(t->document->memory,
                                  "None of these changes can be told from what another seed would bring: that takes "
                                  "two seeds at least, with their test pictures drawn (draws.npz)")
                    : arena_print(t->document->memory,
                                  "Of %d alternative%s with two seeds or more, %d change%s the mean of the metrics so "
                                  "that the 95 %% interval leaves zero out; by chance alone about %.0f would",
                                  judged, judged == 1 ? "" : "s", told, told == 1 ? "s" : "", 0.05 * judged);
    return count ? arena_print(t->document->memory, "%s. Δ: alternative minus default, of the same seeds.", count)
                 : NULL;
}

/* As of one experiment that has all the runs in one row. */
static char *caption_of(const choices *t, const report_choice *c, int count)
{
    experiment whole = *c[0].experiment;
    report_row row = { 0 };
    report_numbers all = { .experiment = &whole, .row = &row };
    for (int i = 0; i < count; i++)
        all.most += c[i].count;
    row.run = arena_take(t->document->memory, (size_t)all.most * sizeof(const run_record *));
    for (int i = 0; row.run && i < count; i++)
        for (int k = 0; k < c[i].count; k++)
            row.run[row.runs++] = &c[i].records[k];
    whole.caption = sentences(t);
    whole.changes = t->changes;
    whole.row_count = 1;
    return whole.caption && row.run ? report_caption(&all, t->document->memory) : NULL;
}

/* ---- all of it ---- */

static int make_lines(const report_choice *c, int count, const char *folder, choices *t)
{
    int lines = count_lines(c, count);
    t->numbers = lines < 0 ? NULL : take_zeroed((size_t)count, sizeof(report_numbers *), "a report");
    t->line = t->numbers ? take((size_t)lines, sizeof *t->line, "a report") : NULL;
    for (int i = 0; t->line && i < count; i++) {
        report_numbers *of = report_numbers_make(c[i].experiment, c[i].records, c[i].count);
        if (!of)
            return -1;
        t->numbers[t->count++] = of;
        if (report_gains_read(of, folder) < 0)
            return -1;
        for (int r = 1; r < c[i].experiment->row_count; r++)
            t->line[t->lines++] = line_of(of, r);
    }
    if (t->line)
        qsort(t->line, (size_t)t->lines, sizeof *t->line, compare_lines);
    return t->line ? 0 : -1;
}

static int make(const report_choice *c, int count, const char *folder, choices *t)
{
    char title[400];
    document *d = t->document = make_lines(c, count, folder, t) == 0 ? document_new() : NULL;
    t->changes = d ? changes_of_all(d->memory, c, count) : NULL;
    if (!t->changes)
        return -1;
    d->ranked = false;
    d->lines = print_lines;
    d->of = t;
    d->title = document_text(d, report_title("What the open choices change", c[0].experiment, t->changes, title));
    d->caption = caption_of(t, c, count);
    return d->caption ? fill_sheet(t) : -1;
}

static int write_files(const choices *t, const report_choice *c, const char *folder, const char *name, FILE *out)
{
    report_place place = { 0 };
    arena *memory = t->document->memory;
    const char *path = arena_print(memory, "%s/%s.tsv", folder, name);
    const char *key = path ? key_of(memory, t->changes, c, t->count, path, out) : NULL;
    int status = key ? report_place_find(folder, name, c[0].experiment->scale, key, &place) : -1;
    if (status == 0)
        status = report_place_write(&place, t->document);
    if (status == 0)
        report_place_say(&place, out);
    report_place_free(&place);
    return status;
}

int report_choices(const report_choice *c, int count, const char *folder, const char *name, FILE *out)
{
    choices t = { 0 };
    int status = make(c, count, folder, &t);
    if (status == 0)
        status = write_files(&t, c, folder, name, out);
    if (status == 0)
        print(&t, out);
    document_free(t.document);
    for (int i = 0; i < t.count; i++)
        report_numbers_free(t.numbers[i]);
    free(t.numbers);
    free(t.line);
    return status;
}
