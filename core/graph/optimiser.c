#include "optimiser.h"
#include "../base/diag.h"
#include "where.h"
#include <stdlib.h>

#define SET(f, def, min, max, doc) ABLATE_SET(optimiser_settings, f, def, min, max, doc)

const ablate_setting optimiser_settings_rows[] = {
    SET(rate, 0.001, 0, 1000, "learning rate of Adam"),
    SET(beta1, 0.9, 0, 0.9999999, "decay of the first moment"),
    SET(beta2, 0.999, 0, 0.9999999, "decay of the second moment"),
    SET(eps, 1e-8, 0, 1, "added to the root of the second moment"),
    SET(max_norm, 0, 0, 1e30, "greatest norm of all gradients together, to which a longer one is shortened; 0: any"),
    SET(decay, 0, 0, 1000, "L2 term added to the gradient, times the parameter"),
    SET(decoupled, 0, 0, 1, "decay times rate times the parameter is taken off the parameter instead: AdamW"),
    SET(warmup, 0, 0, 1000000000, "steps in which the rate rises from 0"),
    ABLATE_PICK(optimiser_settings, schedule, OPTIMISER_CONSTANT, "constant|cosine|step",
                "the rate afterwards: as it is, falling to 0 at the last step, or a tenth in the last fifth"),
    { 0 },
};

/* Numbers of the array that are trained: all behind the buffers. */
static int64_t trained(const optimiser *o)
{
    return o->count - o->buffered;
}

static int open_adam(optimiser *o, const optimiser_settings *chosen, uint64_t steps, int guards)
{
    const ablate_shape shapes[] = { { 1, { trained(o) } }, { 1, { guards + optimiser_guards(o) } }, { 1, { 1 } } };
    unsigned long long total = chosen->schedule == OPTIMISER_COSINE ? steps : 0;
    unsigned long long drop = chosen->schedule == OPTIMISER_STEP ? (4 * steps + 4) / 5 : 0; /* four fifths or more */
    char *text = take_text("rate=%.17g beta1=%.17g beta2=%.17g eps=%.17g decay=%.17g decoupled=%d max_norm=%.17g "
                           "warmup=%d total=%llu drop=%llu",
                           chosen->rate, chosen->beta1, chosen->beta2, chosen->eps, chosen->decay, chosen->decoupled,
                           chosen->max_norm, chosen->warmup, total, drop);
    int status = text ? single_open(&o->adam, o->device, "adam", text, o->norm_out ? 3 : 2, shapes) : -1;
    free(text);
    return status;
}

static int open_norm(optimiser *o)
{
    o->norm_out = o->device->allocate(sizeof(float));
    if (!o->norm_out)
        return complain("%s: out of memory%s", o->device->name, where_trouble(o->device));
    return single_open(&o->norm, o->device, "norm", NULL, 1, &(ablate_shape){ 1, { trained(o) } });
}

int64_t optimiser_floats(const optimiser *o)
{
    return o->count + 2 * trained(o);
}

int optimiser_open(optimiser *o, const device *where, const parameters *p, const optimiser_settings *chosen,
                   uint64_t steps, int guards)
{
    *o = (optimiser){ .device = where, .count = p->count, .buffered = p->buffered };
    size_t bytes = (size_t)o->count * sizeof(float), all = (size_t)optimiser_floats(o) * sizeof(float);
    o->state = where->allocate(all);
    o->gradients = where->allocate(bytes);
    if (!o->state || !o->gradients)
        return complain("%s: out of memory: %zu bytes for parameters, gradients and moments%s", where->name,
                        all + bytes, where_trouble(where));
    if (where->clear(o->state, all) < 0 || where->clear(o->gradients, bytes) < 0)
        return complain("%s: its memory cannot be cleared", where->name);
    if (chosen->max_norm > 0 && open_norm(o) < 0)
        return -1;
    return open_adam(o, chosen, steps, guards);
}

void optimiser_close(optimiser *o)
{
    if (o->state)
        o->device->release(o->state);
    if (o->gradients)
        o->device->release(o->gradients);
    if (o->norm_out)
        o->device->release(o->norm_out);
    single_close(&o->norm);
    single_close(&o->adam);
    *o = (optimiser){ 0 };
}

int optimiser_guards(const optimiser *o)
{
    return o->norm_out ? 1 : 0;
}

int optimiser_measure(const optimiser *o, uint64_t step)
{
    const float *const gradients[] = { o->gradients + o->buffered };
    return o->norm_out ? single_run(&o->norm, gradients, o->norm_out, step) : 0;
}

int optimiser_step(optimiser *o, const float *guard, uint64_t step)
{
    const float *const in[] = { o->gradients + o->buffered, guard, o->norm_out };
    return single_run(&o->adam, in, o->state + o->buffered, step);
}

int optimiser_put(optimiser *o, const float *state)
{
    return o->device->upload(o->state, state, (size_t)optimiser_floats(o) * sizeof(float));
}

int optimiser_get(const optimiser *o, float *state)
{
    return o->device->download(state, o->state, (size_t)optimiser_floats(o) * sizeof(float));
}

int optimiser_get_parameters(const optimiser *o, float *all)
{
    return o->device->download(all, o->state, (size_t)o->count * sizeof(float));
}

int optimiser_get_gradients(const optimiser *o, float *gradients)
{
    return o->device->download(gradients, o->gradients, (size_t)o->count * sizeof(float));
}
