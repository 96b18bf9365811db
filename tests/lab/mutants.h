/* mutants.h: operations whose gradient is wrong in one way. Each is a copy of a record with another `backward`, which
 * asks the right one for its gradients, spoils them and hands them on. */
#ifndef MUTANTS_H
#define MUTANTS_H
#include "op_check.h"

typedef enum {
    MUTANT_NONE, /* not spoilt: the checker must accept it */
    MUTANT_SIGN,
    MUTANT_ZERO,
    MUTANT_NAN,       /* one number */
    MUTANT_SHIFT,     /* each number is its neighbour's */
    MUTANT_SCALE,     /* a quarter too large */
    MUTANT_HOLE,      /* the largest number is missing */
    MUTANT_OVERWRITE, /* stores where it should add */
    MUTANT_GARBAGE,   /* adds where it should store */
    MUTANT_SHY,       /* nothing for the last input wanted */
    MUTANTS
} mutant_kind;

static const char *const mutant_names[MUTANTS] = { "none",  "sign", "zero",      "nan",     "shift",
                                                   "scale", "hole", "overwrite", "garbage", "shy" };

static const ablate_op *mutant_of; /* the right record, and how it is spoilt */
static mutant_kind mutant_now;

static inline void mutant_spoil(float *grad, int64_t n, bool last)
{
    int64_t largest = 0;
    float first = grad[0];
    for (int64_t i = 0; i < n; i++)
        largest = fabsf(grad[i]) > fabsf(grad[largest]) ? i : largest;
    if (mutant_now == MUTANT_NAN)
        grad[n / 2] = NAN;
    if (mutant_now == MUTANT_HOLE)
        grad[largest] = 0.0f;
    for (int64_t i = 0; i < n; i++) {
        if (mutant_now == MUTANT_SIGN)
            grad[i] = -grad[i];
        if (mutant_now == MUTANT_ZERO || (mutant_now == MUTANT_SHY && last))
            grad[i] = 0.0f;
        if (mutant_now == MUTANT_SCALE)
            grad[i] *= 1.25f;
        if (mutant_now == MUTANT_SHIFT)
            grad[i] = i + 1 < n ? grad[i + 1] : first;
    }
}

static inline void mutant_backward(const ablate_call *call)
{
    float *grad[ABLATE_INPUTS] = { 0 };
    ablate_call right = *call;
    int last = 0;
    for (int i = 0; i < call->n_in; i++)
        if (call->grad_in[i]) {
            grad[i] = take_zeroed((size_t)shape_size(&call->in_shape[i]), sizeof(float), "a mutant");
            last = i;
        }
    right.grad_in = grad;
    right.add = ~0u;
    mutant_of->backward(&right);
    for (int i = 0; i <= last; i++) {
        int64_t n = shape_size(&call->in_shape[i]);
        bool add = call->add >> i & 1u;
        if (!grad[i])
            continue;
        add = mutant_now == MUTANT_OVERWRITE ? false : mutant_now == MUTANT_GARBAGE ? true : add;
        mutant_spoil(grad[i], n, i == last);
        for (int64_t j = 0; j < n; j++)
            call->grad_in[i][j] = (add ? call->grad_in[i][j] : 0.0f) + grad[i][j];
        free(grad[i]);
    }
}

/* The copy; one at a time. */
static inline ablate_op mutant_make(const ablate_op *op, mutant_kind kind)
{
    ablate_op copy = *op;
    copy.backward = mutant_backward;
    mutant_of = op;
    mutant_now = kind;
    return copy;
}

#endif
