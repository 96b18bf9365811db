#include "optimiser.h"
#include "../base/diag.h"
#include "../graph/where.h"
#include <stdlib.h>

static int open_adam(optimiser *o, const run_settings *run, uint64_t steps, int guards)
{
    const ablate_shape shapes[] = { { 1, { o->count } }, { 1, { guards } } };
    char *text = take_text("rate=%.17g beta1=%.17g beta2=%.17g eps=%.17g decay=%.17g warmup=%d total=%llu", run->rate,
                           run->beta1, run->beta2, run->eps, run->decay, run->warmup,
                           run->schedule == RUN_COSINE ? (unsigned long long)steps : 0);
    int status = text ? single_open(&o->adam, o->device, "adam", text, 2, shapes) : -1;
    free(text);
    return status;
}

int optimiser_open(optimiser *o, const device *where, int64_t count, const run_settings *run, uint64_t steps,
                   int guards)
{
    size_t bytes = (size_t)count * sizeof(float);
    *o = (optimiser){ .device = where, .count = count };
    o->state = where->allocate(3 * bytes);
    o->gradients = where->allocate(bytes);
    if (!o->state || !o->gradients)
        return complain("%s: out of memory: %zu bytes for parameters, gradients and moments%s", where->name, 4 * bytes,
                        where_trouble(where));
    if (where->clear(o->state, 3 * bytes) < 0 || where->clear(o->gradients, bytes) < 0)
        return complain("%s: its memory cannot be cleared", where->name);
    return open_adam(o, run, steps, guards);
}

void optimiser_close(optimiser *o)
{
    if (o->state)
        o->device->release(o->state);
    if (o->gradients)
        o->device->release(o->gradients);
    single_close(&o->adam);
    *o = (optimiser){ 0 };
}

int optimiser_step(optimiser *o, const float *guard, uint64_t step)
{
    const float *const in[] = { o->gradients, guard };
    return single_run(&o->adam, in, o->state, step);
}

int optimiser_put(optimiser *o, const float *state)
{
    return o->device->upload(o->state, state, 3 * (size_t)o->count * sizeof(float));
}

int optimiser_get(const optimiser *o, float *state)
{
    return o->device->download(state, o->state, 3 * (size_t)o->count * sizeof(float));
}

int optimiser_get_parameters(const optimiser *o, float *parameters)
{
    return o->device->download(parameters, o->state, (size_t)o->count * sizeof(float));
}

int optimiser_get_gradients(const optimiser *o, float *gradients)
{
    return o->device->download(gradients, o->gradients, (size_t)o->count * sizeof(float));
}
