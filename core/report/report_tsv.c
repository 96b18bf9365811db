#include "report_tsv.h"
#include "../base/name.h"
#include "../base/number.h"
#include "report_numbers.h"
#include "report_text.h"
#include <math.h>

/* What a number is of; class_name NULL and in_classes: the mean over the classes. */
typedef struct tsv_place {
    const char *row, *class_name;
    bool in_classes;
    int column;
} tsv_place;

static void print_place(const tsv_place *p, const char *seed, FILE *out)
{
    name_cell(p->row, out);
    if (p->in_classes && p->class_name)
        name_print_beside(p->class_name, "mean", out);
    if (p->in_classes)
        fputs(p->class_name ? "\t" : "mean\t", out);
    fprintf(out, "%s\t%s\t", experiment_column_name(p->column), seed);
}

static void print_number(const tsv_place *p, const char *seed, double value, FILE *out)
{
    print_place(p, seed, out);
    if (isfinite(value))
        number_print(value, out);
    else
        fputs("undefined", out);
    fputc('\n', out);
}

/* The double nearest to the printed decimals: 95.4 is 0.954, not 95.4 / 100 in doubles, 0.9540000000000001. */
static double fraction(experiment_value printed)
{
    return round(1000 * printed.percent) / 100000; /* three decimals at most, see experiment_printed.h */
}

static void print_cell(const tsv_place *p, const report_cell *cell, FILE *out)
{
    if (cell->state == REPORT_VALUE || cell->state == REPORT_UNDEFINED) {
        print_number(p, "mean", cell->mean, out);
        return;
    }
    print_place(p, "mean", out);
    fputs(cell->state == REPORT_NOT_RUN     ? "not run\n"
          : cell->state == REPORT_NOT_ASKED ? "not asked for\n"
                                            : "not applicable\n",
          out);
}

/* Each seed, mean and deviation of a row's number. */
static void print_row(const report_numbers *t, int r, const tsv_place *p, FILE *out)
{
    report_cell cell = report_class_cell(t, r, p->class_name, p->column);
    char seed[16];
    double value;
    for (int i = 0; i < t->row[r].runs; i++) {
        snprintf(seed, sizeof seed, "%d", t->row[r].run[i]->seed);
        if (report_class_value(t->experiment, t->row[r].run[i], p->class_name, p->column, &value))
            print_number(p, seed, value, out);
    }
    print_cell(p, &cell, out);
    if ((cell.state == REPORT_VALUE || cell.state == REPORT_UNDEFINED) && t->row[r].runs > 1)
        print_number(p, "deviation", cell.deviation, out);
}

static void rows(const report_numbers *t, FILE *out)
{
    const experiment *e = t->experiment;
    fprintf(out, "row\tmetric\tseed\tvalue\n");
    for (int r = 0; r < e->row_count; r++)
        for (int c = 0; c < e->columns; c++) {
            tsv_place place = { .row = e->rows[r].name, .column = e->column[c] };
            print_row(t, r, &place, out);
            if (!isnan(e->rows[r].paper[c].percent))
                print_number(&place, "paper", fraction(e->rows[r].paper[c]), out);
        }
}

static void printed_line(const report_numbers *t, const experiment_printed *p, const char *name,
                         const experiment_value *value, FILE *out)
{
    for (int c = 0; c < t->experiment->columns; c++)
        if (!isnan(value[c].percent)) {
            tsv_place place = { p->name, name, true, t->experiment->column[c] };
            print_number(&place, "printed", fraction(value[c]), out);
        }
}

static void printed(const report_numbers *t, const experiment_printed *p, FILE *out)
{
    for (int i = 0; i < p->lines; i++)
        printed_line(t, p, p->line[i].class_name, p->line[i].value, out);
    printed_line(t, p, NULL, p->mean, out);
    if (!isnan(p->total.percent)) {
        tsv_place place = { p->name, NULL, true, EXPERIMENT_MEAN };
        print_number(&place, "printed", fraction(p->total), out);
    }
}

static void classes(const report_numbers *t, FILE *out)
{
    const experiment *e = t->experiment;
    fprintf(out, "row\tclass\tmetric\tseed\tvalue\n");
    for (int r = 0; r < e->row_count; r++)
        for (int i = 0; i <= t->classes; i++)
            for (int c = 0; c <= e->columns; c++) {
                tsv_place place = { e->rows[r].name, i < t->classes ? t->class_name[i] : NULL, true,
                                    c < e->columns ? e->column[c] : EXPERIMENT_MEAN };
                print_row(t, r, &place, out);
            }
    for (int i = 0; i < e->printed_count; i++)
        printed(t, &e->printed[i], out);
}

void report_tsv(const document *d, const char *sign, FILE *out)
{
    const report_numbers *t = d->of;
    bool by_class = t->experiment->layout == LAYOUT_CLASSES;
    fprintf(
        out,
        "# Written by ablate; do not edit. %sA line a number: row, %smetric, seed (or `mean` and sample `deviation` "
        "over the seeds, or `%s`), value as a fraction; " NAME_RULE ".\n",
        sign, by_class ? "class (or `mean` over them), " : "", by_class ? "printed" : "paper");
    report_text_lines(d->caption, "# ", "\n", name_show, out);
    if (by_class)
        classes(t, out);
    else
        rows(t, out);
}
