/* resize.c: pictures at another size, as PyTorch's interpolate has it (without antialiasing): the result is
 * Wy X Wx^T, so columns are resized first, then rows; backward multiplies by the transposes. */
#include "resize.h"
#include "../device/cpu_work.h"
#include "misfit.h"
#include <string.h>

/* One axis: each result is the sum of `taps` inputs times weights. */
typedef struct resize_axis {
    int64_t in, out;
    int taps;
    float *weight;  /* [out][taps] */
    int32_t *index; /* [out][taps], 0 .. in - 1 */
} resize_axis;

static void axis_fill(const resize_axis *axis, const resize_attr *a)
{
    resize_line line = { axis->in, axis->out, axis->taps, a->mode == BICUBIC, a->align_corners };
    for (int64_t i = 0; i < axis->out; i++) {
        resize_taps t = resize_taps_of(i, &line);
        for (int k = 0; k < axis->taps; k++) {
            axis->weight[i * axis->taps + k] = t.weight[k];
            axis->index[i * axis->taps + k] = (int32_t)t.index[k];
        }
    }
}

static int resize_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const resize_attr *a = attr;
    if (in[0].rank != 4)
        return misfit(layout, "x must have 4 axes (B, C, H, W); its shape is %s", shape_words(&in[0]).text);
    if (in[0].dim[2] > INT32_MAX || in[0].dim[3] > INT32_MAX)
        return misfit(layout, "pictures of shape %s are too large", shape_words(&in[0]).text);
    layout->out = (ablate_shape){ 4, { in[0].dim[0], in[0].dim[1], a->height, a->width } };
    layout->scratch =
        2 * TAPS * ((int64_t)a->height + a->width) + in[0].dim[0] * in[0].dim[1] * in[0].dim[2] * a->width;
    ablate_shape between = { 4, { in[0].dim[0], in[0].dim[1], in[0].dim[2], a->width } };
    return size_check(&between, layout) < 0 ? -1 : size_check(&layout->out, layout);
}

typedef struct resize_work {
    const ablate_call *call;
    resize_axis row, column; /* along the height, along the width */
    int64_t planes;
    float *between; /* (planes, H, width): columns resized, rows not yet */
} resize_work;

static resize_work work_of(const ablate_call *call)
{
    const resize_attr *a = call->attr;
    const ablate_shape *in = &call->in_shape[0];
    int taps = a->mode == BICUBIC ? 4 : 2;
    resize_work w = { .call = call, .planes = in->dim[0] * in->dim[1] };
    float *at = call->scratch;
    for (int k = 0; k < 2; k++) {
        resize_axis axis = { .in = in->dim[2 + k], .out = k ? a->width : a->height, .taps = taps };
        axis.weight = at;
        axis.index = (int32_t *)(void *)(at + TAPS * axis.out);
        at += 2 * TAPS * axis.out;
        axis_fill(&axis, a);
        *(k ? &w.column : &w.row) = axis;
    }
    w.between = at;
    return w;
}

/* ---- forward ---- */

static void resize_columns(void *context, int64_t i)
{
    const resize_work *w = context;
    const resize_axis *axis = &w->column;
    work_span span = work_row_span(i, w->planes * w->row.in, axis->in + axis->out);
    for (int64_t r = span.first; r < span.last; r++) {
        const float *x = w->call->in[0] + r * axis->in;
        float *y = w->between + r * axis->out;
        for (int64_t j = 0; j < axis->out; j++) {
            const float *weight = axis->weight + j * axis->taps;
            const int32_t *index = axis->index + j * axis->taps;
            float sum = weight[0] * x[index[0]];
            for (int k = 1; k < axis->taps; k++)
                sum += weight[k] * x[index[k]];
            y[j] = sum;
        }
    }
}

