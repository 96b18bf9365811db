/* sum, mean, max, variance; lookups; cross entropy. */
/* units: entropy lookup reduce */
#include "../lab/op_light.h"

/* ---- reductions ---- */

typedef struct reduce_case {
    const char *attributes;
    ablate_shape in;
    int64_t outer, length, inner;
    ablate_shape out;
    bool mixes;
} reduce_case;

static const reduce_case reduce_cases[] = {
    { "", { 1, { 7 } }, 1, 7, 1, { 0, { 0 } }, true },
    { "", { 3, { 4, 3, 9 } }, 12, 9, 1, { 2, { 4, 3 } }, false },
    { "axis=1", { 3, { 4, 3, 70 } }, 4, 3, 70, { 2, { 4, 70 } }, false },
    { "axis=0", { 2, { 40, 5 } }, 1, 40, 5, { 1, { 5 } }, true },
    { "axis=0 keep=1", { 1, { 6 } }, 1, 6, 1, { 1, { 1 } }, true },
    { "axis=-2 keep=1", { 3, { 4, 3, 5 } }, 4, 3, 5, { 3, { 4, 1, 5 } }, false },
    { "all=1", { 3, { 4, 3, 5 } }, 1, 60, 1, { 0, { 0 } }, true },
    { "all=1 keep=1", { 2, { 4, 3 } }, 1, 12, 1, { 2, { 1, 1 } }, true },
    { "all=1", { 0, { 0 } }, 1, 1, 1, { 0, { 0 } }, true },
    { "axis=1", { 3, { 3, 1, 4 } }, 3, 1, 4, { 2, { 3, 4 } }, false },
    { "all=1", { 2, { 3, 20001 } }, 1, 60003, 1, { 0, { 0 } }, true },
    { "axis=0", { 2, { 500, 130 } }, 1, 500, 130, { 1, { 130 } }, true },
    { "", { 2, { 3, 40001 } }, 3, 40001, 1, { 1, { 3 } }, false },
};

static const char *const reduce_names[] = { "sum", "mean", "max", "variance" };

/* Result (and, for each input, its slope) of one line of numbers `step` apart. */
static double reduce_line(int kind, const float *x, int64_t n, int64_t step, double *slope)
{
    double sum = 0, square = 0;
    int64_t best = 0;
    for (int64_t i = 0; i < n; i++) {
        sum += (double)x[i * step];
        best = x[i * step] > x[best * step] ? i : best;
    }
    for (int64_t i = 0; i < n; i++) {
        double d = (double)x[i * step] - sum / (double)n;
        square += d * d;
        slope[i * step] = kind == 0 ? 1 : kind == 1 ? 1 / (double)n : kind == 2 ? i == best : 2 * d / (double)n;
    }
    return kind == 0 ? sum : kind == 1 ? sum / (double)n : kind == 2 ? (double)x[best * step] : square / (double)n;
}

/* Sums run in double, so one rounding of the result remains; two more where it is multiplied by 1 / n and a gradient.
 */
static void check_reduce(int kind, const reduce_case *r)
{
    op_case c;
    op_open(&c, reduce_names[kind], r->attributes, 1, &r->in);
    assert_int_equal(c.layout.out.rank, r->out.rank);
    for (int i = 0; i < r->out.rank; i++)
        assert_int_equal(c.layout.out.dim[i], r->out.dim[i]);
    assert_int_equal(c.layout.mixes, r->mixes);
    int64_t n = shape_size(&r->in), m = shape_size(&r->out);
    double *value = light_room(m), *grad = light_room(n);
    op_fill(&c, 0, 1.0f, 0.5f);
    op_normal(c.grad_out, m, 9u, 1.0f, 0.0f);
    for (int64_t o = 0; o < m; o++) {
        int64_t base = o / r->inner * r->length * r->inner + o % r->inner;
        value[o] = reduce_line(kind, c.in[0] + base, r->length, r->inner, grad + base);
        for (int64_t i = 0; i < r->length; i++)
            grad[base + i * r->inner] *= (double)c.grad_out[o];
    }
    op_forward(&c);
    light_expect(c.op->name, c.out, value, m, 1);
    op_backward(&c, 1u, false);
    light_expect(c.op->name, c.grad_in[0], grad, n, 2);
    op_backward(&c, 1u, true);
    for (int64_t i = 0; i < n; i++)
        grad[i] *= 2;
    light_expect(c.op->name, c.grad_in[0], grad, n, 4);
    light_threads(&c, 1u);
    free(value);
    free(grad);
    op_close(&c);
}

