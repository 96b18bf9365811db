#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include "../record/losses.h"
#include "curves.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct loss_curves { /* of runs that belong together */
    const char *file;        /* of a run's folder */
    bool sampled;            /* it begins with the epochs that had passed, LOSSES_PASSED */
    losses *log;
    int *seed;
    int logs;
    char *label;
    double *weight;   /* (epochs, terms) of the first log */
    run_record first; /* of the first run */
} loss_curves;

static void curves_free(loss_curves *c)
{
    for (int i = 0; i < c->logs; i++)
        losses_free(&c->log[i]);
    free(c->log);
    free(c->seed);
    free(c->label);
    free(c->weight);
    run_record_free(&c->first);
}

/* ---- reading ---- */

/* How many epochs had passed at that line? */
static double passed(const loss_curves *c, int line)
{
    const losses *first = &c->log[0];
    return c->sampled ? first->value[line * first->terms] : line;
}

/* Lives through the epochs as a training does: modules may change the weights of losses. */
static int find_weights(loss_curves *c, finished_run *run)
{
    const losses *first = &c->log[0];
    const graph *g = run->model.train;
    int epoch = 0;
    c->weight = take((size_t)first->lines * (size_t)first->terms, sizeof *c->weight, "the losses");
    if (!c->weight)
        return -1;
    for (int e = 0; e < first->lines; e++) {
        for (; epoch <= passed(c, e); epoch++)
            if (model_begin_epoch(&run->model, epoch) < 0)
                return -1;
        for (int i = 0; i < first->terms; i++) {
            int loss = i - c->sampled;
            c->weight[e * first->terms + i] = loss >= 0 && loss < g->losses ? g->loss[loss].weight : (double)NAN;
        }
    }
    return 0;
}

static int check_alike(const loss_curves *c, const finished_run *run, const losses *log)
{
    const losses *first = &c->log[0];
    bool alike = first->terms == log->terms && first->lines == log->lines;
    for (int i = 0; alike && i < log->terms; i++)
        alike = strcmp(first->name[i], log->name[i]) == 0;
    if (!run_record_alike(&c->first, &run->record))
        return complain("%s and %s have other settings; name runs that differ in their seed alone", first->path,
                        log->path);
    return alike ? 0
                 : complain("%s and %s have other losses or epochs; name runs that differ in their seed alone",
                            first->path, log->path);
}

/* The first run is what the others are held against. */
static int keep_first(loss_curves *c, finished_run *run)
{
    c->label = curves_label(&run->record, false);
    if (!c->label || find_weights(c, run) < 0)
        return -1;
    c->first = run->record;
    run->record = (run_record){ 0 };
    return 0;
}

static int read_run(loss_curves *c, const char *folder, const finished_options *options)
{
    finished_run run = { 0 };
    losses *log = &c->log[c->logs];
    int status = finished_run_open(&run, folder, options);
    if (status == 0) {
        c->seed[c->logs++] = run.record.seed;
        status = losses_read(log, run.folder, c->file);
    }
    if (status == 0 && c->sampled && (log->terms < 2 || strcmp(log->name[0], LOSSES_PASSED) != 0))
        status = complain("%s:1: its first term must be '" LOSSES_PASSED "'; run it again with --again", log->path);
    if (status == 0)
        status = c->logs == 1 ? keep_first(c, &run) : check_alike(c, &run, log);
    finished_run_close(&run);
    return status;
}

/* ---- writing ---- */

static void print_row(const loss_curves *c, int line, int term, FILE *to)
{
    int terms = c->log[0].terms, at = line * terms + term;
    double least = INFINITY, most = -INFINITY, sum = 0;
    for (int i = 0; i < c->logs; i++) {
        double value = c->log[i].value[at];
        least = value < least ? value : least;
        most = value > most ? value : most;
        sum += value;
    }
    name_cell(c->label, to);
    name_cell(c->log[0].name[term], to);
    fprintf(to, "%.9g", c->sampled ? passed(c, line) : line + 1);
    number_print_tabbed((double[]){ c->weight[at], least, sum / c->logs, most }, 4, to);
    for (int i = 0; i < c->logs; i++)
        number_print_tabbed(&c->log[i].value[at], 1, to);
    fprintf(to, "\n");
}

static int write_curves(const loss_curves *c, const char *out)
{
    file_draft *draft = file_draft_open(out);
    if (!draft)
        return -1;
    FILE *to = file_draft_stream(draft);
    fprintf(to, "run\tterm\tepoch\tweight\tleast\tmean\tmost");
    for (int i = 0; i < c->logs; i++)
        fprintf(to, "\tseed %d", c->seed[i]);
    fprintf(to, "\n");
    for (int term = c->sampled; term < c->log[0].terms; term++) {
        for (int e = 0; e < c->log[0].lines; e++)
            print_row(c, e, term, to);
        fprintf(to, "\n");
    }
    return file_commit(draft);
}

static int curves_of(const char *file, const char *const *folders, int count, const finished_options *options,
                     const char *out)
{
    if (count < 1)
        return complain("losses are of one run at least; name one");
    loss_curves c = { .file = file,
                      .sampled = strcmp(file, LOSSES_GRADIENTS) == 0,
                      .log = take_zeroed((size_t)count, sizeof *c.log, "the losses"),
                      .seed = take((size_t)count, sizeof *c.seed, "the losses") };
    int status = c.log && c.seed ? 0 : -1;
    for (int i = 0; i < count && status == 0; i++)
        status = read_run(&c, folders[i], options);
    if (status == 0)
        status = write_curves(&c, out);
    curves_free(&c);
    return status;
}

int curves_losses(const char *const *folders, int count, const finished_options *options, const char *out)
{
    return curves_of(LOSSES_VALUES, folders, count, options, out);
}

int curves_gradients(const char *const *folders, int count, const finished_options *options, const char *out)
{
    return curves_of(LOSSES_GRADIENTS, folders, count, options, out);
}
