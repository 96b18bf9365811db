/* Functions of one number, and the four operations with broadcasting: values and gradients against plain double
 * arithmetic, gradients against differences. */
/* units: binary broadcast unary */
#include "../lab/op_light.h"

/* ---- functions of one number ---- */

static double ref_sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static double ref_quickgelu(double x)
{
    return x * ref_sigmoid(1.702 * x);
}

static double ref_gelu(double x)
{
    return 0.5 * x * (1 + erf(x / sqrt(2.0)));
}

static double ref_relu(double x)
{
    return x > 0 ? x : 0;
}

static double ref_relu6(double x)
{
    return fmin(fmax(x, 0), 6);
}

static double ref_silu(double x)
{
    return x * ref_sigmoid(x);
}

static double ref_hardswish(double x)
{
    return x * ref_relu6(x + 3) / 6;
}

static double ref_square(double x)
{
    return x * x;
}

static double ref_affine(double x)
{
    return -2.5 * x + 0.25;
}

static double d_sigmoid(double x)
{
    return ref_sigmoid(x) * ref_sigmoid(-x);
}

static double d_quickgelu(double x)
{
    return ref_sigmoid(1.702 * x) + 1.702 * x * d_sigmoid(1.702 * x);
}

static double d_gelu(double x)
{
    return 0.5 * (1 + erf(x / sqrt(2.0))) + x * exp(-x * x / 2) / sqrt(2 * 3.14159265358979323846);
}

static double d_relu(double x)
{
    return x > 0;
}

static double d_relu6(double x)
{
    return x > 0 && x < 6;
}

static double d_silu(double x)
{
    return ref_sigmoid(x) + x * d_sigmoid(x);
}

static double d_hardswish(double x)
{
    return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5;
}

static double d_tanh(double x)
{
    return 1 / (cosh(x) * cosh(x));
}

static double d_log(double x)
{
    return 1 / x;
}

static double d_sqrt(double x)
{
    return 0.5 / sqrt(x);
}

static double d_square(double x)
{
    return 2 * x;
}

static double d_affine(double x)
{
    (void)x;
    return -2.5;
}

typedef struct unary_case {
    const char *name, *attributes;
    double (*value)(double), (*slope)(double);
    double low, high; /* of the arguments tried */
    double ulps;      /* of 1 + |result|: that of the polynomials and two roundings */
} unary_case;

static const unary_case unary_cases[] = {
    { "quickgelu", "", ref_quickgelu, d_quickgelu, -12, 12, 4 },
    { "gelu", "", ref_gelu, d_gelu, -7, 7, 4 },
    { "relu", "", ref_relu, d_relu, -3, 3, 0 },
    { "relu6", "", ref_relu6, d_relu6, -3, 9, 0 },
    { "silu", "", ref_silu, d_silu, -20, 20, 4 },
    { "hardswish", "", ref_hardswish, d_hardswish, -6, 6, 3 },
    { "sigmoid", "", ref_sigmoid, d_sigmoid, -30, 30, 3 },
    { "tanh", "", tanh, d_tanh, -12, 12, 3 },
    { "exp", "", exp, exp, -20, 20, 3 },
    { "log", "", log, d_log, 0.01, 90, 2 },
    { "sqrt", "", sqrt, d_sqrt, 0.01, 90, 2 },
    { "square", "", ref_square, d_square, -9, 9, 1 },
    { "affine", "scale=-2.5 shift=0.25", ref_affine, d_affine, -9, 9, 1 },
};
enum { UNARY = sizeof unary_cases / sizeof *unary_cases };

/* More than one piece of work, and an odd end. A slope is off by as many units as a result (of 1 + |slope|); normals of
 * up to 5 multiply that, and the product is rounded. */
static void test_unary_values(void **state)
{
    (void)state;
    enum { N = 2 * 16384 + 77 };
    double *value = light_room(N), *grad = light_room(N);
    for (int k = 0; k < UNARY; k++) {
        const unary_case *u = &unary_cases[k];
        op_case c;
        op_open(&c, u->name, u->attributes, OP_SHAPES({ 1, { N } }));
        op_normal(c.grad_out, N, 5u, 1.0f, 0.0f);
        for (int i = 0; i < N; i++) {
            c.in[0][i] = (float)(u->low + (u->high - u->low) * (i + 0.5) / N);
            value[i] = u->value((double)c.in[0][i]);
            grad[i] = u->slope((double)c.in[0][i]) * (double)c.grad_out[i];
        }
        op_forward(&c);
        light_expect(u->name, c.out, value, N, u->ulps);
        op_backward(&c, 1u, false);
        light_expect(u->name, c.grad_in[0], grad, N, 5 * u->ulps + 1);
        op_backward(&c, 1u, true);
        for (int i = 0; i < N; i++)
            grad[i] *= 2;
        light_expect(u->name, c.grad_in[0], grad, N, 10 * u->ulps + 2);
        light_threads(&c, 1u);
        op_close(&c);
    }
    free(value);
    free(grad);
}

