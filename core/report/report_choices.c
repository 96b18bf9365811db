#include "report_choices.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include "report_body.h"
#include "report_choices_key.h"
#include "report_place.h"
#include "report_text.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct sample { /* over the seeds: fractions */
    int runs, wanted;
    bool unasked;
    double mean, deviation, least, most;
} sample;

typedef struct line { /* an alternative */
    const experiment *experiment;
    const experiment_row *standard, *other;
    sample before, after;
    double change; /* fraction; NaN where one of both was not run */
    bool beyond;   /* |change| is more than the runs of either differ among themselves */
} line;

typedef struct choices {
    line *line;
    int lines;
    char *changes, *caption;
} choices;

static double mean_of(const experiment *e, const run_record *run)
{
    return report_value(e, run, EXPERIMENT_MEAN);
}

static sample sample_of(const report_choice *c, const experiment_row *row)
{
    sample s = {
        .wanted = row->unasked ? 0 : row->run.seeds, .unasked = row->unasked, .least = INFINITY, .most = -INFINITY
    };
    double sum = 0, squares = 0;
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->records[i].row, row->name) == 0) {
            double value = mean_of(c->experiment, &c->records[i]);
            sum += value;
            s.least = fmin(s.least, value);
            s.most = fmax(s.most, value);
            s.runs++;
        }
    s.mean = sum / s.runs;
    for (int i = 0; i < c->count; i++)
        if (strcmp(c->records[i].row, row->name) == 0)
            squares += pow(mean_of(c->experiment, &c->records[i]) - s.mean, 2);
    s.deviation = s.runs > 1 ? sqrt(squares / (s.runs - 1)) : NAN;
    return s;
}

static line line_of(const report_choice *c, const experiment_row *other)
{
    const experiment_row *standard = &c->experiment->rows[0];
    line l = { c->experiment, standard, other, sample_of(c, standard), sample_of(c, other), NAN, false };
    if (l.before.runs == 0 || l.after.runs == 0)
        return l;
    l.change = l.after.mean - l.before.mean;
    double spread = fmax(l.before.most - l.before.least, l.after.most - l.after.least);
    l.beyond = l.before.runs > 1 && l.after.runs > 1 && fabs(l.change) > spread;
    return l;
}

