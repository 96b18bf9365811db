/* report_classes.c: a line a class. Each row of the experiment has a sheet of its own with a column a metric; the last
 * sheet has all metrics in one cell, the rows run here beside the columns that others print. */
#include "../base/diag.h"
#include "report_body.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool report_comparable(const report_body *t)
{
    const char *wanted = t->experiment->comparable, *counts = strstr(wanted, ": ");
    int runs = 0;
    for (int r = 0; counts && r < t->experiment->row_count; r++)
        for (int i = 0; i < t->row[r].runs; i++, runs++) {
            const char *data = t->row[r].run[i]->data ? t->row[r].run[i]->data : "";
            size_t length = strlen(data), tail = strlen(counts), name = (size_t)(counts - wanted) + 1;
            if (strncmp(data, wanted, name) != 0 || length < tail || strcmp(data + length - tail, counts) != 0)
                return false;
        }
    return runs > 0;
}

/* ---- the classes ---- */

static bool has_class(const report_body *t, const char *name)
{
    for (int i = 0; i < t->classes; i++)
        if (strcmp(t->class_name[i], name) == 0)
            return true;
    return false;
}

static int add_class(report_body *t, const char *name)
{
    if (has_class(t, name))
        return 0;
    const char **more = take_again(t->class_name, (size_t)t->classes + 1, sizeof *more, "a report");
    if (!more)
        return -1;
    t->class_name = more;
    more[t->classes++] = name;
    return 0;
}

/* The printed ones in their order, then those that only runs have. */
static int list_classes(report_body *t)
{
    const experiment *e = t->experiment;
    int status = 0;
    for (int i = 0; e->printed_count > 0 && i < e->printed[0].lines && status == 0; i++)
        status = add_class(t, e->printed[0].line[i].class_name);
    for (int r = 0; r < e->row_count; r++)
        for (int i = 0; i < t->row[r].runs; i++)
            for (int k = 0; k < t->row[r].run[i]->class_count && status == 0; k++)
                status = add_class(t, report_class_name(t->row[r].run[i], t->row[r].run[i]->classes[k].name));
    return status;
}

report_cell report_class_cell(const report_body *t, int r, const char *name, int column)
{
    const report_row *got = &t->row[r];
    report_cell cell = { .state = got->runs ? REPORT_NOT_APPLICABLE : report_without(&t->experiment->rows[r]) };
    double *value = take((size_t)got->runs, sizeof *value, "a report");
    int n = 0;
    for (int i = 0; value && i < got->runs; i++)
        n += report_class_value(t->experiment, got->run[i], name, column, &value[n]);
    if (n > 0)
        cell = report_statistics(value, n);
    free(value);
    return cell;
}

static const experiment_printed *printed_of(const experiment *e, const char *name)
{
    for (int i = 0; i < e->printed_count; i++)
        if (strcmp(e->printed[i].name, name) == 0)
            return &e->printed[i];
    return NULL;
}

/* `name` NULL: the printed mean. */
static experiment_value printed_value(const experiment_printed *p, const char *name, int c)
{
    if (!name)
        return p->mean[c];
    for (int i = 0; i < p->lines; i++)
        if (strcmp(p->line[i].class_name, name) == 0)
            return p->line[i].value[c];
    return (experiment_value){ .percent = NAN };
}

/* ---- one row's own sheet ---- */

static void own_line(const report_body *t, int r, const char *name, const experiment_printed *beside, report_sheet *s)
{
    const experiment *e = t->experiment;
    char words[64], number[16];
    report_sheet_cell(s, name ? name : "mean", 0);
    for (int c = 0; c < e->columns; c++) {
        report_cell cell = report_class_cell(t, r, name, e->column[c]);
        report_sheet_cell(s, report_words(&cell, words), 0);
        if (beside)
            report_sheet_cell(s, report_difference(&cell, printed_value(beside, name, c), number), 0);
    }
    report_cell mean = report_class_cell(t, r, name, EXPERIMENT_MEAN);
    report_sheet_cell(s, report_words(&mean, words), 0);
    if (beside)
        report_sheet_cell(s, name ? "" : report_difference(&mean, beside->total, number), 0);
}

static int own_sheet(report_body *t, int r)
{
    const experiment *e = t->experiment;
    char name[200], heading[220];
    const experiment_printed *beside = report_comparable(t) ? printed_of(e, e->rows[r].name) : NULL;
    snprintf(heading, sizeof heading, "%s, run here", report_row_name(t, r, name));
    report_sheet *s = report_body_add(t, heading);
    if (!s)
        return -1;
    report_sheet_column(s, 'l', "");
    for (int c = 0; c <= e->columns; c++) {
        report_sheet_column(s, 'r', c < e->columns ? experiment_column_title(e->column[c]) : "Mean");
        if (beside)
            report_sheet_column(s, 't', "Δ");
    }
    for (int i = 0; i < t->classes; i++)
        own_line(t, r, t->class_name[i], beside, s);
    s->rule = report_sheet_lines(s);
    own_line(t, r, NULL, beside, s);
    return 0;
}

