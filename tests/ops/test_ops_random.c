/* Random draws: the polynomials on every argument, the streams, dropout and noise. */
/* units: random */
#include "../../core/ops/vector_random.h"
#include "../lab/normal.h"
#include "../lab/op_light.h"

/* Error in units of the last place of the right value. */
static double ulps_of(float x, double want)
{
    int exponent;
    frexp(want, &exponent);
    double unit = ldexp(1.0, exponent - 24);
    return fabs((double)x - want) / fmax(unit, 0x1p-149);
}

/* Each of the 2^24 uniforms, in steps of 7 and near both ends. Where sine or cosine is next to zero the quarter turn
 * has been taken off exactly, so the error stays relative. */
static void test_polynomials(void **state)
{
    (void)state;
    const double turn = 6.283185307179586476925;
    double worst[3] = { 0 };
    for (uint32_t k = 0; k < 1u << 24; k += k < 4096 || k > (1u << 24) - 4096 ? 1 : 7) {
        float u = random_uniform(k << 8), s, c;
        double r = (double)u - rint(4 * (double)u) / 4, sine = sin(turn * r), cosine = cos(turn * r);
        int quarter = (int)rint(4 * (double)u) & 3;
        double want_s = quarter == 0 ? sine : quarter == 1 ? cosine : quarter == 2 ? -sine : -cosine;
        double want_c = quarter == 0 ? cosine : quarter == 1 ? -sine : quarter == 2 ? -cosine : sine;
        vector_random_turn(u, &s, &c);
        worst[0] = fmax(worst[0], ulps_of(vector_random_log(u), log((double)u)));
        worst[1] = fmax(worst[1], ulps_of(s, want_s));
        worst[2] = fmax(worst[2], ulps_of(c, want_c));
    }
    for (int i = 0; i < 3; i++)
        if (!(worst[i] <= 2.0))
            fail_msg("function %d is off by %.2f units", i, worst[i]);
    assert_true(vector_random_log(1.0f) == 0.0f);
}

/* The kernels draw what the header says, element by element; near the exact numbers. Near a zero of sine or cosine the
 * exact ones, whose turn is in double, are off by 2^-53 of a turn. */
static void test_streams(void **state)
{
    (void)state;
    enum { N = 3 * 16384 + 1234 };
    op_case c;
    op_open(&c, "noise", "std=1 mode=absolute", OP_SHAPES({ 1, { N } }));
    memset(c.in[0], 0, N * sizeof(float));
    c.key = 0x123456789ABCDEF0u;
    c.step = 0x100000002u;
    op_forward(&c);
    for (int64_t e = 0; e < N; e++) {
        random_block block = random_draw(c.key, c.step, (uint64_t)e / 4);
        float bits[4];
        double near[4];
        vector_random_normal4(block, bits);
        normal_exact(block, near);
        assert_memory_equal(&c.out[e], &bits[e % 4], sizeof(float));
        assert_true(fabs((double)c.out[e] - near[e % 4]) <= NORMAL_ERROR * fabs(near[e % 4]) + 0x1p-48);
    }
    op_close(&c);
}

/* Rows of every length see the same stream: element e depends on e alone. */
static void test_rows_do_not_matter(void **state)
{
    (void)state;
    float *first = NULL;
    static const ablate_shape shapes[] = {
        { 1, { 2310 } }, { 2, { 770, 3 } }, { 2, { 3, 770 } }, { 4, { 2, 3, 5, 77 } }
    };
    for (int k = 0; k < 4; k++) {
        op_case c;
        op_open(&c, "noise", "std=0.5 mode=absolute", 1, &shapes[k]);
        op_fill(&c, 0, 1.0f, 0.0f);
        op_forward(&c);
        if (!first) {
            first = op_room(2310);
            memcpy(first, c.out, 2310 * sizeof(float));
        }
        assert_memory_equal(first, c.out, 2310 * sizeof(float));
        op_close(&c);
    }
    free(first);
}

/* Mean and variance of n standard normals lie within five standard errors: 5 / sqrt(n), 5 sqrt(2 / n); likewise the
 * third and fourth moments (variances 15 / n and 96 / n) and the correlation of neighbours (1 / n). */
