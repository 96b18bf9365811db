/* matmul.c: matrix product, shared or batched, with bias and activation applied to each tile while it is in the cache.
 */
#include "matmul.h"
#include "../device/tile.h"
#include "activation.h"
#include "misfit.h"
#include "work.h"
#include <string.h>

/* Bands of backward's first pass: whole rows of one product. */
static tile_grid bands_of(const products *p)
{
    return p->batches >= 8 ? (tile_grid){ p->m, p->n, 1, 1 } : tile_bands(p->m, p->n, p->k);
}

static bool leading_axes_fit(const ablate_shape *x, const ablate_shape *w)
{
    if (w->rank == 2)
        return true;
    bool fit = w->rank == x->rank;
    for (int i = 0; fit && i < x->rank - 2; i++)
        fit = x->dim[i] == w->dim[i];
    return fit;
}

static int matmul_shape(const ablate_shape *in, int n, const void *attributes, ablate_layout *layout)
{
    const matmul_attr *attr = attributes;
    const ablate_shape *x = &in[0], *w = &in[1];
    if (x->rank < 2 || w->rank < 2)
        return misfit(layout, "shapes %s and %s do not fit: a matrix has two axes or more", shape_words(x).text,
                      shape_words(w).text);
    int64_t x_depth = x->dim[x->rank - (attr->transpose_a ? 2 : 1)];
    int64_t w_depth = w->dim[w->rank - (attr->transpose_b ? 1 : 2)];
    if (x_depth != w_depth || !leading_axes_fit(x, w))
        return misfit(layout, "shapes %s and %s do not fit%s%s", shape_words(x).text, shape_words(w).text,
                      attr->transpose_a ? ", with transpose_a" : "", attr->transpose_b ? ", with transpose_b" : "");
    products p = products_of(in, attr);
    layout->out = *x;
    layout->out.dim[x->rank - 2] = x->dim[x->rank - (attr->transpose_a ? 1 : 2)];
    layout->out.dim[x->rank - 1] = p.n;
    if (n == 3 && (in[2].rank != 1 || in[2].dim[0] != p.n))
        return misfit(layout, "bias %s does not fit a result %s: it must have %lld numbers", shape_words(&in[2]).text,
                      shape_words(&layout->out).text, (long long)p.n);
    int64_t room = p.batches * p.m * p.n;
    layout->aux = attr->activation == ACTIVATION_NONE ? 0 : room;
    layout->scratch = layout->aux + (n == 3 ? p.batches * bands_of(&p).down * p.n : 0);
    layout->mixes = (x->rank == 2 && p.ta) || (p.shared && rows_alike(w, &layout->out));
    return size_check(&layout->out, layout);
}

/* ---- forward ---- */

typedef struct forward_work {
    const ablate_call *call;
    products p;
    tile_grid grid;
    int activation;
} forward_work;

/* y[i] = f(pre[i]), where y may be pre itself; a loop for each activation, so that each is vector code. */
static void activate(int activation, const float *pre, float *y, int64_t n)
{
    if (activation == ACTIVATION_QUICKGELU)
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++)
            y[i] = quickgelu_value(pre[i]);
    else if (activation == ACTIVATION_GELU)
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++)
            y[i] = gelu_value(pre[i]);
    else if (activation == ACTIVATION_RELU)
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++)
            y[i] = relu_value(pre[i]);
    else
#pragma GCC ivdep
        for (int64_t i = 0; i < n; i++)
            y[i] = vector_tanh(pre[i]);
}

/* Bias and activation on one row of a tile; `pre`, if there is one, keeps what the activation saw. */
static void finish_row(int activation, const float *bias, float *y, float *pre, int64_t n)
{
    for (int64_t i = 0; bias && i < n; i++)
        y[i] += bias[i];
    if (pre)
        memcpy(pre, y, (size_t)n * sizeof *pre);
    if (activation != ACTIVATION_NONE)
        activate(activation, y, y, n);
}

