#include "train_step.h"
#include "../base/diag.h"
#include <math.h>
#include <stdlib.h>

enum { LOOK = 64 }; /* steps after which losses are looked at, on a device that runs on by itself */

int train_steps_open(train_steps *t)
{
    t->batch = take((size_t)t->model->run->batch, sizeof *t->batch, "a batch");
    return t->batch ? descent_open(&t->descent, t->model->train, t->program, t->optimiser, LOOK) : -1;
}

void train_steps_close(train_steps *t)
{
    descent_close(&t->descent);
    free(t->batch);
}

static int put_batch(train_steps *t, uint64_t step)
{
    const int size = t->model->run->batch, within = (int)(step % (uint64_t)t->each);
    for (int i = 0; i < size; i++)
        t->batch[i] = t->picture[t->order[within * size + i]];
    return feed_fill(t->feed, t->program, t->batch);
}

/* Parameters and buffers are as before that step: the guard has kept them. */
static int explain(train_steps *t, uint64_t step)
{
    if (put_batch(t, step) == 0 && program_find_nonfinite(t->program, step) == 0)
        complain("the sum of all gradients, or of their squares, overflows at step %llu; lower optimiser.rate",
                 (unsigned long long)step);
    return -1;
}

/* Adds a step's losses and probes to its epoch's row of the log. */
static int look_at(train_steps *t, uint64_t step)
{
    const graph *g = t->model->train;
    const float *value = descent_row(&t->descent, step);
    int terms = graph_terms(g);
    double *row = t->log + (int64_t)(step / (uint64_t)t->each) * terms, total = 0;
    for (int i = 0; i < terms; i++) {
        row[i] += (double)value[1 + i] / t->each;
        total += i < g->losses ? g->loss[i].weight * (double)value[1 + i] : 0;
    }
    t->last_total = total;
    return t->only_timed || (isfinite(total) && descent_sound(&t->descent, value)) ? 0 : explain(t, step);
}

int train_steps_look_back(train_steps *t)
{
    int status = descent_look(&t->descent);
    for (; t->seen < t->done && status == 0; t->seen++)
        status = look_at(t, t->seen);
    return status;
}

/* Must the steps so far be looked at before the next? */
static bool due(const train_steps *t)
{
    return !t->descent.device->record || t->observer || t->done - t->seen == LOOK || t->done == t->total ||
           t->done % (uint64_t)t->each == 0;
}

static int observe(const train_steps *t, uint64_t step, bool after)
{
    const train_observer *o = t->observer;
    if (!o)
        return 0;
    const train_moment now = { .step = step,
                               .steps_each = t->each,
                               .picture = t->batch,
                               .feed = t->feed,
                               .program = t->program,
                               .optimiser = t->optimiser,
                               .total = after ? t->last_total : 0 };
    return after ? o->after(o->context, &now) : o->before(o->context, &now);
}

int train_steps_take(train_steps *t)
{
    uint64_t step = t->done;
    if (put_batch(t, step) < 0 || observe(t, step, false) < 0 || descent_step(&t->descent, step) < 0)
        return -1;
    t->done++;
    return due(t) && train_steps_look_back(t) < 0 ? -1 : observe(t, step, true);
}
