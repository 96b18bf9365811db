#include "where.h"
#include "../base/diag.h"
#include "graph.h"
#include <stdio.h>
#include <stdlib.h>

enum { COPIES = 2 * ABLATE_INPUTS + 4 };

typedef struct copies { /* host copies of device memory; `back` marks those to return */
    const device *where;
    float *host[COPIES];
    float *there[COPIES];
    size_t bytes[COPIES];
    bool back[COPIES];
    int count;
    bool failed;
} copies;

static float *copy_of(copies *c, const float *there, int64_t floats, bool back)
{
    if (!there || floats == 0)
        return NULL;
    int i = c->count++;
    c->bytes[i] = (size_t)floats * sizeof(float);
    c->host[i] = take((size_t)floats, sizeof(float), "a copy for the CPU");
    c->there[i] = (float *)(uintptr_t)there;
    c->back[i] = back;
    c->failed = c->failed || !c->host[i] || c->where->download(c->host[i], there, c->bytes[i]) < 0;
    return c->host[i];
}

static int return_copies(copies *c, bool worked)
{
    int status = worked ? 0 : -1;
    for (int i = 0; i < c->count; i++) {
        if (worked && c->back[i] && c->where->upload(c->there[i], c->host[i], c->bytes[i]) < 0)
            status = -1;
        free(c->host[i]);
    }
    return status;
}

static int run_on_copies(const device *where, const device_step *s, uint64_t step)
{
    const device *cpu = device_load("cpu", 0);
    const ablate_call *call = &s->call;
    copies c = { .where = where };
    const float *in[ABLATE_INPUTS];
    float *grad_in[ABLATE_INPUTS] = { NULL };
    device_step local = *s;
    int64_t floats = shape_size(call->out_shape);
    if (!cpu || !cpu->resolve(&local))
        return -1;
    for (int i = 0; i < call->n_in; i++) {
        in[i] = copy_of(&c, call->in[i], shape_size(&call->in_shape[i]), false);
        grad_in[i] = s->backward ? copy_of(&c, call->grad_in[i], shape_size(&call->in_shape[i]), true) : NULL;
    }
    local.call.in = in;
    local.call.grad_in = grad_in;
    local.call.out = copy_of(&c, call->out, floats, !s->backward);
    local.call.grad_out = s->backward ? copy_of(&c, call->grad_out, floats, false) : NULL;
    local.call.aux = copy_of(&c, call->aux, s->aux, !s->backward);
    local.call.scratch = copy_of(&c, call->scratch, s->scratch, false);
    return return_copies(&c, !c.failed && cpu->run(&local, step) == 0);
}

void where_resolve(const device *where, device_step *s)
{
    if (!where->resolve(s))
        s->kernel = NULL;
}

int where_run(const device *where, device_step *s, uint64_t step)
{
    return s->kernel ? where->run(s, step) : run_on_copies(where, s, step);
}

const char *where_trouble(const device *where)
{
    static char text[DEVICE_WHY + 4];
    const char *said = where->trouble ? where->trouble() : NULL;
    snprintf(text, sizeof text, said ? " (%s)" : "%s", said ? said : "");
    return text;
}
