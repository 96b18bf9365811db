#include "mutants.h"

const char *const mutant_names[MUTANTS] = { "none",  "sign", "zero",      "nan",     "shift",
                                            "scale", "hole", "overwrite", "garbage", "shy" };

static const ablate_op *mutant_of; /* the right record, and how it is spoilt */

static mutant_kind mutant_now;

static void mutant_spoil(float *grad, int64_t n, bool last)
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

static void mutant_backward(const ablate_call *call)
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

ablate_op mutant_make(const ablate_op *op, mutant_kind kind)
{
    ablate_op copy = *op;
    copy.backward = mutant_backward;
    mutant_of = op;
    mutant_now = kind;
    return copy;
}

void op_check_mutants(op_case *c, unsigned wanted, double h, double ulps)
{
    static const mutant_kind kinds[] = { MUTANT_SIGN, MUTANT_ZERO, MUTANT_NAN, MUTANT_OVERWRITE };
    const ablate_op *original = c->op;
    c->quiet = true;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        ablate_op mutant = mutant_make(original, kinds[i]);
        c->op = &mutant;
        if (op_count_mistakes(c, wanted, h, ulps) == 0)
            fail_msg("%s: the mutant '%s' of the gradient was not noticed", mutant.name, mutant_names[kinds[i]]);
    }
    c->op = original;
    c->quiet = false;
}
