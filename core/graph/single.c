#include "single.h"
#include "../base/diag.h"
#include "../base/settings.h"
#include "where.h"
#include <stdlib.h>
#include <string.h>

static float *room(const device *where, int64_t floats)
{
    return floats > 0 ? where->allocate((size_t)floats * sizeof(float)) : NULL;
}

static int make_rooms(single *s)
{
    const device *where = s->device;
    device_step *step = &s->step;
    step->call.aux = room(where, step->aux);
    step->call.scratch = room(where, step->scratch);
    if ((step->aux > 0 && !step->call.aux) || (step->scratch > 0 && !step->call.scratch))
        return complain("%s: out of memory for '%s'%s", where->name, step->op->name, where_trouble(where));
    if (step->aux > 0 && where->clear(step->call.aux, (size_t)step->aux * sizeof(float)) < 0)
        return complain("%s: its memory cannot be cleared%s", where->name, where_trouble(where));
    return 0;
}

int single_prepare(single *s, const device *where, const ablate_op *op, const void *attr, int inputs,
                   const ablate_shape *in, const char *file, int line)
{
    *s = (single){ .device = where };
    memcpy(s->in_shape, in, (size_t)inputs * sizeof *in);
    if (op->shape(s->in_shape, inputs, attr, &s->layout) < 0)
        return complain_at(file, line, "%s: %s", op->name, s->layout.why);
    s->step = (device_step){ .op = op,
                             .aux = s->layout.aux,
                             .scratch = s->layout.scratch,
                             .call = { .n_in = inputs, .attr = attr, .in_shape = s->in_shape } };
    s->step.call.out_shape = &s->layout.out;
    where_resolve(where, &s->step);
    return make_rooms(s);
}

int single_open(single *s, const device *where, const char *name, const char *attributes, int inputs,
                const ablate_shape *in)
{
    char *texts = NULL;
    const ablate_op *op = device_find_op(name);
    *s = (single){ .device = where };
    if (!op)
        return complain("there is no operation '%s'; build the operations again", name);
    void *attr = take_zeroed(1, op->attr_size, name);
    int status = attr ? settings_fill_text(attributes, op->attrs, attr, (ablate_at){ "engine", 0 }, name, &texts) : -1;
    if (status == 0)
        status = single_prepare(s, where, op, attr, inputs, in, NULL, 0);
    s->attr = attr;
    s->texts = texts;
    return status;
}

void single_close(single *s)
{
    if (s->step.call.aux)
        s->device->release(s->step.call.aux);
    if (s->step.call.scratch)
        s->device->release(s->step.call.scratch);
    free(s->attr);
    free(s->texts);
    *s = (single){ 0 };
}

int single_run(const single *s, const float *const *in, float *out, uint64_t step)
{
    device_step now = s->step; /* the struct may have moved since it was prepared */
    now.call.in_shape = s->in_shape;
    now.call.out_shape = &s->layout.out;
    now.call.in = in;
    now.call.out = out;
    return where_run(s->device, &now, step) == 0
               ? 0
               : complain("%s: '%s' failed%s", s->device->name, now.op->name, where_trouble(s->device));
}