/* ---- what is run here beside what is printed ---- */

typedef struct shown { /* one number of one column */
    char text[64];
    long tenths; /* -1: does not take part in the ranking */
    int rank;
} shown;

/* What a line shows of each column; `total`: the mean of the means. */
typedef struct shown_line {
    const char *name; /* of the class; NULL: mean or total */
    bool total;
} shown_line;

static shown shown_here(const report_body *t, int r, const shown_line *line, int c, bool comparable)
{
    shown got = { .tenths = -1 };
    char text[64];
    report_cell cell = report_class_cell(t, r, line->name, line->total ? EXPERIMENT_MEAN : t->experiment->column[c]);
    cell.deviation = NAN;
    snprintf(got.text, sizeof got.text, "%s", report_words(&cell, text));
    if (comparable && cell.state == REPORT_VALUE)
        got.tenths = report_tenths(100 * cell.mean);
    return got;
}

static shown shown_printed(const experiment_printed *p, const shown_line *line, int c)
{
    shown got = { .tenths = -1 };
    char number[16];
    experiment_value value = line->total ? p->total : printed_value(p, line->name, c);
    const char *text = report_paper(value, number);
    snprintf(got.text, sizeof got.text, "%s", *text ? text : "-");
    got.tenths = report_tenths(value.percent);
    return got;
}

static int rank_line(shown *all, int columns, int metrics)
{
    long *value = take((size_t)columns, sizeof *value, "a report");
    int *rank = take((size_t)columns, sizeof *rank, "a report");
    for (int c = 0; value && rank && c < metrics; c++) {
        for (int i = 0; i < columns; i++)
            value[i] = all[i * metrics + c].tenths;
        report_rank(value, columns, rank);
        for (int i = 0; i < columns; i++)
            all[i * metrics + c].rank = rank[i];
    }
    bool good = value && rank;
    free(value);
    free(rank);
    return good ? 0 : -1;
}

static void shown_cell(const shown *metric, int metrics, report_sheet *s)
{
    static const char *const whole[] = { "not run", "not asked for", "n/a" };
    for (int i = 0; i < 3; i++)
        if (strcmp(metric[0].text, whole[i]) == 0) {
            report_sheet_cell(s, whole[i], 0);
            return;
        }
    report_sheet_cell(s, "", 0);
    for (int c = 0; c < metrics; c++) {
        report_sheet_append(s, c ? "/" : "", 0);
        report_sheet_append(s, metric[c].text, report_mark(metric[c].rank));
    }
}

static int all_line(const report_body *t, const shown_line *line, bool comparable, report_sheet *s)
{
    const experiment *e = t->experiment;
    int columns = e->row_count + e->printed_count, metrics = line->total ? 1 : e->columns;
    shown *all = take((size_t)columns * (size_t)metrics, sizeof *all, "a report");
    for (int i = 0; all && i < columns; i++)
        for (int c = 0; c < metrics; c++)
            all[i * metrics + c] = i < e->row_count ? shown_here(t, i, line, c, comparable)
                                                    : shown_printed(&e->printed[i - e->row_count], line, c);
    int status = all ? rank_line(all, columns, metrics) : -1;
    report_sheet_cell(s, line->name ? line->name : line->total ? "mTotal" : "mean", 0);
    for (int i = 0; status == 0 && i < columns; i++)
        shown_cell(&all[i * metrics], metrics, s);
    free(all);
    return status;
}

static report_sheet *all_head(report_body *t)
{
    const experiment *e = t->experiment;
    char text[300] = "A cell: ";
    for (int c = 0; c < e->columns; c++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s", c ? "/" : "", experiment_column_title(e->column[c]));
    }
    report_sheet *s = report_body_add(t, text);
    if (!s)
        return NULL;
    report_sheet_column(s, 'l', "");
    for (int i = 0; i < e->row_count + e->printed_count; i++) {
        if (i < e->row_count)
            snprintf(text, sizeof text, "%s (run here)", e->rows[i].name);
        else
            snprintf(text, sizeof text, "%s (printed)", e->printed[i - e->row_count].name);
        report_sheet_column(s, 'l', text);
    }
    return s;
}

static int all_sheet(report_body *t)
{
    bool comparable = report_comparable(t);
    report_sheet *s = all_head(t);
    int status = s ? 0 : -1;
    for (int i = 0; i < t->classes && status == 0; i++)
        status = all_line(t, &(shown_line){ t->class_name[i], false }, comparable, s);
    if (status == 0)
        s->rule = report_sheet_lines(s);
    if (status == 0)
        status = all_line(t, &(shown_line){ NULL, false }, comparable, s);
    return status == 0 ? all_line(t, &(shown_line){ NULL, true }, comparable, s) : -1;
}

int report_classes(report_body *t)
{
    int status = list_classes(t);
    for (int r = 0; r < t->experiment->row_count && status == 0; r++)
        status = own_sheet(t, r);
    return status == 0 ? all_sheet(t) : -1;
}