/* The greatest change first; what was not run last; then as the files stand. */
static int compare_lines(const void *a, const void *b)
{
    const line *x = a, *y = b;
    double left = isnan(x->change) ? -1 : fabs(x->change), right = isnan(y->change) ? -1 : fabs(y->change);
    int by_file = strcmp(x->experiment->name, y->experiment->name);
    return left != right  ? (left < right) - (left > right)
           : by_file != 0 ? by_file
                          : (x->other > y->other) - (x->other < y->other);
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

/* ---- words ---- */

static const char *sample_words(const sample *s, const char *plus_minus, char text[64])
{
    if (s->runs == 0)
        return s->unasked ? "not asked for" : "not run";
    int used = snprintf(text, 64, "%.1f", 100 * s->mean);
    if (s->runs > 1)
        used += snprintf(text + used, 64 - (size_t)used, "%s%.1f", plus_minus, 100 * s->deviation);
    if (s->runs < s->wanted)
        snprintf(text + used, 64 - (size_t)used, " (%d of %d seeds)", s->runs, s->wanted);
    return text;
}

static const char *change_words(const line *l, const char *minus, char text[16])
{
    if (isnan(l->change))
        return "";
    snprintf(text, 16, "%s%.1f", l->change < 0 ? minus : "+", fabs(100 * l->change));
    return text;
}

static const char *verdict(const line *l)
{
    return isnan(l->change) ? "" : l->before.runs < 2 || l->after.runs < 2 ? "one seed" : l->beyond ? "yes" : "no";
}

enum { FIELDS = 8 };
static const char *const titles[FIELDS] = { "Choice", "The source says",     "Default", "Mean", "Alternative", "Mean",
                                            "Δ",      "More than the seeds?" };

/* Text of a field; numbers with the given signs. */
static const char *field(const line *l, int number, const char *plus_minus, const char *minus, char text[64])
{
    switch (number) {
    case 0:
        return *l->experiment->title ? l->experiment->title : l->experiment->name;
    case 1:
        return l->experiment->says;
    case 2:
        return l->standard->name;
    case 3:
        return sample_words(&l->before, plus_minus, text);
    case 4:
        return l->other->name;
    case 5:
        return sample_words(&l->after, plus_minus, text);
    case 6:
        return change_words(l, minus, text);
    default:
        return verdict(l);
    }
}

/* ---- forms ---- */

typedef void (*print_text)(const char *, FILE *);

static void print_title(const choices *t, print_text print, FILE *out)
{
    const char *scale = t->line[0].experiment->scale;
    bool changed = *t->changes;
    print("What the open choices change", out);
    if (*scale || changed)
        print(*scale ? " (scale " : " (", out);
    print(scale, out);
    if (changed)
        print(*scale ? ", changed settings" : "changed settings", out);
    if (*scale || changed)
        print(")", out);
}

static void markdown(const choices *t, const char *sign, FILE *out)
{
    char text[64];
    fprintf(out, "<!-- Written by ablate; do not edit. %s-->\n\n## ", sign);
    print_title(t, report_text_markdown, out);
    fprintf(out, "\n\n|");
    for (int f = 0; f < FIELDS; f++)
        fprintf(out, " %s |", titles[f]);
    fprintf(out, "\n|:--|:--|:--|--:|:--|--:|--:|:-:|\n");
    for (int i = 0; i < t->lines; i++) {
        const char *mark = t->line[i].beyond ? "**" : "";
        fputc('|', out);
        for (int f = 0; f < FIELDS; f++) {
            const char *words = field(&t->line[i], f, " ± ", "−", text);
            bool marked = f >= 6 && *words;
            fprintf(out, " %s", marked ? mark : "");
            report_text_markdown(words, out);
            fprintf(out, "%s |", marked ? mark : "");
        }
        fputc('\n', out);
    }
    report_text_lines(t->caption, "\n", "\n", report_text_markdown, out);
}

static void tex(const choices *t, const char *sign, FILE *out)
{
    char text[64];
    fprintf(out, "%% Written by ablate; do not edit. %s\n\\begin{center}\n\\begin{tabular}{lllrlrrc}\n\\hline\n", sign);
    for (int f = 0; f < FIELDS; f++) {
        fputs(f ? " & " : "", out);
        report_text_tex(titles[f], out);
    }
    fprintf(out, " \\\\\n\\hline\n");
    for (int i = 0; i < t->lines; i++) {
        for (int f = 0; f < FIELDS; f++) {
            fputs(f ? " & " : "", out);
            report_text_tex(field(&t->line[i], f, " ± ", "−", text), out);
        }
        fprintf(out, " \\\\\n");
    }
    fprintf(out, "\\hline\n\\end{tabular}\n\n\\medskip\n");
    print_title(t, report_text_tex, out);
    fprintf(out, ".");
    report_text_lines(t->caption, "\n", "", report_text_tex, out);
    fprintf(out, "\n\\end{center}\n");
}

static void tsv_place(const line *l, const experiment_row *row, const char *what, FILE *out)
{
    name_cell(l->experiment->name, out);
    name_cell(row->name, out);
    fprintf(out, "%s\t", what);
}

static void tsv_sample(const line *l, const experiment_row *row, const sample *s, FILE *out)
{
    char number[NUMBER_TEXT];
    tsv_place(l, row, "mean", out);
    fprintf(out, "%s\n", s->runs ? number_text(s->mean, number) : s->unasked ? "not asked for" : "not run");
    if (s->runs > 1) {
        tsv_place(l, row, "deviation", out);
        fprintf(out, "%s\n", number_text(s->deviation, number));
    }
}

static void tsv(const choices *t, const char *sign, FILE *out)
{
    fprintf(out,
            "# Written by ablate; do not edit. %sA line a number: choice, row, what, value as a fraction; `change` is "
            "the row's mean minus the default's, `beyond` whether that is more than the seeds differ; " NAME_RULE ".\n",
            sign);
    report_text_lines(t->caption, "# ", "\n", report_text_plain, out);
    fprintf(out, "choice\trow\twhat\tvalue\n");
    for (int i = 0; i < t->lines; i++) {
        const line *l = &t->line[i];
        char number[NUMBER_TEXT];
        if (l->other == l->standard + 1)
            tsv_sample(l, l->standard, &l->before, out);
        tsv_sample(l, l->other, &l->after, out);
        if (isnan(l->change))
            continue;
        tsv_place(l, l->other, "change", out);
        fprintf(out, "%s\n", number_text(l->change, number));
        tsv_place(l, l->other, "beyond", out);
        fprintf(out, "%s\n", verdict(l));
    }
}

/* For the terminal: without the source's words, so that a line fits. */
static void plain(const choices *t, FILE *out)
{
    static const int width[FIELDS] = { 32, 0, 24, 12, 23, 12, 6, 8 };
    char text[64];
    print_title(t, report_text_plain, out);
    fprintf(out, "\n");
    for (int i = -1; i < t->lines; i++) {
        for (int f = 0; f < FIELDS; f++) {
            const char *words = i >= 0            ? field(&t->line[i], f, " ± ", "−", text)
                                : f == FIELDS - 1 ? "beyond"
                                                  : titles[f];
            if (width[f] > 0)
                report_text_padded(words, width[f], out);
        }
        fprintf(out, "\n");
    }
    report_text_wrapped(t->caption, out);
}

/* ---- the caption ---- */

static int count_beyond(const choices *t)
{
    int n = 0;
    for (int i = 0; i < t->lines; i++)
        n += t->line[i].beyond;
    return n;
}

static char *sentences(const choices *t)
{
    return take_text("%d of %d alternatives change the mean of the metrics by more than the seeds differ among "
                     "themselves: by more than the largest minus the smallest of the default's runs, and of the "
                     "alternative's. Δ: alternative minus default.",
                     count_beyond(t), t->lines);
}

/* As of one experiment that has all the runs in one row. */
static char *caption_of(const choices *t, const report_choice *c, int count)
{
    experiment whole = *c[0].experiment;
    report_row row = { 0 };
    report_body body = { .experiment = &whole, .row = &row };
    char *caption = NULL, *own = sentences(t);
    int runs = 0;
    for (int i = 0; i < count; i++)
        runs += c[i].count;
    row.run = take((size_t)runs, sizeof(const run_record *), "a report");
    if (own && row.run) {
        for (int i = 0; i < count; i++)
            for (int k = 0; k < c[i].count; k++)
                row.run[row.runs++] = &c[i].records[k];
        whole.caption = own;
        whole.changes = t->changes;
        whole.row_count = 1;
        caption = report_caption(&body);
    }
    free(own);
    free(row.run);
    return caption;
}

static int make(const report_choice *c, int count, choices *t)
{
    int lines = count_lines(c, count);
    t->line = lines < 0 ? NULL : take((size_t)lines, sizeof *t->line, "a report");
    if (!t->line)
        return -1;
    for (int i = 0; i < count; i++)
        for (int r = 1; r < c[i].experiment->row_count; r++)
            t->line[t->lines++] = line_of(&c[i], &c[i].experiment->rows[r]);
    qsort(t->line, (size_t)t->lines, sizeof *t->line, compare_lines);
    t->changes = report_choices_changes(c, count);
    t->caption = t->changes ? caption_of(t, c, count) : NULL;
    return t->caption ? 0 : -1;
}

static int write_form(const choices *t, const report_place *place, const char *ending,
                      void (*form)(const choices *, const char *, FILE *))
{
    file_draft *draft = report_place_draft(place, ending);
    if (!draft)
        return -1;
    form(t, place->sign, file_draft_stream(draft));
    return file_commit(draft);
}

static int write_forms(const choices *t, const report_choice *c, int count, const char *folder, const char *name,
                       FILE *out)
{
    report_place place = { 0 };
    char *key = report_choices_key(c, count, folder, name, out);
    int status = key ? report_place_find(folder, name, c[0].experiment->scale, key, &place) : -1;
    if (status == 0)
        status = write_form(t, &place, "md", markdown);
    if (status == 0)
        status = write_form(t, &place, "tsv", tsv);
    if (status == 0)
        status = write_form(t, &place, "tex", tex);
    if (status == 0)
        report_place_say(&place, out);
    report_place_free(&place);
    free(key);
    return status;
}

int report_choices(const report_choice *c, int count, const char *folder, const char *name, FILE *out)
{
    choices t = { 0 };
    int status = make(c, count, &t);
    if (status == 0)
        status = write_forms(&t, c, count, folder, name, out);
    if (status == 0)
        plain(&t, out);
    free(t.line);
    free(t.changes);
    free(t.caption);
    return status;
}
