/* binary.c: add, sub, mul, div of two tensors, with numpy's broadcasting. */
#include "../device/cpu_work.h"
#include "broadcast.h"
#include "misfit.h"

/* ---- forward ---- */

typedef enum { ADD, SUB, MUL, DIV } binary_kind;

static inline float combine(binary_kind kind, float a, float b)
{
    return kind == ADD ? a + b : kind == SUB ? a - b : kind == MUL ? a * b : a / b;
}

/* A row of the result; an operand of stride 0 is one number for the whole row. `kind` is known where this is inlined.
 */
static inline __attribute__((always_inline)) void combine_row(binary_kind kind, const float *a, int64_t stride_a,
                                                              const float *b, int64_t stride_b, float *out, int64_t n)
{
    float one_a = a[0], one_b = b[0];
    if (stride_a && stride_b)
        for (int64_t e = 0; e < n; e++)
            out[e] = combine(kind, a[e], b[e]);
    else if (stride_a)
        for (int64_t e = 0; e < n; e++)
            out[e] = combine(kind, a[e], one_b);
    else if (stride_b)
        for (int64_t e = 0; e < n; e++)
            out[e] = combine(kind, one_a, b[e]);
    else
        for (int64_t e = 0; e < n; e++)
            out[e] = combine(kind, one_a, one_b);
}

typedef struct binary_work {
    const ablate_call *call;
    broadcast geometry;
} binary_work;

static inline __attribute__((always_inline)) void combine_block(binary_kind kind, const binary_work *w, int64_t i)
{
    const broadcast *g = &w->geometry;
    work_block block = work_block_of(i, g->rows, g->width);
    int64_t stride_a = g->stride[0][ABLATE_DIMS - 1], stride_b = g->stride[1][ABLATE_DIMS - 1];
    for (int64_t row = block.first; row < block.last; row++) {
        const float *a = w->call->in[0] + broadcast_offset(g, 0, row) + stride_a * block.column;
        const float *b = w->call->in[1] + broadcast_offset(g, 1, row) + stride_b * block.column;
        float *out = w->call->out + row * g->width + block.column;
        combine_row(kind, a, stride_a, b, stride_b, out, block.n);
    }
}

static void binary_forward(const ablate_call *call, void (*block)(void *, int64_t))
{
    binary_work w = { call, broadcast_of(call->out_shape, &call->in_shape[0], &call->in_shape[1]) };
    work_run(call->cpu, work_blocks(w.geometry.rows, w.geometry.width), block, &w);
}

/* ---- backward: each input's gradient is a sum of terms over the axes on which it repeats itself ---- */

typedef struct operand_row { /* an operand's numbers beside a piece of a row of the result */
    const float *x;
    int64_t stride;
} operand_row;

static operand_row operand_at(const binary_work *w, int operand, int64_t row, int64_t column)
{
    int64_t stride = w->geometry.stride[operand][ABLATE_DIMS - 1];
    return (operand_row){ w->call->in[operand] + broadcast_offset(&w->geometry, operand, row) + stride * column,
                          stride };
}

static const float *grad_at(const binary_work *w, int64_t row, int64_t column)
{
    return w->call->grad_out + row * w->geometry.width + column;
}

static const float *terms_pass(const void *context, int64_t row, int64_t column, int64_t n, float *room)
{
    (void)n, (void)room;
    return grad_at(context, row, column);
}

/* Gradient times the other operand. */
static const float *terms_times(const binary_work *w, int other, int64_t row, int64_t column, int64_t n, float *room)
{
    operand_row o = operand_at(w, other, row, column);
    combine_row(MUL, grad_at(w, row, column), 1, o.x, o.stride, room, n);
    return room;
}

static const float *terms_times_second(const void *context, int64_t row, int64_t column, int64_t n, float *room)
{
    return terms_times(context, 1, row, column, n, room);
}

static const float *terms_times_first(const void *context, int64_t row, int64_t column, int64_t n, float *room)
{
    return terms_times(context, 0, row, column, n, room);
}

static const float *terms_over_second(const void *context, int64_t row, int64_t column, int64_t n, float *room)
{
    operand_row b = operand_at(context, 1, row, column);
    combine_row(DIV, grad_at(context, row, column), 1, b.x, b.stride, room, n);
    return room;
}

/* g a / b^2; the sign is the fold's scale */
static const float *terms_quotient(const void *context, int64_t row, int64_t column, int64_t n, float *room)
{
    operand_row a = operand_at(context, 0, row, column), b = operand_at(context, 1, row, column);
    terms_over_second(context, row, column, n, room);
    combine_row(MUL, room, 1, a.x, a.stride, room, n);
    combine_row(DIV, room, 1, b.x, b.stride, room, n);
    return room;
}

static void binary_backward(const ablate_call *call, fold_terms *first, fold_terms *second, double second_scale)
{
    binary_work w = { call, broadcast_of(call->out_shape, &call->in_shape[0], &call->in_shape[1]) };
    for (int i = 0; i < 2; i++) {
        fold f = { .cpu = call->cpu,
                   .geometry = &w.geometry,
                   .operand = i,
                   .terms = i ? second : first,
                   .context = &w,
                   .scale = i ? second_scale : 1.0,
                   .out = call->grad_in[i],
                   .add = call->add >> i & 1u,
                   .scratch = call->scratch };
        if (f.out)
            fold_run(&f);
    }
}

/* ---- records ---- */

static int binary_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (broadcast_shape(&in[0], &in[1], layout) < 0)
        return -1;
    broadcast g = broadcast_of(&layout->out, &in[0], &in[1]);
    int64_t first = fold_scratch(&g, 0), second = fold_scratch(&g, 1);
    layout->scratch = first > second ? first : second;
    return 0;
}

#define FORGETS_ALL (ABLATE_FORGET(0) | ABLATE_FORGET(1) | ABLATE_FORGET_OUT)

/* One operation: how two numbers combine, and the terms of each operand's gradient, the second's times a scale. */
#define BINARY(op, kind, words, what_backward_forgets, first, second, second_scale)                                    \
    static void op##_block(void *context, int64_t i)                                                                   \
    {                                                                                                                  \
        combine_block(kind, context, i);                                                                               \
    }                                                                                                                  \
    static void op##_forward(const ablate_call *call)                                                                  \
    {                                                                                                                  \
        binary_forward(call, op##_block);                                                                              \
    }                                                                                                                  \
    static void op##_backward(const ablate_call *call)                                                                 \
    {                                                                                                                  \
        binary_backward(call, first, second, second_scale);                                                            \
    }                                                                                                                  \
    static const ablate_op op##_record = {                                                                             \
        .doc = words,                                                                                                  \
        OP_BOTH(op, binary_shape),                                                                                     \
        OP_TAKES(2),                                                                                                   \
        .forgets = what_backward_forgets,                                                                              \
        .stores = true,                                                                                                \
    };                                                                                                                 \
    OP_RECORD(op##_record)

BINARY(add, ADD, "a + b, with numpy's broadcasting", FORGETS_ALL, terms_pass, terms_pass, 1.0);
BINARY(sub, SUB, "a - b, with numpy's broadcasting", FORGETS_ALL, terms_pass, terms_pass, -1.0);
BINARY(mul, MUL, "a b, element by element, with numpy's broadcasting", ABLATE_FORGET_OUT, terms_times_second,
       terms_times_first, 1.0);
BINARY(div, DIV, "a / b, element by element, with numpy's broadcasting", ABLATE_FORGET_OUT, terms_over_second,
       terms_quotient, -1.0);
