#include "optimiser.h"
#include "../base/diag.h"
#include <stdlib.h>

static int fill_attributes(optimiser *o, const run_settings *run)
{
    char *owned = NULL;
    char *text = take_text("rate=%.17g beta1=%.17g beta2=%.17g eps=%.17g decay=%.17g", run->rate, run->beta1,
                           run->beta2, run->eps, run->decay);
    o->attr = take_zeroed(1, o->op->attr_size, "the optimiser");
    int status = text && o->attr ? settings_fill_text(text, o->op->attrs, o->attr, "optimiser", 0, "adam", &owned) : -1;
    free(text);
    free(owned);
    return status;
}

int optimiser_open(optimiser *o, const device *where, int64_t count, const run_settings *run)
{
    size_t bytes = (size_t)count * sizeof(float);
    *o = (optimiser){ .device = where, .count = count, .op = device_find_op("adam") };
    if (!o->op)
        return complain("there is no operation 'adam'; build the operations again");
    o->state = where->allocate(3 * bytes);
    o->gradients = where->allocate(bytes);
    if (!o->state || !o->gradients)
        return complain("%s: out of memory: %zu bytes for parameters, gradients and moments", where->name, 4 * bytes);
    if (where->clear(o->state, 3 * bytes) < 0 || where->clear(o->gradients, bytes) < 0)
        return complain("%s: its memory cannot be cleared", where->name);
    return fill_attributes(o, run);
}

void optimiser_close(optimiser *o)
{
    if (o->state)
        o->device->release(o->state);
    if (o->gradients)
        o->device->release(o->gradients);
    free(o->attr);
    *o = (optimiser){ 0 };
}

int optimiser_step(optimiser *o, uint64_t step)
{
    const ablate_shape in_shape = { 1, { o->count } }, out_shape = { 2, { 3, o->count } };
    const float *in[] = { o->gradients };
    ablate_call call = { .n_in = 1,
                         .in_shape = &in_shape,
                         .out_shape = &out_shape,
                         .in = in,
                         .out = o->state,
                         .attr = o->attr,
                         .step = step };
    return o->device->run(o->op, false, &call) < 0 ? complain("%s: the optimiser failed", o->device->name) : 0;
}

int optimiser_put(optimiser *o, const float *state)
{
    return o->device->upload(o->state, state, 3 * (size_t)o->count * sizeof(float));
}

int optimiser_get(const optimiser *o, float *state)
{
    return o->device->download(state, o->state, 3 * (size_t)o->count * sizeof(float));
}

int optimiser_get_gradients(const optimiser *o, float *gradients)
{
    return o->device->download(gradients, o->gradients, (size_t)o->count * sizeof(float));
}
