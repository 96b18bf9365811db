#include "report_body.h"
#include "../base/diag.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void report_body_free(report_body *t)
{
    if (!t)
        return;
    for (int r = 0; t->row && r < t->experiment->row_count; r++)
        free(t->row[r].run);
    free(t->row);
    free(t->caption);
    free(t);
}

double report_value(const experiment *e, const run_record *run, int column)
{
    if (column != EXPERIMENT_MEAN)
        return run->mean[column];
    double sum = 0;
    int n = 0;
    for (int c = 0; c < e->columns; c++)
        if (e->column[c] != EXPERIMENT_MEAN) {
            sum += run->mean[e->column[c]];
            n++;
        }
    return sum / n;
}

/* Does this record belong to the row, and is its seed one of the row's that is not there yet? */
static bool run_belongs(const experiment_row *row, const report_row *got, const run_record *run)
{
    if (!row->applicable || !run->row || strcmp(run->row, row->name) != 0)
        return false;
    if (run->seed < row->run.seed || run->seed >= row->run.seed + (int64_t)row->run.seeds)
        return false;
    for (int i = 0; i < got->runs; i++)
        if (got->run[i]->seed == run->seed)
            return false;
    return true;
}

static int compare_seeds(const void *a, const void *b)
{
    const run_record *const *left = a, *const *right = b;
    return ((*left)->seed > (*right)->seed) - ((*left)->seed < (*right)->seed);
}

static int collect_runs(report_row *got, const experiment_row *row, const run_record *records, int count)
{
    got->run = take((size_t)count, sizeof(const run_record *), "a report");
    if (!got->run)
        return -1;
    for (int i = 0; i < count; i++)
        if (run_belongs(row, got, &records[i]))
            got->run[got->runs++] = &records[i];
    qsort(got->run, (size_t)got->runs, sizeof *got->run, compare_seeds);
    return 0;
}

/* Mean and sample deviation over the seeds, in their order. */
static void cell_fill(const experiment *e, const report_row *row, int column, report_cell *cell)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < row->runs; i++)
        sum += report_value(e, row->run[i], column);
    cell->mean = sum / row->runs;
    for (int i = 0; i < row->runs; i++) {
        double off = report_value(e, row->run[i], column) - cell->mean;
        squares += off * off;
    }
    cell->deviation = row->runs > 1 ? sqrt(squares / (row->runs - 1)) : NAN;
    cell->state = row->runs == 0 ? REPORT_NOT_RUN : isfinite(cell->mean) ? REPORT_VALUE : REPORT_UNDEFINED;
}

/* Tenths of a percent as printed, so that equal printed values share a rank. */
static long printed_value(const report_cell *cell)
{
    char text[64];
    if (cell->state != REPORT_VALUE)
        return -1;
    snprintf(text, sizeof text, "%.1f", 100 * cell->mean);
    return lround(10 * strtod(text, NULL));
}

/* Marks the greatest and second greatest printed values of a column, if at least two rows have one. */
static void rank_column(report_body *t, int c)
{
    long best = -1, second = -1;
    int values = 0, rows = t->experiment->row_count;
    for (int r = 0; r < rows; r++) {
        long value = printed_value(&t->row[r].cell[c]);
        values += value >= 0;
        if (value > best) {
            second = best;
            best = value;
        } else if (value < best && value > second) {
            second = value;
        }
    }
    for (int r = 0; values > 1 && r < rows; r++) {
        long value = printed_value(&t->row[r].cell[c]);
        t->row[r].cell[c].rank = value < 0 ? 0 : value == best ? 1 : value == second ? 2 : 0;
    }
}

report_body *report_body_make(const experiment *e, const run_record *records, int count)
{
    report_body *t = take_zeroed(1, sizeof *t, "a report");
    if (!t)
        return NULL;
    t->experiment = e;
    t->row = take_zeroed((size_t)e->row_count, sizeof *t->row, "a report");
    bool good = t->row != NULL;
    for (int r = 0; good && r < e->row_count; r++) {
        good = collect_runs(&t->row[r], &e->rows[r], records, count) == 0;
        for (int c = 0; good && c < e->columns; c++) {
            cell_fill(e, &t->row[r], e->column[c], &t->row[r].cell[c]);
            if (!e->rows[r].applicable)
                t->row[r].cell[c].state = REPORT_NOT_APPLICABLE;
            t->paper[c] |= !isnan(e->rows[r].paper[c]);
        }
    }
    for (int c = 0; good && c < e->columns; c++)
        rank_column(t, c);
    t->caption = good ? report_caption(t) : NULL;
    if (!t->caption) {
        report_body_free(t);
        return NULL;
    }
    return t;
}

const char *report_words(const report_cell *cell, const char *plus_minus, char text[64])
{
    static const char *const words[] = { "not run", "", "undefined", "n/a" };
    if (cell->state != REPORT_VALUE)
        return words[cell->state];
    int used = snprintf(text, 64, "%.1f", 100 * cell->mean);
    if (!isnan(cell->deviation))
        snprintf(text + used, 64 - (size_t)used, "%s%.1f", plus_minus, 100 * cell->deviation);
    return text;
}

const char *report_paper(double paper, char text[16])
{
    if (isnan(paper))
        return "";
    snprintf(text, 16, "%.1f", paper);
    return text;
}

const char *report_difference(const report_cell *cell, double paper, const char *minus, char text[16])
{
    if (cell->state != REPORT_VALUE || isnan(paper))
        return "";
    double difference = 100 * cell->mean - paper;
    char digits[12];
    snprintf(digits, sizeof digits, "%.1f", fabs(difference));
    bool zero = strcmp(digits, "0.0") == 0;
    snprintf(text, 16, "%s%s", zero ? "" : difference < 0 ? minus : "+", digits);
    return text;
}

const char *report_row_name(const report_body *t, int r, char text[200])
{
    const experiment_row *row = &t->experiment->rows[r];
    if (t->row[r].runs > 0 && t->row[r].runs < row->run.seeds)
        snprintf(text, 200, "%s (%d of %d seeds)", row->name, t->row[r].runs, row->run.seeds);
    else
        snprintf(text, 200, "%s", row->name);
    return text;
}

const char *report_title(const report_body *t, char text[400])
{
    const experiment *e = t->experiment;
    snprintf(text, 400, "%s%s%s%s", *e->title ? e->title : e->name, *e->scale ? " (scale " : "", e->scale,
             *e->scale ? ")" : "");
    return text;
}
