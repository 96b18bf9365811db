/* Matrix products on the GPU beside the CPU's.
 *
 * The bound: a sum of k products of normal numbers is about sqrt(k) in size and its largest of many about 4 sqrt(k); a
 * sum in float32 in any order is off by at most about sqrt(k) roundings of partial sums up to that size, of half a unit
 * each. Two such sums in different orders, so sqrt(k) units of the largest; twice that, since sums of roundings vary.
 */
#include "../lab/gpu_check.h"

static double sum_bound(int64_t k)
{
    return 8 + 2 * sqrt((double)k);
}

static void check(const char *attributes, ablate_shape x, ablate_shape w, int64_t bias, int64_t longest)
{
    const ablate_shape shapes[] = { x, w, { 1, { bias } } };
    gpu_check("matmul", attributes, bias ? 7u : 3u, sum_bound(longest), bias ? 3 : 2, shapes);
}

static void test_shared_weight(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("transpose_b=1", GPU_SHAPE(2, 257, 128), GPU_SHAPE(384, 128), 384, 514);
    check("transpose_b=1", GPU_SHAPE(2, 33, 768), GPU_SHAPE(96, 768), 96, 768);
    check("", GPU_SHAPE(5, 7), GPU_SHAPE(7, 3), 3, 8);
    check("", GPU_SHAPE(1, 1), GPU_SHAPE(1, 1), 1, 1);
    check("transpose_b=1", GPU_SHAPE(2, 3, 5, 7), GPU_SHAPE(11, 7), 0, 30);
}

static void test_transposed_input(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("transpose_a=1", GPU_SHAPE(31, 17), GPU_SHAPE(31, 13), 13, 31);
    check("transpose_a=1 transpose_b=1", GPU_SHAPE(3, 31, 17), GPU_SHAPE(13, 31), 13, 51);
}

static void test_batched(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("", GPU_SHAPE(3, 5, 7), GPU_SHAPE(3, 7, 4), 4, 15);
    check("transpose_b=1", GPU_SHAPE(2, 3, 5, 7), GPU_SHAPE(2, 3, 4, 7), 0, 7);
    check("transpose_a=1", GPU_SHAPE(9, 16, 12), GPU_SHAPE(9, 16, 10), 10, 108);
    check("transpose_a=1 transpose_b=1", GPU_SHAPE(2, 6, 5), GPU_SHAPE(2, 4, 6), 4, 10);
}

static void test_activations(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const activation[] = { "quickgelu", "gelu", "relu", "tanh", "relu6", "silu", "hardswish" };
    for (size_t i = 0; i < sizeof activation / sizeof *activation; i++) {
        char attributes[80];
        snprintf(attributes, sizeof attributes, "transpose_b=1 activation=%s", activation[i]);
        check(attributes, GPU_SHAPE(2, 65, 32), GPU_SHAPE(96, 32), 96, 130);
        check(attributes, GPU_SHAPE(3, 5), GPU_SHAPE(7, 5), 0, 7);
        if (strcmp(activation[i], "hardswish") != 0) /* some of these sums lie at its kink */
            gpu_check_gradients("matmul", attributes, 7u, OP_SHAPES({ 2, { 3, 4 } }, { 2, { 5, 4 } }, { 1, { 5 } }));
    }
}

/* Small whole numbers are exact in every precision, and so are their products and sums. */
static void check_whole_numbers(const float *expected, float *found)
{
    op_case c;
    gpu_open(&c, "matmul", "transpose_b=1", OP_SHAPES({ 2, { 40, 72 } }, { 2, { 24, 72 } }));
    for (int input = 0; input < 2; input++)
        for (int64_t i = 0; i < shape_size(&c.shape[input]); i++)
            c.in[input][i] = (float)((i * 7 + input) % 33 - 16);
    c.device = gpu_device;
    op_forward(&c);
    memcpy(found, c.out, 40 * 24 * sizeof *found);
    if (expected)
        assert_memory_equal(found, expected, 40 * 24 * sizeof *found);
    op_close(&c);
}

/* Rounded operands: each number is off by up to 2^-11 (tf32) or 2^-8 (bfloat16) of itself, a product of two by up to
 * twice that, and a sum of k of them by about sqrt(k) such errors of numbers of size 1, while its largest is about
 * 3 sqrt(k). Backward sees the activation's slope at a value that is off so, by up to 5 of its standard deviations. */
static void test_precisions(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const struct {
        const char *name;
        double unit;
    } known[] = { { "tf32", 0x1p-11 }, { "bf16", 0x1p-8 } };
    static float whole[40 * 24], other[40 * 24];
    check_whole_numbers(NULL, whole);
    for (size_t i = 0; i < 2; i++) {
        const double ulps = 5 * known[i].unit / OP_EPS;
        assert_int_equal(op_under_test->choose_precision(known[i].name), 0);
        assert_non_null(strstr(op_under_test->core_type(), known[i].name));
        check_whole_numbers(whole, other);
        gpu_check("matmul", "transpose_b=1 activation=quickgelu", 7u, ulps,
                  OP_SHAPES({ 3, { 2, 40, 64 } }, { 2, { 48, 64 } }, { 1, { 48 } }));
        gpu_check("matmul", "", 3u, ulps, OP_SHAPES({ 3, { 3, 5, 7 } }, { 3, { 3, 7, 4 } }));
    }
    assert_int_equal(op_under_test->choose_precision("float16"), -1);
    assert_int_equal(op_under_test->choose_precision("float32"), 0);
}

/* Where the library cannot add the bias itself. */
static void test_bias_apart(void **state)
{
    (void)state;
    GPU_NEEDED();
    setenv("EMULATOR_BLAS", "no_bias", 1); /* kinds of products that were not asked for before */
    check("transpose_b=1", GPU_SHAPE(2, 19, 21), GPU_SHAPE(23, 21), 23, 38);
    check("transpose_b=1 activation=gelu", GPU_SHAPE(19, 22), GPU_SHAPE(26, 22), 26, 38);
    unsetenv("EMULATOR_BLAS");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shared_weight), cmocka_unit_test(test_transposed_input),
                                        cmocka_unit_test(test_batched),       cmocka_unit_test(test_activations),
                                        cmocka_unit_test(test_precisions),    cmocka_unit_test(test_bias_apart) };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