static void test_reductions(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++)
        for (size_t i = 0; i < sizeof reduce_cases / sizeof *reduce_cases; i++)
            check_reduce(kind, &reduce_cases[i]);
    light_refused("sum", "axis=2", "shape 3x4 has no axis 2", OP_SHAPES({ 2, { 3, 4 } }));
    light_refused("variance", "axis=-3", "shape 3x4 has no axis -3", OP_SHAPES({ 2, { 3, 4 } }));
}

static void test_reduction_gradients(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++)
        for (int axis = 0; axis < 3; axis++) {
            char attributes[20];
            snprintf(attributes, sizeof attributes, "axis=%d", axis);
            op_case c;
            op_open(&c, reduce_names[kind], attributes, OP_SHAPES({ 3, { 3, 4, 5 } }));
            for (int i = 0; i < 60; i++) /* all different, by more than the differences' step: max has kinks */
                c.in[0][i] = 0.2f * (float)(i * 7 % 60) - 5.0f;
            op_check_gradients(&c, 1u, 0.03, 4.0);
            op_close(&c);
        }
}

/* A sum whose terms cancel keeps its small rest: float sums would lose it. */
static void test_sum_is_exact(void **state)
{
    (void)state;
    enum { N = 100000 };
    op_case c;
    op_open(&c, "sum", "all=1", OP_SHAPES({ 1, { N } }));
    for (int i = 0; i < N; i++)
        c.in[0][i] = i % 2 ? -1e4f : 1e4f;
    c.in[0][5] += 0.5f;
    op_forward(&c);
    assert_true(c.out[0] == 0.5f);
    op_close(&c);
}

/* Of equal numbers the first gets the gradient; NaN is the largest. */
static void test_max_edges(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "max", "", OP_SHAPES({ 2, { 2, 4 } }));
    memcpy(c.in[0], (float[]){ 1, 3, 3, 2, 5, NAN, 7, NAN }, 8 * sizeof(float));
    c.grad_out[0] = 10;
    c.grad_out[1] = 20;
    op_forward(&c);
    assert_true(c.out[0] == 3 && isnan(c.out[1]));
    op_backward(&c, 1u, false);
    static const float want[] = { 0, 10, 0, 0, 0, 20, 0, 0 };
    assert_memory_equal(c.grad_in[0], want, sizeof want);
    op_close(&c);
}

/* ---- lookups ---- */

