/* shape.c: the same numbers under another shape: reshape, detach, broadcast. */
#include "shape.h"
#include "../device/cpu_work.h"
#include "broadcast.h"
#include "misfit.h"

/* ---- reshape and detach: views ---- */

/* Replaces 0 by the input's axis and -1 by what is left over. */
static int dims_resolve(const ablate_shape *in, ablate_shape *out, ablate_layout *layout)
{
    int64_t known = 1, count = shape_size(in);
    int open = -1;
    for (int i = 0; i < out->rank; i++) {
        int64_t *dim = &out->dim[i];
        if (*dim == 0 && i >= in->rank)
            return misfit(layout, "dims keeps axis %d, which shape %s does not have", i, shape_words(in).text);
        if (*dim == 0)
            *dim = in->dim[i];
        if (*dim < -1 || (*dim == -1 && open >= 0))
            return misfit(layout, "dims may hold one -1 and no number below it");
        if (*dim == -1)
            open = i;
        else if (*dim > count / known)
            return misfit(layout, "shape %s has fewer numbers than dims asks for", shape_words(in).text);
        else
            known *= *dim;
    }
    if (open >= 0)
        out->dim[open] = count / known;
    return 0;
}

static int reshape_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const dims_attr *a = attr;
    layout->out.rank = list_read(a->dims, "dims", layout->out.dim, layout);
    if (layout->out.rank < 0 || dims_resolve(&in[0], &layout->out, layout) < 0)
        return -1;
    if (shape_size(&layout->out) != shape_size(&in[0]))
        return misfit(layout, "shape %s cannot become %s: the numbers differ in count", shape_words(&in[0]).text,
                      shape_words(&layout->out).text);
    layout->mixes = in[0].rank == 0 || layout->out.dim[0] != in[0].dim[0];
    return 0;
}

/* Views run nowhere, but a device that cannot share memory may run them. */
static void copy_forward(const ablate_call *call)
{
    broadcast g = broadcast_of(call->out_shape, call->out_shape, call->out_shape);
    broadcast_spread(call->cpu, &g, 1.0, call->in[0], call->out, false);
}

static void copy_backward(const ablate_call *call)
{
    broadcast g = broadcast_of(call->out_shape, call->out_shape, call->out_shape);
    if (call->grad_in[0])
        broadcast_spread(call->cpu, &g, 1.0, call->grad_out, call->grad_in[0], call->add & 1u);
}

static const ablate_setting reshape_attrs[] = {
    ABLATE_WORDS(dims_attr, dims, "-1", "new axes, \"8,16,-1\": 0 keeps the axis at its place, -1 takes what is left"),
    { 0 }
};

static const ablate_op reshape_record = {
    .doc = "the same numbers in row-major order under another shape",
    .name = "reshape",
    OP_TAKES(1),
    .shape = reshape_shape,
    .forward = copy_forward,
    .backward = copy_backward,
    .flops = flops_none,
    .bytes = flops_none,
    OP_ATTRS(dims_attr, reshape_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .view = true,
    .stores = true,
};
OP_RECORD(reshape_record);

static const ablate_op detach_record = {
    .doc = "x, through which no gradient passes",
    .name = "detach",
    OP_TAKES(1),
    .shape = shape_kept,
    .forward = copy_forward,
    .flops = flops_none,
    .bytes = flops_none,
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .view = true,
};
OP_RECORD(detach_record);

/* ---- broadcast ---- */

static int broadcast_op_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const dims_attr *a = attr;
    ablate_shape wanted = { 0 };
    wanted.rank = list_read(a->dims, "dims", wanted.dim, layout);
    if (wanted.rank < 0)
        return -1;
    for (int i = 0; i < wanted.rank; i++) { /* axes are matched from the end */
        int own = i - wanted.rank + in[0].rank;
        if (wanted.dim[i] == 0)
            wanted.dim[i] = own >= 0 ? in[0].dim[own] : 1;
        if (wanted.dim[i] < 0)
            return misfit(layout, "dims may not hold negative numbers; it is '%.40s'", a->dims);
    }
    if (broadcast_shape(&in[0], &wanted, layout) < 0)
        return -1;
    if (wanted.rank < in[0].rank || shape_size(&layout->out) != shape_size(&wanted))
        return misfit(layout, "shape %s does not broadcast to %s", shape_words(&in[0]).text, shape_words(&wanted).text);
    layout->mixes = in[0].rank < wanted.rank && rows_alike(&in[0], &wanted);
    broadcast g = broadcast_of(&layout->out, &in[0], &layout->out);
    layout->scratch = fold_scratch(&g, 0);
    return 0;
}

static void broadcast_forward(const ablate_call *call)
{
    broadcast g = broadcast_of(call->out_shape, &call->in_shape[0], call->out_shape);
    broadcast_spread(call->cpu, &g, 1.0, call->in[0], call->out, false);
}

static void broadcast_backward(const ablate_call *call)
{
    broadcast g = broadcast_of(call->out_shape, &call->in_shape[0], call->out_shape);
    fold_rows rows = { call->grad_out, g.width };
    fold f = { .cpu = call->cpu,
               .geometry = &g,
               .terms = fold_own,
               .context = &rows,
               .scale = 1.0,
               .out = call->grad_in[0],
               .add = call->add & 1u,
               .scratch = call->scratch };
    if (f.out)
        fold_run(&f);
}

static const ablate_setting broadcast_attrs[] = {
    ABLATE_WORDS(dims_attr, dims, "0", "axes of the result, \"8,257,0\": 0 keeps the axis, counted from the end"), { 0 }
};

static const ablate_op broadcast_record = {
    .doc = "x repeated along axes of length 1 and new leading axes",
    OP_BOTH(broadcast, broadcast_op_shape),
    OP_TAKES(1),
    .flops = flops_none,
    OP_ATTRS(dims_attr, broadcast_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(broadcast_record);
