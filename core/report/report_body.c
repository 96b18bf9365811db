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
    for (int i = 0; i < t->sheets; i++)
        report_sheet_free(t->sheet[i]);
    free(t->sheet);
    free(t->class_name);
    free(t->row);
    free(t->caption);
    free(t);
}

static double value_of(const experiment *e, const double of[METRICS_KINDS], int column)
{
    if (column != EXPERIMENT_MEAN)
        return of[column];
    double sum = 0;
    int n = 0;
    for (int c = 0; c < e->columns; c++)
        if (e->column[c] != EXPERIMENT_MEAN) {
            sum += of[e->column[c]];
            n++;
        }
    return sum / n;
}

double report_value(const experiment *e, const run_record *run, int column)
{
    return value_of(e, run->mean, column);
}

const char *report_class_name(const run_record *run, const char *name)
{
    size_t prefix = run->data ? strcspn(run->data, ":") : 0;
    bool has = prefix > 0 && strncmp(name, run->data, prefix) == 0 && name[prefix] == '-' && name[prefix + 1];
    return has ? name + prefix + 1 : name;
}

bool report_class_value(const experiment *e, const run_record *run, const char *name, int column, double *value)
{
    if (!name)
        *value = report_value(e, run, column);
    for (int i = 0; name && i < run->class_count; i++)
        if (strcmp(run->classes[i].name, name) == 0 ||
            strcmp(report_class_name(run, run->classes[i].name), name) == 0) {
            *value = value_of(e, run->classes[i].value, column);
            return true;
        }
    return name == NULL;
}

/* Does this record belong to the row, and is its seed not there yet? */
static bool run_belongs(const experiment_row *row, const report_row *got, const run_record *run)
{
    if (!row->applicable || !run->row || strcmp(run->row, row->name) != 0)
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

report_cell report_statistics(const double *value, int n)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < n; i++)
        sum += value[i];
    report_cell cell = { .mean = sum / n, .deviation = NAN };
    for (int i = 0; i < n; i++)
        squares += (value[i] - cell.mean) * (value[i] - cell.mean);
    if (n > 1)
        cell.deviation = sqrt(squares / (n - 1));
    cell.state = n == 0 ? REPORT_NOT_RUN : isfinite(cell.mean) ? REPORT_VALUE : REPORT_UNDEFINED;
    return cell;
}

report_state report_without(const experiment_row *row)
{
    return !row->applicable ? REPORT_NOT_APPLICABLE : row->unasked ? REPORT_NOT_ASKED : REPORT_NOT_RUN;
}

static int fill_row(const experiment *e, const experiment_row *row, report_row *got)
{
    double *value = take((size_t)got->runs, sizeof *value, "a report");
    for (int c = 0; value && c < e->columns; c++) {
        for (int i = 0; i < got->runs; i++)
            value[i] = report_value(e, got->run[i], e->column[c]);
        got->cell[c] = report_statistics(value, got->runs);
        if (got->runs == 0)
            got->cell[c].state = report_without(row);
    }
    free(value);
    return value ? 0 : -1;
}

long report_tenths(double percent)
{
    char text[64];
    if (!isfinite(percent))
        return -1;
    snprintf(text, sizeof text, "%.1f", percent);
    return lround(10 * strtod(text, NULL));
}

void report_rank(const long *value, int n, int *rank)
{
    long best = -1, second = -1;
    int counted = 0;
    for (int i = 0; i < n; i++) {
        counted += value[i] >= 0;
        if (value[i] > best) {
            second = best;
            best = value[i];
        } else if (value[i] < best && value[i] > second) {
            second = value[i];
        }
    }
    for (int i = 0; i < n; i++)
        rank[i] = counted < 2 || value[i] < 0 ? 0 : value[i] == best ? 1 : value[i] == second ? 2 : 0;
}

char report_mark(int rank)
{
    return rank == 1 ? SHEET_BEST : rank == 2 ? SHEET_SECOND : 0;
}

/* Marks the greatest and second greatest printed values of a column, if at least two rows have one. */
static int rank_column(report_body *t, int c)
{
    size_t rows = (size_t)t->experiment->row_count;
    long *value = take(rows, sizeof *value, "a report");
    int *rank = take(rows, sizeof *rank, "a report");
    bool good = value && rank;
    for (size_t r = 0; good && r < rows; r++) {
        const report_cell *cell = &t->row[r].cell[c];
        value[r] = cell->state == REPORT_VALUE ? report_tenths(100 * cell->mean) : -1;
    }
    if (good)
        report_rank(value, (int)rows, rank);
    for (size_t r = 0; good && r < rows; r++)
        t->row[r].cell[c].rank = rank[r];
    free(value);
    free(rank);
    return good ? 0 : -1;
}

