/* Normalisation of groups of channels: against PyTorch's numbers, against its definition in double, gradients against
 * differences, over any number of threads. */
/* units: group_norm */
#include "../lab/op_golden.h"
#include "../lab/op_light.h"

/* Numbers up to 3.2 of a deviation near 1.8: mean and 1 / deviation are rounded once, a result four times more, of up
 * to 10. A gradient is the rest of three numbers of up to 8, or a sum of up to 30 in double. Where a group is one
 * number, 1 / deviation is up to 316 and multiplies what should be zero, which it is: both sides subtract equals. */
static void test_goldens(void **state)
{
    (void)state;
    assert_int_equal(op_golden("group_norm", 20, 132), 10);
}

static void test_gradients(void **state)
{
    (void)state;
    op_check("group_norm", "groups=2", 7u, OP_SHAPES({ 4, { 2, 2, 3, 4 } }, { 1, { 4 } }, { 1, { 4 } }));
    op_check("group_norm", "groups=4", 7u, OP_SHAPES({ 4, { 2, 2, 3, 4 } }, { 1, { 4 } }, { 1, { 4 } }));
    op_check("group_norm", "groups=1 eps=0.1", 7u, OP_SHAPES({ 3, { 3, 2, 6 } }, { 1, { 6 } }, { 1, { 6 } }));
    op_check("group_norm", "groups=1", 7u, OP_SHAPES({ 2, { 2, 6 } }, { 1, { 6 } }, { 1, { 6 } }));
}

/* Far from zero, where sums in float would lose the deviations: mean and 1 / deviation are rounded once; x - mean is
 * off by half a unit of the mean, which 1 / deviation takes along. */
static void check_far(float scale, float shift, int64_t groups)
{
    enum { B = 2, PLACES = 600, C = 24 };
    op_case c;
    char text[40];
    snprintf(text, sizeof text, "groups=%lld eps=0", (long long)groups);
    op_open(&c, "group_norm", text, OP_SHAPES({ 4, { B, 20, 30, C } }, { 1, { C } }, { 1, { C } }));
    op_fill(&c, 0, scale, shift);
    op_fill(&c, 1, 1, 0);
    op_fill(&c, 2, 1, 0);
    op_forward(&c);
    for (int64_t task = 0; task < B * groups; task++) {
        int64_t share = C / groups, first = task % groups * share;
        const float *x = c.in[0] + task / groups * PLACES * C, *y = c.out + task / groups * PLACES * C;
        double mean = 0, square = 0, n = (double)(PLACES * share);
        for (int64_t e = 0; e < PLACES * share; e++)
            mean += (double)x[e / share * C + first + e % share] / n;
        for (int64_t e = 0; e < PLACES * share; e++)
            square += pow((double)x[e / share * C + first + e % share] - mean, 2) / n;
        for (int64_t e = 0; e < PLACES * share; e++) {
            int64_t at = e / share * C + first + e % share, channel = first + e % share;
            double line = (double)c.in[1][channel] / sqrt(square), apart = (double)x[at] - mean;
            double size = fabs(apart * line) + fabs((double)c.in[2][channel]) + fabs(mean * line);
            light_near((double)y[at], apart * line + (double)c.in[2][channel], 4, size, "group_norm");
        }
    }
    op_close(&c);
}

static void test_far(void **state)
{
    (void)state;
    check_far(1, 0.5f, 3);
    check_far(1, 3000, 3);
    check_far(0.01f, -7, 24);
    check_far(100, 1, 1);
}

static void test_threads(void **state)
{
    (void)state;
    light_check_threads("group_norm", "groups=8", 7u,
                        OP_SHAPES({ 4, { 3, 20, 21, 96 } }, { 1, { 96 } }, { 1, { 96 } }));
    light_check_threads("group_norm", "groups=96", 7u,
                        OP_SHAPES({ 4, { 3, 20, 21, 96 } }, { 1, { 96 } }, { 1, { 96 } }));
}

/* What is not a number spoils its own group of its own picture; a group of equals leaves the bias. */
static void test_special(void **state)
{
    (void)state;
    op_case c;
    op_open(&c, "group_norm", "groups=2 eps=0.25", OP_SHAPES({ 3, { 2, 2, 2 } }, { 1, { 2 } }, { 1, { 2 } }));
    const float x[8] = { 1, 2, NAN, 2, 3, 2, 5, 3 };
    memcpy(c.in[0], x, sizeof x);
    c.in[1][0] = c.in[1][1] = 2, c.in[2][0] = 7, c.in[2][1] = 8;
    op_forward(&c);
    assert_true(isnan(c.out[0]) && isnan(c.out[2]) && c.out[1] == 8 && c.out[3] == 8);
    light_near((double)c.out[4], 7 - 2 / sqrt(1.25), 4, 8, "group_norm");
    light_near((double)c.out[7], 8 + 1 / sqrt(0.5), 4, 8, "group_norm");
    op_close(&c);
}

static void test_misfits(void **state)
{
    (void)state;
    ablate_shape row = { 1, { 6 } };
    light_refused("group_norm", "groups=2", "x 6 has no axis of pictures and one of channels",
                  OP_SHAPES({ 1, { 6 } }, row, row));
    light_refused("group_norm", "groups=4", "6 channels do not part into 4 groups",
                  OP_SHAPES({ 3, { 2, 3, 6 } }, row, row));
    light_refused("group_norm", "groups=12", "6 channels do not part into 12 groups",
                  OP_SHAPES({ 3, { 2, 3, 6 } }, row, row));
    light_refused("group_norm", "groups=2", "x 2x3x6 and weight 5 do not fit: it must have 6 numbers",
                  OP_SHAPES({ 3, { 2, 3, 6 } }, { 1, { 5 } }, row));
    light_refused("group_norm", "groups=2", "x 2x3x6 and bias 1x6 do not fit: it must have 6 numbers",
                  OP_SHAPES({ 3, { 2, 3, 6 } }, row, { 2, { 1, 6 } }));
    assert_false(light_mixes("group_norm", "groups=2", OP_SHAPES({ 3, { 2, 3, 6 } }, row, row)));
    assert_true(light_mixes("group_norm", "groups=2", OP_SHAPES({ 3, { 6, 3, 6 } }, row, row)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_goldens), cmocka_unit_test(test_gradients), cmocka_unit_test(test_far),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_special),   cmocka_unit_test(test_misfits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
