/* The heavy operations: matrix products, attention, normalisation, patches, Adam. Gradients against differences, with
 * mutants that must be noticed, and the same bits for any number of threads. Their values: test_ops_values.c. */
/* units: attention cosine matmul norm patch softmax */
#include "../lab/mutants.h"
#include "../lab/op_check.h"

static void test_matmul_gradients(void **state)
{
    (void)state;
    static const char *const activations[] = { "none", "quickgelu", "gelu", "tanh", "silu" };
    for (int i = 0; i < 20; i++) {
        char attributes[96];
        bool ta = i & 1, tb = i & 2;
        snprintf(attributes, sizeof attributes, "transpose_a=%d transpose_b=%d activation=%s", ta, tb,
                 activations[i / 4]);
        int64_t m = 3, n = 4, k = 7;
        ablate_shape x = { 3, { 2, ta ? k : m, ta ? m : k } }, bias = { 1, { n } };
        ablate_shape shared = { 2, { tb ? n : k, tb ? k : n } }, own = { 3, { 2, tb ? n : k, tb ? k : n } };
        op_check("matmul", attributes, 7u, OP_SHAPES(x, shared, bias));
        op_check("matmul", attributes, 3u, OP_SHAPES(x, own));
        op_check("matmul", attributes, 7u, OP_SHAPES(x, own, bias));
    }
}

/* Leading axes: four, and so many products that each is one piece of work. */
static void test_matmul_batches(void **state)
{
    (void)state;
    op_check("matmul", "transpose_b=1", 7u, OP_SHAPES({ 4, { 2, 2, 3, 4 } }, { 2, { 5, 4 } }, { 1, { 5 } }));
    op_check("matmul", "activation=tanh", 7u, OP_SHAPES({ 4, { 3, 3, 2, 3 } }, { 4, { 3, 3, 3, 2 } }, { 1, { 2 } }));
    op_check("matmul", "transpose_a=1", 3u, OP_SHAPES({ 3, { 9, 3, 2 } }, { 2, { 3, 2 } }));
}

enum { LARGE = 600, FEW = 60, DEEP = 640, WIDE = 520 }; /* 2 LARGE DEEP WIDE = 399 MFLOP */

/* Two sums of WIDE products in other orders, of numbers that may each be an activation's slope (at most 1.1) larger. */
static double gradient_bound(const op_case *c, bool tb, int64_t row, int64_t column)
{
    double sum = 0;
    for (int64_t j = 0; j < WIDE; j++)
        sum += fabs((double)c->grad_out[row * WIDE + j] * (double)c->in[1][tb ? j * DEEP + column : column * WIDE + j]);
    return 2 * 1.1 * (WIDE + 8) * OP_EPS * sum;
}

/* The first rows of a large product's gradient are those of a product of these rows alone, which is cut otherwise. */
static void compare_with_few_rows(const char *attributes, int n, bool tb)
{
    op_case all, few;
    ablate_shape shape[3] = { { 2, { LARGE, DEEP } }, { 2, { tb ? WIDE : DEEP, tb ? DEEP : WIDE } }, { 1, { WIDE } } };
    op_open(&all, "matmul", attributes, n, shape);
    shape[0].dim[0] = FEW;
    op_open(&few, "matmul", attributes, n, shape);
    for (int i = 0; i < n; i++) {
        op_fill(&all, i, 1, 0);
        memcpy(few.in[i], all.in[i], (size_t)shape_size(&few.shape[i]) * sizeof(float));
    }
    op_normal(all.grad_out, (int64_t)LARGE * WIDE, 9u, 1, 0);
    memcpy(few.grad_out, all.grad_out, sizeof(float) * FEW * WIDE);
    op_forward(&all);
    op_forward(&few);
    op_backward(&all, 7u, false);
    op_backward(&few, 7u, false);
    for (int64_t i = 0; i < (int64_t)FEW * DEEP; i++) {
        double error = fabs((double)all.grad_in[0][i] - (double)few.grad_in[0][i]);
        assert_true(error <= gradient_bound(&all, tb, i / DEEP, i % DEEP));
    }
    for (int64_t i = 0; i < (int64_t)LARGE * DEEP; i++)
        assert_true(isfinite(all.grad_in[0][i]));
    op_close(&all);
    op_close(&few);
}

static void test_matmul_large_gradients(void **state)
{
    (void)state;
    compare_with_few_rows("", 2, false);
    compare_with_few_rows("transpose_b=1", 3, true);
    compare_with_few_rows("transpose_b=1 activation=quickgelu", 3, true);
}

