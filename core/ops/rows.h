/* rows.h: work over the rows of the last axis of the first input. */
#ifndef ABLATE_OPS_ROWS_H
#define ABLATE_OPS_ROWS_H
#include "../device/cpu_work.h"
#include "misfit.h"

/* Length of the last axis. */
static inline int64_t width_of(const ablate_shape *s)
{
    return s->dim[s->rank - 1];
}

/* 0, or -1 with the sentence for a scalar. */
static inline int needs_axis(const ablate_shape *x, ablate_layout *layout)
{
    return x->rank > 0 ? 0 : misfit(layout, "a scalar has no last axis; give it one with reshape");
}

/* Runs `body` over pieces of whole rows of in[0]. */
static inline void run_rows(const ablate_call *call, void (*body)(void *, int64_t))
{
    int64_t width = width_of(&call->in_shape[0]);
    work_run_rows(call->cpu, shape_size(&call->in_shape[0]) / width, width, body, call);
}

/* The rows of one piece. */
static inline work_span rows_of(const ablate_call *call, int64_t piece)
{
    int64_t width = width_of(&call->in_shape[0]);
    return work_row_span(piece, shape_size(&call->in_shape[0]) / width, width);
}

#endif
