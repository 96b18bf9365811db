/* Element-wise operations, broadcasting, shapes and lookups on the GPU beside the CPU's.
 *
 * Bounds: sums, products and copies of single numbers are the same to the bit or a rounding apart (a fused
 * multiply-add): 2 units. Elementary functions are within 3 units of the truth on the CPU and 2 on the GPU; a slope is
 * a handful of such steps: 16 units. Folds are summed in double on both sides and rounded once, over terms a rounding
 * apart: 4 units. */
#include "gpu_check.h"

static void check_two(const char *op, const char *attributes, unsigned wanted, double ulps, ablate_shape a,
                      ablate_shape b)
{
    const ablate_shape shapes[] = { a, b };
    gpu_check(op, attributes, wanted, ulps, 2, shapes);
}

static void check_one(const char *op, const char *attributes, unsigned wanted, double ulps, ablate_shape a)
{
    gpu_check(op, attributes, wanted, ulps, 1, &a);
}

static void test_unary(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = {
        "quickgelu", "gelu", "relu", "sigmoid", "tanh", "exp", "log", "sqrt", "square"
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        op_case c;
        bool positive = strcmp(names[i], "log") == 0 || strcmp(names[i], "sqrt") == 0;
        gpu_open(&c, names[i], "", OP_SHAPES({ 3, { 2, 257, 33 } }));
        op_fill(&c, 0, positive ? 0.2f : 1.0f, positive ? 2.0f : 0.0f);
        for (int64_t j = 0; positive && j < op_count(&c.shape[0]); j++)
            c.in[0][j] = fabsf(c.in[0][j]) + 0.1f;
        gpu_compare(&c, 1, 16);
        op_close(&c);
        if (!positive && strcmp(names[i], "relu") != 0)
            gpu_check_gradients(names[i], "", 1, OP_SHAPES({ 1, { 7 } }));
    }
    check_one("affine", "scale=-2.5 shift=0.75", 1, 2, GPU_SHAPE(3, 41));
    check_one("square", "", 1, 2, GPU_SHAPE(1));
}

/* NaN and infinity come out as on the CPU. */
static void test_special_numbers(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "quickgelu", "gelu", "relu", "sigmoid", "tanh", "exp", "square" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        op_case c;
        gpu_open(&c, names[i], "", OP_SHAPES({ 1, { 6 } }));
        const float values[6] = { NAN, 0, -0.0f, 30, -30, 1e-30f };
        memcpy(c.in[0], values, sizeof values);
        gpu_compare(&c, 0, 16);
        op_close(&c);
    }
}

static void test_broadcasting(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "add", "sub", "mul", "div" };
    for (size_t i = 0; i < 4; i++) {
        double ulps = i < 3 ? 4 : 8; /* a quotient's gradient has two divisions and a product */
        const char *op = names[i];
        op_case c;
        gpu_open(&c, op, "", OP_SHAPES({ 3, { 2, 5, 7 } }, { 3, { 2, 5, 7 } }));
        op_fill(&c, 0, 1, 0);
        op_fill(&c, 1, 0.2f, 2);
        gpu_compare(&c, 3, ulps);
        op_close(&c);
        if (i == 3)
            continue; /* what follows has divisors near zero */
        check_two(op, "", 3, ulps, GPU_SHAPE(2, 257, 128), GPU_SHAPE(128));
        check_two(op, "", 3, ulps, GPU_SHAPE(3, 70, 33), GPU_SHAPE(3, 1, 33));
        check_two(op, "", 3, ulps, GPU_SHAPE(4, 9, 33), GPU_SHAPE(4, 9, 1));
        check_two(op, "", 3, ulps, GPU_SHAPE(2, 3, 5, 7), GPU_SHAPE(1, 3, 1, 7));
        check_two(op, "", 3, ulps, GPU_SHAPE(6, 1), GPU_SHAPE(1, 11));
        check_two(op, "", 3, ulps, (ablate_shape){ 0 }, GPU_SHAPE(3, 5));
        check_two(op, "", 3, ulps, GPU_SHAPE(5, 1), GPU_SHAPE(2, 5, 9000));
        check_two(op, "", 3, ulps, (ablate_shape){ 0 }, (ablate_shape){ 0 });
    }
    check_two("add", "", 3, 4, GPU_SHAPE(1), GPU_SHAPE(300, 257));
    gpu_check_gradients("mul", "", 3, OP_SHAPES({ 2, { 3, 4 } }, { 1, { 4 } }));
}

static void test_shapes(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("broadcast", "dims=\"8,257,0\"", 1, 4, GPU_SHAPE(1, 32));
    check_one("broadcast", "dims=\"4,0,3,5\"", 1, 4, GPU_SHAPE(7, 1, 1));
    check_one("slice", "axis=1 start=1 count=256", 1, 0, GPU_SHAPE(3, 257, 5));
    check_one("slice", "axis=0 start=-2", 1, 0, GPU_SHAPE(5, 3));
    check_one("slice", "axis=-1 start=0 count=1", 1, 0, GPU_SHAPE(2, 3, 4, 5));
    gpu_check("concat", "axis=1", 7, 0, OP_SHAPES({ 3, { 2, 1, 8 } }, { 3, { 2, 3, 8 } }, { 3, { 2, 5, 8 } }));
    gpu_check("concat", "axis=0", 3, 0, OP_SHAPES({ 1, { 3 } }, { 1, { 4 } }));
    check_one("transpose", "axes=\"1,0\"", 1, 0, GPU_SHAPE(65, 33));
    check_one("transpose", "axes=\"0,2,1\"", 1, 0, GPU_SHAPE(3, 16, 257));
    check_one("transpose", "axes=\"0,2,1,3\"", 1, 0, GPU_SHAPE(2, 3, 4, 5));
    check_one("transpose", "axes=\"3,1,0,2\"", 1, 0, GPU_SHAPE(2, 3, 4, 35));
    check_one("transpose", "axes=\"0,1\"", 1, 0, GPU_SHAPE(1, 1));
    check_one("transpose", "axes=\"2,0,1\"", 1, 0, GPU_SHAPE(70000, 1, 2)); /* more rows than a launch has lines */
}

static void fill_indices(float *x, int64_t n, int64_t rows)
{
    for (int64_t i = 0; i < n; i++)
        x[i] = (float)(i * 7 % rows);
}

static void test_lookups(void **state)
{
    (void)state;
    GPU_NEEDED();
    op_case c;
    gpu_open(&c, "embedding", "", OP_SHAPES({ 2, { 11, 33 } }, { 2, { 4, 19 } }));
    op_fill(&c, 0, 1, 0);
    fill_indices(c.in[1], 4 * 19, 11);
    gpu_compare(&c, 1, 8); /* up to 8 rows are added, in one order on both sides */
    c.in[1][5] = 11;
    c.in[1][6] = 0.5f;
    c.in[1][7] = -1;
    c.device = device_load("cpu", 0);
    gpu_compare(&c, 0, 0);
    op_close(&c);
    gpu_open(&c, "select", "", OP_SHAPES({ 3, { 5, 7, 40 } }, { 1, { 5 } }));
    op_fill(&c, 0, 1, 0);
    fill_indices(c.in[1], 5, 7);
    gpu_compare(&c, 1, 0);
    c.in[1][2] = NAN;
    c.device = device_load("cpu", 0);
    gpu_compare(&c, 0, 0);
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_unary), cmocka_unit_test(test_special_numbers),
                                        cmocka_unit_test(test_broadcasting), cmocka_unit_test(test_shapes),
                                        cmocka_unit_test(test_lookups) };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
