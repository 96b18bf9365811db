/* reduce.c: sum, mean, max, variance along an axis or of everything. Sums run in double, in a fixed order. */
#include "reduce.h"
#include "../device/cpu_work.h"
#include "misfit.h"

static int reduce_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const reduce_attr *a = attr;
    int axis = a->all || in[0].rank == 0 ? -1 : axis_of(&in[0], a->axis, layout);
    if (axis < 0 && !a->all && in[0].rank > 0)
        return -1;
    for (int i = 0; i < in[0].rank; i++) {
        bool gone = axis == i || axis < 0;
        if (!gone || a->keep)
            layout->out.dim[layout->out.rank++] = gone ? 1 : in[0].dim[i];
    }
    layout->mixes = axis <= 0;
    return 0;
}

/* ---- sum and mean: folds ---- */

static int sum_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    if (reduce_shape(in, n, attr, layout) < 0)
        return -1;
    broadcast g = reduce_geometry(&in[0], attr);
    layout->scratch = fold_scratch(&g, 0);
    return 0;
}

static void sum_scaled(const ablate_call *call, double scale)
{
    broadcast g = reduce_geometry(&call->in_shape[0], call->attr);
    fold_rows rows = { call->in[0], g.width };
    fold_run(&(fold){ .cpu = call->cpu,
                      .geometry = &g,
                      .terms = fold_own,
                      .context = &rows,
                      .scale = scale,
                      .out = call->out,
                      .scratch = call->scratch });
}

static void spread_scaled(const ablate_call *call, double scale)
{
    broadcast g = reduce_geometry(&call->in_shape[0], call->attr);
    if (call->grad_in[0])
        broadcast_spread(call->cpu, &g, scale, call->grad_out, call->grad_in[0], call->add & 1u);
}

static void sum_forward(const ablate_call *call)
{
    sum_scaled(call, 1.0);
}

static void sum_backward(const ablate_call *call)
{
    spread_scaled(call, 1.0);
}

static void mean_forward(const ablate_call *call)
{
    sum_scaled(call, 1.0 / (double)reduce_lines(&call->in_shape[0], call->attr).length);
}

static void mean_backward(const ablate_call *call)
{
    spread_scaled(call, 1.0 / (double)reduce_lines(&call->in_shape[0], call->attr).length);
}

/* ---- max and variance: line by line; a piece is some columns of one outer index ---- */

enum { COLUMNS = 64 };

typedef struct line_piece { /* columns first .. first + n - 1 of one outer index */
    int64_t base;           /* of element (outer, 0, first) in the input */
    int64_t at;             /* of the first column in the result */
    int64_t n, length, step;
} line_piece;

static int64_t line_pieces(const ablate_call *call)
{
    lines l = reduce_lines(&call->in_shape[0], call->attr);
    return l.outer * work_pieces(l.inner, COLUMNS);
}

static line_piece line_piece_of(const ablate_call *call, int64_t i)
{
    lines l = reduce_lines(&call->in_shape[0], call->attr);
    int64_t tiles = work_pieces(l.inner, COLUMNS), outer = i / tiles;
    work_span columns = work_piece(i % tiles, l.inner, COLUMNS);
    return (line_piece){ .base = outer * l.length * l.inner + columns.first,
                         .at = outer * l.inner + columns.first,
                         .n = columns.last - columns.first,
                         .length = l.length,
                         .step = l.inner };
}

/* Several pieces make one call of the body, so that short lines are not handed out one by one. */
typedef struct line_work {
    const ablate_call *call;
    void (*run)(const ablate_call *, line_piece);
    int64_t pieces, cost; /* numbers a piece looks at */
} line_work;

static void line_batch(void *context, int64_t i)
{
    const line_work *w = context;
    work_span span = work_row_span(i, w->pieces, w->cost);
    for (int64_t piece = span.first; piece < span.last; piece++)
        w->run(w->call, line_piece_of(w->call, piece));
}

static void lines_run(const ablate_call *call, void (*run)(const ablate_call *, line_piece))
{
    lines l = reduce_lines(&call->in_shape[0], call->attr);
    line_work w = { call, run, line_pieces(call), l.length * (l.inner < COLUMNS ? l.inner : COLUMNS) };
    work_run_rows(call->cpu, w.pieces, w.cost, line_batch, &w);
}

/* NaN counts as the largest, so that it is seen. */
static inline float larger(float a, float b)
{
    return a > b || a != a ? a : b;
}

static void max_piece(const ablate_call *call, line_piece p)
{
    const float *x = call->in[0] + p.base;
    float best[COLUMNS];
    for (int64_t c = 0; c < p.n; c++)
        best[c] = x[c];
    for (int64_t e = 1; e < p.length; e++)
        for (int64_t c = 0; c < p.n; c++)
            best[c] = larger(best[c], x[e * p.step + c]);
    for (int64_t c = 0; c < p.n; c++)
        call->out[p.at + c] = best[c];
}