static void resize_rows(void *context, int64_t i)
{
    const resize_work *w = context;
    int64_t width = w->column.out, height = w->row.out;
    work_span span = work_row_span(i, w->planes * height, width);
    for (int64_t r = span.first; r < span.last; r++) {
        const float *weight = w->row.weight + r % height * w->row.taps;
        const int32_t *index = w->row.index + r % height * w->row.taps;
        const float *plane = w->between + r / height * w->row.in * width;
        float *out = w->call->out + r * width;
        for (int64_t j = 0; j < width; j++)
            out[j] = weight[0] * plane[index[0] * width + j];
        for (int k = 1; k < w->row.taps; k++)
            for (int64_t j = 0; j < width; j++)
                out[j] += weight[k] * plane[index[k] * width + j];
    }
}

static void resize_forward(const ablate_call *call)
{
    resize_work w = work_of(call);
    work_run_rows(call->cpu, w.planes * w.row.in, w.column.in + w.column.out, resize_columns, &w);
    work_run_rows(call->cpu, w.planes * w.row.out, w.column.out, resize_rows, &w);
}

/* ---- backward: each plane's rows, then its columns, are sent back in ascending order ---- */

static void return_plane(void *context, int64_t plane)
{
    const resize_work *w = context;
    int64_t width = w->column.out, height = w->row.out;
    float *to = w->between + plane * w->row.in * width;
    memset(to, 0, (size_t)(w->row.in * width) * sizeof *to);
    for (int64_t y = 0; y < height; y++)
        for (int k = 0; k < w->row.taps; k++) {
            float weight = w->row.weight[y * w->row.taps + k], *row = to + w->row.index[y * w->row.taps + k] * width;
            const float *grad = w->call->grad_out + (plane * height + y) * width;
            for (int64_t j = 0; j < width; j++)
                row[j] += weight * grad[j];
        }
}

static void return_columns(void *context, int64_t i)
{
    const resize_work *w = context;
    const resize_axis *axis = &w->column;
    work_span span = work_row_span(i, w->planes * w->row.in, axis->in + axis->out);
    for (int64_t r = span.first; r < span.last; r++) {
        const float *from = w->between + r * axis->out;
        float *to = w->call->grad_in[0] + r * axis->in;
        if (!(w->call->add & 1u))
            memset(to, 0, (size_t)axis->in * sizeof *to);
        for (int64_t j = 0; j < axis->out; j++)
            for (int k = 0; k < axis->taps; k++)
                to[axis->index[j * axis->taps + k]] += axis->weight[j * axis->taps + k] * from[j];
    }
}

static void resize_backward(const ablate_call *call)
{
    if (!call->grad_in[0])
        return;
    resize_work w = work_of(call);
    work_run(call->cpu, w.planes, return_plane, &w);
    work_run_rows(call->cpu, w.planes * w.row.in, w.column.in + w.column.out, return_columns, &w);
}

/* ---- record ---- */

static double resize_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)
{
    (void)n;
    const resize_attr *a = attr;
    double taps = a->mode == BICUBIC ? 4 : 2, planes = (double)(in->dim[0] * in->dim[1]);
    return 2.0 * taps * (planes * (double)in->dim[2] * a->width + (double)shape_size(out));
}

static const ablate_setting resize_attrs[] = {
    ABLATE_SET(resize_attr, height, 224, 1, 65536, "of the result, in pixels"),
    ABLATE_SET(resize_attr, width, 224, 1, 65536, "of the result, in pixels"),
    ABLATE_PICK(resize_attr, mode, BILINEAR, "bilinear|bicubic", "from 2 x 2 pixels, or 4 x 4 (a = -0.75)"),
    ABLATE_SET(resize_attr, align_corners, 0, 0, 1, "the corner pixels' centres stay where they are, not their edges"),
    { 0 }
};

static const ablate_op resize_record = {
    .doc = "x (B, C, H, W) -> (B, C, height, width), as PyTorch's interpolate without antialiasing",
    OP_BOTH(resize, resize_shape),
    OP_TAKES(1),
    .flops = resize_flops,
    OP_ATTRS(resize_attr, resize_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(resize_record);