static void test_embedding(void **state)
{
    (void)state;
    static const float ids[] = { 4, 0, 4, 2, 4, 1 };
    op_case c;
    op_open(&c, "embedding", "", OP_SHAPES({ 2, { 5, 70 } }, { 2, { 2, 3 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    memcpy(c.in[1], ids, sizeof ids);
    assert_int_equal(c.layout.out.rank, 3);
    assert_false(c.layout.mixes);
    op_forward(&c);
    for (int r = 0; r < 6; r++)
        assert_memory_equal(c.out + 70 * r, c.in[0] + 70 * (int)ids[r], 70 * sizeof(float));
    op_check_gradients(&c, 1u, 0.03, 4.0);
    light_threads(&c, 1u);
    op_close(&c);
    assert_true(light_mixes("embedding", "", OP_SHAPES({ 2, { 8, 3 } }, { 1, { 8 } })));
    light_refused("embedding", "", "the weight must have 2 axes (rows, width); its shape is 5",
                  OP_SHAPES({ 1, { 5 } }, { 1, { 2 } }));
    light_refused("embedding", "", "the indices may have at most 3 axes; their shape is 1x1x1x2",
                  OP_SHAPES({ 2, { 5, 2 } }, { 4, { 1, 1, 1, 2 } }));
}

/* What is no index gives NaN and no gradient; nothing outside the weight is read (see the sanitizer). */
static void test_wrong_indices(void **state)
{
    (void)state;
    static const float wrong[] = { -1, 5, 0.5f, 1e30f, -1e30f, NAN, INFINITY, 3e9f };
    op_case c;
    op_open(&c, "embedding", "", OP_SHAPES({ 2, { 5, 3 } }, { 1, { 8 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    memcpy(c.in[1], wrong, sizeof wrong);
    op_normal(c.grad_out, 24, 3u, 1.0f, 0.0f);
    op_forward(&c);
    op_backward(&c, 1u, false);
    for (int i = 0; i < 24; i++)
        assert_true(isnan(c.out[i]));
    for (int i = 0; i < 15; i++)
        assert_true(c.grad_in[0][i] == 0);
    op_close(&c);
    op_open(&c, "select", "", OP_SHAPES({ 3, { 8, 5, 3 } }, { 1, { 8 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    memcpy(c.in[1], wrong, sizeof wrong);
    op_normal(c.grad_out, 24, 3u, 1.0f, 0.0f);
    op_forward(&c);
    op_backward(&c, 1u, false);
    for (int i = 0; i < 24; i++)
        assert_true(isnan(c.out[i]));
    for (int i = 0; i < 120; i++)
        assert_true(c.grad_in[0][i] == 0);
    op_close(&c);
}

static void test_select(void **state)
{
    (void)state;
    static const float index[] = { 2, 0, 3 };
    op_case c;
    op_open(&c, "select", "", OP_SHAPES({ 3, { 3, 4, 5 } }, { 1, { 3 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    memcpy(c.in[1], index, sizeof index);
    op_forward(&c);
    for (int b = 0; b < 3; b++)
        assert_memory_equal(c.out + 5 * b, c.in[0] + 5 * (4 * b + (int)index[b]), 5 * sizeof(float));
    op_check_gradients(&c, 1u, 0.03, 4.0);
    op_close(&c);
    light_refused("select", "", "x must have 3 axes (B, L, C) and the index 1 (B); the shapes are 3x4x5 and 4",
                  OP_SHAPES({ 3, { 3, 4, 5 } }, { 1, { 4 } }));
}

/* ---- cross entropy ---- */

/* A logit is less than the largest by d, which is rounded: its exponential is off by 2 + d / 2 units of itself. In a
 * sum of them, which is added in double, d is 4 in the mean at most (of 20000 normals), so its logarithm is off by 4;
 * the value is rounded once more. A gradient is such an exponential over the sum times a normal of up to 4: both errors
 * and three roundings, 4 (2 + 4 + 3 / 2) of a share of at most 1, and twice that twice over. */
static void check_entropy(int64_t rows, int64_t classes, float scale)
{
    op_case c;
    op_open(&c, "cross_entropy", "", OP_SHAPES({ 2, { rows, classes } }, { 1, { rows } }));
    double *value = light_room(rows), *grad = light_room(rows * classes);
    op_fill(&c, 0, scale, 0.0f);
    op_normal(c.grad_out, rows, 9u, 1.0f, 0.0f);
    for (int64_t r = 0; r < rows; r++) {
        const float *x = c.in[0] + r * classes;
        int64_t target = r * 7 % classes;
        double largest = -INFINITY, sum = 0;
        c.in[1][r] = (float)target;
        for (int64_t j = 0; j < classes; j++)
            largest = fmax(largest, (double)x[j]);
        for (int64_t j = 0; j < classes; j++)
            sum += exp((double)x[j] - largest);
        value[r] = log(sum) + largest - (double)x[target];
        for (int64_t j = 0; j < classes; j++)
            grad[r * classes + j] = (exp((double)x[j] - largest) / sum - (j == target)) * (double)c.grad_out[r];
    }
    op_forward(&c);
    light_expect("cross_entropy", c.out, value, rows, 6);
    for (int again = 0; again < 2; again++) {
        op_backward(&c, 1u, again);
        for (int64_t i = 0; again && i < rows * classes; i++)
            grad[i] *= 2;
        light_expect("cross_entropy", c.grad_in[0], grad, rows * classes, again ? 64 : 32);
    }
    light_threads(&c, 1u);
    free(value);
    free(grad);
    op_close(&c);
}

static void test_entropy(void **state)
{
    (void)state;
    check_entropy(5, 2, 1.0f);
    check_entropy(5, 2, 1000.0f); /* a temperature of 0.001 */
    check_entropy(40, 64, 10.0f);
    check_entropy(3, 20000, 1.0f);
    op_case c;
    op_open(&c, "cross_entropy", "", OP_SHAPES({ 2, { 4, 5 } }, { 1, { 4 } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    memcpy(c.in[1], (float[]){ 0, 4, 2, 2 }, 4 * sizeof(float));
    op_check_gradients(&c, 1u, 0.03, 8.0);
    memcpy(c.in[1], (float[]){ -1, 5, 0.5f, NAN }, 4 * sizeof(float));
    op_forward(&c);
    op_backward(&c, 3u, false);
    for (int r = 0; r < 4; r++)
        assert_true(isnan(c.out[r]) && isnan(c.grad_in[0][5 * r]) && c.grad_in[1][r] == 0);
    op_close(&c);
    light_refused("cross_entropy", "", "logits must have 2 axes (B, J) and the target 1 (B); the shapes are 3x4 and 4",
                  OP_SHAPES({ 2, { 3, 4 } }, { 1, { 4 } }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reductions),   cmocka_unit_test(test_reduction_gradients),
        cmocka_unit_test(test_sum_is_exact), cmocka_unit_test(test_max_edges),
        cmocka_unit_test(test_embedding),    cmocka_unit_test(test_wrong_indices),
        cmocka_unit_test(test_select),       cmocka_unit_test(test_entropy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
