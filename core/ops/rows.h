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

/* The rule of an operation that makes of each row a row of the same width. */
static inline int rows_kept(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    layout->mixes = in[0].rank == 1;
    return shape_kept(in, n, attr, layout) == 0 ? needs_axis(&in[0], layout) : -1;
}

static inline int64_t rows_count(const ablate_call *call)
{
    return shape_size(&call->in_shape[0]) / width_of(&call->in_shape[0]);
}

/* Runs `body` over pieces of whole rows of in[0]. */
static inline void run_rows(const ablate_call *call, void (*body)(void *, int64_t))
{
    work_run_rows(call->cpu, rows_count(call), width_of(&call->in_shape[0]), body, call);
}

/* The rows of one piece. */
static inline work_span rows_of(const ablate_call *call, int64_t piece)
{
    return work_row_span(piece, rows_count(call), width_of(&call->in_shape[0]));
}

/* An operation whose rows are computed one by one is written as `OP_row(call, r)`, and OP_forward made of it; likewise
 * OP_backward of `OP_grad_row`, which runs if one of the first two inputs wants its gradient. */
#define ROWS_EACH(function, row)                                                                                       \
    static void function##_piece(void *context, int64_t piece)                                                         \
    {                                                                                                                  \
        const ablate_call *call = context;                                                                             \
        work_span rows = rows_of(call, piece);                                                                         \
        for (int64_t r = rows.first; r < rows.last; r++)                                                               \
            row(call, r);                                                                                              \
    }
#define ROWS_FORWARD(op)                                                                                               \
    ROWS_EACH(op##_forward, op##_row)                                                                                  \
    static void op##_forward(const ablate_call *call)                                                                  \
    {                                                                                                                  \
        run_rows(call, op##_forward_piece);                                                                            \
    }
#define ROWS_BACKWARD(op)                                                                                              \
    ROWS_EACH(op##_backward, op##_grad_row)                                                                            \
    static void op##_backward(const ablate_call *call)                                                                 \
    {                                                                                                                  \
        if (call->grad_in[0] || (call->n_in > 1 && call->grad_in[1]))                                                  \
            run_rows(call, op##_backward_piece);                                                                       \
    }

#endif
