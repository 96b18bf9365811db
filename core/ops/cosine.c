/* cosine.c: lengths of the rows of the last axis: norm, normalize, cosine. */
#include "cosine.h"
#include "../device/cpu_vector.h"
#include "rows.h"
#include <math.h>
#include <string.h>

static float length_of(const float *x, int64_t n)
{
    return sqrtf(vector_sum_squares(x, 0, n));
}

/* to = a x + b y, or added to it. */
static inline void put_mix(float *restrict to, float a, const float *x, float b, const float *y, int64_t n, bool add)
{
    if (!add)
        memset(to, 0, (size_t)n * sizeof *to);
    for (int64_t i = 0; i < n; i++)
        to[i] += a * x[i] + b * y[i];
}

OP_COST(length_flops, 4.0 * n * (double)shape_size(&in[0]))

/* ---- norm: the length itself ---- */

static int norm_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    if (rows_kept(in, n, attr, layout) != 0)
        return -1;
    layout->out.dim[in[0].rank - 1] = 1;
    return 0;
}

static void norm_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    call->out[r] = at_least(eps_of(call), length_of(call->in[0] + r * width, width));
}
ROWS_FORWARD(norm)

/* The slope is x / ||x||; 0 where eps, or zero, stands for the length. */
static void norm_grad_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *x = call->in[0] + r * width;
    float length = length_of(x, width);
    float slope = length <= eps_of(call) ? 0.0f : call->grad_out[r] / length;
    put_mix(call->grad_in[0] + r * width, slope, x, 0, x, width, call->add & 1u);
}
ROWS_BACKWARD(norm)

static const ablate_setting norm_attrs[] = { ABLATE_SET(eps_attr, eps, 0, 0, 1, "the least length"), { 0 } };

static const ablate_op norm_record = {
    .doc = "Euclidean length along the last axis, which stays with size 1",
    OP_BOTH(norm, norm_shape),
    OP_TAKES(1),
    .flops = length_flops,
    OP_ATTRS(eps_attr, norm_attrs),
    .forgets = ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(norm_record);

/* ---- normalize ---- */

static void normalize_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[0] + r * width;
    float *restrict y = call->out + r * width;
    float scale = 1.0f / at_least(eps_of(call), length_of(x, width));
    for (int64_t i = 0; i < width; i++)
        y[i] = x[i] * scale;
}
ROWS_FORWARD(normalize)

/* With y = x / ||x|| it is (grad - y (y . grad)) / ||x||; where eps stands for the length, grad / eps. */
static void normalize_grad_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *x = call->in[0] + r * width, *grad = call->grad_out + r * width;
    float length = length_of(x, width), eps = eps_of(call), scale = 1.0f / at_least(eps, length);
    float along = length > eps ? vector_dot(x, grad, width) * scale * scale : 0.0f;
    put_mix(call->grad_in[0] + r * width, scale, grad, -along * scale, x, width, call->add & 1u);
}
ROWS_BACKWARD(normalize)

static const ablate_setting normalize_attrs[] = { ABLATE_SET(eps_attr, eps, 1e-12, 1e-30, 1, "the least length"),
                                                  { 0 } };

static const ablate_op normalize_record = {
    .doc = "x / max(||x||, eps) along the last axis",
    OP_BOTH(normalize, rows_kept),
    OP_TAKES(1),
    .flops = length_flops,
    OP_ATTRS(eps_attr, normalize_attrs),
    .forgets = ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(normalize_record);

/* ---- cosine ---- */

static int cosine_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    if (rows_kept(in, n, attr, layout) != 0)
        return -1;
    if (!shape_same(&in[0], &in[1]))
        return misfit(layout, "shapes %s and %s do not fit: they must be the same", shape_words(&in[0]).text,
                      shape_words(&in[1]).text);
    layout->out.rank--;
    return 0;
}

typedef struct angle {
    float scale_a, scale_b, cosine; /* 1 / max(||a||, eps), of b, and their product with a . b */
    bool long_a, long_b;            /* longer than eps: the length itself has a slope */
} angle;

static angle angle_of(const ablate_call *call, const float *a, const float *b, int64_t n)
{
    float eps = eps_of(call), length_a = length_of(a, n), length_b = length_of(b, n);
    angle found = { 1.0f / at_least(eps, length_a), 1.0f / at_least(eps, length_b), 0, length_a > eps, length_b > eps };
    found.cosine = vector_dot(a, b, n) * found.scale_a * found.scale_b;
    return found;
}

static void cosine_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    call->out[r] = angle_of(call, call->in[0] + r * width, call->in[1] + r * width, width).cosine;
}
ROWS_FORWARD(cosine)

/* To a: (b / ||b|| - cosine a / ||a||) / ||a||; to b likewise. */
static void cosine_grad_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *a = call->in[0] + r * width, *b = call->in[1] + r * width;
    angle at = angle_of(call, a, b, width);
    float cross = call->grad_out[r] * at.scale_a * at.scale_b, own = -call->grad_out[r] * at.cosine;
    float own_a = at.long_a ? own * at.scale_a * at.scale_a : 0.0f;
    float own_b = at.long_b ? own * at.scale_b * at.scale_b : 0.0f;
    if (call->grad_in[0])
        put_mix(call->grad_in[0] + r * width, cross, b, own_a, a, width, call->add & 1u);
    if (call->grad_in[1])
        put_mix(call->grad_in[1] + r * width, cross, a, own_b, b, width, call->add & 2u);
}
ROWS_BACKWARD(cosine)

static const ablate_setting cosine_attrs[] = { ABLATE_SET(eps_attr, eps, 1e-8, 1e-30, 1, "the least length of each"),
                                               { 0 } };

static const ablate_op cosine_record = {
    .doc = "cosine of the angle between rows of a and b along the last axis, which goes (PyTorch's cosine_similarity)",
    OP_BOTH(cosine, cosine_shape),
    OP_TAKES(2),
    .flops = length_flops,
    OP_ATTRS(eps_attr, cosine_attrs),
    .forgets = ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(cosine_record);
