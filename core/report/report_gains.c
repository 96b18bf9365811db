#include "report_gains.h"
#include "../base/diag.h"
#include "../record/draws.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- draws ---- */

static int read_run(report_numbers *t, const run_record *run, const char *runs, const double **off)
{
    char *path = run_record_path(run, runs);
    if (!path)
        return -1;
    *strrchr(path, '/') = 0;
    *off = draws_read(path);
    if (!*off && !t->undrawn)
        t->undrawn = take_text("%s", complaint());
    bool good = *off || t->undrawn;
    complaint_clear();
    free(path);
    return good ? 0 : complain("out of memory for the draws of runs");
}

int report_gains_read(report_numbers *t, const char *folder)
{
    char *runs = take_text("%s/runs", folder);
    int status = runs ? 0 : -1;
    for (int r = 0; r < t->experiment->row_count && status == 0; r++) {
        report_row *row = &t->row[r];
        row->off = take_zeroed((size_t)row->runs, sizeof *row->off, "the draws of runs");
        status = row->off ? 0 : -1;
        for (int i = 0; i < row->runs && status == 0; i++)
            status = read_run(t, row->run[i], runs, &row->off[i]);
    }
    free(runs);
    return status;
}

/* ---- pairs ---- */

static const char *text_or(const char *text)
{
    return text ? text : "";
}

/* The run of the row that goes with one of the other row; -1: there is none. */
static int partner(const report_numbers *t, int r, const run_record *run)
{
    const report_row *row = &t->row[r];
    for (int i = 0; i < row->runs; i++)
        if (row->run[i]->seed == run->seed)
            return i;
    return t->experiment->rows[r].baseline && row->runs == 1 ? 0 : -1;
}

static const double *draws_of(const report_row *row, int run)
{
    return row->off ? row->off[run] : NULL;
}

/* Two runs into the next pair. false: one of both has no such number. *known: can there be an interval? */
static bool pair_of(const report_numbers *t, const int row[2], const int run[2], int column, bootstrap_pair *pair,
                    bool *known)
{
    double value[2];
    const run_record *record[2];
    for (int side = 0; side < 2; side++) {
        record[side] = t->row[row[side]].run[run[side]];
        pair->off[side] = draws_of(&t->row[row[side]], run[side]);
        report_class_value(t->experiment, record[side], NULL, column, &value[side]);
    }
    pair->difference = value[1] - value[0];
    *known &= pair->off[0] && pair->off[1] &&
              strcmp(text_or(record[0]->data_hash), text_or(record[1]->data_hash)) == 0 &&
              strcmp(text_or(record[0]->protocol), text_or(record[1]->protocol)) == 0;
    return isfinite(pair->difference);
}

static unsigned kinds_of(const experiment *e, int column)
{
    unsigned kinds = 0;
    if (column != EXPERIMENT_MEAN)
        return 1U << column;
    for (int c = 0; c < e->columns; c++)
        kinds |= e->column[c] != EXPERIMENT_MEAN ? 1U << e->column[c] : 0;
    return kinds;
}

/* All pairs of the two rows; how many there are. `pair` has room for the runs of both. */
static int pairs_of(const report_numbers *t, const int row[2], int column, bootstrap_pair *pair, bool *known)
{
    const bool each = t->experiment->rows[row[0]].baseline; /* then the other row's runs are gone through */
    const int outer = each ? 1 : 0, inner = 1 - outer;
    int pairs = 0;
    for (int i = 0; i < t->row[row[outer]].runs; i++) {
        int run[2];
        run[outer] = i;
        run[inner] = partner(t, row[inner], t->row[row[outer]].run[i]);
        pairs += run[inner] >= 0 && pair_of(t, row, run, column, &pair[pairs], known);
    }
    return pairs;
}

report_gain report_gain_of(const report_numbers *t, int from, int r, int column)
{
    const int row[2] = { from, r };
    bool known = true;
    report_gain gain = { 0, { NAN, NAN, NAN } };
    bootstrap_pair *pair = take((size_t)(t->row[from].runs + t->row[r].runs), sizeof *pair, "the pairs of runs");
    gain.pairs = pair ? pairs_of(t, row, column, pair, &known) : 0;
    if (gain.pairs > 0 && known) {
        gain.over = gain.pairs > 1 ? bootstrap_over_seeds(pair, gain.pairs, kinds_of(t->experiment, column))
                                   : bootstrap_over_pictures(pair, gain.pairs, kinds_of(t->experiment, column));
    } else if (gain.pairs > 0) {
        gain.over.difference = 0;
        for (int i = 0; i < gain.pairs; i++)
            gain.over.difference += pair[i].difference / gain.pairs;
    }
    free(pair);
    return gain;
}

experiment_value report_gain_printed(const report_numbers *t, int from, int r, int c)
{
    const experiment_value a = t->experiment->rows[from].paper[c], b = t->experiment->rows[r].paper[c];
    return (experiment_value){ b.percent - a.percent, a.decimals > b.decimals ? a.decimals : b.decimals };
}
