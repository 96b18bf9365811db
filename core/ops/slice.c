/* slice.c: slice takes a run of one axis, concat puts tensors together along one. Both copy blocks: for every index of
 * the axes before, a run of the axis with all that follows it. */
#include "slice.h"
#include "chunks.h"
#include "misfit.h"
#include <string.h>

typedef struct block_copy { /* to[row * to_step + e] (+)= from[row * from_step + e] for e < width */
    const float *from;
    float *to;
    int64_t rows, width, from_step, to_step;
    bool add;
} block_copy;

static void copy_rows(void *context, int64_t i)
{
    const block_copy *c = context;
    work_block block = work_block_of(i, c->rows, c->width);
    for (int64_t row = block.first; row < block.last; row++) {
        const float *from = c->from + row * c->from_step + block.column;
        float *to = c->to + row * c->to_step + block.column;
        put_numbers(to, from, block.n, c->add);
    }
}

static void copy_run(const ablate_cpu *cpu, const block_copy *c)
{
    work_run(cpu, work_blocks(c->rows, c->width), copy_rows, c);
}

static void zero_rows(void *context, int64_t i)
{
    const block_copy *c = context;
    work_block block = work_block_of(i, c->rows, c->width);
    for (int64_t row = block.first; row < block.last; row++)
        memset(c->to + row * c->to_step + block.column, 0, (size_t)block.n * sizeof *c->to);
}

/* ---- slice ---- */

static int slice_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const slice_attr *a = attr;
    int axis = axis_of(&in[0], a->axis, layout);
    if (axis < 0)
        return -1;
    int64_t length = in[0].dim[axis], start = a->start < 0 ? a->start + length : a->start;
    int64_t count = a->count ? a->count : length - start;
    if (start < 0 || start >= length || count > length - start)
        return misfit(layout, "start=%d count=%d reaches beyond axis %d of shape %s", a->start, a->count, axis,
                      shape_words(&in[0]).text);
    layout->out = in[0];
    layout->out.dim[axis] = count;
    layout->mixes = axis == 0;
    return 0;
}

static void slice_forward(const ablate_call *call)
{
    slice_run r = slice_run_of(call);
    copy_run(call->cpu, &(block_copy){ call->in[0] + r.begin, call->out, r.rows, r.width, r.length, r.width, false });
}

/* Zeroes what lies before and after the run. */
static void zero_around(const ablate_call *call, const slice_run *r)
{
    int64_t after = r->begin + r->width, width[2] = { r->begin, r->length - after }, at[2] = { 0, after };
    for (int side = 0; side < 2; side++) {
        block_copy c = { NULL, call->grad_in[0] + at[side], r->rows, width[side], 0, r->length, false };
        if (c.width > 0)
            work_run(call->cpu, work_blocks(c.rows, c.width), zero_rows, &c);
    }
}

static void slice_backward(const ablate_call *call)
{
    slice_run r = slice_run_of(call);
    bool add = call->add & 1u;
    if (!call->grad_in[0])
        return;
    if (!add)
        zero_around(call, &r);
    copy_run(call->cpu,
             &(block_copy){ call->grad_out, call->grad_in[0] + r.begin, r.rows, r.width, r.width, r.length, add });
}

OP_COST(slice_bytes, 2.0 * (double)sizeof(float) * (double)shape_size(out))

static const ablate_setting slice_attrs[] = {
    ABLATE_SET(slice_attr, axis, -1, -ABLATE_DIMS, ABLATE_DIMS - 1, "the axis; negative: counted from the end"),
    ABLATE_SET(slice_attr, start, 0, -1e9, 1e9, "first index taken; negative: counted from the end"),
    ABLATE_SET(slice_attr, count, 0, 0, 1e9, "how many are taken; 0: all from start on"),
    { 0 }
};

static const ablate_op slice_record = {
    .doc = "a run of one axis: indices start .. start + count - 1",
    OP_BOTH(slice, slice_shape),
    OP_TAKES(1),
    .flops = flops_none,
    .bytes = slice_bytes,
    OP_ATTRS(slice_attr, slice_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(slice_record);

/* ---- concat ---- */

static int concat_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    const concat_attr *a = attr;
    int axis = axis_of(&in[0], a->axis, layout);
    if (axis < 0)
        return -1;
    layout->out = in[0];
    for (int i = 1; i < n; i++) {
        bool fits = in[i].rank == in[0].rank;
        for (int d = 0; fits && d < in[0].rank; d++)
            fits = d == axis || in[i].dim[d] == in[0].dim[d];
        if (!fits)
            return misfit(layout, "shapes %s and %s do not fit along axis %d", shape_words(&in[0]).text,
                          shape_words(&in[i]).text, axis);
        layout->out.dim[axis] += in[i].dim[axis];
    }
    layout->mixes = axis == 0;
    return size_check(&layout->out, layout);
}

/* Copies between the i-th input (or its gradient) and its place in the result. */
static void concat_copy(const ablate_call *call, int i, int64_t begin, bool backward)
{
    const concat_attr *a = call->attr;
    const ablate_shape *in = &call->in_shape[i];
    int axis = settled_axis(in, a->axis);
    int64_t own = axes_size(in, axis, in->rank), whole = axes_size(call->out_shape, axis, in->rank);
    block_copy c = { .rows = axes_size(in, 0, axis), .width = own };
    c.from = backward ? call->grad_out + begin : call->in[i];
    c.to = backward ? call->grad_in[i] : call->out + begin;
    c.from_step = backward ? whole : own;
    c.to_step = backward ? own : whole;
    c.add = backward && call->add >> i & 1u;
    if (c.to)
        copy_run(call->cpu, &c);
}

static void concat_all(const ablate_call *call, bool backward)
{
    const concat_attr *a = call->attr;
    int64_t begin = 0;
    for (int i = 0; i < call->n_in; i++) {
        const ablate_shape *in = &call->in_shape[i];
        concat_copy(call, i, begin, backward);
        begin += axes_size(in, settled_axis(in, a->axis), in->rank);
    }
}

static void concat_forward(const ablate_call *call)
{
    concat_all(call, false);
}

static void concat_backward(const ablate_call *call)
{
    concat_all(call, true);
}

static const ablate_setting concat_attrs[] = {
    ABLATE_SET(concat_attr, axis, -1, -ABLATE_DIMS, ABLATE_DIMS - 1, "the axis; negative: counted from the end"), { 0 }
};

static const ablate_op concat_record = {
    .doc = "two to eight tensors one after the other along an axis",
    OP_BOTH(concat, concat_shape),
    .min_in = 2,
    .max_in = ABLATE_INPUTS,
    .flops = flops_none,
    OP_ATTRS(concat_attr, concat_attrs),
    .forgets = 0xFFu | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(concat_record);
