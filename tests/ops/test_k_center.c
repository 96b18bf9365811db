/* The greedy choice of rows that lie far apart, against a plain loop: with whole numbers, whose squares are exact, the
 * same rows in the same order; with others each is the farthest but for rounding. */
#include "../lab/op_light.h"

static double square(const op_case *c, int64_t a, int64_t b)
{
    const int64_t n = c->shape[0].dim[1];
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        const double d = (double)c->in[0][a * n + i] - (double)c->in[0][b * n + i];
        sum += d * d;
    }
    return sum;
}

/* Two sums of n squares may each be off by (n + 1) / 2 units. */
static void check_choice(const op_case *c, int64_t count, int64_t start, bool exact)
{
    const int64_t rows = c->shape[0].dim[0];
    const double off = exact ? 0 : (double)(c->shape[0].dim[1] + 1) * OP_EPS;
    double *least = light_room(rows);
    for (int64_t r = 0; r < rows; r++)
        least[r] = INFINITY;
    assert_true(c->out[0] == (float)start);
    for (int64_t k = 0; k < count; k++) {
        const int64_t chosen = (int64_t)c->out[k];
        double far = -1;
        int64_t first = 0;
        for (int64_t r = 0; r < rows && k > 0; r++)
            if (least[r] > far) {
                far = least[r];
                first = r;
            }
        if (k > 0 && (exact ? chosen != first : !(least[chosen] >= far * (1 - off))))
            fail_msg("choice %lld is row %lld at %.9g, the farthest is %lld at %.9g", (long long)k, (long long)chosen,
                     least[chosen], (long long)first, far);
        for (int64_t r = 0; r < rows; r++)
            least[r] = fmin(least[r], square(c, r, chosen));
        least[chosen] = -1; /* none twice */
    }
    free(least);
}

static void check(int64_t rows, int64_t width, int count, int start, bool exact)
{
    op_case c;
    char attributes[64];
    snprintf(attributes, sizeof attributes, "count=%d start=%d", count, start);
    op_open(&c, "k_center", attributes, OP_SHAPES({ 2, { rows, width } }));
    op_fill(&c, 0, 1, 0);
    for (int64_t i = 0; i < rows * width && exact; i++)
        c.in[0][i] = (float)(i * i % 7 - i * 3 % 11);
    op_forward(&c);
    check_choice(&c, count, start, exact);
    op_close(&c);
}

static void test_choice(void **state)
{
    (void)state;
    check(1, 3, 1, 0, true);
    check(64, 3, 64, 63, true); /* all of them, among which many are equal */
    check(65, 2, 65, 0, true);
    check(700, 5, 300, 640, true);
    check(1300, 4, 200, 7, true);
    check(700, 33, 100, 0, false);
    check(2000, 128, 60, 1999, false);
}

static void test_threads(void **state)
{
    (void)state;
    light_check_threads("k_center", "count=150 start=5", 0u, OP_SHAPES({ 2, { 2050, 24 } }));
}

static void test_rule(void **state)
{
    (void)state;
    light_refused("k_center", "", "x must have 2 axes (rows, width); its shape is 4", OP_SHAPES({ 1, { 4 } }));
    light_refused("k_center", "count=5", "count=5 or start=0 is beyond the 4 rows of x", OP_SHAPES({ 2, { 4, 3 } }));
    light_refused("k_center", "start=4", "count=1 or start=4 is beyond the 4 rows of x", OP_SHAPES({ 2, { 4, 3 } }));
    light_refused("k_center", "", "x 16777217x1 has too many rows; the most are 2^24",
                  OP_SHAPES({ 2, { (1 << 24) + 1, 1 } }));
    assert_true(light_mixes("k_center", "", OP_SHAPES({ 2, { 4, 3 } })));
    op_case c;
    op_open(&c, "k_center", "count=2", OP_SHAPES({ 2, { 5, 3 } }));
    assert_true(c.op->flops(c.shape, 1, &c.layout.out, c.attr) == 3.0 * 15 * 2);
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_choice), cmocka_unit_test(test_threads),
                                        cmocka_unit_test(test_rule) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
