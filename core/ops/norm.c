/* norm.c: layer normalisation. What backward needs of a row is its mean and 1 / deviation: two numbers, in aux. */
#include "norm.h"
#include "../device/cpu_vector.h"
#include "chunks.h"
#include "rows.h"
#include <math.h>
#include <string.h>

static int64_t layer_norm_pieces(const ablate_shape *x)
{
    int64_t width = width_of(x);
    return work_pieces(shape_size(x) / width, work_rows(width));
}

static int layer_norm_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (needs_axis(&in[0], layout) != 0)
        return -1;
    int64_t width = width_of(&in[0]);
    for (int i = 1; i < 3; i++)
        if (in[i].rank != 1 || in[i].dim[0] != width)
            return misfit(layout, "x %s and %s %s do not fit: it must have %lld numbers", shape_words(&in[0]).text,
                          i == 1 ? "weight" : "bias", shape_words(&in[i]).text, (long long)width);
    layout->out = in[0];
    layout->aux = 2 * (shape_size(&in[0]) / width);
    layout->scratch = 2 * width * layer_norm_pieces(&in[0]);
    layout->mixes = in[0].rank == 1;
    return 0;
}

static void layer_norm_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict weight = call->in[1], *restrict bias = call->in[2];
    float eps = (float)((const layer_norm_attr *)call->attr)->eps;
    const float *restrict x = call->in[0] + r * width;
    float *restrict y = call->out + r * width;
    float mean = vector_sum(x, width) / (float)width;
    float rstd = 1.0f / sqrtf(vector_sum_squares(x, mean, width) / (float)width + eps);
    for (int64_t i = 0; i < width; i++)
        y[i] = (x[i] - mean) * rstd * weight[i] + bias[i];
    if (call->aux) {
        call->aux[2 * r] = mean;
        call->aux[2 * r + 1] = rstd;
    }
}
ROWS_FORWARD(layer_norm)

/* What one row adds to the gradients of weight and bias. */
static void layer_norm_sums(const ablate_call *call, int64_t r, float *restrict sum_weight, float *restrict sum_bias)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[0] + r * width, *restrict grad = call->grad_out + r * width;
    float mean = call->aux[2 * r], rstd = call->aux[2 * r + 1];
    for (int64_t i = 0; i < width; i++) {
        sum_weight[i] += grad[i] * ((x[i] - mean) * rstd);
        sum_bias[i] += grad[i];
    }
}

/* Sums of d = grad weight and of d (x - mean), in the order of vector_sum. */
static void layer_norm_dots(const float *grad, const float *weight, const float *x, float mean, int64_t n, float sum[2])
{
    vector_lanes total = { { { 0 } } }, total_x = { { { 0 } } };
    float lane[VECTOR_LANES], lane_x[VECTOR_LANES];
    int64_t i = 0;
    for (; i + VECTOR_LANES <= n; i += VECTOR_LANES)
        for (int j = 0; j < VECTOR_PARTS; j++) {
            vector_part each = vector_load(grad + i, j) * vector_load(weight + i, j);
            total.part[j] += each;
            total_x.part[j] += each * (vector_load(x + i, j) - mean);
        }
    memcpy(lane, &total, sizeof lane);
    memcpy(lane_x, &total_x, sizeof lane_x);
    for (int j = 0; i < n; i++, j++) {
        lane[j] += grad[i] * weight[i];
        lane_x[j] += grad[i] * weight[i] * (x[i] - mean);
    }
    sum[0] = vector_fold(lane);
    sum[1] = vector_fold(lane_x);
}

/* Gradient of one row of x: with h = (x - mean) rstd and d = grad weight, it is rstd (d - mean(d) - h mean(d h)). */
static void layer_norm_x_grad(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[0] + r * width, *restrict grad = call->grad_out + r * width;
    const float *restrict weight = call->in[1];
    float *restrict to = call->grad_in[0] + r * width;
    float mean = call->aux[2 * r], rstd = call->aux[2 * r + 1], sum[2];
    layer_norm_dots(grad, weight, x, mean, width, sum);
    float mean_d = sum[0] / (float)width, slope = sum[1] * rstd * rstd / (float)width;
    PUT_EACH(to, i, 0, width, call->add & 1u, rstd * (grad[i] * weight[i] - mean_d - (x[i] - mean) * slope));
}

static void layer_norm_backward_piece(void *context, int64_t piece)
{
    const ablate_call *call = context;
    work_span rows = rows_of(call, piece);
    int64_t width = width_of(call->in_shape);
    float *sums = call->scratch + 2 * width * piece;
    memset(sums, 0, (size_t)(2 * width) * sizeof *sums);
    for (int64_t r = rows.first; r < rows.last; r++) {
        if (call->grad_in[1] || call->grad_in[2])
            layer_norm_sums(call, r, sums, sums + width);
        if (call->grad_in[0])
            layer_norm_x_grad(call, r);
    }
}

static void layer_norm_backward(const ablate_call *call)
{
    run_rows(call, layer_norm_backward_piece);
    int64_t width = width_of(call->in_shape), pieces = layer_norm_pieces(call->in_shape);
    for (int input = 1; input < 3; input++) {
        float *to = call->grad_in[input];
        if (to && !(call->add & (1u << input)))
            memset(to, 0, (size_t)width * sizeof *to);
        for (int64_t p = 0; to && p < pieces; p++)
            for (int64_t i = 0; i < width; i++)
                to[i] += call->scratch[(2 * p + input - 1) * width + i];
    }
}

OP_COST(layer_norm_flops, 8.0 * (double)shape_size(out))

static const ablate_setting layer_norm_attrs[] = {
    ABLATE_SET(layer_norm_attr, eps, 1e-5, 0, 1, "added to the variance"), { 0 }
};

static const ablate_op layer_norm_record = {
    .doc = "(x - mean) / sqrt(variance + eps) over the last axis, times weight (C) plus bias (C)",
    OP_BOTH(layer_norm, layer_norm_shape),
    OP_TAKES(3),
    .flops = layer_norm_flops,
    OP_ATTRS(layer_norm_attr, layer_norm_attrs),
    .forgets = ABLATE_FORGET(2) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(layer_norm_record);
