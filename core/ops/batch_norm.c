/* batch_norm.c: mean and variance of each channel (the last axis) over all else, and normalisation by such a mean and
 * variance, be they of this batch or kept from others. Each is an operation, so that the gradient through a batch's
 * statistics is the one of two steps. Sums over rows run in double, piece by piece, then the pieces in order. */
#include "batch_norm.h"
#include "chunks.h"
#include "rows.h"
#include <math.h>

/* Two sums a column in each piece of rows; the first piece's are then those of all. In scratch, which is aligned. */
static double *sums_of(const ablate_call *call, int64_t piece)
{
    return (double *)(void *)call->scratch + 2 * width_of(call->in_shape) * piece;
}

static int64_t pieces_of(const ablate_shape *x)
{
    int64_t width = width_of(x);
    return work_pieces(shape_size(x) / width, work_rows(width));
}

static int64_t sums_room(const ablate_shape *x)
{
    return 2 * 2 * width_of(x) * pieces_of(x); /* a double is two floats */
}

/* ---- mean and variance ---- */

static int moments_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (needs_axis(&in[0], layout) != 0)
        return -1;
    layout->out = (ablate_shape){ 2, { 2, width_of(&in[0]) } };
    layout->scratch = sums_room(&in[0]);
    layout->mixes = true;
    return 0;
}

/* Mean of a piece's rows and sum of the squared distances from it, while the rows are in the cache. */
static void moments_piece(void *context, int64_t piece)
{
    const ablate_call *call = context;
    work_span rows = rows_of(call, piece);
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[0];
    double *restrict mean = sums_of(call, piece), *restrict square = mean + width;
    memset(mean, 0, 2 * (size_t)width * sizeof *mean);
    for (int64_t r = rows.first; r < rows.last; r++)
        for (int64_t c = 0; c < width; c++)
            mean[c] += (double)x[r * width + c];
    for (int64_t c = 0; c < width; c++)
        mean[c] /= (double)(rows.last - rows.first);
    for (int64_t r = rows.first; r < rows.last; r++)
        for (int64_t c = 0; c < width; c++)
            square[c] += ((double)x[r * width + c] - mean[c]) * ((double)x[r * width + c] - mean[c]);
}

/* Takes a piece of `more` rows to the `before` rows so far (Chan et al. 1979). */
static void take_piece(double *restrict all, const double *restrict piece, int64_t width, double before, double more)
{
    for (int64_t c = 0; c < width; c++) {
        double apart = piece[c] - all[c];
        all[c] += apart * (more / (before + more));
        all[width + c] += piece[width + c] + apart * apart * (before * more / (before + more));
    }
}

static void moments_forward(const ablate_call *call)
{
    int64_t width = width_of(call->in_shape), rows = rows_count(call), pieces = pieces_of(call->in_shape);
    double *all = sums_of(call, 0);
    run_rows(call, moments_piece);
    for (int64_t p = 1; p < pieces; p++) {
        work_span span = rows_of(call, p);
        take_piece(all, sums_of(call, p), width, (double)span.first, (double)(span.last - span.first));
    }
    for (int64_t c = 0; c < width; c++) {
        call->out[c] = (float)all[c];
        call->out[width + c] = (float)(all[width + c] / (double)rows);
    }
}

/* With G the gradients of mean and variance: (G mean + 2 (x - mean) G variance) / rows. */
static void moments_grad_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[0] + r * width, *restrict mean = call->out;
    const float *restrict of_mean = call->grad_out, *restrict of_variance = call->grad_out + width;
    float *restrict to = call->grad_in[0] + r * width, share = 1.0f / (float)rows_count(call);
    PUT_EACH(to, c, 0, width, call->add & 1u, share * (of_mean[c] + 2.0f * (x[c] - mean[c]) * of_variance[c]));
}
ROWS_BACKWARD(moments)

OP_COST(moments_flops, 5.0 * (double)shape_size(&in[0]))

static const ablate_op moments_record = {
    .doc = "mean and population variance of each channel (last axis) of x (..., C) over all else: (2, C)",
    OP_BOTH(moments, moments_shape),
    OP_TAKES(1),
    .flops = moments_flops,
    .stores = true,
};
OP_RECORD(moments_record);

/* ---- normalisation ---- */

static const char *const input_words[NORM_INPUTS] = { "x", "mean", "variance", "weight", "bias" };

static int batch_norm_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (needs_axis(&in[0], layout) != 0)
        return -1;
    int64_t width = width_of(&in[0]);
    for (int i = 1; i < NORM_INPUTS; i++) {
        if (in[i].rank != 1 || in[i].dim[0] != width)
            return misfit(layout, "x %s and %s %s do not fit: it must have %lld numbers", shape_words(&in[0]).text,
                          input_words[i], shape_words(&in[i]).text, (long long)width);
        layout->mixes = layout->mixes || rows_alike(&in[i], &in[0]) || in[0].rank == 1;
    }
    layout->out = in[0];
    layout->scratch = sums_room(&in[0]) + width;
    return 0;
}

