/* Adam against torch.optim.Adam and AdamW in float64 (golden/equations_adam.py): the state after some steps, with
 * PyTorch's betas and reverse distillation's, with decay of both kinds, clipped by clip_grad_norm_, with StepLR, and
 * with gradients so small or so great that eps or a square matters. The tolerance is equation.h's: the largest change
 * in 64 runs with the errors of float32 at every step. */
#include "../lab/equation.h"
#include "../lab/op_check.h"
#include <math.h>
#include <string.h>

static const weights_tensor *part(const weights *file, const char *name, const char *what)
{
    char full[100];
    snprintf(full, sizeof full, "%s/%s", name, what);
    const weights_tensor *t = weights_need(file, full);
    require(t);
    return t;
}

/* The guard holds; the norm is the gradient's, which some steps' is above `clip` and some below. */
static void put_norm(op_case *c, int64_t n)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += (double)c->in[0][i] * (double)c->in[0][i];
    c->in[1][0] = 0;
    c->in[2][0] = (float)sqrt(sum);
}

/* All steps of the case; the state, which is parameter, mean, mean square, is left in c->out. */
static void run_case(op_case *c, const weights *file, const char *name)
{
    const weights_tensor *first = part(file, name, "first"), *gradient = part(file, name, "gradient");
    int64_t steps = gradient->shape.dim[0], n = gradient->shape.dim[1];
    bool clipped = strstr(weights_note(file, name), "max_norm=0.0") == NULL;
    const ablate_shape one = { 1, { 1 } }, shapes[] = { first->shape, one, one };
    op_open(c, "adam", weights_note(file, name), clipped ? 3 : 1, shapes);
    memset(c->aux, 0, (size_t)c->layout.aux * sizeof *c->aux);
    memset(c->out, 0, 3 * (size_t)n * sizeof *c->out);
    memcpy(c->out, equation_floats(first), (size_t)n * sizeof *c->out);
    for (int64_t t = 0; t < steps; t++) {
        memcpy(c->in[0], equation_floats(gradient) + t * n, (size_t)n * sizeof *c->out);
        if (clipped)
            put_norm(c, n);
        c->step = (uint64_t)t;
        op_forward_in_place(c);
    }
}

/* Tolerances are in the order of the names, which is not that of the state. */
static int check_case(const weights *file, const char *name)
{
    static const char *const parts[] = { "out/mean", "out/parameter", "out/square" };
    static const int place[] = { 1, 0, 2 };
    int wrong = 0;
    op_case c;
    run_case(&c, file, name);
    for (int i = 0; i < 3; i++) {
        const weights_tensor *expected = part(file, name, parts[i]);
        double error = equation_error(c.out + place[i] * expected->count, equation_doubles(expected), expected->count);
        double tolerance = equation_doubles(part(file, name, "error"))[i];
        bool right = error <= tolerance;
        printf("adam %s/%s: error %.2e %s tolerance %.2e\n", name, parts[i], error, right ? "within" : "BEYOND",
               tolerance);
        truth("Adam", "torch.optim.Adam and AdamW in float64", error, tolerance, EQUATION_REASON);
        wrong += !right;
    }
    op_close(&c);
    return wrong;
}

static void test_adam_is_pytorchs(void **state)
{
    (void)state;
    int wrong = 0, cases = 0;
    weights *file = weights_open("tests/golden/equations/adam.safetensors");
    require(file);
    for (int i = 0; weights_note_key(file, i); i++)
        if (strcmp(weights_note_key(file, i), "made") != 0) {
            wrong += check_case(file, weights_note_key(file, i));
            cases++;
        }
    weights_close(file);
    assert_true(cases > 0);
    if (wrong)
        fail_msg("%d tensors are wrong", wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_adam_is_pytorchs) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
