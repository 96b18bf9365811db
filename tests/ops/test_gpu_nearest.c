/* The nearest row of a bank, and the choice of rows that lie far apart, on the GPU beside the CPU's. Rows are drawn far
 * apart beside what either device's products lose, so that both find the same one; its distance is a root of a sum of n
 * squares, in another order: half of sqrt(n) + 8 units of the largest, and 1. */
#include "../lab/gpu_check.h"
/* units: k_center kth_largest nearest */

static void compare(ablate_shape x, int64_t bank)
{
    const int64_t n = x.dim[x.rank - 1];
    const ablate_shape shapes[] = { x, { 2, { bank, n } } };
    gpu_check("nearest", "", 0, 5 + sqrt((double)n) / 2, 2, shapes);
}

static void test_distances(void **state)
{
    (void)state;
    GPU_NEEDED();
    compare(GPU_SHAPE(5, 3), 1);
    compare(GPU_SHAPE(7), 40);
    compare(GPU_SHAPE(2, 19, 33), 513);
    compare(GPU_SHAPE(3, 2, 2, 70), 2048);
    compare(GPU_SHAPE(40, 16), 4700);
}

static void test_ties_and_no_numbers(void **state)
{
    (void)state;
    GPU_NEEDED();
    op_case c;
    gpu_open(&c, "nearest", "", OP_SHAPES({ 2, { 9, 4 } }, { 2, { 2100, 4 } }));
    for (int64_t i = 0; i < 2100 * 4; i++)
        c.in[1][i] = (float)(i % 3);
    for (int64_t i = 0; i < 9 * 4; i++)
        c.in[0][i] = (float)(i % 5);
    c.in[0][9] = c.in[1][0] = c.in[1][8200] = NAN;
    gpu_compare(&c, 0, 1);
    op_close(&c);
}

/* Both sum a distance from the first number on, with fused steps: the same rows. */
static void test_choice(void **state)
{
    (void)state;
    GPU_NEEDED();
    gpu_check("k_center", "", 0, 0, OP_SHAPES({ 2, { 1, 3 } }));
    gpu_check("k_center", "count=40 start=3", 0, 0, OP_SHAPES({ 2, { 700, 33 } }));
    op_case c; /* all of them, with equals */
    gpu_open(&c, "k_center", "count=300 start=299", OP_SHAPES({ 2, { 300, 3 } }));
    for (int64_t i = 0; i < 900; i++)
        c.in[0][i] = (float)(i * i % 5);
    gpu_compare(&c, 0, 0);
    op_close(&c);
}

/* No number is computed: the same one is found. */
static void test_kth_largest(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const float shares[] = { 0, 0.001f, 0.01f, 0.5f, 1, 2, NAN };
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        for (int64_t width = 1; width < 6000; width = 9 * width + 2) {
            op_case c;
            gpu_open(&c, "kth_largest", "", OP_SHAPES({ 3, { 2, 3, width } }, { 1, { 1 } }));
            op_fill(&c, 0, 1, 0);
            c.in[0][width / 2] = NAN;
            c.in[0][width] = -INFINITY;
            c.in[1][0] = shares[i];
            gpu_compare(&c, 0, 0);
            op_close(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_distances), cmocka_unit_test(test_ties_and_no_numbers),
                                        cmocka_unit_test(test_choice), cmocka_unit_test(test_kth_largest) };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
