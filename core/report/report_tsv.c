#include "../base/name.h"
#include "../base/number.h"
#include "report_gains.h"
#include "report_layouts.h"
#include "report_text.h"
#include <math.h>

/* What a number is of. */
typedef struct place {
    const char *row, *class_name; /* NULL: the mean over the classes */
    int column;
} place;

typedef struct lines {
    const report_numbers *of;
    bool by_class; /* there is a column for classes */
    FILE *out;
} lines;

/* `words` stand where there is no number. */
static void print_line(const lines *l, const place *p, const char *seed, double value, const char *words)
{
    name_cell(p->row, l->out);
    if (l->by_class && p->class_name)
        name_print_beside(p->class_name, "mean", l->out);
    if (l->by_class)
        fputs(p->class_name ? "\t" : "mean\t", l->out);
    fprintf(l->out, "%s\t%s\t", experiment_column_name(p->column), seed);
    if (!words && isfinite(value))
        number_print(value, l->out);
    else
        fputs(words ? words : "undefined", l->out);
    fputc('\n', l->out);
}

/* As the double nearest to the printed decimals: 95.4 is 0.954, not 95.4 / 100 in doubles, 0.9540000000000001. */
static void print_paper(const lines *l, const place *p, experiment_value printed)
{
    double fraction = round(1000 * printed.percent) / 100000; /* three decimals at most, see experiment_printed.h */
    if (!isnan(printed.percent))
        print_line(l, p, l->by_class ? "printed" : "paper", fraction, NULL);
}

/* Each seed, mean and deviation of a row's number. */
static void print_runs(const lines *l, int r, const place *p)
{
    static const char *const words[] = { "not run", NULL, NULL, "not applicable", "not asked for" };
    const report_row *row = &l->of->row[r];
    report_cell cell = report_cell_of(l->of, r, p->class_name, p->column);
    char seed[16];
    double value;
    for (int i = 0; i < row->runs; i++) {
        snprintf(seed, sizeof seed, "%d", row->run[i]->seed);
        if (report_class_value(l->of->experiment, row->run[i], p->class_name, p->column, &value))
            print_line(l, p, seed, value, NULL);
    }
    print_line(l, p, "mean", cell.mean, words[cell.state]);
    if (!words[cell.state] && row->runs > 1)
        print_line(l, p, "deviation", cell.deviation, NULL);
}

/* The mean's gain over the experiment's row for that, and the ends of its interval. */
static void print_gain(const lines *l, int r, const place *p)
{
    const int from = l->of->experiment->gain;
    if (from < 0 || from == r || p->class_name)
        return;
    const report_gain gain = report_gain_of(l->of, from, r, p->column);
    if (gain.pairs > 0)
        print_line(l, p, "gain", gain.over.difference, NULL);
    if (gain.pairs > 0 && isfinite(gain.over.low)) {
        print_line(l, p, "gain_low", gain.over.low, NULL);
        print_line(l, p, "gain_high", gain.over.high, NULL);
    }
}

/* By class: each class, then the mean over them, each with the mean of the metrics. */
static void print_rows(const lines *l)
{
    const experiment *e = l->of->experiment;
    for (int r = 0; r < e->row_count; r++)
        for (int i = 0; i <= l->of->classes; i++)
            for (int c = 0; c < e->columns + l->by_class; c++) {
                const place p = { e->rows[r].name, i < l->of->classes ? l->of->class_name[i] : NULL,
                                  c < e->columns ? e->column[c] : EXPERIMENT_MEAN };
                print_runs(l, r, &p);
                print_gain(l, r, &p);
                if (!l->by_class)
                    print_paper(l, &p, e->rows[r].paper[c]);
            }
}

static void print_printed(const lines *l, const experiment_printed *printed)
{
    const experiment *e = l->of->experiment;
    for (int i = 0; i <= printed->lines; i++)
        for (int c = 0; c < e->columns; c++) {
            bool mean = i == printed->lines;
            const place p = { printed->name, mean ? NULL : printed->line[i].class_name, e->column[c] };
            print_paper(l, &p, mean ? printed->mean[c] : printed->line[i].value[c]);
        }
    print_paper(l, &(place){ printed->name, NULL, EXPERIMENT_MEAN }, printed->total);
}

void report_tsv(const document *d, const char *sign, FILE *out)
{
    const report_numbers *t = d->of;
    const lines l = { t, t->experiment->layout == LAYOUT_CLASSES, out };
    fprintf(
        out,
        "# Written by ablate; do not edit. %sA line a number: row, %smetric, seed (or `mean` and sample `deviation` "
        "over the seeds, %sor `%s`), value as a fraction; " NAME_RULE ".\n",
        sign, l.by_class ? "class (or `mean` over them), " : "",
        t->experiment->gain >= 0 ? "`gain` and the ends of its interval, " : "", l.by_class ? "printed" : "paper");
    report_text_lines(d->caption, "# ", "\n", name_show, out);
    fputs(l.by_class ? "row\tclass\tmetric\tseed\tvalue\n" : "row\tmetric\tseed\tvalue\n", out);
    print_rows(&l);
    for (int i = 0; i < t->experiment->printed_count; i++)
        print_printed(&l, &t->experiment->printed[i]);
}
