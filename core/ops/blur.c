/* blur.c: Gaussian smoothing of maps, as scipy.ndimage.gaussian_filter in mode "reflect" (d c b a | a b c d | d c b a):
 * first down the columns, then along the rows. Backward applies the transposes. */
#include "blur.h"
#include "../device/cpu_work.h"
#include "misfit.h"
#include <string.h>

static int blur_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n;
    const blur_attr *a = attr;
    if (in[0].rank < 2)
        return misfit(layout, "x must have at least 2 axes (..., H, W); its shape is %s", shape_words(&in[0]).text);
    if (a->truncate * a->sigma > 65536.0)
        return misfit(layout, "sigma=%g truncate=%g reaches farther than 65536 pixels", a->sigma, a->truncate);
    layout->out = in[0];
    layout->scratch = shape_size(&in[0]) + 2 * blur_radius(a) + 1;
    layout->mixes = in[0].rank == 2;
    return 0;
}

typedef struct blur_work {
    const ablate_call *call;
    const float *from;
    float *between, *to; /* between: after the columns */
    int64_t rows, height, width, radius;
    float *weight; /* [-radius .. radius] */
    bool transposed, add;
} blur_work;

static void weights_fill(float *weight, int64_t radius, double sigma)
{
    double sum = 0;
    for (int64_t k = -radius; k <= radius; k++)
        sum += blur_weight(k, sigma);
    for (int64_t k = -radius; k <= radius; k++)
        weight[k] = (float)(blur_weight(k, sigma) / sum);
}

static inline void add_scaled(float *to, float scale, const float *from, int64_t n)
{
    for (int64_t e = 0; e < n; e++)
        to[e] += scale * from[e];
}

/* Row y is the sum of rows around it; transposed: row y is sent to the rows around it. One map. */
static void blur_columns(void *context, int64_t map)
{
    const blur_work *w = context;
    int64_t size = w->height * w->width;
    const float *from = w->from + map * size;
    float *to = w->between + map * size;
    memset(to, 0, (size_t)size * sizeof *to);
    for (int64_t y = 0; y < w->height; y++)
        for (int64_t k = -w->radius; k <= w->radius; k++) {
            int64_t other = blur_reflect(y + k, w->height);
            int64_t source = w->transposed ? y : other, target = w->transposed ? other : y;
            add_scaled(to + target * w->width, w->weight[k], from + source * w->width, w->width);
        }
}

/* The part of a row whose neighbour k lies inside is one vector; at the ends the neighbour is reflected. */
static void blur_row(const blur_work *w, const float *from, float *to)
{
    int64_t n = w->width;
    for (int64_t k = -w->radius; k <= w->radius; k++) {
        int64_t first = k < 0 ? (-k < n ? -k : n) : 0, last = k > 0 ? (k < n ? n - k : 0) : n;
        float weight = w->weight[k];
        if (last > first && w->transposed)
            add_scaled(to + first + k, weight, from + first, last - first);
        else if (last > first)
            add_scaled(to + first, weight, from + first + k, last - first);
        int64_t begin = k < 0 ? 0 : last, end = k < 0 ? first : n;
        for (int64_t x = begin; x < end; x++) {
            int64_t other = blur_reflect(x + k, n);
            to[w->transposed ? other : x] += weight * from[w->transposed ? x : other];
        }
    }
}

static void blur_rows(void *context, int64_t i)
{
    const blur_work *w = context;
    work_span span = work_row_span(i, w->rows, w->width * (w->radius + 1));
    for (int64_t r = span.first; r < span.last; r++) {
        float *to = w->to + r * w->width;
        if (!w->add)
            memset(to, 0, (size_t)w->width * sizeof *to);
        blur_row(w, w->between + r * w->width, to);
    }
}

static void blur_run(const ablate_call *call, const float *from, float *to, bool transposed, bool add)
{
    const blur_attr *a = call->attr;
    const ablate_shape *in = &call->in_shape[0];
    blur_work w = { .call = call,
                    .from = from,
                    .between = call->scratch,
                    .to = to,
                    .height = in->dim[in->rank - 2],
                    .width = in->dim[in->rank - 1],
                    .radius = blur_radius(a),
                    .transposed = transposed,
                    .add = add };
    w.rows = shape_size(in) / w.width;
    w.weight = call->scratch + shape_size(in) + w.radius;
    weights_fill(w.weight, w.radius, a->sigma);
    work_run(call->cpu, w.rows / w.height, blur_columns, &w);
    work_run_rows(call->cpu, w.rows, w.width * (w.radius + 1), blur_rows, &w);
}

static void blur_forward(const ablate_call *call)
{
    blur_run(call, call->in[0], call->out, false, false);
}

static void blur_backward(const ablate_call *call)
{
    if (call->grad_in[0])
        blur_run(call, call->grad_out, call->grad_in[0], true, call->add & 1u);
}

OP_COST(blur_flops, 4.0 * (2.0 * (double)blur_radius(attr) + 1.0) * (double)shape_size(out))

static const ablate_setting blur_attrs[] = {
    ABLATE_SET(blur_attr, sigma, 4, 0, 1000, "standard deviation in pixels; 0 copies"),
    ABLATE_SET(blur_attr, truncate, 4, 0, 100, "standard deviations after which the kernel ends"),
    { 0 }
};

static const ablate_op blur_record = {
    .doc = "x (B, H, W) smoothed by a Gaussian, as scipy's gaussian_filter",
    OP_BOTH(blur, blur_shape),
    OP_TAKES(1),
    .flops = blur_flops,
    OP_ATTRS(blur_attr, blur_attrs),
    .forgets = ABLATE_FORGET(0) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(blur_record);
