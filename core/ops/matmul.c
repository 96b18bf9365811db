/* matmul.c: matrix product, shared or batched, with bias and activation applied to each tile while it is in the cache.
 */
#include "matmul.h"
#include "../device/cpu_packed.h"
#include "../device/cpu_work.h"
#include "activation.h"
#include "misfit.h"
#include <string.h>

/* ---- the three products of a call: y = x w, and the gradients dx = dy w', dw = x' dy ---- */

/* x (m, k) and w (k, n) as they lie; or their transposes. */
static packed_matrix x_of(const products *p, const float *x, bool transposed)
{
    bool across = p->ta != transposed;
    return (packed_matrix){ x, across ? 1 : p->ta ? p->m : p->k, across ? (p->ta ? p->m : p->k) : 1, p->m * p->k };
}

static packed_matrix w_of(const products *p, const float *w, bool transposed)
{
    int64_t row = p->tb ? p->k : p->n;
    bool across = p->tb != transposed;
    return (packed_matrix){ w, across ? 1 : row, across ? row : 1, p->shared ? 0 : p->n * p->k };
}

static packed_matrix y_of(const products *p, const float *y, bool transposed)
{
    return (packed_matrix){ y, transposed ? 1 : p->n, transposed ? p->n : 1, p->m * p->n };
}

static packed_product product_of(const products *p, const float *x, const float *w, float *y)
{
    return (packed_product){ .batches = p->batches,
                             .rows = p->m,
                             .columns = p->n,
                             .depth = p->k,
                             .left = x_of(p, x, false),
                             .right = w_of(p, w, false),
                             .out = y,
                             .out_row = p->n,
                             .out_step = p->m * p->n };
}

/* Where x is stored transposed its gradient is w dy'. */
static packed_product x_gradient_of(const products *p, const float *w, const float *dy, float *dx)
{
    packed_product g = { .batches = p->batches, .depth = p->n, .out = dx, .out_step = p->m * p->k };
    g.rows = p->ta ? p->k : p->m;
    g.columns = g.out_row = p->ta ? p->m : p->k;
    g.left = p->ta ? w_of(p, w, false) : y_of(p, dy, false);
    g.right = p->ta ? y_of(p, dy, true) : w_of(p, w, true);
    return g;
}

/* Where w is stored transposed its gradient is dy' x. */
static packed_product w_gradient_of(const products *p, const float *x, const float *dy, float *dw)
{
    packed_product g = { .batches = p->batches, .depth = p->m, .out = dw, .out_step = p->n * p->k };
    g.rows = p->tb ? p->n : p->k;
    g.columns = g.out_row = p->tb ? p->k : p->n;
    g.left = p->tb ? y_of(p, dy, true) : x_of(p, x, true);
    g.right = p->tb ? x_of(p, x, false) : y_of(p, dy, false);
    return g;
}

static int64_t largest_room(const products *p)
{
    const packed_product all[] = { product_of(p, NULL, NULL, NULL), x_gradient_of(p, NULL, NULL, NULL),
                                   w_gradient_of(p, NULL, NULL, NULL) };
    return packed_room(all, 3);
}

enum { BAND = 64 }; /* rows that one piece of backward's first pass takes through the activation */

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
    int64_t rows = p.batches * p.m;
    layout->aux = attr->activation == ACTIVATION_NONE ? 0 : rows * p.n;
    layout->scratch = largest_room(&p) + layout->aux + (n == 3 ? work_pieces(rows, BAND) * p.n : 0);
    layout->mixes = (x->rank == 2 && p.ta) || (p.shared && rows_alike(w, &layout->out));
    return size_check(&layout->out, layout);
}

/* ---- forward ---- */

/* Bias and activation on one row of a tile; `pre`, if there is one, keeps what the activation saw. */
static void finish_row(activation_kind activation, const float *bias, float *y, float *pre, int64_t n)
{
    for (int64_t i = 0; bias && i < n; i++)
        y[i] += bias[i];
    if (pre)
        memcpy(pre, y, (size_t)n * sizeof *pre);
    activation_values(activation, y, y, n);
}

static void finish_block(const void *context, const packed_block *b)
{
    const ablate_call *call = context;
    const matmul_attr *attr = call->attr;
    products p = products_of(call->in_shape, attr);
    const float *bias = call->n_in == 3 ? call->in[2] + b->column : NULL;
    for (int64_t row = b->row; row < b->last_row; row++) {
        int64_t at = (b->batch * p.m + row) * p.n + b->column;
        finish_row((activation_kind)attr->activation, bias, call->out + at,
                   attr->activation && call->aux ? call->aux + at : NULL, b->last_column - b->column);
    }
}

