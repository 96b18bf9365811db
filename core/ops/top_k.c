/* top_k.c: the k largest scores of each row, as gates. */
#include "top_k.h"
#include "../device/cpu_vector.h"
#include "order.h"
#include "rows.h"
#include <math.h>

static int top_k_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const top_k_attr *a = attr;
    if (in[0].rank != 2)
        return misfit(layout, "the scores must have 2 axes (rows, choices); their shape is %s",
                      shape_words(&in[0]).text);
    if (in[0].dim[1] > 1 << 24) /* indices are kept in floats */
        return misfit(layout, "scores %s have too many choices", shape_words(&in[0]).text);
    if (a->k > in[0].dim[1])
        return misfit(layout, "k=%d is more than the %lld choices of scores %s", a->k, (long long)in[0].dim[1],
                      shape_words(&in[0]).text);
    layout->out = in[0];
    layout->aux = in[0].dim[0] * a->k;
    return 0;
}

/* Turns the scores at chosen[0 .. k - 1] into gates; chosen[0] has the largest. */
static void gates_write(renormalize_kind kind, const float *score, const float *chosen, int64_t k, float *gate)
{
    double sum = 0;
    float largest = score[(int64_t)chosen[0]];
    for (int64_t i = 0; i < k; i++) {
        int64_t j = (int64_t)chosen[i];
        gate[j] = kind == RENORMALIZE_SOFTMAX ? vector_exp(score[j] - largest) : score[j];
        sum += (double)gate[j];
    }
    for (int64_t i = 0; kind != RENORMALIZE_NONE && i < k; i++)
        gate[(int64_t)chosen[i]] = (float)((double)gate[(int64_t)chosen[i]] / sum);
}

static void top_k_row(const ablate_call *call, int64_t r)
{
    const top_k_attr *a = call->attr;
    int64_t n = call->in_shape[0].dim[1];
    const float *score = call->in[0] + r * n;
    float *gate = call->out + r * n, *chosen = call->aux + r * a->k;
    int64_t last = -1;
    for (int64_t j = 0; j < n; j++)
        gate[j] = 0.0f;
    for (int k = 0; k < a->k; k++) {
        last = next_choice(score, n, last);
        chosen[k] = (float)last;
    }
    gates_write((renormalize_kind)a->renormalize, score, chosen, a->k, gate);
}
ROWS_FORWARD(top_k)

/* y = s / S: (g - sum g y) / S. Softmax: y (g - sum g y). Nothing to the scores that were not taken. */
static void top_k_grad_row(const ablate_call *call, int64_t r)
{
    const top_k_attr *a = call->attr;
    int64_t n = call->in_shape[0].dim[1];
    const float *score = call->in[0] + r * n, *gate = call->out + r * n, *grad = call->grad_out + r * n;
    const float *chosen = call->aux + r * a->k;
    float *to = call->grad_in[0] + r * n;
    double common = 0, sum = 0;
    for (int64_t j = 0; !(call->add & 1u) && j < n; j++)
        to[j] = 0.0f;
    for (int k = 0; k < a->k; k++) {
        int64_t j = (int64_t)chosen[k];
        common += (double)grad[j] * (double)gate[j];
        sum += (double)score[j];
    }
    for (int k = 0; k < a->k; k++) {
        int64_t j = (int64_t)chosen[k];
        double slope = (double)grad[j];
        if (a->renormalize == RENORMALIZE_SUM)
            slope = (slope - common) / sum;
        else if (a->renormalize == RENORMALIZE_SOFTMAX)
            slope = (slope - common) * (double)gate[j];
        to[j] += (float)slope;
    }
}
ROWS_BACKWARD(top_k)

static double top_k_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attr)
{
    (void)n, (void)out;
    const top_k_attr *a = attr;
    return (double)a->k * (double)shape_size(&in[0]);
}

static const ablate_setting top_k_attrs[] = { ABLATE_SET(top_k_attr, k, 2, 1, 4096, "how many are kept in each row"),
                                              ABLATE_PICK(
                                                  top_k_attr, renormalize, RENORMALIZE_NONE, "none|sum|softmax",
                                                  "the kept scores as they are, over their sum, or their softmax"),
                                              { 0 } };

static const ablate_op top_k_record = {
    .doc = "scores (R, T) -> (R, T): zero but for the k largest of each row; of equals the first",
    OP_BOTH(top_k, top_k_shape),
    OP_TAKES(1),
    .flops = top_k_flops,
    OP_ATTRS(top_k_attr, top_k_attrs),
    .stores = true,
};
OP_RECORD(top_k_record);
