/* group_norm.c: each picture's channels normalised in groups, over all its places (Wu and He 2018, "Group
 * Normalization"); a group a channel is instance normalisation. A picture's group is one piece of work, whose sums are
 * in double, channel by channel; what backward needs of it is its mean and 1 / deviation: two numbers, in aux. */
#include "group_norm.h"
#include "chunks.h"
#include "misfit.h"
#include <math.h>

static int group_norm_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    const group_norm_attr *a = attr;
    (void)n;
    if (in[0].rank < 2)
        return misfit(layout, "x %s has no axis of pictures and one of channels", shape_words(&in[0]).text);
    int64_t width = in[0].dim[in[0].rank - 1];
    if (width % a->groups != 0)
        return misfit(layout, "%lld channels do not part into %d groups", (long long)width, a->groups);
    for (int i = 1; i < 3; i++) {
        if (in[i].rank != 1 || in[i].dim[0] != width)
            return misfit(layout, "x %s and %s %s do not fit: it must have %lld numbers", shape_words(&in[0]).text,
                          i == 1 ? "weight" : "bias", shape_words(&in[i]).text, (long long)width);
        layout->mixes = layout->mixes || rows_alike(&in[i], &in[0]);
    }
    layout->out = in[0];
    layout->aux = 2 * in[0].dim[0] * a->groups;
    layout->scratch = 2 * 2 * in[0].dim[0] * width; /* two doubles for each channel of each picture */
    return 0;
}

/* ---- a picture's group ---- */

typedef struct group {                   /* its numbers: `share` of every `width` */
    int64_t places, share, width, first; /* first: where it begins in x */
    int64_t channel;                     /* its first */
    double *sum, *along;                 /* of each of its channels */
    float *kept;                         /* mean, 1 / deviation; or NULL */
} group;

static int64_t groups_count(const ablate_call *call, group_places *of)
{
    *of = group_places_of(call->in_shape, ((const group_norm_attr *)call->attr)->groups);
    return of->pictures * of->groups;
}

static group group_of(const ablate_call *call, int64_t task)
{
    group_places of;
    groups_count(call, &of);
    int64_t picture = task / of.groups, width = of.groups * of.share;
    group g = { of.places, of.share, width, picture * of.places * width + task % of.groups * of.share, 0, 0, 0, 0 };
    g.channel = task % of.groups * of.share;
    g.sum = (double *)(void *)call->scratch + 2 * of.share * task;
    g.along = g.sum + of.share;
    g.kept = call->aux ? call->aux + 2 * task : NULL;
    return g;
}

static double sum_of(const double *sum, int64_t n)
{
    double all = 0;
    for (int64_t c = 0; c < n; c++)
        all += sum[c];
    return all;
}

/* Mean of its numbers. */
static double mean_of(const group *g, const float *x)
{
    double *restrict sum = g->sum;
    memset(sum, 0, (size_t)g->share * sizeof *sum);
    for (int64_t p = 0; p < g->places; p++)
        for (int64_t c = 0; c < g->share; c++)
            sum[c] += (double)x[p * g->width + c];
    return sum_of(sum, g->share) / (double)(g->places * g->share);
}

static double variance_of(const group *g, const float *x, double mean)
{
    double *restrict sum = g->sum;
    memset(sum, 0, (size_t)g->share * sizeof *sum);
    for (int64_t p = 0; p < g->places; p++)
        for (int64_t c = 0; c < g->share; c++)
            sum[c] += ((double)x[p * g->width + c] - mean) * ((double)x[p * g->width + c] - mean);
    return sum_of(sum, g->share) / (double)(g->places * g->share);
}

/* ---- forward ---- */

static void group_norm_group(void *context, int64_t task)
{
    const ablate_call *call = context;
    group g = group_of(call, task);
    const float *restrict x = call->in[0] + g.first;
    const float *restrict weight = call->in[1] + g.channel, *restrict bias = call->in[2] + g.channel;
    float *restrict y = call->out + g.first;
    double exact = mean_of(&g, x), variance = variance_of(&g, x, exact);
    float mean = (float)exact, rstd = (float)(1 / sqrt(variance + ((const group_norm_attr *)call->attr)->eps));
    for (int64_t p = 0; p < g.places; p++)
        for (int64_t c = 0; c < g.share; c++)
            y[p * g.width + c] = (x[p * g.width + c] - mean) * rstd * weight[c] + bias[c];
    if (g.kept) {
        g.kept[0] = mean;
        g.kept[1] = rstd;
    }
}

