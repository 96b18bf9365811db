#include "draws.h"
#include "../base/diag.h"
#include "../base/random.h"
#include "where.h"
#include <stdlib.h>

struct draws {
    const device *device;
    const ablate_value *value;
    const ablate_op *bare;
    uint64_t key;
    ablate_shape in_shape[ABLATE_INPUTS];
    ablate_layout layout;
    float *out, *aux, *scratch; /* device memory */
    int64_t scratch_floats;
};

static int lay_out(draws *d)
{
    const ablate_value *value = d->value;
    for (int i = 0; i < value->n_in; i++)
        d->in_shape[i] = value->in[i]->shape;
    if (d->bare->attr_size != value->op->attr_size)
        return complain("operation '%s' must have the attributes of '%s'; give both one struct", d->bare->name,
                        value->op->name);
    if (d->bare->shape(d->in_shape, value->n_in, value->attr, &d->layout) < 0)
        return complain_at(value->file, value->line, "%s: %s", d->bare->name, d->layout.why);
    return 0;
}

static int allocate(draws *d)
{
    const ablate_call shapes = {
        .n_in = d->value->n_in, .in_shape = d->in_shape, .out_shape = &d->layout.out, .attr = d->value->attr
    };
    d->scratch_floats = where_scratch(d->device, d->bare, false, &shapes, d->layout.scratch);
    const int64_t floats[] = { shape_size(&d->layout.out), d->layout.aux, d->scratch_floats };
    float **room[] = { &d->out, &d->aux, &d->scratch };
    for (int i = 0; i < 3; i++) {
        *room[i] = floats[i] > 0 ? d->device->allocate((size_t)floats[i] * sizeof(float)) : NULL;
        if (floats[i] > 0 && !*room[i])
            return complain("%s: out of memory for the draws of '%s'", d->device->name, d->value->name);
    }
    return 0;
}

draws *draws_new(const device *where, const ablate_value *value, const ablate_op *bare, uint64_t seed)
{
    draws *d = take_zeroed(1, sizeof *d, "random draws");
    if (!d)
        return NULL;
    *d = (draws){ .device = where, .value = value, .bare = bare, .key = random_key(seed, value->name) };
    if (lay_out(d) == 0 && allocate(d) == 0)
        return d;
    draws_free(d);
    return NULL;
}

void draws_free(draws *d)
{
    if (!d)
        return;
    float *const room[] = { d->out, d->aux, d->scratch };
    for (int i = 0; i < 3; i++)
        if (room[i])
            d->device->release(room[i]);
    free(d);
}

const ablate_shape *draws_shape(const draws *d)
{
    return &d->layout.out;
}

int draws_get(const draws *d, uint64_t step, float *out)
{
    const float *in[ABLATE_INPUTS] = { NULL };
    ablate_call call = { .n_in = d->value->n_in,
                         .in_shape = d->in_shape,
                         .out_shape = &d->layout.out,
                         .in = in,
                         .out = d->out,
                         .aux = d->aux,
                         .scratch = d->scratch,
                         .attr = d->value->attr,
                         .key = d->key,
                         .step = step };
    const device *where = d->device;
    int status = where_run(where, d->bare, false, &call, d->layout.aux, d->scratch_floats);
    size_t bytes = (size_t)shape_size(&d->layout.out) * sizeof *out;
    if (status < 0 || where->download(out, d->out, bytes) < 0)
        return complain("%s: '%s' failed%s", where->name, d->bare->name, where_trouble(where));
    return 0;
}
