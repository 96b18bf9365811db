/* transpose.h: attributes of transpose and its walk over the result, for both halves. */
#ifndef ABLATE_OPS_TRANSPOSE_H
#define ABLATE_OPS_TRANSPOSE_H
#include "misfit.h"

typedef struct transpose_attr {
    const char *axes;
} transpose_attr;

/* A walk over the result, whose axes (those longer than 1) are padded to four in front. Steps are distances between
 * neighbours along an axis. */
typedef struct turn {
    const float *from;
    float *to;
    bool add;
    int64_t dim[ABLATE_DIMS], from_step[ABLATE_DIMS], to_step[ABLATE_DIMS];
    int fast,
        outer[2]; /* the axis along which the source is contiguous, and the two that are neither it nor the last */
} turn;

enum { LAST = ABLATE_DIMS - 1 };

static inline turn turn_of(const ablate_shape *in, const int64_t *axis, const float *from, float *to, bool add)
{
    turn t = { from, to, add, { 1, 1, 1, 1 }, { 0 }, { 0 }, LAST, { 0 } };
    int64_t in_step[ABLATE_DIMS] = { 0 }, step = 1;
    for (int i = in->rank - 1; i >= 0; step *= in->dim[i], i--)
        in_step[i] = step;
    for (int i = in->rank - 1, at = LAST; i >= 0; i--)
        if (in->dim[axis[i]] > 1) {
            t.dim[at] = in->dim[axis[i]];
            t.from_step[at--] = in_step[axis[i]];
        }
    step = 1;
    for (int i = LAST; i >= 0; step *= t.dim[i], i--) {
        t.to_step[i] = step;
        t.fast = t.from_step[i] == 1 ? i : t.fast;
    }
    for (int i = 0, n = 0; i < LAST && n < 2; i++)
        if (i != t.fast)
            t.outer[n++] = i;
    return t;
}

/* The walk of a call that the shape rule has accepted: over the result, or backward over the input's gradient. */
static inline turn transpose_turn(const ablate_call *call, bool backward)
{
    int64_t axis[ABLATE_DIMS] = { 0 }, back[ABLATE_DIMS] = { 0 };
    ablate_layout unused;
    list_read(((const transpose_attr *)call->attr)->axes, "axes", axis, &unused);
    if (!backward)
        return turn_of(&call->in_shape[0], axis, call->in[0], call->out, false);
    for (int i = 0; i < call->in_shape[0].rank; i++)
        back[axis[i]] = i;
    return turn_of(call->out_shape, back, call->grad_out, call->grad_in[0], (call->add & 1u) != 0);
}

#endif
