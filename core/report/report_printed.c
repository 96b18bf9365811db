#include "report_printed.h"
#include <math.h>
#include <string.h>

typedef struct average {
    int64_t sum, units; /* units: of the last printed decimals, summed */
    int n;
    bool whole; /* nothing that belongs to it is missing */
} average;

static int64_t thousandths(experiment_value value)
{
    return llround(1000 * value.percent);
}

static int64_t last_decimal(experiment_value value)
{
    static const int64_t units[] = { 1000, 100, 10, 1 };
    return units[value.decimals];
}

static void add(average *a, experiment_value value)
{
    if (isnan(value.percent)) {
        a->whole = false;
        return;
    }
    a->sum += thousandths(value);
    a->units += last_decimal(value);
    a->n++;
}

static bool checkable(const average *a, experiment_value mean)
{
    return a->whole && a->n > 0 && !isnan(mean.percent);
}

/* Does rounding not explain it? Each number is off by half its last decimal at most. */
static bool contradicts(const average *a, experiment_value mean)
{
    int64_t off = a->sum - a->n * thousandths(mean);
    return 2 * (off < 0 ? -off : off) > a->units + a->n * last_decimal(mean);
}

/* What was found, and how many means could be checked at all. */
typedef struct findings {
    FILE *out;
    const char *title; /* printed before the first */
    int checked, found;
} findings;

static void check(findings *f, const average *a, experiment_value mean, const char *whose, const char *what)
{
    if (!checkable(a, mean))
        return;
    f->checked++;
    if (!contradicts(a, mean))
        return;
    fprintf(f->out, "%s%s%s%s %.2f, printed %.*f", f->found++ ? "; " : f->title, whose, *what ? " " : "", what,
            (double)a->sum / a->n / 1000, mean.decimals, mean.percent);
}

static void conclude(const findings *f, const char *agreement)
{
    int others = f->checked - f->found;
    if (f->found > 0)
        fprintf(f->out,
                others == 0   ? ".\n"
                : others == 1 ? ". The other one agrees.\n"
                              : ". The other %d agree.\n",
                others);
    else if (f->checked > 0)
        fprintf(f->out, "%s\n", agreement);
}

static void check_classes(const experiment *e, FILE *out)
{
    findings means = { .out = out,
                       .title = "Printed means that rounding cannot reconcile with the printed classes (mean of the "
                                "classes, printed mean): " };
    char title[500], agreement[500];
    snprintf(title, sizeof title, "The same of %s (mean of the printed means, printed %s): ", e->total, e->total);
    snprintf(agreement, sizeof agreement,
             "Each printed %s is the mean of the printed means, as far as their rounding shows.", e->total);
    findings totals = { .out = out, .title = title };
    for (int i = 0; i < e->printed_count; i++)
        for (int c = 0; c < e->columns; c++) {
            average a = { .whole = true };
            for (int k = 0; k < e->printed[i].lines; k++)
                add(&a, e->printed[i].line[k].value[c]);
            check(&means, &a, e->printed[i].mean[c], e->printed[i].name, experiment_column_title(e->column[c]));
        }
    conclude(&means, "The printed means are those of the printed classes, as far as their rounding shows.");
    for (int i = 0; i < e->printed_count; i++) {
        average a = { .whole = true };
        for (int c = 0; c < e->columns; c++)
            add(&a, e->printed[i].mean[c]);
        check(&totals, &a, e->printed[i].total, e->printed[i].name, "");
    }
    conclude(&totals, agreement);
}

static void check_rows(const experiment *e, FILE *out)
{
    findings means = { .out = out,
                       .title = "Printed means that rounding cannot reconcile with the printed values of their row "
                                "(mean of the values, printed mean): " };
    for (int r = 0; r < e->row_count; r++) {
        average a = { .whole = true };
        experiment_value mean = { .percent = NAN };
        for (int c = 0; c < e->columns; c++)
            if (e->column[c] == EXPERIMENT_MEAN)
                mean = e->rows[r].paper[c];
            else
                add(&a, e->rows[r].paper[c]);
        check(&means, &a, mean, e->rows[r].name, "");
    }
    conclude(&means,
             "The printed means are those of the printed values of their rows, as far as their rounding shows.");
}

static void print_sources(const report_numbers *t, FILE *out)
{
    const experiment *e = t->experiment;
    for (int i = 0; i < e->printed_count; i++)
        if (*e->printed[i].source)
            fprintf(out, "%s (printed): %s.\n", e->printed[i].name, e->printed[i].source);
    fprintf(out, "Best and second best of a metric are marked among what is of one kind%s.\n",
            report_comparable(t) ? ": printed values are of the data that the runs are on, but come from other "
                                   "evaluators. Δ: run here minus printed"
            : t->most > 0 && *e->comparable
                ? ": the runs here are on other data, so that no printed value can be compared with theirs"
                : "");
}

void report_printed(const report_numbers *t, FILE *out)
{
    if (t->experiment->printed_count > 0) {
        print_sources(t, out);
        check_classes(t->experiment, out);
    } else {
        check_rows(t->experiment, out);
    }
}
