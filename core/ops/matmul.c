/* matmul.c: matrix product, shared or batched, with bias and activation applied to each tile while it is in the cache.
 */
#include "matmul.h"
#include "../device/cpu_packed.h"
#include "finish.h"
#include "misfit.h"

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
    layout->scratch = largest_room(&p) + finish_room((activation_kind)attr->activation, n == 3, rows, p.n);
    layout->mixes = (x->rank == 2 && p.ta) || (p.shared && rows_alike(w, &layout->out));
    return size_check(&layout->out, layout);
}

/* ---- forward ---- */

static void matmul_forward(const ablate_call *call)
{
    const matmul_attr *attr = call->attr;
    products p = products_of(call->in_shape, attr);
    packed_product y = product_of(&p, call->in[0], call->in[1], call->out);
    const finish f = { .bias = call->n_in == 3 ? call->in[2] : NULL,
                       .activation = (activation_kind)attr->activation,
                       .out = call->out,
                       .pre = attr->activation ? call->aux : NULL,
                       .row = p.n,
                       .step = p.m * p.n };
    y.finish = finish_needed(&f) ? finish_block : NULL;
    y.context = &f;
    packed_run(call->cpu, &y, call->scratch);
}

/* ---- backward ---- */

/* All batches add to the gradient of a weight that they share, one after the other. */
static void weight_gradient(const ablate_call *call, const products *p, const float *grad, float *room)
{
    packed_product g = w_gradient_of(p, call->in[0], grad, call->grad_in[1]);
    g.add = call->add & 2u;
    int64_t times = p->shared ? p->batches : 1;
    g.batches = p->shared ? 1 : p->batches;
    for (int64_t batch = 0; batch < times; batch++) {
        packed_run(call->cpu, &g, room);
        g.add = true;
        g.left.at += g.left.step;
        g.right.at += g.right.step;
    }
}

static void matmul_backward(const ablate_call *call)
{
    const matmul_attr *attr = call->attr;
    products p = products_of(call->in_shape, attr);
    finish_back back = { .activation = (activation_kind)attr->activation,
                         .rows = p.batches * p.m,
                         .n = p.n,
                         .pre = call->aux,
                         .grad = call->grad_out,
                         .bias = call->n_in == 3 ? call->grad_in[2] : NULL,
                         .add = call->add & 4u };
    float *room = call->scratch;
    const float *grad = finish_backward(call->cpu, &back, room + largest_room(&p));
    if (call->grad_in[0]) {
        packed_product g = x_gradient_of(&p, call->in[1], grad, call->grad_in[0]);
        g.add = call->add & 1u;
        packed_run(call->cpu, &g, room);
    }
    if (call->grad_in[1])
        weight_gradient(call, &p, grad, room);
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
    .forgoes_aux = true,
};
OP_RECORD(matmul_record);
