/* program_memory.c: when each buffer lives, where it is, and what each call points to. */
#include "../base/diag.h"
#include "program_parts.h"
#include "where.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int new_buffer(program *p, int64_t floats)
{
    if (!TAKE_ROOM(p->buffer, p->buffers, "a memory plan"))
        return -1;
    p->buffer[p->buffers] = (plan_buffer){ floats * (int64_t)sizeof(float), INT_MAX, -1, 0 };
    return p->buffers++;
}

static void touch(program *p, int buffer, int when)
{
    if (buffer < 0)
        return;
    plan_buffer *b = &p->buffer[buffer];
    b->first = when < b->first ? when : b->first;
    b->last = when > b->last ? when : b->last;
}

static bool is_constant(const program *p, const ablate_value *value)
{
    bool given = false;
    for (int i = 0; i < p->request.given_count; i++)
        given = given || p->request.given[i] == value;
    return value->kind == VALUE_CONSTANT || (p->stop[value->id] && !given);
}

static bool keeps_aux(const program *p, const ablate_value *value)
{
    int id = value->id;
    return value->layout.aux > 0 && !p->stop[id] && (p->receives[id] || !value->op->forgoes_aux);
}

/* Parameters and constants have memory of their own; everything else gets buffers. */
static int make_buffers(program *p)
{
    const graph *g = p->request.graph;
    for (int i = 0; i < g->values; i++) {
        place *at = &p->place[i];
        const ablate_value *value = g->value[i];
        if (!p->needed[i] || at->root != i)
            continue;
        int64_t floats = shape_size(&value->shape);
        bool own = !value_is_kept(value);
        if (own && !is_constant(p, value) && (at->data_buffer = new_buffer(p, floats)) < 0)
            return -1;
        if (own && p->receives[i] && (at->grad_buffer = new_buffer(p, floats)) < 0)
            return -1;
        if (keeps_aux(p, value) && (at->aux_buffer = new_buffer(p, value->layout.aux)) < 0)
            return -1;
    }
    for (int s = 0; s < p->steps; s++) {
        step *own = &p->step[s];
        if (own->work.scratch > 0 && (own->scratch = new_buffer(p, own->work.scratch)) < 0)
            return -1;
    }
    return 0;
}

static place *root_of(const program *p, const ablate_value *value)
{
    return &p->place[p->place[value->id].root];
}

static bool backward_reads(const ablate_value *value, int input)
{
    return !(value->op->forgets & ABLATE_FORGET(input));
}

static void touch_step(program *p, const step *s, int when)
{
    const ablate_value *value = s->value;
    place *own = root_of(p, value);
    touch(p, s->scratch, when);
    if (!step_works(s)) {
        touch(p, own->grad_buffer, when);
        return;
    }
    touch(p, own->aux_buffer, when);
    if (s->kind == STEP_FORWARD || !(value->op->forgets & ABLATE_FORGET_OUT))
        touch(p, own->data_buffer, when);
    if (s->kind == STEP_BACKWARD)
        touch(p, own->grad_buffer, when);
    for (int i = 0; i < value->n_in; i++) {
        place *input = root_of(p, value->in[i]);
        if (s->kind == STEP_FORWARD || backward_reads(value, i))
            touch(p, input->data_buffer, when);
        if (s->kind == STEP_BACKWARD && s->wants >> i & 1)
            touch(p, input->grad_buffer, when);
    }
}

/* Given values arrive before the first step; wanted ones stay to the end. What two steps in one touch lives during
 * both. */
static void find_lifetimes(program *p)
{
    const graph *g = p->request.graph;
    for (int s = 0; s < p->steps; s++) {
        touch_step(p, &p->step[s], s);
        if (p->step[s].work.pair) {
            touch_step(p, &p->step[s], s + 1);
            touch_step(p, &p->step[s + 1], s);
        }
    }
    for (int i = 0; i < p->request.given_count; i++)
        if (p->needed[p->request.given[i]->id])
            touch(p, root_of(p, p->request.given[i])->data_buffer, 0);
    for (int i = 0; i < p->request.wanted_count; i++)
        touch(p, root_of(p, p->request.wanted[i])->data_buffer, p->steps);
    for (int i = 0; p->request.differentiate && i < graph_goals(g); i++)
        touch(p, root_of(p, graph_goal(g, i))->data_buffer, p->steps);
}

static float *in_arena(const program *p, int buffer)
{
    return buffer < 0 ? NULL : (float *)(void *)(p->arena + p->buffer[buffer].offset);
}

static int point_value(program *p, int id)
{
    const ablate_value *value = p->request.graph->value[id];
    place *at = &p->place[id];
    const program_request *r = &p->request;
    if (at->root != id || !p->needed[id])
        return 0;
    at->data = in_arena(p, at->data_buffer);
    at->grad = in_arena(p, at->grad_buffer);
    at->aux = in_arena(p, at->aux_buffer);
    if (value_is_kept(value)) {
        at->data = r->parameters + value_at(r->graph, value);
        at->grad = r->gradients ? r->gradients + value_at(r->graph, value) : NULL;
    } else if (value->kind == VALUE_CONSTANT) {
        at->data = constants_get(r->constants, value);
        return at->data ? 0 : -1;
    } else if (is_constant(p, value)) {
        hash_digest digest = value_digest(value);
        at->data = constants_find(r->constants, &digest);
    }
    return at->data || at->grad ? 0
                                : complain("'%s' has no place in memory; this is an error of the engine", value->name);
}

static void point_call(program *p, step *s)
{
    const ablate_value *value = s->value;
    const place *own = root_of(p, value);
    const bool back = s->work.backward;
    ablate_call *call = &s->work.call;
    for (int i = 0; i < value->n_in; i++) {
        const place *input = root_of(p, value->in[i]);
        s->in[i] = !back || backward_reads(value, i) ? input->data : NULL;
        s->grad_in[i] = s->grad_in[i] ? input->grad : NULL;
    }
    call->out = back && value->op->forgets & ABLATE_FORGET_OUT ? NULL : own->data;
    call->grad_out = back ? own->grad : NULL;
    call->aux = own->aux;
    call->scratch = in_arena(p, s->scratch);
}

static void point_step(program *p, step *s)
{
    if (step_works(s)) {
        point_call(p, s);
        return;
    }
    s->target = root_of(p, s->value)->grad;
    s->bytes = (size_t)shape_size(&s->value->shape) * sizeof(float);
}

/* A device that orders recorded calls by their memory is given enough of it, if that is no more than a quarter of what
 * it has left. */
static int64_t plan_arena(program *p)
{
    const device *where = p->request.device;
    if (where->record && where->room) {
        int64_t apart = plan_apart(p->buffer, p->buffers);
        if (apart <= where->room() / 4)
            return apart;
    }
    return plan_place(p->buffer, p->buffers);
}

int program_place(program *p)
{
    if (make_buffers(p) < 0)
        return -1;
    find_lifetimes(p);
    p->arena_bytes = plan_arena(p);
    if (p->arena_bytes < 0)
        return -1;
    p->arena = p->request.device->allocate((size_t)p->arena_bytes + 64);
    if (!p->arena)
        return complain("%s: out of memory: the plan needs %lld MiB of workspace%s; use a smaller run.batch",
                        p->request.device->name, (long long)(p->arena_bytes >> 20), where_trouble(p->request.device));
    for (int i = 0; i < p->request.graph->values; i++)
        if (point_value(p, i) < 0)
            return -1;
    for (int s = 0; s < p->steps; s++)
        point_step(p, &p->step[s]);
    return 0;
}