static void test_normal_statistics(void **state)
{
    (void)state;
    enum { N = 400000 };
    op_case c;
    op_open(&c, "noise", "std=1 mode=absolute", OP_SHAPES({ 1, { N } }));
    memset(c.in[0], 0, N * sizeof(float));
    op_forward(&c);
    double moment[5] = { 0 }, neighbour = 0, beyond = 0;
    for (int i = 0; i < N; i++) {
        double x = (double)c.out[i], power = 1;
        for (int k = 1; k < 5; k++)
            moment[k] += (power *= x) / N;
        neighbour += x * (double)c.out[(i + 1) % N] / N;
        beyond += fabs(x) > 1.959963984540054;
    }
    assert_true(fabs(moment[1]) <= 5 / sqrt(N));
    assert_true(fabs(moment[2] - 1) <= 5 * sqrt(2.0 / N));
    assert_true(fabs(moment[3]) <= 5 * sqrt(15.0 / N));
    assert_true(fabs(moment[4] - 3) <= 5 * sqrt(96.0 / N));
    assert_true(fabs(neighbour) <= 5 / sqrt(N));
    assert_true(fabs(beyond / N - 0.05) <= 5 * sqrt(0.05 * 0.95 / N));
    op_close(&c);
}

/* The scale of each row, found again by dividing the noise by the standard draw. */
static void check_noise_scale(const char *mode, double (*scale)(const float *, int))
{
    enum { R = 6, C = 37 };
    char attributes[40];
    op_case c, one;
    snprintf(attributes, sizeof attributes, "std=0.25 mode=%s", mode);
    op_open(&c, "noise", attributes, OP_SHAPES({ 3, { 2, 3, C } }));
    op_open(&one, "noise", "std=1 mode=absolute", OP_SHAPES({ 3, { 2, 3, C } }));
    memset(one.in[0], 0, R * C * sizeof(float));
    double want[R * C];
    for (int r = 0; r < R; r++)
        op_normal(c.in[0] + r * C, C, 50u + (uint64_t)r, (float)(r + 1), 1.0f);
    op_forward(&c);
    op_forward(&one);
    for (int i = 0; i < R * C; i++)
        want[i] = (double)c.in[0][i] + 0.25 * scale(c.in[0] + i / C * C, C) * (double)one.out[i];
    light_expect(mode, c.out, want, R * C, 2);
    op_normal(c.grad_out, R * C, 1u, 1.0f, 0.0f);
    op_backward(&c, 1u, false); /* the scale counts as a constant */
    assert_memory_equal(c.grad_in[0], c.grad_out, R * C * sizeof(float));
    op_backward(&c, 1u, true);
    for (int i = 0; i < R * C; i++)
        assert_true(c.grad_in[0][i] == 2 * c.grad_out[i]);
    op_close(&c);
    op_close(&one);
}

static double sum_of_squares(const float *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    return sum;
}

static double relative(const float *x, int n)
{
    return sqrt(sum_of_squares(x, n) / n);
}

static double absolute(const float *x, int n)
{
    (void)x, (void)n;
    return 1;
}

static double jitter(const float *x, int n)
{
    return sqrt(sum_of_squares(x, n)) / n;
}

static void test_noise_scales(void **state)
{
    (void)state;
    check_noise_scale("relative", relative);
    check_noise_scale("absolute", absolute);
    check_noise_scale("jitter", jitter);
    op_check("noise", "std=0.3 mode=absolute", 1u, OP_SHAPES({ 2, { 3, 7 } }));
}

/* Every number is zero or scaled; the share of zeroes lies within five standard errors; backward has the same mask. */
static void check_dropout(double p)
{
    enum { N = 100003 };
    char attributes[40];
    op_case c;
    snprintf(attributes, sizeof attributes, "p=%.17g", p);
    op_open(&c, "dropout", attributes, OP_SHAPES({ 1, { N } }));
    op_fill(&c, 0, 1.0f, 0.0f);
    op_normal(c.grad_out, N, 2u, 1.0f, 0.0f);
    op_forward(&c);
    op_backward(&c, 1u, false);
    float factor = (float)(1 / (1 - p));
    int dropped = 0;
    for (int i = 0; i < N; i++) {
        bool zero = c.out[i] == 0;
        dropped += zero;
        assert_true(c.out[i] == (zero ? 0.0f : factor * c.in[0][i]));
        assert_true(c.grad_in[0][i] == (zero ? 0.0f : factor * c.grad_out[i]));
        float word = random_uniform(random_draw(c.key, c.step, (uint64_t)i / 4).word[i % 4]);
        assert_int_equal(zero, !(word > (float)p));
    }
    assert_true(fabs((double)dropped / N - p) <= 5 * sqrt(p * (1 - p) / N));
    op_backward(&c, 1u, true);
    for (int i = 0; i < N; i++)
        assert_true(c.grad_in[0][i] == (c.out[i] == 0 ? 0.0f : 2 * (factor * c.grad_out[i])));
    op_close(&c);
}

