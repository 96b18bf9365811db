/* matmul.h: attributes of matmul, and the products that a call consists of, for both halves. */
#ifndef ABLATE_OPS_MATMUL_H
#define ABLATE_OPS_MATMUL_H
#include "../op.h"
#include "activation_kind.h"

typedef struct matmul_attr {
    bool transpose_a, transpose_b;
    int activation;
} matmul_attr;

/* The products that a call consists of: one of all rows where the weight is shared and x lies as it is; else one for
 * each index of the leading axes. */
typedef struct products {
    bool ta, tb, shared;
    int64_t batches, m, n, k;
} products;

static inline products products_of(const ablate_shape *in, const matmul_attr *attr)
{
    const ablate_shape *x = &in[0], *w = &in[1];
    products p = { attr->transpose_a, attr->transpose_b, w->rank == 2, 1, 0, 0, 0 };
    int64_t rows = x->dim[x->rank - 2], columns = x->dim[x->rank - 1];
    for (int i = 0; i < x->rank - 2; i++)
        p.batches *= x->dim[i];
    p.m = p.ta ? columns : rows;
    p.k = p.ta ? rows : columns;
    p.n = w->dim[w->rank - (p.tb ? 2 : 1)];
    if (p.shared && !p.ta) {
        p.m *= p.batches;
        p.batches = 1;
    }
    return p;
}

#endif