/* weight / sqrt(variance + eps) of each channel, behind the sums. */
static float *scales_of(const ablate_call *call)
{
    return call->scratch + sums_room(call->in_shape);
}

static float deviation_of(const ablate_call *call, int64_t c)
{
    float eps = (float)((const batch_norm_attr *)call->attr)->eps;
    return sqrtf(call->in[NORM_VARIANCE][c] + eps);
}

static void fill_scales(const ablate_call *call)
{
    float *scale = scales_of(call);
    for (int64_t c = 0; c < width_of(call->in_shape); c++)
        scale[c] = call->in[NORM_WEIGHT][c] / deviation_of(call, c);
}

static void batch_norm_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[NORM_X] + r * width, *restrict mean = call->in[NORM_MEAN];
    const float *restrict scale = scales_of(call), *restrict bias = call->in[NORM_BIAS];
    float *restrict y = call->out + r * width;
    for (int64_t c = 0; c < width; c++)
        y[c] = (x[c] - mean[c]) * scale[c] + bias[c];
}
ROWS_EACH(batch_norm_rows, batch_norm_row)

static void batch_norm_forward(const ablate_call *call)
{
    fill_scales(call);
    run_rows(call, batch_norm_rows_piece);
}

static void batch_norm_grad_row(const ablate_call *call, int64_t r)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict grad = call->grad_out + r * width, *restrict scale = scales_of(call);
    float *restrict to = call->grad_in[NORM_X] + r * width;
    PUT_EACH(to, c, 0, width, call->add & 1u, grad[c] * scale[c]);
}

/* Sums of the gradient, and of the gradient times x - mean. */
static void batch_norm_sums(const ablate_call *call, work_span rows, double *restrict sum, double *restrict along)
{
    int64_t width = width_of(call->in_shape);
    const float *restrict x = call->in[NORM_X], *restrict grad = call->grad_out, *restrict mean = call->in[NORM_MEAN];
    memset(sum, 0, (size_t)width * sizeof *sum);
    memset(along, 0, (size_t)width * sizeof *along);
    for (int64_t r = rows.first; r < rows.last; r++)
        for (int64_t c = 0; c < width; c++) {
            sum[c] += (double)grad[r * width + c];
            along[c] += (double)(grad[r * width + c] * (x[r * width + c] - mean[c]));
        }
}

static bool wants_sums(const ablate_call *call)
{
    return call->grad_in[NORM_MEAN] || call->grad_in[NORM_VARIANCE] || call->grad_in[NORM_WEIGHT] ||
           call->grad_in[NORM_BIAS];
}

static void batch_norm_backward_piece(void *context, int64_t piece)
{
    const ablate_call *call = context;
    work_span rows = rows_of(call, piece);
    if (wants_sums(call))
        batch_norm_sums(call, rows, sums_of(call, piece), sums_of(call, piece) + width_of(call->in_shape));
    for (int64_t r = rows.first; call->grad_in[NORM_X] && r < rows.last; r++)
        batch_norm_grad_row(call, r);
}

static void put_one(const ablate_call *call, int input, int64_t c, double value)
{
    float *to = call->grad_in[input];
    if (to)
        to[c] = (call->add >> input & 1u ? to[c] : 0.0f) + (float)value;
}

/* With s the sum and a the one along x - mean: bias s; weight a / d; mean -s w / d; variance -a w / (2 d^3). */
static void batch_norm_backward(const ablate_call *call)
{
    int64_t width = width_of(call->in_shape), pieces = pieces_of(call->in_shape);
    double *sum = sums_of(call, 0), *along = sum + width;
    fill_scales(call);
    run_rows(call, batch_norm_backward_piece);
    if (!wants_sums(call))
        return;
    for (int64_t p = 1; p < pieces; p++)
        for (int64_t c = 0; c < 2 * width; c++)
            sum[c] += sums_of(call, p)[c];
    for (int64_t c = 0; c < width; c++) {
        double deviation = (double)deviation_of(call, c), scale = (double)scales_of(call)[c];
        put_one(call, NORM_BIAS, c, sum[c]);
        put_one(call, NORM_WEIGHT, c, along[c] / deviation);
        put_one(call, NORM_MEAN, c, -sum[c] * scale);
        put_one(call, NORM_VARIANCE, c, -0.5 * along[c] * scale / (deviation * deviation));
    }
}

OP_COST(batch_norm_flops, 3.0 * (double)shape_size(out))

static const ablate_setting batch_norm_attrs[] = {
    ABLATE_SET(batch_norm_attr, eps, 1e-5, 0, 1, "added to the variance"), { 0 }
};

static const ablate_op batch_norm_record = {
    .doc = "(x - mean) / sqrt(variance + eps) weight + bias, each (C), for x (..., C)",
    OP_BOTH(batch_norm, batch_norm_shape),
    OP_TAKES(NORM_INPUTS),
    .flops = batch_norm_flops,
    OP_ATTRS(batch_norm_attr, batch_norm_attrs),
    .forgets = ABLATE_FORGET(NORM_BIAS) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(batch_norm_record);
