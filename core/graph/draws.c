#include "draws.h"
#include "../base/diag.h"
#include "../base/random.h"
#include "single.h"
#include <stdlib.h>

struct draws {
    single bare;
    float *out; /* device memory */
};

static int open_draws(draws *d, const device *where, const ablate_value *value, const ablate_op *bare)
{
    ablate_shape in[ABLATE_INPUTS];
    for (int i = 0; i < value->n_in; i++)
        in[i] = value->in[i]->shape;
    if (bare->attr_size != value->op->attr_size)
        return complain("operation '%s' must have the attributes of '%s'; give both one struct", bare->name,
                        value->op->name);
    if (single_prepare(&d->bare, where, bare, value->attr, value->n_in, in, value->file, value->line) < 0)
        return -1;
    d->out = where->allocate((size_t)shape_size(&d->bare.layout.out) * sizeof *d->out);
    return d->out ? 0 : complain("%s: out of memory for the draws of '%s'", where->name, value->name);
}

draws *draws_new(const device *where, const ablate_value *value, const ablate_op *bare, uint64_t seed)
{
    draws *d = take_zeroed(1, sizeof *d, "random draws");
    if (d && open_draws(d, where, value, bare) == 0) {
        d->bare.step.call.key = random_key(seed, value->name);
        return d;
    }
    draws_free(d);
    return NULL;
}

void draws_free(draws *d)
{
    if (!d)
        return;
    if (d->out)
        d->bare.device->release(d->out);
    single_close(&d->bare);
    free(d);
}

const ablate_shape *draws_shape(const draws *d)
{
    return &d->bare.layout.out;
}

int draws_get(const draws *d, uint64_t step, float *out)
{
    const float *none[ABLATE_INPUTS] = { NULL };
    const device *where = d->bare.device;
    if (single_run(&d->bare, none, d->out, step) < 0)
        return -1;
    if (where->download(out, d->out, (size_t)shape_size(draws_shape(d)) * sizeof *out) < 0)
        return complain("%s: '%s' failed", where->name, d->bare.step.op->name);
    return 0;
}
