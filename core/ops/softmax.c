/* softmax.c: softmax over the last axis. */
#include "../device/cpu_vector.h"
#include "rows.h"
#include <string.h>

static void softmax_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[0] + r * width;
    float *restrict y = call->out + r * width;
    float largest = vector_largest(x, width);
    for (int64_t i = 0; i < width; i++)
        y[i] = vector_exp(x[i] - largest);
    float scale = 1.0f / vector_sum(y, width);
    for (int64_t i = 0; i < width; i++)
        y[i] *= scale;
}
ROWS_FORWARD(softmax)

static void softmax_grad_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict y = call->out + r * width, *restrict grad = call->grad_out + r * width;
    float *restrict to = call->grad_in[0] + r * width;
    float dot = vector_dot(y, grad, width);
    if (!(call->add & 1u))
        memset(to, 0, (size_t)width * sizeof *to);
    for (int64_t i = 0; i < width; i++)
        to[i] += y[i] * (grad[i] - dot);
}
ROWS_BACKWARD(softmax)

OP_COST(softmax_flops, 5.0 * (double)shape_size(out))

static const ablate_op softmax_record = {
    .doc = "exp(x) / sum(exp(x)) over the last axis",
    OP_BOTH(softmax, rows_kept),
    OP_TAKES(1),
    .flops = softmax_flops,
    .forgets = ABLATE_FORGET(0),
    .stores = true,
};
OP_RECORD(softmax_record);
