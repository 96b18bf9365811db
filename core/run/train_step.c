/* train_step.c: one step: losses, gradients and the update as one sequence of calls, and what is looked at afterwards.
 */
#include "../base/diag.h"
#include "../graph/where.h"
#include "train_parts.h"
#include <math.h>

enum { LOOK = 64 }; /* steps after which losses are looked at, on a device that runs on by itself */

static const graph_term *term_of(const graph *g, int i)
{
    return i < g->losses ? &g->loss[i] : &g->probe[i - g->losses];
}

int train_steps_open(trainer *t)
{
    const device *where = t->request->session->device;
    const graph *g = t->request->model->train;
    const ablate_shape shape = { 1, { t->result->optimiser.count } };
    t->replay.device = where;
    t->sum_out = where->allocate(sizeof(float));
    if (!t->sum_out)
        return complain("%s: out of memory%s", where->name, where_trouble(where));
    if (single_open(&t->sum, where, "sum", "all=1", 1, &shape) < 0 ||
        notes_open(&t->terms, where, LOOK, 1 + train_terms(t->request->model)) < 0 ||
        notes_open(&t->guard, where, 1, 1 + g->losses) < 0)
        return -1;
    t->terms.value[0] = t->guard.value[0] = t->sum_out;
    for (int i = 0; i < train_terms(t->request->model); i++)
        t->terms.value[1 + i] = program_data(t->program, term_of(g, i)->value);
    for (int i = 0; i < g->losses; i++)
        t->guard.value[1 + i] = t->terms.value[1 + i];
    return 0;
}

void train_steps_close(trainer *t)
{
    if (t->replay.device)
        replay_forget(&t->replay);
    if (t->sum_out)
        t->request->session->device->release(t->sum_out);
    single_close(&t->sum);
    notes_close(&t->terms);
    notes_close(&t->guard);
}

/* The sum of all gradients is finite only if each of them is (or if they overflow, which is as bad). */
static int call_step(void *context, uint64_t step)
{
    trainer *t = context;
    const float *const gradients[] = { t->result->optimiser.gradients };
    if (program_call(t->program, step) < 0 || single_run(&t->sum, gradients, t->sum_out, step) < 0 ||
        notes_take(&t->terms, step) < 0 || notes_take(&t->guard, step) < 0)
        return -1;
    return optimiser_step(&t->result->optimiser, t->guard.ring, step);
}

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
    const float *value = notes_row(&t->terms, step);
    int terms = train_terms(t->request->model);
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
    int status = notes_fetch(&t->terms);
    for (; t->seen < t->state.step && status == 0; t->seen++)
        status = look_at(t, t->seen);
    return status;
}

/* Must the steps so far be looked at before the next? */
static bool due(const trainer *t)
{
    const train_request *r = t->request;
    uint64_t step = t->state.step;
    return !t->replay.device->record || r->observer || step - t->seen == LOOK || step == t->total ||
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
        replay_run(&t->replay, program_recordable(t->program), call_step, t, step) < 0)
        return -1;
    t->state.step++;
    return due(t) && train_look_back(t) < 0 ? -1 : observe(t, step, true);
}
