#include "report_numbers.h"
#include "../base/diag.h"
#include "../base/words.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void report_numbers_free(report_numbers *t)
{
    if (!t)
        return;
    for (int r = 0; t->row && r < t->experiment->row_count; r++) {
        for (int i = 0; t->row[r].off && i < t->row[r].runs; i++)
            free((void *)(uintptr_t)t->row[r].off[i]);
        free(t->row[r].off);
        free(t->row[r].run);
    }
    free(t->undrawn);
    free(t->class_name);
    free(t->row);
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

const char *report_class_name(const run_record *run, const char *name)
{
    size_t prefix = run->data ? strcspn(run->data, ":") : 0;
    bool has = prefix > 0 && strncmp(name, run->data, prefix) == 0 && name[prefix] == '-' && name[prefix + 1];
    return has ? name + prefix + 1 : name;
}

bool report_class_value(const experiment *e, const run_record *run, const char *name, int column, double *value)
{
    if (!name)
        *value = value_of(e, run->mean, column);
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

static int fill(report_numbers *t, const run_record *records, int count)
{
    const experiment *e = t->experiment;
    for (int r = 0; r < e->row_count; r++) {
        if (collect_runs(&t->row[r], &e->rows[r], records, count) < 0)
            return -1;
        t->most = t->row[r].runs > t->most ? t->row[r].runs : t->most;
        for (int c = 0; c < e->columns; c++) {
            t->paper[c] |= !isnan(e->rows[r].paper[c].percent);
            t->any_paper |= t->paper[c];
        }
    }
    return 0;
}

/* ---- classes ---- */

static int add_class(report_numbers *t, const char *name)
{
    for (int i = 0; i < t->classes; i++)
        if (strcmp(t->class_name[i], name) == 0)
            return 0;
    if (!TAKE_ROOM(t->class_name, t->classes, "a report"))
        return -1;
    t->class_name[t->classes++] = name;
    return 0;
}

/* The printed ones in their order, then those that only runs have. */
static int list_classes(report_numbers *t)
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

report_cell report_cell_of(const report_numbers *t, int r, const char *name, int column)
{
    const report_row *got = &t->row[r];
    const experiment_row *row = &t->experiment->rows[r];
    double value, sum = 0, squares = 0;
    int n = 0;
    for (int i = 0; i < got->runs; i++)
        if (report_class_value(t->experiment, got->run[i], name, column, &value)) {
            sum += value;
            n++;
        }
    if (n == 0)
        return (report_cell){ .state = got->runs > 0 || !row->applicable ? REPORT_NOT_APPLICABLE
                                       : row->unasked                    ? REPORT_NOT_ASKED
                                                                         : REPORT_NOT_RUN };
    report_cell cell = { isfinite(sum / n) ? REPORT_VALUE : REPORT_UNDEFINED, sum / n, NAN };
    for (int i = 0; i < got->runs; i++)
        if (report_class_value(t->experiment, got->run[i], name, column, &value))
            squares += (value - cell.mean) * (value - cell.mean);
    if (n > 1)
        cell.deviation = sqrt(squares / (n - 1));
    return cell;
}

int report_group(const report_numbers *t, int r)
{
    const experiment_row *row = t->experiment->rows;
    int first = 0;
    while (strcmp(row[first].group, row[r].group) != 0)
        first++;
    return first;
}

bool report_comparable(const report_numbers *t)
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

/* ---- all of them ---- */

report_numbers *report_numbers_make(const experiment *e, const run_record *records, int count)
{
    report_numbers *t = take_zeroed(1, sizeof *t, "a report");
    if (!t)
        return NULL;
    t->experiment = e;
    t->row = take_zeroed((size_t)e->row_count, sizeof *t->row, "a report");
    int status = t->row ? fill(t, records, count) : -1;
    if (status == 0 && e->layout == LAYOUT_CLASSES)
        status = list_classes(t);
    if (status == 0)
        return t;
    report_numbers_free(t);
    return NULL;
}

/* ---- words ---- */

/* As the files have it. */
static int own_seeds(const experiment_row *row)
{
    const settings_entry *seeds = experiment_row_own(row, "run", "seeds");
    return seeds ? (int)strtol(seeds->value, NULL, 10) : 1;
}

int report_seeds_wanted(const report_numbers *t, int r)
{
    const experiment_row *row = t->experiment->rows;
    int usual = 0, asked = row[r].unasked ? 0 : row[r].run.seeds, own = own_seeds(&row[r]);
    for (int i = 0; i < t->experiment->row_count; i++)
        usual = own_seeds(&row[i]) > usual ? own_seeds(&row[i]) : usual;
    int others = own == usual || t->most < own ? t->most : own;
    return asked > others ? asked : others;
}

const char *report_seeds(int runs, int wanted, char text[64])
{
    *text = 0;
    if (runs > 0 && runs < wanted)
        snprintf(text, 64, " (%d of %d seeds)", runs, wanted);
    return text;
}

const char *report_row_name(const report_numbers *t, int r, char text[200])
{
    char seeds[64];
    snprintf(text, 200, "%s%s", t->experiment->rows[r].name,
             report_seeds(t->row[r].runs, report_seeds_wanted(t, r), seeds));
    return text;
}

const char *report_title(const char *title, const experiment *e, const char *changes, char text[400])
{
    char scale[100], inner[300] = "";
    snprintf(scale, sizeof scale, "%s%s", *e->scale ? "scale " : "", e->scale);
    const char *const parts[] = { scale, e->stands_for, changes && *changes ? "changed settings" : "" };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (*parts[i])
            word_append(inner, sizeof inner, ", ", parts[i]);
    snprintf(text, 400, *inner ? "%s (%s)" : "%s%s", title, inner);
    return text;
}
