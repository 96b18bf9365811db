/* entropy.c: cross entropy of class indices, by the log of a sum of exponentials taken relative to the largest. */
#include "../device/cpu_vector.h"
#include "chunks.h"
#include "index.h"
#include "rows.h"
#include <math.h>

static int cross_entropy_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (in[0].rank != 2 || in[1].rank != 1 || in[0].dim[0] != in[1].dim[0])
        return misfit(layout, "logits must have 2 axes (B, J) and the target 1 (B); the shapes are %s and %s",
                      shape_words(&in[0]).text, shape_words(&in[1]).text);
    layout->out = (ablate_shape){ 1, { in[0].dim[0] } };
    return 0;
}

/* Sum of exp(x - largest), term by term in tiles, added in double. */
static double exponential_sum(const float *x, int64_t n, float largest)
{
    enum { TILE = 256 };
    float term[TILE];
    double sum = 0;
    for (int64_t first = 0; first < n; first += TILE) {
        int64_t count = n - first < TILE ? n - first : TILE;
        for (int64_t e = 0; e < count; e++)
            term[e] = vector_exp(x[first + e] - largest);
        sum += work_sum(term, count);
    }
    return sum;
}

static void cross_entropy_row(const ablate_call *call, int64_t r)
{
    int64_t classes = call->in_shape[0].dim[1];
    const float *x = call->in[0] + r * classes;
    int64_t target = index_of(call->in[1][r], classes);
    float largest = vector_largest(x, classes);
    double sum = exponential_sum(x, classes, largest);
    double distance = target < 0 ? NAN : (double)largest - (double)x[target];
    call->out[r] = (float)(log(sum) + distance);
}
ROWS_FORWARD(cross_entropy)

/* (softmax - one at the target) times the row's gradient; NaN throughout for a target that is no class */
static void cross_entropy_grad_row(const ablate_call *call, int64_t r)
{
    int64_t classes = call->in_shape[0].dim[1];
    const float *x = call->in[0] + r * classes;
    float *to = call->grad_in[0] + r * classes;
    int64_t target = index_of(call->in[1][r], classes);
    float largest = vector_largest(x, classes), grad = target < 0 ? NAN : call->grad_out[r];
    float share = (float)((double)grad / exponential_sum(x, classes, largest));
    PUT_EACH(to, e, 0, classes, call->add & 1u, share * vector_exp(x[e] - largest));
    if (target >= 0)
        to[target] -= grad;
}
ROWS_EACH(cross_entropy_backward, cross_entropy_grad_row)

static void cross_entropy_backward(const ablate_call *call)
{
    if (call->grad_in[0])
        run_rows(call, cross_entropy_backward_piece);
    if (call->grad_in[1] && !(call->add & 2u)) /* an index has no gradient */
        for (int64_t r = 0; r < call->in_shape[1].dim[0]; r++)
            call->grad_in[1][r] = 0.0f;
}

OP_COST(cross_entropy_flops, 20.0 * (double)shape_size(&in[0]))

static const ablate_op cross_entropy_record = {
    .doc = "logits (B, J), target (B) -> (B): log sum exp(logits) - logits[target]; "
           "NaN for a target that is no class",
    OP_BOTH(cross_entropy, cross_entropy_shape),
    OP_TAKES(2),
    .flops = cross_entropy_flops,
    .forgets = ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(cross_entropy_record);
