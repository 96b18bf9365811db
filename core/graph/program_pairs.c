/* program_pairs.c: an operation and the one that takes its result, done as one where the device knows how. */
#include "program_parts.h"

/* Is the first input of `second` what `first` makes, under the same shape? */
static bool follows(const program *p, const ablate_value *first, const ablate_value *second)
{
    const ablate_value *input = second->n_in > 0 ? second->in[0] : NULL;
    return input && p->place[input->id].root == p->place[first->id].root && shape_same(&input->shape, &first->shape);
}

static bool is_pair(const program *p, const step *s, const step *next)
{
    bool back = s->kind == STEP_BACKWARD;
    const step *first = back ? next : s, *second = back ? s : next;
    step_shapes one, two;
    if (s->kind != next->kind || (s->kind != STEP_FORWARD && !back) || !follows(p, first->value, second->value))
        return false;
    if (back && !(second->wants & 1u))
        return false;
    program_shapes(first, &one);
    program_shapes(second, &two);
    return p->request.device->pairs(first->value->op, &one.call, second->value->op, &two.call, back);
}

void program_find_pairs(program *p)
{
    for (int s = 0; p->request.device->pairs && s + 1 < p->steps; s++) {
        p->step[s].paired = is_pair(p, &p->step[s], &p->step[s + 1]);
        s += p->step[s].paired; /* a step is in one pair only */
    }
}

int program_run_pair(const program *p, step *s, uint64_t now)
{
    step *next = s + 1;
    bool back = s->kind == STEP_BACKWARD;
    step *first = back ? next : s, *second = back ? s : next;
    s->call.step = next->call.step = now;
    return p->request.device->run_pair(first->value->op, &first->call, second->value->op, &second->call, back);
}
