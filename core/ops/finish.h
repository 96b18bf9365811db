/* finish.h: what follows a product: bias and activation, applied to each block of the result while it is in the cache,
 * and the way back through them. */
#ifndef ABLATE_OPS_FINISH_H
#define ABLATE_OPS_FINISH_H
#include "../device/cpu_packed.h"
#include "activation_kind.h"

typedef struct finish {
    const float *bias; /* of the columns, or NULL */
    activation_kind activation;
    float *out, *pre;  /* pre: keeps what the activation saw, or NULL */
    int64_t row, step; /* numbers of `out` from row to row, from batch to batch */
    int64_t bias_step; /* of the bias, from batch to batch */
} finish;

/* Is there anything to do? */
static inline bool finish_needed(const finish *f)
{
    return f->bias || f->activation != ACTIVATION_NONE;
}

/* The activation of n numbers from `at` on, to which the bias is added. */
void finish_values(const finish *, int64_t at, int64_t n);

/* n numbers of one row, from `at` on, first the bias's from `column` on. */
void finish_row(const finish *, int64_t at, int64_t column, int64_t n);

/* The same for a block of the result; as packed_product's `finish`. */
void finish_block(const void *finish, const packed_block *);

/* The way back: the gradient of `rows` rows of n numbers before bias and activation, from that after them. */
typedef struct finish_back {
    activation_kind activation;
    int64_t rows, n;
    const float *pre, *grad; /* what the activation saw, or NULL; the gradient after it */
    float *bias;             /* receives the gradient of the bias, or NULL */
    bool add;                /* to it */
} finish_back;

/* Floats of `room` for finish_backward, with or without a bias. */
int64_t finish_room(activation_kind, bool bias, int64_t rows, int64_t n);

/* Returns the gradient: `grad` itself, or in `room`. */
const float *finish_backward(const ablate_cpu *, const finish_back *, float *room);

#endif
