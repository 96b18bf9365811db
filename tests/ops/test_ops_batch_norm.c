/* Moments of channels and normalisation by them: against PyTorch's numbers, against their definitions in double,
 * gradients against differences. */
/* units: batch_norm */
#include "../lab/op_golden.h"
#include "../lab/op_light.h"

/* Numbers up to 3.2: what is computed in double is rounded once, a product and a sum three times; a gradient is one
 * such sum of up to 132 numbers, or a product of four. */
static void test_goldens(void **state)
{
    (void)state;
    assert_int_equal(op_golden("moments", 2, 4), 5);
    assert_int_equal(op_golden("batch_norm", 20, 132), 10);
}

/* Mean and variance of columns far from zero, in several pieces of work: rounded once from sums in double. */
static void check_moments(int64_t rows, int64_t width, float shift)
{
    op_case c;
    op_open(&c, "moments", "", OP_SHAPES({ 2, { rows, width } }));
    op_fill(&c, 0, 1, shift);
    op_forward(&c);
    for (int64_t j = 0; j < width; j++) {
        double mean = 0, square = 0;
        for (int64_t i = 0; i < rows; i++)
            mean += (double)c.in[0][i * width + j] / (double)rows;
        for (int64_t i = 0; i < rows; i++)
            square += pow((double)c.in[0][i * width + j] - mean, 2) / (double)rows;
        light_near((double)c.out[j], mean, 1, fabs(mean), "mean");
        light_near((double)c.out[width + j], square, 1, square, "variance");
    }
    light_threads(&c, 1u);
    op_close(&c);
}

static void test_moments(void **state)
{
    (void)state;
    check_moments(1000, 64, 0.5f);
    check_moments(1000, 64, 3000);
    check_moments(20000, 3, -7);
    check_moments(40000, 1, 1);
    check_moments(7, 20000, 1); /* each row is a piece */
    check_moments(2049, 8, 1);  /* one row is left over */
    check_moments(1, 5, 2);
}

static void test_gradients(void **state)
{
    (void)state;
    op_check("moments", "", 1u, OP_SHAPES({ 4, { 2, 2, 3, 4 } }));
    op_check("moments", "", 1u, OP_SHAPES({ 2, { 5, 1 } }));
    for (int i = 0; i < 2; i++) {
        op_case c;
        ablate_shape row = { 1, { 3 } }, x = i ? (ablate_shape){ 2, { 6, 3 } } : (ablate_shape){ 4, { 2, 2, 2, 3 } };
        op_open(&c, "batch_norm", "eps=0.01", OP_SHAPES(x, row, row, row, row));
        for (int k = 0; k < 5; k++)
            op_fill(&c, k, k == 2 ? 0.2f : 1.0f, k == 2 ? 1.5f : 0.0f);
        op_check_gradients(&c, 31u, 0.02, 8.0);
        op_check_gradients(&c, 1u, 0.02, 8.0);
        op_check_gradients(&c, 4u, 0.02, 8.0);
        op_close(&c);
    }
}

/* Large enough for several pieces; sums in double, terms rounded once. */
static void test_pieces(void **state)
{
    (void)state;
    ablate_shape row = { 1, { 96 } };
    light_check_threads("moments", "", 1u, OP_SHAPES({ 4, { 3, 40, 21, 96 } }));
    op_case c;
    op_open(&c, "batch_norm", "", OP_SHAPES({ 4, { 3, 40, 21, 96 } }, row, row, row, row));
    for (int k = 0; k < 5; k++)
        op_fill(&c, k, k == 2 ? 0.1f : 1.0f, k == 2 ? 1.0f : 0.0f);
    op_normal(c.grad_out, 3 * 40 * 21 * 96, 4, 1, 0);
    op_forward(&c);
    op_backward(&c, 31u, false);
    for (int64_t j = 0; j < 96; j++) {
        double sum = 0, size = 0;
        for (int64_t r = 0; r < 3 * 40 * 21; r++) {
            sum += (double)c.grad_out[r * 96 + j];
            size += fabs((double)c.grad_out[r * 96 + j]);
        }
        light_near((double)c.grad_in[4][j], sum, 1, size, "bias");
    }
    light_threads(&c, 31u);
    op_close(&c);
}

/* One row: no variance, and eps alone divides; what is not a number spoils its own channel. */
static void test_special(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "moments", "", OP_SHAPES({ 2, { 3, 2 } }));
    const float x[6] = { 1, 2, NAN, 2, 3, 2 };
    memcpy(c.in[0], x, sizeof x);
    op_forward(&c);
    assert_true(isnan(c.out[0]) && isnan(c.out[2]) && c.out[1] == 2 && c.out[3] == 0);
    op_close(&c);
    op_open(&c, "batch_norm", "eps=0.25",
            OP_SHAPES({ 2, { 1, 1 } }, { 1, { 1 } }, { 1, { 1 } }, { 1, { 1 } }, { 1, { 1 } }));
    c.in[0][0] = 5, c.in[1][0] = 3, c.in[2][0] = 0, c.in[3][0] = 2, c.in[4][0] = 1;
    op_forward(&c);
    assert_true(c.out[0] == 9);
    op_close(&c);
}

static void test_misfits(void **state)
{
    (void)state;
    ablate_shape row = { 1, { 3 } };
    light_refused("moments", "", "a scalar has no last axis; give it one with reshape", OP_SHAPES({ 0, { 0 } }));
    light_refused("batch_norm", "", "x 2x4 and mean 3 do not fit: it must have 4 numbers",
                  OP_SHAPES({ 2, { 2, 4 } }, row, row, row, row));
    light_refused("batch_norm", "", "x 2x3 and bias 1x3 do not fit: it must have 3 numbers",
                  OP_SHAPES({ 2, { 2, 3 } }, row, row, row, { 2, { 1, 3 } }));
    light_refused("batch_norm", "", "a scalar has no last axis; give it one with reshape",
                  OP_SHAPES({ 0, { 0 } }, row, row, row, row));
    assert_true(light_mixes("moments", "", OP_SHAPES({ 2, { 2, 3 } })));
    assert_false(light_mixes("batch_norm", "", OP_SHAPES({ 2, { 2, 3 } }, row, row, row, row)));
    assert_true(light_mixes("batch_norm", "", OP_SHAPES({ 2, { 3, 3 } }, row, row, row, row)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens), cmocka_unit_test(test_moments), cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_pieces),  cmocka_unit_test(test_special), cmocka_unit_test(test_misfits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