static void group_norm_forward(const ablate_call *call)
{
    group_places of;
    work_run(call->cpu, groups_count(call, &of), group_norm_group, call);
}

/* ---- backward ---- */

/* Of each channel: the sum of its gradient, and of its gradient times x - mean. */
static void slope_sums(const ablate_call *call, const group *g)
{
    const float *restrict x = call->in[0] + g->first, *restrict grad = call->grad_out + g->first;
    double *restrict sum = g->sum, *restrict along = g->along;
    float mean = g->kept[0];
    memset(sum, 0, 2 * (size_t)g->share * sizeof *sum);
    for (int64_t p = 0; p < g->places; p++)
        for (int64_t c = 0; c < g->share; c++) {
            sum[c] += (double)grad[p * g->width + c];
            along[c] += (double)grad[p * g->width + c] * (double)(x[p * g->width + c] - mean);
        }
}

/* With h = (x - mean) rstd and d = grad weight the gradient is rstd (d - mean(d) - h mean(d h)); both means are sums of
 * what the channels have. */
static void group_norm_backward_group(void *context, int64_t task)
{
    const ablate_call *call = context;
    group g = group_of(call, task);
    const float *restrict x = call->in[0] + g.first, *restrict grad = call->grad_out + g.first;
    const float *restrict weight = call->in[1] + g.channel;
    float mean = g.kept[0], rstd = g.kept[1];
    double sum = 0, along = 0, n = (double)(g.places * g.share);
    slope_sums(call, &g);
    if (!call->grad_in[0])
        return;
    for (int64_t c = 0; c < g.share; c++) {
        sum += (double)weight[c] * g.sum[c];
        along += (double)weight[c] * g.along[c];
    }
    float mean_d = (float)(sum / n), slope = (float)(along / n * (double)rstd * (double)rstd);
    for (int64_t p = 0; p < g.places; p++) {
        int64_t at = p * g.width;
        float *restrict to = call->grad_in[0] + g.first + at;
        PUT_EACH(to, c, 0, g.share, call->add & 1u,
                 rstd * (grad[at + c] * weight[c] - mean_d - (x[at + c] - mean) * slope));
    }
}

/* Gradients of weight and bias: what the pictures' channels have, in the order of the pictures. */
static void weight_gradients(const ablate_call *call, const group_places *of)
{
    for (int64_t channel = 0; channel < of->groups * of->share; channel++) {
        double of_weight = 0, of_bias = 0;
        for (int64_t picture = 0; picture < of->pictures; picture++) {
            group g = group_of(call, picture * of->groups + channel / of->share);
            of_weight += g.along[channel % of->share] * (double)g.kept[1];
            of_bias += g.sum[channel % of->share];
        }
        for (int input = 1; input < 3; input++)
            if (call->grad_in[input])
                call->grad_in[input][channel] = (call->add >> input & 1u ? call->grad_in[input][channel] : 0.0f) +
                                                (float)(input == 1 ? of_weight : of_bias);
    }
}

static void group_norm_backward(const ablate_call *call)
{
    group_places of;
    work_run(call->cpu, groups_count(call, &of), group_norm_backward_group, call);
    if (call->grad_in[1] || call->grad_in[2])
        weight_gradients(call, &of);
}

OP_COST(group_norm_flops, 8.0 * (double)shape_size(out))

static const ablate_setting group_norm_attrs[] = {
    ABLATE_SET(group_norm_attr, groups, 32, 1, 1 << 20, "that the channels part into; as many as channels: each alone"),
    ABLATE_SET(group_norm_attr, eps, 1e-5, 0, 1, "added to the variance"),
    { 0 }
};

static const ablate_op group_norm_record = {
    .doc = "(x - mean) / sqrt(variance + eps) over each group of channels of each picture, times weight (C) plus bias "
           "(C), for x (B, ..., C)",
    OP_BOTH(group_norm, group_norm_shape),
    OP_TAKES(3),
    .flops = group_norm_flops,
    OP_ATTRS(group_norm_attr, group_norm_attrs),
    .forgets = ABLATE_FORGET(2) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(group_norm_record);
