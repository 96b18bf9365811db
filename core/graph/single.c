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
    ablate_call shapes = { .n_in = s->inputs, .in_shape = s->in_shape, .out_shape = &s->layout.out, .attr = s->attr };
    s->scratch_floats = where_scratch(where, s->op, false, &shapes, s->layout.scratch);
    s->aux = room(where, s->layout.aux);
    s->scratch = room(where, s->scratch_floats);
    if ((s->layout.aux > 0 && !s->aux) || (s->scratch_floats > 0 && !s->scratch))
        return complain("%s: out of memory for '%s'%s", where->name, s->op->name, where_trouble(where));
    if (s->aux && where->clear(s->aux, (size_t)s->layout.aux * sizeof(float)) < 0)
        return complain("%s: its memory cannot be cleared%s", where->name, where_trouble(where));
    return 0;
}

int single_open(single *s, const device *where, const char *op, const char *attributes, int inputs,
                const ablate_shape *in)
{
    char *owned = NULL;
    *s = (single){ .device = where, .op = device_find_op(op), .inputs = inputs };
    if (!s->op)
        return complain("there is no operation '%s'; build the operations again", op);
    memcpy(s->in_shape, in, (size_t)inputs * sizeof *in);
    s->attr = take_zeroed(1, s->op->attr_size, op);
    if (!s->attr || settings_fill_text(attributes, s->op->attrs, s->attr, "engine", 0, op, &owned) < 0)
        return -1;
    free(owned);
    if (s->op->shape(s->in_shape, inputs, s->attr, &s->layout) < 0)
        return complain("%s: %s", op, s->layout.why);
    return make_rooms(s);
}

void single_close(single *s)
{
    if (s->aux)
        s->device->release(s->aux);
    if (s->scratch)
        s->device->release(s->scratch);
    free(s->attr);
    *s = (single){ 0 };
}

int single_run(const single *s, const float *const *in, float *out, uint64_t step)
{
    ablate_call call = { .n_in = s->inputs,
                         .in_shape = s->in_shape,
                         .out_shape = &s->layout.out,
                         .in = in,
                         .out = out,
                         .aux = s->aux,
                         .scratch = s->scratch,
                         .attr = s->attr,
                         .step = step };
    int status = where_run(s->device, s->op, false, &call, s->layout.aux, s->scratch_floats);
    return status < 0 ? complain("%s: '%s' failed%s", s->device->name, s->op->name, where_trouble(s->device)) : 0;
}
