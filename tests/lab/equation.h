/* equation.h: plays the cases of tests/golden/equations/NAME.safetensors (golden/make_equations.py says what is in one)
 * and compares every result and every gradient with PyTorch's in float64.
 *
 * Tolerance. In float32 (eps = 2^-23) a sum of n terms is off by at most n eps / 2 of the size of its terms without
 * their signs, whatever the order; a product or quotient by eps / 2, an elementary function by 3 eps
 * (core/device/cpu_vector.h). The golden script runs each case again with every number on the way, forward and
 * backward, off by that bound and a little more ((n + 5) eps / 2), up or down at random, in float64, whose own rounding
 * is 2^29 times finer. The largest change in 64 runs of any number of a tensor is the tensor's tolerance: errors of
 * sums follow from their sizes, and how they grow along the chain follows from the chain. Float32's own errors are
 * smaller: they are seldom at their bound.
 *
 * So a temperature tau = 0.001 needs no rule of its own: an error d of e g is one of d / tau of the logit and the loss,
 * and of d / tau^2 of the gradient, where the logit's is divided once more; the tolerance has the thousand and the
 * million in it. */
#ifndef LAB_EQUATION_H
#define LAB_EQUATION_H
#include "../../core/files/weights.h"
#include "paper_stage.h"
#include "truth.h"

enum { EQUATION_OUTS = 40 };

typedef struct equation_tally { /* of a file */
    int cases, tensors, wrong;
    double share; /* largest error / tolerance */
    char closest[160];
} equation_tally;

typedef struct equation_case {
    const weights *file;
    equation_tally *tally;
    const char *equation, *name; /* "eq05", "map" */
    int epoch, sums;
    stage stage;
    ablate_value *wanted[EQUATION_OUTS]; /* results in the order of the file, then all losses */
    float *out[EQUATION_OUTS], *gradients;
    int outs, results;
    int compared; /* tensors */
} equation_case;

/* ---- reading ---- */

/* The script puts every tensor where its type may lie. */
const float *equation_floats(const weights_tensor *t);

const double *equation_doubles(const weights_tensor *t);

/* ---- playing ---- */

/* ---- comparing ---- */

/* Largest |got - expected|; NaN if there is one. */
double equation_error(const float *got, const double *expected, int64_t n);

#define EQUATION_REASON "largest change in 64 runs with every operation off by its float32 bound"

/* Every case of the file, printed line by line and summed up in one; fails if any result or gradient is off by more
 * than its tolerance. */
void equation_check(const char *equation);

/* Each setting of those modules, a list that ends with NULL, has a case in some file: of a choice each word that is not
 * the default, of anything else some value. */
void equation_alternatives(const char *const *modules);

/* The test test_NAME of the cases in NAME.safetensors. */
#define EQUATION(name)                                                                                                 \
    static void test_##name(void **state)                                                                              \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        equation_check(#name);                                                                                         \
    }

#endif