/* Arguments at a distance from the kinks of relu, relu6 and hardswish and within the domain of log and sqrt. */
static void test_unary_gradients(void **state)
{
    (void)state;
    for (int k = 0; k < UNARY; k++) {
        op_case c;
        op_open(&c, unary_cases[k].name, unary_cases[k].attributes, OP_SHAPES({ 2, { 5, 7 } }));
        for (int i = 0; i < 35; i++)
            c.in[0][i] = unary_cases[k].low < 0 && i % 2 ? -0.2f - 0.05f * (float)i : 0.3f + 0.04f * (float)i;
        op_check_gradients(&c, 1u, 0.02, 8.0);
        op_close(&c);
    }
}

/* The slopes that PyTorch has where there are two. */
static void test_unary_kinks(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float x, slope;
    } kinks[] = { { "relu", 0, 0 },  { "relu6", 0, 0 },      { "relu6", -0.0f, 0 },
                  { "relu6", 6, 0 }, { "hardswish", -3, 0 }, { "hardswish", 3, 1 } };
    for (size_t k = 0; k < sizeof kinks / sizeof *kinks; k++) {
        op_case c;
        op_open(&c, kinks[k].name, "", OP_SHAPES({ 1, { 1 } }));
        c.in[0][0] = kinks[k].x;
        c.grad_out[0] = 2;
        op_forward(&c);
        op_backward(&c, 1u, false);
        assert_true(c.grad_in[0][0] == 2 * kinks[k].slope);
        op_close(&c);
    }
}

/* Scalars, NaN and what is infinite. */
static void test_unary_edges(void **state)
{
    (void)state;
    static const char *const names[] = { "quickgelu", "gelu", "relu", "relu6", "silu", "hardswish",
                                         "sigmoid",   "tanh", "exp",  "log",   "sqrt", "square" };
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        op_case c;
        op_open(&c, names[k], "", OP_SHAPES({ 0, { 0 } }));
        c.in[0][0] = NAN;
        op_forward(&c);
        assert_true(isnan(c.out[0]));
        c.in[0][0] = 200.0f;
        op_forward(&c);
        assert_true(!isnan(c.out[0]) && (strcmp(names[k], "exp") == 0) == isinf(c.out[0]));
        op_close(&c);
    }
}

/* ---- two inputs ---- */

static double combine(char op, double a, double b)
{
    return op == 'a' ? a + b : op == 's' ? a - b : op == 'm' ? a * b : a / b;
}

static double slope(char op, int input, double a, double b)
{
    if (op == 'a' || op == 's')
        return op == 's' && input ? -1 : 1;
    if (op == 'm')
        return input ? a : b;
    return input ? -a / (b * b) : 1 / b;
}

/* Position in an operand of element i of the result, by its indices counted from the last axis. */
static int64_t operand_index(const ablate_shape *out, const ablate_shape *operand, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int d = 1; d <= out->rank; d++) {
        int64_t index = i % out->dim[out->rank - d];
        i /= out->dim[out->rank - d];
        if (d <= operand->rank) {
            int64_t length = operand->dim[operand->rank - d];
            at += length == 1 ? 0 : index * step;
            step *= length;
        }
    }
    return at;
}

static const char *const binary_names[] = { "add", "sub", "mul", "div" };

/* Values and gradients of one pair of shapes; divisors stay away from zero. */
static void check_binary(const char *name, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, "", n, shapes);
    op_fill(&c, 0, 1.0f, 0.0f);
    op_fill(&c, 1, 1.0f, 0.0f);
    for (int64_t i = 0; i < shape_size(&shapes[1]); i++)
        c.in[1][i] += c.in[1][i] < 0 ? -1.0f : 1.0f;
    int64_t count = shape_size(&c.layout.out);
    double *value = light_room(count),
           *grad[2] = { light_room(shape_size(&shapes[0])), light_room(shape_size(&shapes[1])) };
    double *size[2] = { light_room(shape_size(&shapes[0])), light_room(shape_size(&shapes[1])) };
    op_normal(c.grad_out, count, 8u, 1.0f, 0.0f);
    for (int64_t i = 0; i < count; i++) {
        int64_t at[2] = { operand_index(&c.layout.out, &shapes[0], i), operand_index(&c.layout.out, &shapes[1], i) };
        double a = (double)c.in[0][at[0]], b = (double)c.in[1][at[1]];
        value[i] = combine(name[0], a, b);
        for (int k = 0; k < 2; k++) {
            grad[k][at[k]] += slope(name[0], k, a, b) * (double)c.grad_out[i];
            size[k][at[k]] += fabs(slope(name[0], k, a, b) * (double)c.grad_out[i]);
        }
    }
    op_forward(&c);
    light_expect(name, c.out, value, count, 1.0);
    for (int again = 0; again < 2; again++) { /* each term is off by three roundings at most, the sum by one more */
        op_backward(&c, 3u, again);
        for (int k = 0; k < 2; k++)
            for (int64_t i = 0; i < shape_size(&shapes[k]); i++) {
                double error = fabs((double)c.grad_in[k][i] - (1 + again) * grad[k][i]);
                if (!(error <= 8 * OP_EPS * size[k][i]))
                    fail_msg("%s: gradient %d at %lld is off by %g", name, k, (long long)i, error);
            }
    }
    light_threads(&c, 3u);
    for (int k = 0; k < 2; k++) {
        free(grad[k]);
        free(size[k]);
    }
    free(value);
    op_close(&c);
}