static void test_dropout(void **state)
{
    (void)state;
    check_dropout(0.5);
    check_dropout(0.1);
    check_dropout(0.0);
    check_dropout(0.999);
    op_check("dropout", "p=0.4", 1u, OP_SHAPES({ 2, { 3, 7 } }));
    op_case c;
    op_open(&c, "dropout", "", OP_SHAPES({ 1, { 400 } })); /* what is not finite stays visible */
    for (int i = 0; i < 400; i++)
        c.in[0][i] = NAN;
    op_forward(&c);
    for (int i = 0; i < 400; i++)
        assert_true(isnan(c.out[i]));
    op_close(&c);
}

/* The bare draws are those that noise of deviation 1 adds to zero, and those that dropout lets through of 1. */
static void check_draws(const char *name, const char *attributes, float input, float scale)
{
    enum { N = 3 * 16384 + 1234 };
    char draw_name[40];
    op_case c, bare;
    snprintf(draw_name, sizeof draw_name, "%s_draw", name);
    op_open(&c, name, attributes, OP_SHAPES({ 2, { 2, N / 2 } }));
    op_open(&bare, draw_name, attributes, OP_SHAPES({ 2, { 2, N / 2 } }));
    assert_true(bare.op->random && !bare.op->backward);
    for (int i = 0; i < N; i++)
        c.in[0][i] = input;
    bare.key = c.key = 0x123456789ABCDEF0u;
    bare.step = c.step = 0x100000002u;
    op_forward(&c);
    float *kept = bare.in[0];
    bare.in[0] = NULL; /* of the input only the shape is read */
    op_forward(&bare);
    bare.in[0] = kept;
    for (int i = 0; i < N; i++)
        assert_true(c.out[i] == scale * bare.out[i]);
    op_close(&c);
    op_close(&bare);
}

static void test_bare_draws(void **state)
{
    (void)state;
    check_draws("noise", "std=1 mode=absolute", 0.0f, 1.0f);
    check_draws("dropout", "p=0.3", 1.0f, (float)(1 / (1 - 0.3)));
    check_draws("dropout", "p=0", 1.0f, 1.0f);
}

/* Another key, or another step, is another stream; the same are the same. */
static void test_keys(void **state)
{
    (void)state;
    static const char *const names[] = { "dropout", "noise", "dropout_draw", "noise_draw" };
    static const uint64_t keys[] = { 1, 1, 2, 1ull << 32 | 1, 1, 1 }, steps[] = { 5, 5, 5, 5, 6, 1ull << 32 | 5 };
    for (int k = 0; k < 4; k++) {
        op_case c;
        op_open(&c, names[k], "", OP_SHAPES({ 1, { 600 } }));
        assert_true(c.op->random);
        op_fill(&c, 0, 1.0f, 0.0f);
        float out[6][600];
        for (int i = 0; i < 6; i++) {
            c.key = keys[i];
            c.step = steps[i];
            op_forward(&c);
            memcpy(out[i], c.out, sizeof out[i]);
            for (int j = 0; j < i; j++)
                assert_int_equal(memcmp(out[i], out[j], sizeof out[i]) == 0, i == 1 && j == 0);
        }
        op_close(&c);
    }
}

static void test_threads(void **state)
{
    (void)state;
    light_check_threads("dropout", "p=0.3", 1u, OP_SHAPES({ 3, { 5, 50, 333 } }));
    light_check_threads("noise", "", 1u, OP_SHAPES({ 3, { 5, 50, 333 } }));
    light_check_threads("dropout_draw", "p=0.3", 0, OP_SHAPES({ 3, { 5, 50, 333 } }));
    light_check_threads("noise_draw", "", 0, OP_SHAPES({ 3, { 5, 50, 333 } }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_polynomials),
        cmocka_unit_test(test_streams),
        cmocka_unit_test(test_rows_do_not_matter),
        cmocka_unit_test(test_normal_statistics),
        cmocka_unit_test(test_noise_scales),
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_bare_draws),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
