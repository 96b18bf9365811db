#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include "../record/losses.h"
#include "curves.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct loss_log { /* of one run */
    losses of;
    char *label;
    int seed;
} loss_log;

/* ---- runs that belong together ---- */

typedef struct loss_curves {
    loss_log *log;
    int logs;
    double *weight; /* (epochs, terms) of the first log */
} loss_curves;

/* Lives through the epochs as a training does: modules may change the weights of losses. */
static int find_weights(loss_curves *c, predict_run *run)
{
    const losses *first = &c->log[0].of;
    const graph *g = run->model.train;
    c->weight = take((size_t)first->epochs * (size_t)first->terms, sizeof *c->weight, "the losses");
    if (!c->weight)
        return -1;
    for (int e = 0; e < first->epochs; e++) {
        if (model_begin_epoch(&run->model, e) < 0)
            return -1;
        for (int i = 0; i < first->terms; i++)
            c->weight[e * first->terms + i] = i < g->losses ? g->loss[i].weight : (double)NAN;
    }
    return 0;
}

static int check_alike(const losses *a, const losses *b)
{
    bool alike = a->terms == b->terms && a->epochs == b->epochs;
    for (int i = 0; alike && i < a->terms; i++)
        alike = strcmp(a->name[i], b->name[i]) == 0;
    return alike ? 0
                 : complain("%s and %s have other losses or epochs; name runs that differ in their seed alone", a->path,
                            b->path);
}

static int read_log(loss_log *l, const predict_run *run)
{
    l->seed = run->record.seed;
    l->label = curves_label(&run->record, false);
    return l->label ? losses_read(&l->of, run->folder) : -1;
}

static int read_run(loss_curves *c, const char *folder, const predict_options *options, settings *chosen)
{
    predict_run run = { 0 };
    loss_log *log = &c->log[c->logs++];
    int status = predict_run_open(&run, folder, options);
    if (status == 0)
        status = read_log(log, &run);
    if (status == 0 && c->logs == 1) {
        status = settings_merge(chosen, &run.record.settings);
        if (status == 0)
            status = find_weights(c, &run);
    } else if (status == 0) {
        status = settings_same(chosen, &run.record.settings, "run.seed")
                     ? check_alike(&c->log[0].of, &log->of)
                     : complain("%s and %s have other settings; name runs that differ in their seed alone",
                                c->log[0].of.path, log->of.path);
    }
    predict_run_close(&run);
    return status;
}

/* ---- writing ---- */

static void print_row(const loss_curves *c, int epoch, int term, FILE *to)
{
    int terms = c->log[0].of.terms, at = epoch * terms + term;
    double least = INFINITY, most = -INFINITY, sum = 0;
    for (int i = 0; i < c->logs; i++) {
        double value = c->log[i].of.value[at];
        least = value < least ? value : least;
        most = value > most ? value : most;
        sum += value;
    }
    name_cell(c->log[0].label, to);
    name_cell(c->log[0].of.name[term], to);
    fprintf(to, "%d", epoch + 1);
    number_print_tabbed((double[]){ c->weight[at], least, sum / c->logs, most }, 4, to);
    for (int i = 0; i < c->logs; i++)
        number_print_tabbed(&c->log[i].of.value[at], 1, to);
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
        fprintf(to, "\tseed %d", c->log[i].seed);
    fprintf(to, "\n");
    for (int term = 0; term < c->log[0].of.terms; term++) {
        for (int e = 0; e < c->log[0].of.epochs; e++)
            print_row(c, e, term, to);
        fprintf(to, "\n");
    }
    return file_commit(draft);
}

int curves_losses(const char *const *folders, int count, const predict_options *options, const char *out)
{
    if (count < 1)
        return complain("losses are of one run at least; name one");
    loss_curves c = { .log = take_zeroed((size_t)count, sizeof *c.log, "the losses") };
    settings chosen = { 0 };
    int status = c.log ? 0 : -1;
    for (int i = 0; i < count && status == 0; i++)
        status = read_run(&c, folders[i], options, &chosen);
    if (status == 0)
        status = write_curves(&c, out);
    for (int i = 0; i < c.logs; i++) {
        losses_free(&c.log[i].of);
        free(c.log[i].label);
    }
    free(c.log);
    free(c.weight);
    settings_free(&chosen);
    return status;
}
