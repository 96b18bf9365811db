/* The k-th largest of each row against qsort, to the bit, and what becomes of numbers that have no order. */
#include "../lab/op_light.h"
#include <stdlib.h>

static int largest_first(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

static void check(int64_t rows, int64_t width, float share, int64_t k, bool equals)
{
    op_case c;
    op_open(&c, "kth_largest", "", OP_SHAPES({ 2, { rows, width } }, { 1, { 1 } }));
    op_fill(&c, 0, 1, 0);
    for (int64_t i = 0; i < rows * width && equals; i++)
        c.in[0][i] = (float)(i * i % 7) - 3;
    c.in[1][0] = share;
    op_forward(&c);
    assert_int_equal(c.layout.out.rank, 2);
    assert_int_equal(c.layout.out.dim[0], rows);
    assert_int_equal(c.layout.out.dim[1], 1);
    for (int64_t r = 0; r < rows; r++) {
        float *row = c.in[0] + r * width;
        qsort(row, (size_t)width, sizeof *row, largest_first);
        if (c.out[r] != row[k - 1])
            fail_msg("%g of %lld numbers: %.9g is not the %lldth, %.9g", (double)share, (long long)width,
                     (double)c.out[r], (long long)k, (double)row[k - 1]);
    }
    op_close(&c);
}

static void test_shares(void **state)
{
    (void)state;
    check(1, 1, 0.5f, 1, false);
    check(3, 4, 0.25f, 1, false);
    check(3, 4, 0.5f, 2, false);
    check(3, 4, 0.7f, 2, false); /* rounded down */
    check(3, 4, 0, 1, false);
    check(3, 4, -3, 1, false);
    check(3, 4, 1, 4, false);
    check(3, 4, INFINITY, 4, false);
    check(3, 4, NAN, 1, false);
    check(5, 1000, 0.01f, 10, false); /* 0.01 as a float is less than 0.01 */
    check(2, 65536, 0.01f, 655, false);
    check(2, 40000, 0.9f, 36000, false);
    check(4, 333, 0.3f, 99, true); /* of equals any */
    check(4, 333, 1, 333, true);
}

/* Infinities and the least numbers have their places; NaN, of either sign, comes first and is seen. */
static void test_odd_numbers(void **state)
{
    (void)state;
    const float odd[] = { -INFINITY, -1, -1e-45f, 0, 1e-45f, 1, 3e38f, INFINITY, NAN, -NAN };
    const int64_t n = sizeof odd / sizeof *odd;
    op_case c;
    op_open(&c, "kth_largest", "", OP_SHAPES({ 1, { n } }, { 1, { 1 } }));
    for (int64_t k = 1; k <= n; k++) {
        memcpy(c.in[0], odd, sizeof odd);
        c.in[1][0] = ((float)k + 0.5f) / (float)n;
        op_forward(&c);
        if (k <= 2)
            assert_true(isnan(c.out[0]));
        else
            assert_true(c.out[0] == odd[n - k]);
    }
    op_close(&c);
}

static void test_threads(void **state)
{
    (void)state;
    light_check_threads("kth_largest", "", 0u, OP_SHAPES({ 2, { 2050, 24 } }, { 1, { 1 } }));
}

static void test_rule(void **state)
{
    (void)state;
    light_refused("kth_largest", "", "a scalar has no last axis; give it one with reshape",
                  OP_SHAPES({ 0, { 0 } }, { 1, { 1 } }));
    light_refused("kth_largest", "", "the share must be one number; its shape is 3x1",
                  OP_SHAPES({ 2, { 3, 4 } }, { 2, { 3, 1 } }));
    light_refused("kth_largest", "", "rows of x 1x2147483648 are too long",
                  OP_SHAPES({ 2, { 1, INT64_C(1) << 31 } }, { 1, { 1 } }));
    assert_false(light_mixes("kth_largest", "", OP_SHAPES({ 2, { 4, 3 } }, { 1, { 1 } })));
    assert_true(light_mixes("kth_largest", "", OP_SHAPES({ 1, { 4 } }, { 1, { 1 } })));
    op_case c;
    op_open(&c, "kth_largest", "", OP_SHAPES({ 2, { 5, 3 } }, { 1, { 1 } }));
    assert_true(c.op->flops(c.shape, 2, &c.layout.out, c.attr) == 32.0 * 15);
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shares), cmocka_unit_test(test_odd_numbers),
                                        cmocka_unit_test(test_threads), cmocka_unit_test(test_rule) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
