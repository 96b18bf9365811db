/* train_step.c: one step: its batch, losses, gradients and the update, and what is looked at afterwards. */
#include "../base/diag.h"
#include "train_parts.h"
#include <math.h>

static void choose_batch(trainer *t, uint64_t step)
{
    int batch = t->request->model->run->batch, within = (int)(step % (uint64_t)t->steps_each);
    for (int i = 0; i < batch; i++)
        t->batch[i] = t->picture[t->order[within * batch + i]];
}

/* The parameters are as before that step: the guard has kept them. */
static int explain(trainer *t, uint64_t step)
{
    choose_batch(t, step);
    if (feed_fill(t->feed, t->program, t->batch) == 0 && program_find_nonfinite(t->program, step) == 0)
        complain("the sum of all gradients overflows at step %llu; lower optimiser.rate", (unsigned long long)step);
    return -1;
}

/* Adds a step's losses and probes to its epoch's row of the log. */
static int look_at(trainer *t, uint64_t step)
{
    const graph *g = t->request->model->train;
    const float *value = descent_row(&t->descent, step);
    int terms = graph_terms(g);
    double *row = t->state.log + (int64_t)(step / (uint64_t)t->steps_each) * terms, total = 0;
    for (int i = 0; i < terms; i++) {
        row[i] += (double)value[1 + i] / t->steps_each;
        total += i < g->losses ? g->loss[i].weight * (double)value[1 + i] : 0;
    }
    t->last_total = total;
    if (t->request->timing > 1)
        return 0; /* the numbers mean nothing */
    return isfinite(total) && isfinite(value[0]) ? 0 : explain(t, step);
}

int train_look_back(trainer *t)
{
    int status = descent_look(&t->descent);
    for (; t->seen < t->state.step && status == 0; t->seen++)
        status = look_at(t, t->seen);
    return status;
}

/* Must the steps so far be looked at before the next? */
static bool due(const trainer *t)
{
    const train_request *r = t->request;
    uint64_t step = t->state.step;
    return !t->descent.device->record || r->observer || step - t->seen == TRAIN_LOOK || step == t->total ||
           step % (uint64_t)t->steps_each == 0;
}

static int observe(const trainer *t, uint64_t step, bool after)
{
    const train_observer *o = t->request->observer;
    if (!o)
        return 0;
    const train_moment now = { .step = step,
                               .steps_each = t->steps_each,
                               .picture = t->batch,
                               .feed = t->feed,
                               .program = t->program,
                               .optimiser = &t->result->optimiser,
                               .total = after ? t->last_total : 0 };
    return after ? o->after(o->context, &now) : o->before(o->context, &now);
}

int train_take_step(trainer *t)
{
    uint64_t step = t->state.step;
    choose_batch(t, step);
    if (feed_fill(t->feed, t->program, t->batch) < 0 || observe(t, step, false) < 0 ||
        descent_step(&t->descent, step) < 0)
        return -1;
    t->state.step++;
    return due(t) && train_look_back(t) < 0 ? -1 : observe(t, step, true);
}