report_sheet *report_body_add(report_body *t, const char *heading)
{
    report_sheet **more = take_again(t->sheet, (size_t)t->sheets + 1, sizeof *more, "a report");
    if (!more)
        return NULL;
    t->sheet = more;
    report_sheet *sheet = report_sheet_new();
    if (!sheet)
        return NULL;
    t->sheet[t->sheets++] = sheet;
    sheet->heading = heading ? take_text("%s", heading) : NULL;
    return sheet->heading || !heading ? sheet : NULL;
}

static int fill(report_body *t, const run_record *records, int count)
{
    const experiment *e = t->experiment;
    for (int r = 0; r < e->row_count; r++) {
        if (collect_runs(&t->row[r], &e->rows[r], records, count) < 0 || fill_row(e, &e->rows[r], &t->row[r]) < 0)
            return -1;
        for (int c = 0; c < e->columns; c++)
            t->paper[c] |= !isnan(e->rows[r].paper[c].percent);
    }
    for (int c = 0; c < e->columns; c++)
        if (rank_column(t, c) < 0)
            return -1;
    return 0;
}

static int lay_out(report_body *t)
{
    static int (*const layouts[])(report_body *) = { report_rows, report_classes, report_grid };
    int status = layouts[t->experiment->layout](t);
    for (int i = 0; i < t->sheets && status == 0; i++)
        status = report_sheet_good(t->sheet[i]) ? 0 : -1;
    return status;
}

report_body *report_body_make(const experiment *e, const run_record *records, int count)
{
    report_body *t = take_zeroed(1, sizeof *t, "a report");
    if (!t)
        return NULL;
    t->experiment = e;
    t->row = take_zeroed((size_t)e->row_count, sizeof *t->row, "a report");
    if (t->row && fill(t, records, count) == 0 && lay_out(t) == 0)
        t->caption = report_caption(t);
    if (!t->caption) {
        report_body_free(t);
        return NULL;
    }
    return t;
}

const char *report_words(const report_cell *cell, char text[64])
{
    static const char *const words[] = { "not run", "", "undefined", "n/a", "not asked for" };
    if (cell->state != REPORT_VALUE)
        return words[cell->state];
    int used = snprintf(text, 64, "%.1f", 100 * cell->mean);
    if (!isnan(cell->deviation))
        snprintf(text + used, 64 - (size_t)used, " ± %.1f", 100 * cell->deviation);
    return text;
}

const char *report_paper(experiment_value paper, char text[16])
{
    if (isnan(paper.percent))
        return "";
    snprintf(text, 16, "%.*f", paper.decimals > 1 ? paper.decimals : 1, paper.percent);
    return text;
}

const char *report_difference(const report_cell *cell, experiment_value paper, char text[16])
{
    if (cell->state != REPORT_VALUE || isnan(paper.percent))
        return "";
    double difference = 100 * cell->mean - paper.percent;
    char digits[12];
    snprintf(digits, sizeof digits, "%.1f", fabs(difference));
    bool zero = strcmp(digits, "0.0") == 0;
    snprintf(text, 16, "%s%s", zero ? "" : difference < 0 ? "−" : "+", digits);
    return text;
}

/* As the files have it. */
static int own_seeds(const experiment_row *row)
{
    const settings_entry *seeds = experiment_row_own(row, "run", "seeds");
    return seeds ? (int)strtol(seeds->value, NULL, 10) : 1;
}

int report_seeds_wanted(const report_body *t, int r)
{
    const experiment_row *row = t->experiment->rows;
    int most = 0, usual = 0, asked = row[r].unasked ? 0 : row[r].run.seeds, own = own_seeds(&row[r]);
    for (int i = 0; i < t->experiment->row_count; i++) {
        most = t->row[i].runs > most ? t->row[i].runs : most;
        usual = own_seeds(&row[i]) > usual ? own_seeds(&row[i]) : usual;
    }
    int others = own == usual || most < own ? most : own;
    return asked > others ? asked : others;
}

const char *report_row_name(const report_body *t, int r, char text[200])
{
    const experiment_row *row = &t->experiment->rows[r];
    int wanted = report_seeds_wanted(t, r);
    if (t->row[r].runs > 0 && t->row[r].runs < wanted)
        snprintf(text, 200, "%s (%d of %d seeds)", row->name, t->row[r].runs, wanted);
    else
        snprintf(text, 200, "%s", row->name);
    return text;
}

const char *report_title(const report_body *t, char text[400])
{
    const experiment *e = t->experiment;
    bool changed = e->changes && *e->changes;
    snprintf(text, 400, "%s%s%s%s%s%s", *e->title ? e->title : e->name, *e->scale || changed ? " (" : "",
             *e->scale ? "scale " : "", e->scale,
             !changed    ? ""
             : *e->scale ? ", changed settings"
                         : "changed settings",
             *e->scale || changed ? ")" : "");
    return text;
}