static double flops_of(const char *name, const char *attributes, int n, const ablate_shape *shapes)
{
    op_case c;
    op_open(&c, name, attributes, n, shapes);
    double flops = c.op->flops(c.shape, n, &c.layout.out, c.attr);
    op_close(&c);
    return flops;
}

/* Counted by hand: what the share of the peak is reckoned from. */
static void test_flops(void **state)
{
    (void)state;
    assert_true(flops_of("matmul", "", OP_SHAPES({ 3, { 2, 3, 5 } }, { 2, { 5, 7 } })) == 2.0 * 2 * 3 * 7 * 5);
    assert_true(flops_of("matmul", "transpose_a=1 transpose_b=1 activation=gelu",
                         OP_SHAPES({ 3, { 2, 5, 3 } }, { 3, { 2, 7, 5 } }, { 1, { 7 } })) ==
                2.0 * 3 * 7 * (2 * 5 + 1 + 1));
    assert_true(flops_of("attention", "heads=2", OP_SHAPES({ 3, { 3, 5, 24 } })) == 3.0 * 2 * 5 * 5 * (4 * 4 + 3));
    assert_true(flops_of("attention", "causal=1", OP_SHAPES({ 3, { 1, 5, 12 } })) == 15.0 * (4 * 4 + 3));
    assert_true(flops_of("patch_embed", "", OP_SHAPES({ 4, { 2, 3, 5, 5 } }, { 4, { 7, 3, 2, 2 } })) ==
                2.0 * 2 * 4 * 7 * 12);
}

/* Away from relu's kink: no pre-activation may come within the reach of the differences. */
static void test_matmul_relu_gradients(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "matmul", "activation=relu", OP_SHAPES({ 2, { 2, 3 } }, { 2, { 3, 2 } }, { 1, { 2 } }));
    for (int i = 0; i < 6; i++) {
        c.in[0][i] = 1.0f + 0.25f * (float)i;
        c.in[1][i] = i % 2 ? -0.5f : 0.5f;
    }
    c.in[2][0] = c.in[2][1] = 0.125f;
    op_check_gradients(&c, 7u, 0.01, 4.0);
    op_close(&c);
}

static void test_attention_gradients(void **state)
{
    (void)state;
    op_check("attention", "heads=2", 1u, OP_SHAPES({ 3, { 2, 5, 24 } }));
    op_check("attention", "heads=2 causal=1", 1u, OP_SHAPES({ 3, { 2, 5, 24 } }));
    op_check("attention", "heads=3", 1u, OP_SHAPES({ 3, { 1, 4, 9 } }));
    op_check("attention", "causal=1", 1u, OP_SHAPES({ 3, { 17, 3, 6 } })); /* more tasks than slots */
}

static void test_row_gradients(void **state)
{
    (void)state;
    op_check("layer_norm", "", 7u, OP_SHAPES({ 2, { 5, 19 } }, { 1, { 19 } }, { 1, { 19 } }));
    op_check("layer_norm", "eps=0.1", 7u, OP_SHAPES({ 3, { 2, 3, 32 } }, { 1, { 32 } }, { 1, { 32 } }));
    op_check("softmax", "", 1u, OP_SHAPES({ 2, { 5, 19 } }));
    op_check("softmax", "", 1u, OP_SHAPES({ 1, { 33 } }));
    op_check("normalize", "", 1u, OP_SHAPES({ 3, { 2, 3, 5 } }));
    op_check("normalize", "", 1u, OP_SHAPES({ 2, { 3, 35 } }));
    op_check("norm", "", 1u, OP_SHAPES({ 2, { 4, 19 } }));
    op_check("cosine", "", 3u, OP_SHAPES({ 2, { 4, 19 } }, { 2, { 4, 19 } }));
    op_check("cosine", "", 3u, OP_SHAPES({ 1, { 6 } }, { 1, { 6 } }));
}

static void test_patch_gradients(void **state)
{
    (void)state;
    op_check("patch_embed", "", 3u, OP_SHAPES({ 4, { 2, 3, 4, 4 } }, { 4, { 5, 3, 2, 2 } }));
    op_case c; /* an edge that is no multiple: the rest of the picture must get the gradient zero */
    op_open(&c, "patch_embed", "", OP_SHAPES({ 4, { 1, 1, 5, 5 } }, { 4, { 3, 1, 2, 2 } }));
    op_fill(&c, 0, 1, 0);
    op_fill(&c, 1, 1, 0);
    op_check_gradients(&c, 3u, 0.03, 4.0);
    op_backward(&c, 1u, false);
    for (int i = 0; i < 5; i++)
        assert_true(c.grad_in[0][4 * 5 + i] == 0.0f && c.grad_in[0][i * 5 + 4] == 0.0f);
    op_close(&c);
}

