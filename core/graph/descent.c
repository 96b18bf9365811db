#include "descent.h"
#include "../base/diag.h"
#include "where.h"

int descent_guards(const graph *g)
{
    return 1 + g->losses;
}

int descent_open(descent *d, const graph *g, program *p, optimiser *o, int kept)
{
    const device *where = o->device;
    const ablate_shape shape = { 1, { o->count } };
    *d = (descent){ .device = where, .program = p, .optimiser = o, .replay.device = where };
    d->sum_out = where->allocate(sizeof(float));
    if (!d->sum_out)
        return complain("%s: out of memory%s", where->name, where_trouble(where));
    if (single_open(&d->sum, where, "sum", "all=1", 1, &shape) < 0 ||
        notes_open(&d->terms, where, kept, 1 + graph_terms(g)) < 0 ||
        notes_open(&d->guard, where, 1, descent_guards(g)) < 0)
        return -1;
    d->terms.value[0] = d->guard.value[0] = d->sum_out;
    for (int i = 0; i < g->losses; i++)
        d->terms.value[1 + i] = d->guard.value[1 + i] = program_data(p, g->loss[i].value);
    for (int i = 0; i < g->probes; i++)
        d->terms.value[1 + g->losses + i] = program_data(p, g->probe[i].value);
    return 0;
}

void descent_close(descent *d)
{
    if (!d->device)
        return;
    replay_forget(&d->replay);
    if (d->sum_out)
        d->device->release(d->sum_out);
    single_close(&d->sum);
    notes_close(&d->terms);
    notes_close(&d->guard);
    *d = (descent){ 0 };
}

static int call_step(void *context, uint64_t step)
{
    descent *d = context;
    const float *const gradients[] = { d->optimiser->gradients };
    if (program_call(d->program, step) < 0 || single_run(&d->sum, gradients, d->sum_out, step) < 0 ||
        notes_take(&d->terms, step) < 0 || notes_take(&d->guard, step) < 0)
        return -1;
    return optimiser_step(d->optimiser, d->guard.ring, step);
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
