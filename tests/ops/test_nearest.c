/* The nearest row of a bank against plain loops in double: sizes below, at and beyond those by which the bank is cut.
 */
#include "../lab/op_light.h"

/* What is found is the distance to some row of the bank, computed from the differences: off by (n / 16 + 5) / 2 units
 * of the square for the sum and 1 for each squared difference, half of that for the root, and 1 / 2 for the root
 * itself. That row is the nearest, but for what its closeness 2 x.y - y.y loses: (n + 1) / 2 units of each sum of
 * absolute values, and 1 for their difference; twice, for two rows are compared. */
static void check_row(const op_case *c, int64_t r)
{
    const int64_t n = c->shape[1].dim[1], bank = c->shape[1].dim[0];
    const float *x = c->in[0] + r * n;
    double least = INFINITY, lost = 0;
    for (int64_t m = 0; m < bank; m++) {
        double square = 0, sizes = 0;
        for (int64_t i = 0; i < n; i++) {
            const double y = (double)c->in[1][m * n + i], d = (double)x[i] - y;
            square += d * d;
            sizes += 2 * fabs((double)x[i] * y) + y * y;
        }
        least = fmin(least, square);
        lost = fmax(lost, ((double)n / 2 + 2) * OP_EPS * sizes);
    }
    const double own = (((double)n / 16 + 5) / 2 + 1 + 1) * OP_EPS, got = (double)c->out[r] * (double)c->out[r];
    if (!(got >= least * (1 - own) && got <= (least + 2 * lost) * (1 + own)))
        fail_msg("row %lld of %lldx%lld: the squared distance is %.9g, the least %.9g, of which %.3g may be lost",
                 (long long)r, (long long)bank, (long long)n, got, least, 2 * lost);
}

static void check(ablate_shape x, int64_t bank, float scale, float shift)
{
    op_case c;
    const ablate_shape shapes[] = { x, { 2, { bank, x.dim[x.rank - 1] } } };
    op_open(&c, "nearest", "", 2, shapes);
    op_fill(&c, 0, scale, shift);
    op_fill(&c, 1, scale, shift);
    op_forward(&c);
    assert_int_equal(c.layout.out.rank, x.rank - 1);
    for (int64_t r = 0; r < shape_size(&c.layout.out); r++)
        check_row(&c, r);
    op_close(&c);
}

static void test_distances(void **state)
{
    (void)state;
    check((ablate_shape){ 2, { 5, 3 } }, 1, 1, 0);
    check((ablate_shape){ 1, { 7 } }, 4, 1, 0);
    check((ablate_shape){ 3, { 2, 9, 33 } }, 511, 1, 0);
    check((ablate_shape){ 3, { 2, 9, 33 } }, 513, 3, 0);
    check((ablate_shape){ 3, { 2, 101, 20 } }, 2048, 1, 0);
    check((ablate_shape){ 4, { 2, 2, 3, 300 } }, 2049, 1, 0);
    check((ablate_shape){ 2, { 200, 16 } }, 4700, 1, 0);
    check((ablate_shape){ 2, { 40, 16 } }, 700, 1, 100); /* long rows, close together */
}

/* Whole numbers, whose products and squares are exact: rows of the bank itself are found at distance 0, and of rows
 * that are equally near it does not matter which. */
static void test_own_rows(void **state)
{
    (void)state;
    enum { M = 2600, N = 12 };
    op_case c;
    op_open(&c, "nearest", "", OP_SHAPES({ 2, { M, N } }, { 2, { M, N } }));
    for (int64_t i = 0; i < M * N; i++)
        c.in[0][i] = c.in[1][i] = (float)((i * i * 31 + i * 17) % 61 - 30);
    c.in[0][5 * N] += 0.5f; /* half as far as the next row can be */
    op_forward(&c);
    for (int64_t r = 0; r < M; r++)
        assert_true(c.out[r] == (r == 5 ? 0.5f : 0.0f));
    op_close(&c);
}

static void test_numbers_that_are_none(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "nearest", "", OP_SHAPES({ 2, { 3, 2 } }, { 2, { 600, 2 } }));
    for (int64_t i = 0; i < 1200; i++)
        c.in[1][i] = 3;
    for (int64_t i = 0; i < 6; i++)
        c.in[0][i] = 0;
    c.in[1][0] = NAN; /* nobody's nearest, wherever it stands */
    c.in[1][1111] = NAN;
    c.in[1][800] = c.in[1][801] = 0;
    c.in[0][2] = NAN;
    op_forward(&c);
    assert_true(c.out[0] == 0 && isnan(c.out[1]) && c.out[2] == 0);
    for (int64_t i = 0; i < 1200; i++)
        c.in[1][i] = NAN;
    op_forward(&c);
    assert_true(isnan(c.out[0]) && isnan(c.out[1]) && isnan(c.out[2]));
    op_close(&c);
}

static void test_threads(void **state)
{
    (void)state;
    light_check_threads("nearest", "", 0u, OP_SHAPES({ 3, { 3, 257, 40 } }, { 2, { 2500, 40 } }));
}

static void test_rule(void **state)
{
    (void)state;
    light_refused("nearest", "", "x (..., C) and a bank (M, C) are needed; the shapes are 4x3 and 5x4",
                  OP_SHAPES({ 2, { 4, 3 } }, { 2, { 5, 4 } }));
    light_refused("nearest", "", "x (..., C) and a bank (M, C) are needed; the shapes are 4x3 and 2x5x3",
                  OP_SHAPES({ 2, { 4, 3 } }, { 3, { 2, 5, 3 } }));
    light_refused("nearest", "", "x (..., C) and a bank (M, C) are needed; the shapes are scalar and 5x4",
                  OP_SHAPES({ 0, { 0 } }, { 2, { 5, 4 } }));
    light_refused("nearest", "", "a bank 2147483648x1 has too many rows",
                  OP_SHAPES({ 2, { 4, 1 } }, { 2, { (int64_t)1 << 31, 1 } }));
    assert_false(light_mixes("nearest", "", OP_SHAPES({ 3, { 2, 4, 3 } }, { 2, { 5, 3 } })));
    assert_true(light_mixes("nearest", "", OP_SHAPES({ 3, { 5, 4, 3 } }, { 2, { 5, 3 } }))); /* whose rows are these? */
    assert_true(light_mixes("nearest", "", OP_SHAPES({ 1, { 3 } }, { 2, { 5, 3 } })));
    op_case c;
    op_open(&c, "nearest", "", OP_SHAPES({ 3, { 2, 4, 3 } }, { 2, { 5, 3 } }));
    assert_true(c.op->flops(c.shape, 2, &c.layout.out, NULL) == 8.0 * 5 * (2 * 3 + 2));
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distances), cmocka_unit_test(test_own_rows), cmocka_unit_test(test_numbers_that_are_none),
        cmocka_unit_test(test_threads),   cmocka_unit_test(test_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