static void matmul_forward(const ablate_call *call)
{
    const matmul_attr *attr = call->attr;
    products p = products_of(call->in_shape, attr);
    packed_product y = product_of(&p, call->in[0], call->in[1], call->out);
    if (call->n_in == 3 || attr->activation != ACTIVATION_NONE)
        y.finish = finish_block;
    y.context = call;
    packed_run(call->cpu, &y, call->scratch);
}

/* ---- backward ---- */

typedef struct backward_work {
    const ablate_call *call;
    int64_t rows, n; /* of the result */
    activation_kind activation;
    const float *grad; /* of the product before the activation: grad_out, or `pre` when the first pass has filled it */
    float *pre, *sums; /* scratch: that gradient; column sums of each band */
} backward_work;

static void sum_columns(const float *restrict grad, int64_t rows, int64_t n, float *restrict sum)
{
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t i = 0; i < n; i++)
            sum[i] += grad[r * n + i];
}

/* First pass, one band of rows: through the activation, down to the bias. */
static void backward_band(void *context, int64_t index)
{
    const backward_work *w = context;
    work_span rows = work_piece(index, w->rows, BAND);
    int64_t at = rows.first * w->n, count = rows.last - rows.first;
    if (w->activation != ACTIVATION_NONE)
        activation_slopes(w->activation, w->call->aux + at, w->call->grad_out + at, w->pre + at, count * w->n);
    if (w->sums)
        sum_columns(w->grad + at, count, w->n, w->sums + index * w->n);
}

/* All batches add to the gradient of a weight that they share, one after the other. */
static void weight_gradient(const backward_work *w, const products *p, float *room)
{
    packed_product g = w_gradient_of(p, w->call->in[0], w->grad, w->call->grad_in[1]);
    g.add = w->call->add & 2u;
    int64_t times = p->shared ? p->batches : 1;
    g.batches = p->shared ? 1 : p->batches;
    for (int64_t batch = 0; batch < times; batch++) {
        packed_run(w->call->cpu, &g, room);
        g.add = true;
        g.left.at += g.left.step;
        g.right.at += g.right.step;
    }
}

static void bias_gradient(const backward_work *w)
{
    float *to = w->call->grad_in[2];
    if (!(w->call->add & 4u))
        memset(to, 0, (size_t)w->n * sizeof *to);
    for (int64_t band = 0; band < work_pieces(w->rows, BAND); band++)
        for (int64_t i = 0; i < w->n; i++)
            to[i] += w->sums[band * w->n + i];
}

static void matmul_backward(const ablate_call *call)
{
    const matmul_attr *attr = call->attr;
    products p = products_of(call->in_shape, attr);
    backward_work w = {
        .call = call, .rows = p.batches * p.m, .n = p.n, .activation = (activation_kind)attr->activation
    };
    bool bias = call->n_in == 3 && call->grad_in[2];
    float *room = call->scratch;
    w.pre = room + largest_room(&p);
    w.grad = w.activation == ACTIVATION_NONE ? call->grad_out : w.pre;
    w.sums = bias ? w.pre + (w.activation ? w.rows * w.n : 0) : NULL;
    if (bias || w.activation)
        work_run(call->cpu, work_pieces(w.rows, BAND), backward_band, &w);
    if (bias)
        bias_gradient(&w);
    if (call->grad_in[0]) {
        packed_product g = x_gradient_of(&p, call->in[1], w.grad, call->grad_in[0]);
        g.add = call->add & 1u;
        packed_run(call->cpu, &g, room);
    }
    if (call->grad_in[1])
        weight_gradient(&w, &p, room);
}

/* 2 m n k, the bias, and one for an activation, whatever it takes: the share of the peak is not to look better by it.
 */
static double matmul_flops(const ablate_shape *in, int n, const ablate_shape *out, const void *attributes)
{
    const matmul_attr *attr = attributes;
    products p = products_of(in, attr);
    return (double)shape_size(out) * (2.0 * (double)p.k + (n == 3) + (attr->activation != ACTIVATION_NONE));
}

static const ablate_setting matmul_attrs[] = {
    ABLATE_SET(matmul_attr, transpose_a, 0, 0, 1, "x is stored (..., K, M)"),
    ABLATE_SET(matmul_attr, transpose_b, 0, 0, 1, "w is stored (..., N, K), as PyTorch stores weights"),
    ABLATE_PICK(matmul_attr, activation, ACTIVATION_NONE, ACTIVATION_CHOICES, "applied to the result"),
    { 0 }
};

static const ablate_op matmul_record = {
    .doc = "x (..., M, K) times w (K, N), or w with the same leading axes; plus bias (N); then an activation",
    OP_BOTH(matmul, matmul_shape),
    .min_in = 2,
    .max_in = 3,
    .flops = matmul_flops,
    OP_ATTRS(matmul_attr, matmul_attrs),
    .forgets = ABLATE_FORGET(2) | ABLATE_FORGET_OUT,
    .stores = true,
};
OP_RECORD(matmul_record);