/* Where eps stands for the length of a row, only what the formula leaves of the gradient passes. */
static void test_short_rows(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "normalize", "eps=0.5", OP_SHAPES({ 2, { 1, 4 } }));
    for (int i = 0; i < 4; i++) {
        c.in[0][i] = 0.125f;
        c.grad_out[i] = (float)(i + 1);
    }
    op_forward(&c);
    op_backward(&c, 1u, false);
    for (int i = 0; i < 4; i++)
        assert_true(c.out[i] == 0.25f && c.grad_in[0][i] == 2.0f * (float)(i + 1));
    op_close(&c);
    op_open(&c, "norm", "", OP_SHAPES({ 2, { 1, 4 } }));
    memset(c.in[0], 0, 4 * sizeof(float));
    c.grad_out[0] = 1.0f;
    op_forward(&c);
    op_backward(&c, 1u, false);
    for (int i = 0; i < 4; i++)
        assert_true(c.out[0] == 0.0f && c.grad_in[0][i] == 0.0f);
    op_close(&c);
}

static void test_mutants(void **state)
{
    (void)state;
    static const struct {
        const char *name, *attributes;
        unsigned wanted;
        int n;
        ablate_shape shape[3];
    } subject[] = {
        { "matmul", "transpose_b=1 activation=quickgelu", 7u, 3, { { 2, { 4, 3 } }, { 2, { 5, 3 } }, { 1, { 5 } } } },
        { "attention", "heads=2", 1u, 1, { { 3, { 1, 3, 12 } } } },
        { "layer_norm", "", 7u, 3, { { 2, { 3, 6 } }, { 1, { 6 } }, { 1, { 6 } } } },
        { "softmax", "", 1u, 1, { { 2, { 3, 6 } } } },
        { "normalize", "", 1u, 1, { { 2, { 3, 6 } } } },
        { "norm", "", 1u, 1, { { 2, { 3, 6 } } } },
        { "cosine", "", 3u, 2, { { 2, { 3, 6 } }, { 2, { 3, 6 } } } },
        { "patch_embed", "", 3u, 2, { { 4, { 1, 3, 4, 4 } }, { 4, { 2, 3, 2, 2 } } } },
    };
    for (size_t i = 0; i < sizeof subject / sizeof *subject; i++) {
        op_case c;
        op_open(&c, subject[i].name, subject[i].attributes, subject[i].n, subject[i].shape);
        for (int j = 0; j < c.n; j++)
            op_fill(&c, j, 1, 0);
        op_check_mutants(&c, subject[i].wanted, 0.03, 4.0);
        op_close(&c);
    }
}

/* Result and gradients of a case, as one array of `total` numbers; the caller frees. */
static float *everything(op_case *c, unsigned wanted, int64_t *total)
{
    op_forward(c);
    op_backward(c, wanted, false);
    int64_t size = shape_size(&c->layout.out);
    for (int i = 0; i < c->n; i++)
        size += shape_size(&c->shape[i]);
    float *all = op_room(size);
    int64_t at = shape_size(&c->layout.out);
    memcpy(all, c->out, (size_t)at * sizeof *all);
    for (int i = 0; i < c->n; at += shape_size(&c->shape[i]), i++)
        memcpy(all + at, c->grad_in[i], (size_t)shape_size(&c->shape[i]) * sizeof *all);
    *total = size;
    return all;
}

