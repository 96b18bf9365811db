/* adam.c: Adam (Kingma and Ba 2015) as PyTorch computes it, and AdamW (Loshchilov and Hutter 2019), whose decay is
 * `decoupled`. The record is an exception: `out` holds the state and is updated in place, and with a guard `aux` holds
 * whether it still is. A gradient is shortened as Pascanu et al. 2013 do it, and PyTorch's clip_grad_norm_. */
#include "adam.h"
#include "../device/cpu_work.h"
#include "misfit.h"
#include <math.h>

static int adam_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    double most = ((const adam_attr *)attr)->max_norm;
    if ((n == 3) != (most > 0))
        return misfit(layout, "max_norm = %g %s the norm of the gradient as a third input", most,
                      most > 0 ? "needs" : "must be greater than 0 for");
    if (n == 3 && shape_size(&in[2]) != 1)
        return misfit(layout, "the norm of the gradient is %s; it must be one number", shape_words(&in[2]).text);
    layout->out = (ablate_shape){ 2, { 3, shape_size(&in[0]) } };
    layout->aux = n >= 2 ? 1 : 0;
    layout->mixes = true;
    return 0;
}

typedef struct adam_work {
    const ablate_call *call;
    float step, root;                      /* rate / (1 - beta1^t), 1 / sqrt(1 - beta2^t) */
    float eps, decay, beta2, rest1, rest2; /* rest = 1 - beta, rounded once */
    float keep;                            /* of the parameter, what a decoupled decay leaves */
    float share;                           /* of the gradient that `max_norm` leaves */
} adam_work;

enum { SHORTENED_AT_ONCE = 256 };

static void adam_span(const adam_work *w, const float *restrict grad, int64_t first, int64_t count)
{
    const adam_work own = *w;
    int64_t n = shape_size(w->call->in_shape);
    float *restrict parameter = w->call->out + first, *restrict m = parameter + n, *restrict v = m + n;
    for (int64_t e = 0; e < count; e++) {
        float g = grad[e] + own.decay * parameter[e];
        m[e] += own.rest1 * (g - m[e]);
        v[e] = own.beta2 * v[e] + own.rest2 * g * g;
        parameter[e] = own.keep * parameter[e] - own.step * m[e] / (sqrtf(v[e]) * own.root + own.eps);
    }
}

/* The product is rounded into memory first, so that no compiler fuses it with what follows. */
static void adam_shortened(const adam_work *w, const float *grad, work_span span)
{
    float part[SHORTENED_AT_ONCE];
    for (int64_t first = span.first; first < span.last; first += SHORTENED_AT_ONCE) {
        int64_t count = span.last - first < SHORTENED_AT_ONCE ? span.last - first : SHORTENED_AT_ONCE;
        for (int64_t e = 0; e < count; e++)
            part[e] = w->share * grad[first + e];
        adam_span(w, part, first, count);
    }
}

static void adam_chunk(void *context, int64_t i)
{
    const adam_work *w = context;
    const float *grad = w->call->in[0];
    work_span span = work_chunk(i, shape_size(w->call->in_shape));
    if (w->share < 1)
        adam_shortened(w, grad, span);
    else
        adam_span(w, grad + span.first, span.first, span.last - span.first);
}

/* What is left of a gradient that is longer than `max_norm`. */
static float norm_share(const ablate_call *call)
{
    return call->n_in < 3 ? 1 : fminf(1, (float)((const adam_attr *)call->attr)->max_norm / (call->in[2][0] + 1e-6f));
}

/* Share of the rate at step `t`, counted from 1: a line up to 1, then half a cosine down to 0, or a drop to 0.1. */
static double rate_share(const adam_attr *a, double t)
{
    double share = t < a->warmup ? t / a->warmup : 1;
    share *= a->drop > 0 && t > a->drop ? 0.1 : 1;
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
    double t = (double)call->step + 1, rate = a->rate * rate_share(a, t);
    adam_work w = { .call = call,
                    .step = (float)(rate / (1 - pow(a->beta1, t))),
                    .root = (float)(1 / sqrt(1 - pow(a->beta2, t))),
                    .eps = (float)a->eps,
                    .rest1 = (float)(1 - a->beta1),
                    .beta2 = (float)a->beta2,
                    .rest2 = (float)(1 - a->beta2),
                    .decay = a->decoupled ? 0 : (float)a->decay,
                    .keep = a->decoupled ? (float)(1 - rate * a->decay) : 1,
                    .share = norm_share(call) };
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
    ABLATE_SET(adam_attr, decoupled, 0, 0, 1, "decay times rate is taken off the parameter instead, as in AdamW"),
    ABLATE_SET(adam_attr, warmup, 0, 0, 1e9, "steps in which the rate rises from 0"),
    ABLATE_SET(adam_attr, total, 0, 0, 1e9, "steps in which the rate falls as half a cosine; 0: it does not fall"),
    ABLATE_SET(adam_attr, drop, 0, 0, 1e9, "steps after which the rate is a tenth; 0: never"),
    ABLATE_SET(adam_attr, max_norm, 0, 0, 1e30, "the gradient is shortened to this norm; 0: it is not"),
    { 0 }
};

static const ablate_op adam_record = {
    .doc = "one step of Adam on the gradient (n): updates the result (3, n), rows parameter, mean, mean square, IN "
           "PLACE. A second input is a guard: once one of its numbers is not finite nothing is updated any more; a "
           "third the norm of the gradient, for "
           "`max_norm`",
    OP_FORWARD(adam, adam_shape),
    .min_in = 1,
    .max_in = 3,
    .flops = adam_flops,
    .bytes = adam_bytes,
    OP_ATTRS(adam_attr, adam_attrs),
    .random = true, /* reads the step */
};
OP_RECORD(adam_record);
