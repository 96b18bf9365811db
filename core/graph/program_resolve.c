/* program_resolve.c: each step is looked up once: its shapes, who computes it with how much working room, and which
 * neighbours the device does as one. Where its numbers are is decided afterwards. */
#include "../base/random.h"
#include "program_parts.h"
#include "where.h"

static void resolve_step(const program *p, step *s)
{
    static float wanted; /* marks the gradients that will be asked for */
    const ablate_value *value = s->value;
    device_step *work = &s->work;
    for (int i = 0; i < value->n_in; i++) {
        s->in_shape[i] = value->in[i]->shape;
        s->grad_in[i] = s->wants >> i & 1 ? &wanted : NULL;
    }
    work->op = value->op;
    work->backward = s->kind == STEP_BACKWARD;
    work->aux = value->layout.aux;
    work->scratch = value->layout.scratch;
    work->call = (ablate_call){ .n_in = value->n_in,
                                .in_shape = s->in_shape,
                                .out_shape = &value->shape,
                                .in = s->in,
                                .grad_in = s->grad_in,
                                .add = work->call.add,
                                .attr = value->attr,
                                .key = random_key(p->request.seed, value->name) };
    where_resolve(p->request.device, work);
}

/* Is the first input of `second` what `first` makes, under the same shape? */
static bool follows(const program *p, const ablate_value *first, const ablate_value *second)
{
    const ablate_value *input = second->n_in > 0 ? second->in[0] : NULL;
    return input && p->place[input->id].root == p->place[first->id].root && shape_same(&input->shape, &first->shape);
}

static bool may_pair(const program *p, const step *s, const step *next)
{
    bool back = s->kind == STEP_BACKWARD;
    const step *first = back ? next : s, *second = back ? s : next;
    return step_works(s) && s->kind == next->kind && s->work.kernel && next->work.kernel &&
           follows(p, first->value, second->value) && (!back || second->wants & 1u);
}

void program_resolve(program *p)
{
    const device *where = p->request.device;
    for (int s = 0; s < p->steps; s++)
        if (step_works(&p->step[s]))
            resolve_step(p, &p->step[s]);
    for (int s = 0; where->pair && s + 1 < p->steps; s++)
        if (may_pair(p, &p->step[s], &p->step[s + 1]) && where->pair(&p->step[s].work, &p->step[s + 1].work))
            s++; /* a step is in one pair only */
}
