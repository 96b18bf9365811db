/* adam.c: Adam (Kingma and Ba 2015) as PyTorch computes it. The record is an exception: `out` holds the state and is
 * updated in place, and with a guard `aux` holds whether it still is. */
#include "adam.h"
#include "../device/cpu_work.h"
#include "misfit.h"
#include <math.h>

static int adam_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)attr;
    layout->out = (ablate_shape){ 2, { 3, shape_size(&in[0]) } };
    layout->aux = n == 2 ? 1 : 0;
    layout->mixes = true;
    return 0;
}

typedef struct adam_work {
    const ablate_call *call;
    float step, root;                      /* rate / (1 - beta1^t), 1 / sqrt(1 - beta2^t) */
    float eps, decay, beta2, rest1, rest2; /* rest = 1 - beta, rounded once */
} adam_work;

static void adam_chunk(void *context, int64_t i)
{
    const adam_work w = *(const adam_work *)context;
    int64_t n = shape_size(w.call->in_shape);
    work_span span = work_chunk(i, n);
    const float *restrict grad = w.call->in[0];
    float *restrict parameter = w.call->out, *restrict m = w.call->out + n, *restrict v = w.call->out + 2 * n;
    for (int64_t e = span.first; e < span.last; e++) {
        float g = grad[e] + w.decay * parameter[e];
        m[e] += w.rest1 * (g - m[e]);
        v[e] = w.beta2 * v[e] + w.rest2 * g * g;
        parameter[e] -= w.step * m[e] / (sqrtf(v[e]) * w.root + w.eps);
    }
}

/* Share of the rate at step `t`, counted from 1: a line up to 1, then half a cosine down to 0. */
static double rate_share(const adam_attr *a, double t)
{
    double share = t < a->warmup ? t / a->warmup : 1;
    return a->total > 0 ? share * 0.5 * (1 + cos(3.14159265358979323846 * fmin(t / a->total, 1))) : share;
}

/* Has the guard held up to now? aux: 0 as long as it has. */
static bool guard_holds(const ablate_call *call)
{
    if (call->n_in == 1)
        return true;
    for (int64_t i = 0; i < shape_size(&call->in_shape[1]); i++)
        if (!isfinite(call->in[1][i]))
            call->aux[0] = 1;
    return call->aux[0] == 0.0f;
}

static void adam_forward(const ablate_call *call)
{
    const adam_attr *a = call->attr;
    if (!guard_holds(call))
        return;
    double t = (double)call->step + 1;
    adam_work w = { .call = call,
                    .step = (float)(a->rate * rate_share(a, t) / (1 - pow(a->beta1, t))),
                    .root = (float)(1 / sqrt(1 - pow(a->beta2, t))),
                    .eps = (float)a->eps,
                    .rest1 = (float)(1 - a->beta1),
                    .beta2 = (float)a->beta2,
                    .rest2 = (float)(1 - a->beta2),
                    .decay = (float)a->decay };
    work_run_chunks(call->cpu, shape_size(call->in_shape), adam_chunk, &w);
}

OP_COST(adam_flops, 14.0 * (double)shape_size(&in[0]))

OP_COST(adam_bytes, 7.0 * sizeof(float) * (double)shape_size(&in[0]))

static const ablate_setting adam_attrs[] = {
    ABLATE_SET(adam_attr, rate, 1e-3, 0, 1e6, "learning rate"),
    ABLATE_SET(adam_attr, beta1, 0.9, 0, 0.9999999, "decay of the mean of gradients"),
    ABLATE_SET(adam_attr, beta2, 0.999, 0, 0.9999999, "decay of the mean of their squares"),
    ABLATE_SET(adam_attr, eps, 1e-8, 0, 1, "added to the root of the latter"),
    ABLATE_SET(adam_attr, decay, 0, 0, 1e6, "weight decay, added to the gradient"),
    ABLATE_SET(adam_attr, warmup, 0, 0, 1e9, "steps in which the rate rises from 0"),
    ABLATE_SET(adam_attr, total, 0, 0, 1e9, "steps in which the rate falls as half a cosine; 0: it does not fall"),
    { 0 }
};

static const ablate_op adam_record = {
    .doc = "one step of Adam on the gradient (n): updates the result (3, n), rows parameter, mean, mean square, IN "
           "PLACE. A second input is a guard: once one of its numbers is not finite nothing is updated any more",
    OP_FORWARD(adam, adam_shape),
    .min_in = 1,
    .max_in = 2,
    .flops = adam_flops,
    .bytes = adam_bytes,
    OP_ATTRS(adam_attr, adam_attrs),
    .random = true, /* reads the step */
};
OP_RECORD(adam_record);
