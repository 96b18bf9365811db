#include "single.h"
#include "../base/diag.h"
#include "../base/settings.h"
#include "fallback.h"
#include <stdlib.h>

static float *room(const device *where, int64_t floats)
{
    return floats > 0 ? where->allocate((size_t)floats * sizeof(float)) : NULL;
}

int single_open(single *s, const device *where, const char *op, const char *attributes, const ablate_shape *in)
{
    char *owned = NULL;
    *s = (single){ .device = where, .op = device_find_op(op), .in_shape = *in };
    if (!s->op)
        return complain("there is no operation '%s'; build the operations again", op);
    s->attr = take_zeroed(1, s->op->attr_size, op);
    if (!s->attr || settings_fill_text(attributes, s->op->attrs, s->attr, "engine", 0, op, &owned) < 0)
        return -1;
    free(owned);
    if (s->op->shape(in, 1, s->attr, &s->layout) < 0)
        return complain("%s: %s", op, s->layout.why);
    s->aux = room(where, s->layout.aux);
    s->scratch = room(where, s->layout.scratch);
    if ((s->layout.aux > 0 && !s->aux) || (s->layout.scratch > 0 && !s->scratch))
        return complain("%s: out of memory for '%s'", where->name, op);
    return 0;
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

int single_run(const single *s, const float *in, float *out, uint64_t step)
{
    const float *inputs[] = { in };
    ablate_call call = { .n_in = 1,
                         .in_shape = &s->in_shape,
                         .out_shape = &s->layout.out,
                         .in = inputs,
                         .out = out,
                         .aux = s->aux,
                         .scratch = s->scratch,
                         .attr = s->attr,
                         .step = step };
    int status = s->device->supports(s->op, false)
                     ? s->device->run(s->op, false, &call)
                     : fallback_run(s->device, s->op, false, &call, s->layout.aux, s->layout.scratch);
    return status < 0 ? complain("%s: '%s' failed", s->device->name, s->op->name) : 0;
}
