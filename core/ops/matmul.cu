/* matmul.cu: matrix products on the GPU: cuBLASLt's, the bias in their epilogue. cuBLASLt
 * has none of the activations but ReLU, so they are a pass of their own (finish.cuh). Measured: not yet on a GPU. */
#include "finish.cuh"
#include "matmul.h"

namespace
{

static products products_in(const ablate_call *call)
{
    return products_of(call->in_shape, static_cast<const matmul_attr *>(call->attr));
}

static activation_kind activation_of(const ablate_call *call)
{
    return static_cast<activation_kind>(static_cast<const matmul_attr *>(call->attr)->activation);
}

/* ---- forward ---- */

static void matmul_forward(const gpu *g, const ablate_call *call)
{
    products p = products_in(call);
    activation_kind kind = activation_of(call);
    float *pre = kind != ACTIVATION_NONE && call->aux ? call->aux : call->out;
    gpu_product product = {};
    product.ta = p.ta, product.tb = p.tb;
    product.m = p.m, product.n = p.n, product.k = p.k;
    product.a = call->in[0], product.lda = p.ta ? p.m : p.k, product.a_apart = p.m * p.k;
    product.b = call->in[1], product.ldb = p.tb ? p.k : p.n, product.b_apart = p.shared ? 0 : p.n * p.k;
    product.c = pre, product.ldc = p.n, product.c_apart = p.m * p.n;
    product.batches = p.batches;
    product.bias = call->n_in == 3 ? call->in[2] : nullptr;
    g->multiply(&product);
    if (kind != ACTIVATION_NONE)
        gpu_each(g, p.batches * p.m * p.n, finish_numbers{ kind, pre, call->out });
}

/* ---- backward ---- */

static void input_gradient(const gpu *g, const ablate_call *call, const products *p, const float *grad)
{
    gpu_product product = {};
    int64_t ldw = p->tb ? p->k : p->n, w_apart = p->shared ? 0 : p->n * p->k;
    product.c = call->grad_in[0], product.c_apart = p->m * p->k;
    product.add = call->add & 1u, product.batches = p->batches, product.k = p->n;
    if (p->ta) { /* (K, M) = W (K, N) times grad' */
        product.ta = p->tb, product.tb = true;
        product.m = p->k, product.n = p->m, product.ldc = p->m;
        product.a = call->in[1], product.lda = ldw, product.a_apart = w_apart;
        product.b = grad, product.ldb = p->n, product.b_apart = p->m * p->n;
    } else { /* (M, K) = grad times W' */
        product.tb = !p->tb;
        product.m = p->m, product.n = p->k, product.ldc = p->k;
        product.a = grad, product.lda = p->n, product.a_apart = p->m * p->n;
        product.b = call->in[1], product.ldb = ldw, product.b_apart = w_apart;
    }
    g->multiply(&product);
}

/* Gradient of the weight from `batches` products at once, or from one of several that share it. */
static void weight_product(const gpu *g, const ablate_call *call, const products *p, const float *grad, int64_t batch,
                           int64_t batches, bool add)
{
    gpu_product product = {};
    const float *x = call->in[0] + batch * p->m * p->k;
    int64_t ldx = p->ta ? p->m : p->k;
    grad += batch * p->m * p->n;
    product.c = call->grad_in[1], product.c_apart = p->n * p->k;
    product.add = add, product.batches = batches, product.k = p->m;
    if (p->tb) { /* (N, K) = grad' times x */
        product.ta = true, product.tb = p->ta;
        product.m = p->n, product.n = p->k, product.ldc = p->k;
        product.a = grad, product.lda = p->n, product.a_apart = p->m * p->n;
        product.b = x, product.ldb = ldx, product.b_apart = p->m * p->k;
    } else { /* (K, N) = x' times grad */
        product.ta = !p->ta;
        product.m = p->k, product.n = p->n, product.ldc = p->n;
        product.a = x, product.lda = ldx, product.a_apart = p->m * p->k;
        product.b = grad, product.ldb = p->n, product.b_apart = p->m * p->n;
    }
    g->multiply(&product);
}

static void weight_gradient(const gpu *g, const ablate_call *call, const products *p, const float *grad)
{
    bool add = call->add & 2u;
    if (!p->shared)
        weight_product(g, call, p, grad, 0, p->batches, add);
    for (int64_t batch = 0; p->shared && batch < p->batches; batch++)
        weight_product(g, call, p, grad, batch, 1, add || batch > 0);
}

static float *bias_gradient(const ablate_call *call)
{
    return call->n_in == 3 ? call->grad_in[2] : nullptr;
}

static void matmul_backward(const gpu *g, const ablate_call *call)
{
    products p = products_in(call);
    finish_back back = { activation_of(call), p.batches * p.m,      p.n, call->aux, call->grad_out,
                         bias_gradient(call), (call->add & 4u) != 0 };
    const float *grad = finish_backward(g, back, call->scratch);
    if (call->grad_in[0])
        input_gradient(g, call, &p, grad);
    if (call->grad_in[1])
        weight_gradient(g, call, &p, grad);
}

static int64_t matmul_scratch(const ablate_call *call, bool backward)
{
    products p = products_in(call);
    return backward ? finish_room(activation_of(call), bias_gradient(call), p.batches * p.m, p.n) : 0;
}

static const gpu_op matmul_record = { "matmul", matmul_forward, matmul_backward, matmul_scratch };
GPU_RECORD(matmul_record);

} // namespace