static void forward_tile(void *context, int64_t index)
{
    const forward_work *w = context;
    const ablate_call *call = w->call;
    const products *p = &w->p;
    int64_t batch = index / (w->grid.down * w->grid.across), tile = index % (w->grid.down * w->grid.across);
    work_span rows = work_piece(tile / w->grid.across, p->m, w->grid.rows);
    work_span columns = work_piece(tile % w->grid.across, p->n, w->grid.columns);
    int64_t width = columns.last - columns.first;
    const float *x = call->in[0] + batch * p->m * p->k + (p->ta ? rows.first : rows.first * p->k);
    const float *weight = call->in[1] + (p->shared ? 0 : batch * p->n * p->k);
    weight += p->tb ? columns.first * p->k : columns.first;
    int64_t at = (batch * p->m + rows.first) * p->n + columns.first;
    call->cpu->gemm(p->ta, p->tb, rows.last - rows.first, width, p->k, 1, x, p->ta ? p->m : p->k, weight,
                    p->tb ? p->k : p->n, 0, call->out + at, p->n);
    const float *bias = call->n_in == 3 ? call->in[2] + columns.first : NULL;
    if (!bias && w->activation == ACTIVATION_NONE)
        return;
    for (int64_t row = rows.first; row < rows.last; row++, at += p->n)
        finish_row(w->activation, bias, call->out + at, w->activation && call->aux ? call->aux + at : NULL, width);
}

static void matmul_forward(const ablate_call *call)
{
    const matmul_attr *attr = call->attr;
    forward_work w = { call, products_of(call->in_shape, attr), { 0 }, attr->activation };
    w.grid = w.p.batches >= 8 ? (tile_grid){ w.p.m, w.p.n, 1, 1 } : tile_cut(w.p.m, w.p.n, w.p.k);
    work_run(call->cpu, w.p.batches * w.grid.down * w.grid.across, forward_tile, &w);
}

/* ---- backward ---- */

typedef struct backward_work {
    const ablate_call *call;
    products p;
    tile_grid grid;
    int activation;
    const float *grad; /* of the product before the activation: grad_out, or `pre` when the first pass has filled it */
    float *pre, *sums; /* scratch: that gradient; column sums of each band */
    bool whole;        /* x's gradient is one product after the first pass */
} backward_work;

/* A band of few rows packs the weight anew for them; a large product is better cut into tiles of its own. */
static bool outgrows_bands(const products *p)
{
    return p->batches == 1 && tile_count(2.0 * (double)p->m * (double)p->n * (double)p->k) >= 16;
}

/* to[i] = grad[i] f'(pre[i]) */
static void deactivate(int activation, const float *restrict grad, const float *restrict pre, float *restrict to,
                       int64_t n)
{
    if (activation == ACTIVATION_QUICKGELU)
        for (int64_t i = 0; i < n; i++)
            to[i] = grad[i] * quickgelu_slope(pre[i]);
    else if (activation == ACTIVATION_GELU)
        for (int64_t i = 0; i < n; i++)
            to[i] = grad[i] * gelu_slope(pre[i]);
    else if (activation == ACTIVATION_RELU)
        for (int64_t i = 0; i < n; i++)
            to[i] = grad[i] * relu_slope(pre[i]);
    else
        for (int64_t i = 0; i < n; i++)
            to[i] = grad[i] * tanh_slope(pre[i]);
}

static void sum_columns(const float *restrict grad, int64_t rows, int64_t n, float *restrict sum)
{
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < n; i++)
            sum[i] += grad[r * n + i];
}

/* Gradient of x for the rows of one band. Where x is stored transposed they are its columns. */
static void input_gradient(const backward_work *w, int64_t batch, work_span rows)
{
    const ablate_call *call = w->call;
    const products *p = &w->p;
    int64_t count = rows.last - rows.first;
    const float *weight = call->in[1] + (p->shared ? 0 : batch * p->n * p->k);
    const float *grad = w->grad + (batch * p->m + rows.first) * p->n;
    float *to = call->grad_in[0] + batch * p->m * p->k + (p->ta ? rows.first : rows.first * p->k);
    float keep = call->add & 1u ? 1.0f : 0.0f;
    if (p->ta)
        call->cpu->gemm(p->tb, true, p->k, count, p->n, 1, weight, p->tb ? p->k : p->n, grad, p->n, keep, to, p->m);
    else
        call->cpu->gemm(false, !p->tb, count, p->k, p->n, 1, grad, p->n, weight, p->tb ? p->k : p->n, keep, to, p->k);
}

/* First pass, one band of rows: through the activation, down to the bias, on to x. */
static void backward_band(void *context, int64_t index)
{
    const backward_work *w = context;
    const ablate_call *call = w->call;
    int64_t batch = index / w->grid.down;
    work_span rows = work_piece(index % w->grid.down, w->p.m, w->grid.rows);
    int64_t at = (batch * w->p.m + rows.first) * w->p.n, count = rows.last - rows.first;
    if (w->activation != ACTIVATION_NONE)
        deactivate(w->activation, call->grad_out + at, call->aux + at, w->pre + at, count * w->p.n);
    if (w->sums)
        sum_columns(w->grad + at, count, w->p.n, w->sums + index * w->p.n);
    if (call->grad_in[0] && !w->whole)
        input_gradient(w, batch, rows);
}

