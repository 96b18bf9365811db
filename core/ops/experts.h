/* experts.h: attributes and sizes of experts, for both halves. */
#ifndef ABLATE_OPS_EXPERTS_H
#define ABLATE_OPS_EXPERTS_H
#include "../op.h"

typedef struct experts_attr {
    int k, activation;
} experts_attr;

enum { X, GATES, W1, B1, W2, B2, INPUTS };

typedef struct experts_sizes {
    int64_t rows, experts, width, hidden, most; /* R, T, C, H; entries a row */
} experts_sizes;

static inline experts_sizes sizes_of(const ablate_shape *in, const experts_attr *a)
{
    int64_t experts = in[GATES].dim[1];
    experts_sizes s = { in[X].dim[0], experts, in[X].dim[1], in[W1].dim[1], a->k < experts ? a->k : experts };
    return s;
}

#endif
