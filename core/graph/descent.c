#include "descent.h"
#include "../base/diag.h"
#include "where.h"
#include <math.h>
#include <stdlib.h>

int descent_guards(const graph *g)
{
    return 1 + g->updates + g->losses;
}

static int open_update(descent *d, const graph *g, int i)
{
    const graph_update *from = &g->update[i];
    const int guards = descent_guards(g) + optimiser_guards(d->optimiser);
    const ablate_shape shape[] = { { 1, { shape_size(&from->buffer->shape) } }, { 1, { guards } } };
    descent_update *u = &d->update[d->updates++];
    u->next = program_data(d->program, from->next);
    u->buffer = d->optimiser->state + value_at(g, from->buffer);
    return single_open(&u->sum, d->device, "sum", "all=1", 1, shape) < 0
               ? -1
               : single_open(&u->store, d->device, "store", NULL, 2, shape);
}

static int open_updates(descent *d, const graph *g)
{
    int status = 0;
    d->update = take_zeroed((size_t)g->updates + 1, sizeof *d->update, "the updates of buffers");
    if (!d->update)
        return -1;
    for (int i = 0; i < g->updates && status == 0; i++)
        status = open_update(d, g, i);
    return status;
}

/* What is noted of a step. */
static void point_notes(descent *d, const graph *g)
{
    d->terms.value[0] = d->guard.value[0] = d->sums;
    for (int i = 0; i < g->losses; i++)
        d->terms.value[1 + i] = d->guard.value[1 + i] = program_data(d->program, g->loss[i].value);
    for (int i = 0; i < g->probes; i++)
        d->terms.value[1 + g->losses + i] = program_data(d->program, g->probe[i].value);
    for (int i = 0; i < g->updates; i++)
        d->terms.value[1 + d->terms_count + i] = d->guard.value[1 + g->losses + i] = d->sums + 1 + i;
    if (optimiser_guards(d->optimiser))
        d->guard.value[descent_guards(g)] = d->optimiser->norm_out;
}

int descent_open(descent *d, const graph *g, program *p, optimiser *o, int kept)
{
    const device *where = o->device;
    const ablate_shape shape = { 1, { o->count - o->buffered } };
    *d = (descent){ .device = where, .program = p, .optimiser = o, .replay.device = where };
    d->terms_count = graph_terms(g);
    d->sums = where->allocate((1 + (size_t)g->updates) * sizeof(float));
    if (!d->sums)
        return complain("%s: out of memory%s", where->name, where_trouble(where));
    if (single_open(&d->sum, where, "sum", "all=1", 1, &shape) < 0 ||
        notes_open(&d->terms, where, kept, 1 + graph_goals(g)) < 0 ||
        notes_open(&d->guard, where, 1, descent_guards(g) + optimiser_guards(o)) < 0 || open_updates(d, g) < 0)
        return -1;
    point_notes(d, g);
    return 0;
}

void descent_close(descent *d)
{
    if (!d->device)
        return;
    replay_forget(&d->replay);
    if (d->sums)
        d->device->release(d->sums);
    for (int i = 0; i < d->updates; i++) {
        single_close(&d->update[i].sum);
        single_close(&d->update[i].store);
    }
    free(d->update);
    single_close(&d->sum);
    notes_close(&d->terms);
    notes_close(&d->guard);
    *d = (descent){ 0 };
}

static int sum_updates(const descent *d, uint64_t step)
{
    int status = 0;
    for (int i = 0; i < d->updates && status == 0; i++)
        status = single_run(&d->update[i].sum, &d->update[i].next, d->sums + 1 + i, step);
    return status;
}

static int store_updates(const descent *d, uint64_t step)
{
    int status = 0;
    for (int i = 0; i < d->updates && status == 0; i++) {
        const float *const in[] = { d->update[i].next, d->guard.ring };
        status = single_run(&d->update[i].store, in, d->update[i].buffer, step);
    }
    return status;
}

static int call_step(void *context, uint64_t step)
{
    descent *d = context;
    const float *const gradients[] = { d->optimiser->gradients + d->optimiser->buffered };
    if (program_call(d->program, step) < 0 || single_run(&d->sum, gradients, d->sums, step) < 0 ||
        sum_updates(d, step) < 0 || optimiser_measure(d->optimiser, step) < 0 || notes_take(&d->terms, step) < 0 ||
        notes_take(&d->guard, step) < 0 || optimiser_step(d->optimiser, d->guard.ring, step) < 0)
        return -1;
    return store_updates(d, step);
}

int descent_step(descent *d, uint64_t step)
{
    return replay_run(&d->replay, program_recordable(d->program), call_step, d, step);
}

void descent_forget(descent *d)
{
    replay_forget(&d->replay);
}

int descent_look(const descent *d)
{
    return notes_fetch(&d->terms);
}

const float *descent_row(const descent *d, uint64_t step)
{
    return notes_row(&d->terms, step);
}

bool descent_sound(const descent *d, const float *row)
{
    bool sound = isfinite(row[0]);
    for (int i = 0; i < d->updates; i++)
        sound = sound && isfinite(row[1 + d->terms_count + i]);
    return sound;
}