/* Shapes large enough to be cut between threads. */
static const struct {
    const char *name, *attributes;
    int n;
    ablate_shape shape[3];
} cut_subjects[] = {
    { "matmul",
      "transpose_b=1 activation=quickgelu",
      3,
      { { 3, { 2, 257, 128 } }, { 2, { 512, 128 } }, { 1, { 512 } } } },
    { "matmul", "activation=quickgelu", 3, { { 3, { 3, 200, 640 } }, { 2, { 640, 520 } }, { 1, { 520 } } } },
    { "matmul", "transpose_a=1", 2, { { 3, { 3, 70, 90 } }, { 3, { 3, 70, 110 } } } },
    { "attention", "heads=4", 1, { { 3, { 2, 257, 384 } } } },
    { "attention", "heads=2 causal=1", 1, { { 3, { 9, 77, 192 } } } },
    { "layer_norm", "", 3, { { 2, { 1031, 128 } }, { 1, { 128 } }, { 1, { 128 } } } },
    { "softmax", "", 1, { { 2, { 517, 257 } } } },
    { "normalize", "", 1, { { 2, { 1031, 128 } } } },
    { "cosine", "", 2, { { 2, { 1031, 128 } }, { 2, { 1031, 128 } } } },
    { "patch_embed", "", 2, { { 4, { 3, 3, 64, 64 } }, { 4, { 128, 3, 8, 8 } } } },
};

/* One, two, three and four threads give the same bits. */
static void test_threads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cut_subjects / sizeof *cut_subjects; i++) {
        op_case c;
        op_open(&c, cut_subjects[i].name, cut_subjects[i].attributes, cut_subjects[i].n, cut_subjects[i].shape);
        for (int j = 0; j < c.n; j++)
            op_fill(&c, j, 1, 0);
        op_normal(c.grad_out, shape_size(&c.layout.out), 9u, 1, 0);
        float *first = NULL;
        for (int threads = 1; threads <= 4; threads++) {
            char why[160];
            int64_t total;
            assert_int_equal(c.device->open(threads, why), 0);
            float *all = everything(&c, ~0u, &total);
            if (first)
                assert_memory_equal(all, first, (size_t)total * sizeof *all);
            for (int64_t j = 0; j < total; j++)
                assert_true(isfinite(all[j]));
            free(first);
            first = all;
        }
        free(first);
        op_close(&c);
    }
}

static void test_refusals(void **state)
{
    (void)state;
    char why[160];
    assert_true(op_refuses("matmul", "", why, OP_SHAPES({ 2, { 2056, 768 } }, { 2, { 512, 768 } })));
    assert_string_equal(why, "shapes 2056x768 and 512x768 do not fit");
    assert_true(op_refuses("matmul", "transpose_b=1", why, OP_SHAPES({ 2, { 4, 3 } }, { 2, { 3, 5 } })));
    assert_non_null(strstr(why, "with transpose_b"));
    assert_true(op_refuses("matmul", "", why, OP_SHAPES({ 3, { 2, 4, 3 } }, { 3, { 3, 3, 5 } })));
    assert_true(op_refuses("matmul", "", why, OP_SHAPES({ 2, { 4, 3 } }, { 2, { 3, 5 } }, { 1, { 4 } })));
    assert_true(op_refuses("matmul", "", why, OP_SHAPES({ 1, { 3 } }, { 2, { 3, 5 } })));
    assert_true(op_refuses("attention", "heads=5", why, OP_SHAPES({ 3, { 2, 4, 12 } })));
    assert_true(op_refuses("attention", "", why, OP_SHAPES({ 2, { 4, 12 } })));
    assert_true(op_refuses("layer_norm", "", why, OP_SHAPES({ 2, { 4, 3 } }, { 1, { 3 } }, { 1, { 4 } })));
    assert_true(op_refuses("softmax", "", why, OP_SHAPES({ 0, { 0 } })));
    assert_true(op_refuses("normalize", "", why, OP_SHAPES({ 0, { 0 } })));
    assert_true(op_refuses("norm", "", why, OP_SHAPES({ 0, { 0 } })));
    assert_true(op_refuses("cosine", "", why, OP_SHAPES({ 2, { 4, 3 } }, { 2, { 4, 4 } })));
    assert_true(op_refuses("patch_embed", "", why, OP_SHAPES({ 4, { 1, 3, 4, 6 } }, { 4, { 5, 3, 2, 2 } })));
    assert_true(op_refuses("patch_embed", "", why, OP_SHAPES({ 4, { 1, 3, 4, 4 } }, { 4, { 5, 1, 2, 2 } })));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matmul_gradients),
        cmocka_unit_test(test_matmul_batches),
        cmocka_unit_test(test_matmul_large_gradients),
        cmocka_unit_test(test_flops),
        cmocka_unit_test(test_matmul_relu_gradients),
        cmocka_unit_test(test_attention_gradients),
        cmocka_unit_test(test_row_gradients),
        cmocka_unit_test(test_patch_gradients),
        cmocka_unit_test(test_short_rows),
        cmocka_unit_test(test_mutants),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