/* The gradient goes to the first of the largest. */
static void max_grad_piece(const ablate_call *call, line_piece p)
{
    const float *x = call->in[0] + p.base;
    for (int64_t c = 0; c < p.n; c++) {
        float best = call->out[p.at + c], grad = call->grad_out[p.at + c];
        for (int64_t e = 0; e < p.length; e++) {
            float *to = &call->grad_in[0][p.base + e * p.step + c], value = x[e * p.step + c];
            bool hit = value == best || (value != value && best != best);
            *to = (call->add & 1u ? *to : 0.0f) + (hit ? grad : 0.0f);
            grad = hit ? 0.0f : grad;
        }
    }
}

/* Mean of each column of the piece, in double. */
static void piece_means(const ablate_call *call, line_piece p, double mean[COLUMNS])
{
    const float *x = call->in[0] + p.base;
    for (int64_t c = 0; c < p.n; c++)
        mean[c] = 0;
    if (p.step == 1)
        mean[0] = work_sum(x, p.length);
    else
        for (int64_t e = 0; e < p.length; e++)
            for (int64_t c = 0; c < p.n; c++)
                mean[c] += (double)x[e * p.step + c];
    for (int64_t c = 0; c < p.n; c++)
        mean[c] /= (double)p.length;
}

static void variance_piece(const ablate_call *call, line_piece p)
{
    const float *x = call->in[0] + p.base;
    double mean[COLUMNS], sum[COLUMNS] = { 0 };
    piece_means(call, p, mean);
    if (p.step == 1)
        sum[0] = work_sum_square(x, p.length, mean[0]);
    else
        for (int64_t e = 0; e < p.length; e++)
            for (int64_t c = 0; c < p.n; c++) {
                double d = (double)x[e * p.step + c] - mean[c];
                sum[c] += d * d;
            }
    for (int64_t c = 0; c < p.n; c++)
        call->out[p.at + c] = (float)(sum[c] / (double)p.length);
}

static void variance_grad_piece(const ablate_call *call, line_piece p)
{
    const float *x = call->in[0] + p.base;
    double mean[COLUMNS], slope[COLUMNS];
    piece_means(call, p, mean);
    for (int64_t c = 0; c < p.n; c++)
        slope[c] = 2.0 / (double)p.length * (double)call->grad_out[p.at + c];
    for (int64_t e = 0; e < p.length; e++)
        for (int64_t c = 0; c < p.n; c++) {
            float *to = &call->grad_in[0][p.base + e * p.step + c];
            float grad = (float)(slope[c] * ((double)x[e * p.step + c] - mean[c]));
            *to = (call->add & 1u ? *to : 0.0f) + grad;
        }
}

#define LINES(op)                                                                                                      \
    static void op##_forward(const ablate_call *call)                                                                  \
    {                                                                                                                  \
        lines_run(call, op##_piece);                                                                                   \
    }                                                                                                                  \
    static void op##_backward(const ablate_call *call)                                                                 \
    {                                                                                                                  \
        if (call->grad_in[0])                                                                                          \
            lines_run(call, op##_grad_piece);                                                                          \
    }
LINES(max)
LINES(variance)

/* ---- records ---- */

OP_COST(input_flops, (double)shape_size(&in[0]))

OP_COST(variance_flops, 4.0 * (double)shape_size(&in[0]))

static const ablate_setting reduce_attrs[] = {
    ABLATE_SET(reduce_attr, axis, -1, -ABLATE_DIMS, ABLATE_DIMS - 1, "the axis; negative: counted from the end"),
    ABLATE_SET(reduce_attr, all, 0, 0, 1, "over everything: the result is a scalar"),
    ABLATE_SET(reduce_attr, keep, 0, 0, 1, "the reduced axis stays, with length 1"),
    { 0 }
};

#define REDUCE(op, rule, cost, what_backward_forgets, words)                                                           \
    static const ablate_op op##_record = {                                                                             \
        .doc = words,                                                                                                  \
        OP_BOTH(op, rule),                                                                                             \
        OP_TAKES(1),                                                                                                   \
        .flops = cost,                                                                                                 \
        OP_ATTRS(reduce_attr, reduce_attrs),                                                                           \
        .forgets = what_backward_forgets,                                                                              \
        .stores = true,                                                                                                \
    };                                                                                                                 \
    OP_RECORD(op##_record)

REDUCE(sum, sum_shape, input_flops, ABLATE_FORGET(0) | ABLATE_FORGET_OUT, "sum along an axis");
REDUCE(mean, sum_shape, input_flops, ABLATE_FORGET(0) | ABLATE_FORGET_OUT, "mean along an axis");
REDUCE(max, reduce_shape, input_flops, 0, "largest along an axis; the gradient goes to the first of them");
REDUCE(variance, reduce_shape, variance_flops, ABLATE_FORGET_OUT, "population variance along an axis");