/* Gradient of the weight of one product; `keep`: factor of what is there. */
static void weight_gradient(const backward_work *w, int64_t batch, float keep)
{
    const ablate_call *call = w->call;
    const products *p = &w->p;
    const float *x = call->in[0] + batch * p->m * p->k, *grad = w->grad + batch * p->m * p->n;
    float *to = call->grad_in[1] + (p->shared ? 0 : batch * p->n * p->k);
    int64_t ldx = p->ta ? p->m : p->k;
    if (p->tb)
        call->cpu->gemm(true, p->ta, p->n, p->k, p->m, 1, grad, p->n, x, ldx, keep, to, p->k);
    else
        call->cpu->gemm(!p->ta, false, p->k, p->n, p->m, 1, x, ldx, grad, p->n, keep, to, p->n);
}

static void weight_gradient_batch(void *context, int64_t batch)
{
    const backward_work *w = context;
    weight_gradient(w, batch, w->call->add & 2u ? 1.0f : 0.0f);
}

/* Second pass: gradient of the weight, which needs all rows. */
static void weight_gradients(const backward_work *w)
{
    if (!w->p.shared) {
        work_run(w->call->cpu, w->p.batches, weight_gradient_batch, w);
        return;
    }
    for (int64_t batch = 0; batch < w->p.batches; batch++)
        weight_gradient(w, batch, batch > 0 || w->call->add & 2u ? 1.0f : 0.0f);
}

static void bias_gradient(const backward_work *w)
{
    float *to = w->call->grad_in[2];
    if (!(w->call->add & 4u))
        memset(to, 0, (size_t)w->p.n * sizeof *to);
    for (int64_t band = 0; band < w->p.batches * w->grid.down; band++)
        for (int64_t i = 0; i < w->p.n; i++)
            to[i] += w->sums[band * w->p.n + i];
}

static void matmul_backward(const ablate_call *call)
{
    const matmul_attr *attr = call->attr;
    backward_work w = { .call = call, .p = products_of(call->in_shape, attr), .activation = attr->activation };
    bool bias = call->n_in == 3 && call->grad_in[2];
    w.grid = bands_of(&w.p);
    w.pre = call->scratch;
    w.grad = w.activation == ACTIVATION_NONE ? call->grad_out : w.pre;
    w.sums = bias ? call->scratch + (w.activation ? w.p.batches * w.p.m * w.p.n : 0) : NULL;
    w.whole = outgrows_bands(&w.p);
    if (bias || w.activation || (call->grad_in[0] && !w.whole))
        work_run(call->cpu, w.p.batches * w.grid.down, backward_band, &w);
    if (call->grad_in[0] && w.whole)
        input_gradient(&w, 0, (work_span){ 0, w.p.m });
    if (call->grad_in[1])
        weight_gradients(&w);
    if (bias)
        bias_gradient(&w);
}

/* 2 m n k, the bias, and one for an activation, whatever it takes: the share of the peak is not to look better by it.
 */
static double matmul_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attributes)
{
    const matmul_attr *attr = attributes;
    products p = products_of(in, attr);
    return (double)shape_count(out) * (2.0 * (double)p.k + (n == 3) + (attr->activation != ACTIVATION_NONE));
}

static const ablate_setting matmul_attrs[] = {
    ABLATE_SET(matmul_attr, transpose_a, 0, 0, 1, "x is stored (..., K, M)"),
    ABLATE_SET(matmul_attr, transpose_b, 0, 0, 1, "w is stored (..., N, K), as PyTorch stores weights"),
    ABLATE_PICK(matmul_attr, activation, ACTIVATION_NONE, ACTIVATION_CHOICES, "applied to the result"),
    { 0 }
};

static const ablate_op matmul_record = {
    .name = "matmul",
    .doc = "x (..., M, K) times w (K, N), or w with the same leading axes; plus bias (N); then an activation",
    .min_in = 2,
    .max_in = 3,
    .shape = matmul_shape,
    .forward = matmul_forward,
    .backward = matmul_backward,
    .flops = matmul_flops,
    .attr_size = sizeof(matmul_attr),
    .attrs = matmul_attrs,
    .forgets = ABLATE_FORGET(2) | ABLATE_FORGET_OUT,
    .stores = true
};
OP_RECORD(matmul_record);