static void test_binary_broadcasting(void **state)
{
    (void)state;
    static const ablate_shape pairs[][2] = {
        { { 0, { 0 } }, { 0, { 0 } } },
        { { 0, { 0 } }, { 2, { 3, 5 } } },
        { { 1, { 1 } }, { 1, { 1 } } },
        { { 2, { 4, 9 } }, { 2, { 4, 9 } } },
        { { 3, { 2, 3, 5 } }, { 1, { 5 } } },
        { { 1, { 5 } }, { 3, { 2, 3, 5 } } },
        { { 3, { 2, 3, 5 } }, { 3, { 2, 3, 1 } } },
        { { 3, { 2, 3, 5 } }, { 3, { 2, 1, 5 } } },
        { { 3, { 1, 3, 1 } }, { 3, { 2, 1, 5 } } },
        { { 2, { 4, 1 } }, { 2, { 1, 6 } } },
        { { 4, { 2, 1, 3, 1 } }, { 4, { 1, 4, 1, 5 } } },
        { { 4, { 2, 4, 3, 5 } }, { 3, { 4, 1, 5 } } },
        { { 4, { 2, 4, 3, 5 } }, { 4, { 2, 1, 3, 1 } } },
        { { 4, { 1, 1, 1, 1 } }, { 4, { 2, 1, 1, 3 } } },
        { { 2, { 130, 257 } }, { 1, { 257 } } }, /* several pieces of whole rows */
        { { 2, { 130, 257 } }, { 2, { 130, 1 } } },
        { { 2, { 3, 40000 } }, { 2, { 3, 1 } } }, /* rows of several pieces */
        { { 2, { 3, 40000 } }, { 1, { 40000 } } },
        { { 2, { 3, 40000 } }, { 0, { 0 } } },
    };
    for (int k = 0; k < 4; k++)
        for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
            check_binary(binary_names[k], 2, pairs[i]);
}

static void test_binary_gradients(void **state)
{
    (void)state;
    for (int k = 0; k < 3; k++) {
        op_check(binary_names[k], "", 3u, OP_SHAPES({ 3, { 2, 3, 5 } }, { 2, { 3, 1 } }));
        op_check(binary_names[k], "", 3u, OP_SHAPES({ 2, { 1, 5 } }, { 3, { 2, 3, 5 } }));
    }
    op_case c;
    op_open(&c, "div", "", OP_SHAPES({ 2, { 4, 5 } }, { 1, { 5 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    op_fill(&c, 1, 0.2f, 2.0f);
    op_check_gradients(&c, 3u, 0.03, 4.0);
    op_close(&c);
}

static void test_binary_misfits(void **state)
{
    (void)state;
    light_refused("add", "", "shapes 2056x768 and 512x768 do not fit",
                  OP_SHAPES({ 2, { 2056, 768 } }, { 2, { 512, 768 } }));
    light_refused("div", "", "shapes 2x3x4 and 3 do not fit", OP_SHAPES({ 3, { 2, 3, 4 } }, { 1, { 3 } }));
    light_refused("mul", "", "the result 2000000x1000000 is too large",
                  OP_SHAPES({ 2, { 2000000, 1 } }, { 1, { 1000000 } }));
}

/* A bias leaves rows alone; a vector as long as the batch may hold one number a row of it. */
static void test_binary_rows(void **state)
{
    (void)state;
    assert_false(light_mixes("add", "", OP_SHAPES({ 2, { 8, 5 } }, { 1, { 5 } })));
    assert_false(light_mixes("add", "", OP_SHAPES({ 2, { 8, 5 } }, { 2, { 8, 1 } })));
    assert_true(light_mixes("add", "", OP_SHAPES({ 2, { 8, 8 } }, { 1, { 8 } })));
    assert_true(light_mixes("mul", "", OP_SHAPES({ 1, { 8 } }, { 3, { 8, 3, 8 } })));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unary_values),        cmocka_unit_test(test_unary_gradients),
        cmocka_unit_test(test_unary_kinks),         cmocka_unit_test(test_unary_edges),
        cmocka_unit_test(test_binary_broadcasting), cmocka_unit_test(test_binary_gradients),
        cmocka_unit_test(test_binary_misfits),      cmocka_unit_test(test_binary_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
