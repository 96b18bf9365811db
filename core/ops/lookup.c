/* lookup.c: rows found by index: embedding (from one weight) and select (one of each sequence). Indices are floats that
 * hold whole numbers; for any other, or one out of range, the row is NaN, which the run's guard reports. */
#include "../device/cpu_work.h"
#include "index.h"
#include "misfit.h"
#include <math.h>
#include <string.h>

static void row_fetch(const float *row, float *to, int64_t n)
{
    if (row)
        memcpy(to, row, (size_t)n * sizeof *to);
    else
        for (int64_t e = 0; e < n; e++)
            to[e] = NAN;
}

/* ---- embedding ---- */

static int embedding_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (in[0].rank != 2)
        return misfit(layout, "the weight must have 2 axes (rows, width); its shape is %s", shape_words(&in[0]).text);
    if (in[1].rank >= ABLATE_DIMS)
        return misfit(layout, "the indices may have at most %d axes; their shape is %s", ABLATE_DIMS - 1,
                      shape_words(&in[1]).text);
    layout->out = in[1];
    layout->out.dim[layout->out.rank++] = in[0].dim[1];
    layout->mixes = rows_alike(&in[0], &layout->out);
    return size_check(&layout->out, layout);
}

static void embedding_rows(void *context, int64_t i)
{
    const ablate_call *call = context;
    int64_t count = call->in_shape[0].dim[0], width = call->in_shape[0].dim[1];
    work_span span = work_row_span(i, shape_size(&call->in_shape[1]), width);
    for (int64_t r = span.first; r < span.last; r++) {
        int64_t index = index_of(call->in[1][r], count);
        row_fetch(index < 0 ? NULL : call->in[0] + index * width, call->out + r * width, width);
    }
}

static void embedding_forward(const ablate_call *call)
{
    work_run_rows(call->cpu, shape_size(&call->in_shape[1]), call->in_shape[0].dim[1], embedding_rows, call);
}

enum { COLUMNS = 64 }; /* columns that one piece adds, row by row: no two pieces touch the same number */

static void embedding_grad_columns(void *context, int64_t i)
{
    const ablate_call *call = context;
    int64_t count = call->in_shape[0].dim[0], width = call->in_shape[0].dim[1];
    int64_t rows = shape_size(&call->in_shape[1]);
    work_span columns = work_piece(i, width, COLUMNS);
    for (int64_t r = 0; r < rows; r++) {
        int64_t index = index_of(call->in[1][r], count);
        float *to = call->grad_in[0] + index * width;
        const float *grad = call->grad_out + r * width;
        for (int64_t e = columns.first; index >= 0 && e < columns.last; e++)
            to[e] += grad[e];
    }
}

/* Always adds: most rows of a vocabulary receive nothing, and the engine's zeroes stay. */
static void embedding_backward(const ablate_call *call)
{
    if (call->grad_in[0])
        work_run(call->cpu, work_pieces(call->in_shape[0].dim[1], COLUMNS), embedding_grad_columns, call);
}

/* Rows read, rows written, indices read. */
OP_COST(lookup_bytes, (double)sizeof(float) * (2.0 * (double)shape_size(out) + (double)shape_size(&in[1])))

static const ablate_op embedding_record = {
    .doc = "weight (V, C), ids (...) -> (..., C): the rows with these indices; NaN for an index out of range",
    OP_BOTH(embedding, embedding_shape),
    OP_TAKES(2),
    .flops = flops_none,
    .bytes = lookup_bytes,
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
};
OP_RECORD(embedding_record);

/* ---- select ---- */

static int select_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (in[0].rank != 3 || in[1].rank != 1 || in[0].dim[0] != in[1].dim[0])
        return misfit(layout, "x must have 3 axes (B, L, C) and the index 1 (B); the shapes are %s and %s",
                      shape_words(&in[0]).text, shape_words(&in[1]).text);
    layout->out = (ablate_shape){ 2, { in[0].dim[0], in[0].dim[2] } };
    return 0;
}

static void select_forward(const ablate_call *call)
{
    const ablate_shape *x = &call->in_shape[0];
    for (int64_t b = 0; b < x->dim[0]; b++) {
        int64_t index = index_of(call->in[1][b], x->dim[1]);
        const float *row = index < 0 ? NULL : call->in[0] + (b * x->dim[1] + index) * x->dim[2];
        row_fetch(row, call->out + b * x->dim[2], x->dim[2]);
    }
}

static void select_backward(const ablate_call *call)
{
    const ablate_shape *x = &call->in_shape[0];
    for (int64_t b = 0; call->grad_in[0] && b < x->dim[0]; b++) {
        int64_t index = index_of(call->in[1][b], x->dim[1]);
        float *to = call->grad_in[0] + (b * x->dim[1] + index) * x->dim[2];
        for (int64_t e = 0; index >= 0 && e < x->dim[2]; e++)
            to[e] += call->grad_out[b * x->dim[2] + e];
    }
}

static const ablate_op select_record = {
    .doc = "x (B, L, C), index (B) -> (B, C): row index[b] of x[b]; NaN for an index out of range",
    OP_BOTH(select, select_shape),
    OP_TAKES(2),
    .flops = flops_none,
    .bytes = lookup_bytes,
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
};
OP_RECORD(select_record);
