/* top_k and experts: values and gradients against plain loops in double, gradients against differences. */
/* units: experts top_k */
#include "../lab/op_light.h"

/* ---- top_k ---- */

static void test_top_k_values(void **state)
{
    (void)state;
    static const float scores[] = { 0.1f, 0.4f, 0.2f, 0.3f, 2, 2, 2, 1, -1, -INFINITY, -3, -2, 0, NAN, 5, NAN };
    static const float want[] = { 0, 0.4f, 0, 0.3f, 2, 2, 0, 0, -1, 0, 0, -2, 0, NAN, 0, NAN };
    op_case c;
    op_open(&c, "top_k", "k=2", OP_SHAPES({ 2, { 4, 4 } }));
    memcpy(c.in[0], scores, sizeof scores);
    op_forward(&c);
    for (int i = 0; i < 16; i++)
        assert_true(c.out[i] == want[i] || (isnan(want[i]) && isnan(c.out[i])));
    op_close(&c);
    op_open(&c, "top_k", "k=2 renormalize=sum", OP_SHAPES({ 2, { 1, 4 } }));
    memcpy(c.in[0], scores, 4 * sizeof(float));
    op_forward(&c);
    light_expect("sum", c.out, (double[]){ 0, 0.4 / 0.7, 0, 0.3 / 0.7 }, 4, 2);
    op_close(&c);
    op_open(&c, "top_k", "k=3 renormalize=softmax", OP_SHAPES({ 2, { 1, 4 } }));
    memcpy(c.in[0], (float[]){ 1000, 999, -5, 998 }, 4 * sizeof(float));
    op_forward(&c);
    double sum = 1 + exp(-1) + exp(-2);
    light_expect("softmax", c.out, (double[]){ 1 / sum, exp(-1) / sum, 0, exp(-2) / sum }, 4, 4);
    op_close(&c);
}

static void test_top_k_gradients(void **state)
{
    (void)state;
    static const char *const attributes[] = {
        "k=1", "k=4", "k=2 renormalize=sum", "k=5 renormalize=sum", "k=2 renormalize=softmax", "k=5 renormalize=softmax"
    };
    for (int k = 0; k < 6; k++) {
        op_case c;
        op_open(&c, "top_k", attributes[k], OP_SHAPES({ 2, { 3, 5 } }));
        for (int i = 0; i < 15; i++) /* apart by more than the differences' step: the choice has jumps */
            c.in[0][i] = 0.3f + 0.2f * (float)(i * 7 % 15);
        op_check_gradients(&c, 1u, 0.02, 6.0);
        op_close(&c);
    }
    light_check_threads("top_k", "k=3 renormalize=softmax", 1u, OP_SHAPES({ 2, { 9000, 7 } }));
    light_refused("top_k", "k=5", "k=5 is more than the 4 choices of scores 3x4", OP_SHAPES({ 2, { 3, 4 } }));
    light_refused("top_k", "", "the scores must have 2 axes (rows, choices); their shape is 4",
                  OP_SHAPES({ 1, { 4 } }));
    light_refused("top_k", "", "scores 1x16777217 have too many choices", OP_SHAPES({ 2, { 1, 16777217 } }));
}

/* ---- experts ---- */

enum { X, GATES, W1, B1, W2, B2 };

typedef struct sizes {
    int r, t, c, h, k;
} sizes;

static double activation(int kind, double x)
{
    static const double half_root = 0.70710678118654752440;
    return kind == 0   ? x
           : kind == 1 ? x / (1 + exp(-1.702 * x))
           : kind == 2 ? 0.5 * x * (1 + erf(x * half_root))
           : kind == 3 ? (x > 0 ? x : 0)
           : kind == 4 ? tanh(x)
           : kind == 5 ? fmin(fmax(x, 0), 6)
           : kind == 6 ? x / (1 + exp(-x))
                       : x * fmin(fmax(x + 3, 0), 6) / 6;
}

static const char *const activations[] = { "none", "quickgelu", "gelu", "relu", "tanh", "relu6", "silu", "hardswish" };
enum { ACTIVATIONS = sizeof activations / sizeof *activations };

/* Up to k gates of a row are set; every fifth row has none, and of four or more experts one has no row. */
static void fill_gates(float *gates, sizes s)
{
    for (int i = 0; i < s.r * s.t; i++)
        gates[i] = 0;
    for (int r = 0; r < s.r; r++)
        for (int j = 0; j < s.k && r % 5 != 4; j++) {
            int t = (r * 3 + j * 2) % s.t;
            if (t != 1 || s.t < 4) /* expert 1 stays idle */
                gates[r * s.t + t] = 0.3f + 0.1f * (float)((r + j) % 7);
        }
}

static void open_experts(op_case *c, sizes s, int kind)
{
    char attributes[60];
    snprintf(attributes, sizeof attributes, "k=%d activation=%s", s.k, activations[kind]);
    op_open(c, "experts", attributes,
            OP_SHAPES({ 2, { s.r, s.c } }, { 2, { s.r, s.t } }, { 3, { s.t, s.h, s.c } }, { 2, { s.t, s.h } },
                      { 3, { s.t, s.c, s.h } }, { 2, { s.t, s.c } }));
    for (int i = 0; i < 6; i++)
        op_fill(c, i, i == X ? 1.0f : 0.5f, 0.0f);
    fill_gates(c->in[GATES], s);
}

/* gate (w2 act(w1 x + b1) + b2) of one row and expert, added to out; size: sum of what is added, without signs */
static void add_expert(const op_case *c, sizes s, int kind, int r, int t, double *out, double *size)
{
    double gate = (double)c->in[GATES][r * s.t + t], hidden[64];
    for (int h = 0; h < s.h; h++) {
        double pre = (double)c->in[B1][t * s.h + h];
        for (int i = 0; i < s.c; i++)
            pre += (double)c->in[W1][(t * s.h + h) * s.c + i] * (double)c->in[X][r * s.c + i];
        hidden[h] = activation(kind, pre);
    }
    for (int i = 0; i < s.c; i++) {
        double y = (double)c->in[B2][t * s.c + i];
        size[i] += fabs(gate * y);
        for (int h = 0; h < s.h; h++) {
            y += (double)c->in[W2][(t * s.c + i) * s.h + h] * hidden[h];
            size[i] += fabs(gate * (double)c->in[W2][(t * s.c + i) * s.h + h] * hidden[h]);
        }
        out[i] += gate * y;
    }
}

static void check_experts(sizes s, int kind)
{
    op_case c;
    open_experts(&c, s, kind);
    op_forward(&c);
    for (int r = 0; r < s.r; r++) {
        double out[64] = { 0 }, size[64] = { 0 };
        for (int t = 0; t < s.t; t++)
            if (c.in[GATES][r * s.t + t] != 0)
                add_expert(&c, s, kind, r, t, out, size);
        for (int i = 0; i < s.c; i++) { /* two sums of c and h products, each rounding c + h + 8 times at most */
            double tolerance = (s.c + s.h + 8) * OP_EPS * (size[i] + fabs(out[i])) * 2;
            if (!(fabs((double)c.out[r * s.c + i] - out[i]) <= tolerance))
                fail_msg("row %d: %g, not %g", r, (double)c.out[r * s.c + i], out[i]);
        }
    }
    op_close(&c);
}

static void test_experts_values(void **state)
{
    (void)state;
    for (int kind = 0; kind < ACTIVATIONS; kind++) {
        check_experts((sizes){ 23, 5, 12, 9, 2 }, kind);
        check_experts((sizes){ 7, 1, 3, 20, 1 }, kind);
        check_experts((sizes){ 9, 3, 16, 16, 3 }, kind);
        check_experts((sizes){ 700, 4, 24, 32, 2 }, kind);
        check_experts((sizes){ 6, 3, 5, 4, 9 }, kind); /* k beyond the number of experts */
    }
}

/* Gates that are zero have no gradient (the work for them is not done), so only the others are moved: the check runs on
 * gates without zeroes, then on sparse ones for everything else. */
static void test_experts_gradients(void **state)
{
    (void)state;
    for (int kind = 0; kind < ACTIVATIONS; kind++) {
        if (kind == 3 || kind == 5 || kind == 7)
            continue; /* these have kinks: below */
        op_case c;
        open_experts(&c, (sizes){ 4, 3, 3, 4, 3 }, kind);
        for (int i = 0; i < 12; i++)
            c.in[GATES][i] = 0.4f + 0.1f * (float)i;
        op_check_gradients(&c, 63u, 0.03, 16.0);
        fill_gates(c.in[GATES], (sizes){ 4, 3, 3, 4, 2 });
        op_check_gradients(&c, 63u & ~(1u << GATES), 0.03, 16.0);
        op_close(&c);
    }
}

/* Those with kinks, far from them by a bias to either side; relu6 between its two by smaller weights. */
static void test_experts_kinked_gradients(void **state)
{
    (void)state;
    for (int kind = 3; kind < ACTIVATIONS; kind += 2) {
        op_case c;
        open_experts(&c, (sizes){ 4, 3, 3, 4, 3 }, kind);
        for (int i = 0; i < 36 && kind == 5; i++)
            c.in[W1][i] *= 0.3f;
        for (int i = 0; i < 12; i++) {
            c.in[GATES][i] = 0.4f + 0.1f * (float)i;
            c.in[B1][i] = i % 3 == 0 ? -9.0f : kind == 5 && i % 3 == 1 ? 3.0f : 9.0f;
        }
        op_check_gradients(&c, 63u, 0.02, 32.0);
        op_close(&c);
    }
}

/* The gates' gradient is exactly zero where the gate is zero. */
static void test_idle_gates(void **state)
{
    (void)state;
    op_case c;
    sizes s = { 30, 5, 8, 6, 2 };
    open_experts(&c, s, 2);
    op_normal(c.grad_out, s.r * s.c, 6u, 1.0f, 0.0f);
    op_forward(&c);
    op_backward(&c, 63u, false);
    int used = 0;
    for (int i = 0; i < s.r * s.t; i++) {
        assert_int_equal(c.grad_in[GATES][i] != 0, c.in[GATES][i] != 0);
        used += c.in[GATES][i] != 0;
    }
    assert_true(used > s.r);
    for (int i = 0; i < s.h * s.c; i++) /* expert 1 has no row */
        assert_true(c.grad_in[W1][s.h * s.c + i] == 0 && c.grad_in[W2][s.h * s.c + i] == 0);
    for (int i = 0; i < s.c; i++) /* row 4 has no expert */
        assert_true(c.out[4 * s.c + i] == 0 && c.grad_in[X][4 * s.c + i] == 0);
    op_close(&c);
}

/* A row with more gates than k: the first k count, the rest is as if it were zero; memory stays whole (sanitizer). */
static void test_too_many_gates(void **state)
{
    (void)state;
    enum { R = 11, T = 6 };
    sizes s = { R, T, 8, 6, 2 };
    op_case c, few;
    open_experts(&c, s, 2);
    open_experts(&few, s, 2);
    for (int r = 0; r < R; r++)
        for (int t = 0, used = 0; t < T; t++) {
            float gate = t == r % 3 ? 0.0f : 0.25f;
            c.in[GATES][r * T + t] = gate;
            few.in[GATES][r * T + t] = used < 2 ? gate : 0.0f;
            used += gate != 0;
        }
    op_normal(c.grad_out, R * s.c, 6u, 1.0f, 0.0f);
    op_normal(few.grad_out, R * s.c, 6u, 1.0f, 0.0f);
    op_forward(&c);
    op_forward(&few);
    assert_memory_equal(c.out, few.out, sizeof(float) * (size_t)(R * s.c));
    op_backward(&c, 63u, false);
    op_backward(&few, 63u, false);
    for (int i = 0; i < 6; i++)
        assert_memory_equal(c.grad_in[i], few.grad_in[i], sizeof(float) * (size_t)shape_size(&c.shape[i]));
    for (int i = 0; i < R * T; i++)
        c.in[GATES][i] = NAN;
    op_forward(&c);
    for (int i = 0; i < R * s.c; i++)
        assert_true(isnan(c.out[i]));
    op_close(&c);
    op_close(&few);
}

static void test_experts_threads(void **state)
{
    (void)state;
    op_case c;
    open_experts(&c, (sizes){ 1000, 5, 64, 64, 2 }, 1);
    light_threads(&c, 63u);
    op_close(&c);
}

/* Work and memory follow k, not the number of experts. */
static void test_experts_cost(void **state)
{
    (void)state;
    op_case c, many;
    open_experts(&c, (sizes){ 100, 4, 16, 16, 2 }, 2);
    open_experts(&many, (sizes){ 100, 32, 16, 16, 2 }, 2);
    assert_true(c.op->flops(c.shape, 6, &c.layout.out, c.attr) == 4.0 * 100 * 2 * 16 * 16);
    assert_true(many.op->flops(many.shape, 6, &many.layout.out, many.attr) == 4.0 * 100 * 2 * 16 * 16);
    assert_true(many.layout.aux <= c.layout.aux + 64);
    assert_int_equal(many.layout.scratch, c.layout.scratch);
    assert_false(c.layout.mixes);
    op_close(&c);
    op_close(&many);
    assert_true(light_mixes("experts", "",
                            OP_SHAPES({ 2, { 4, 2 } }, { 2, { 4, 4 } }, { 3, { 4, 3, 2 } }, { 2, { 4, 3 } },
                                      { 3, { 4, 2, 3 } }, { 2, { 4, 2 } })));
}

static void test_experts_misfits(void **state)
{
    (void)state;
    light_refused("experts", "", "w2 (T, C, H) has the shape 3x5x4; with x 7x6, gates 7x3 and 4 hidden it does not fit",
                  OP_SHAPES({ 2, { 7, 6 } }, { 2, { 7, 3 } }, { 3, { 3, 4, 6 } }, { 2, { 3, 4 } }, { 3, { 3, 5, 4 } },
                            { 2, { 3, 6 } }));
    light_refused("experts", "", "gates (R, T) has the shape 8x3; with x 7x6, gates 8x3 and 4 hidden it does not fit",
                  OP_SHAPES({ 2, { 7, 6 } }, { 2, { 8, 3 } }, { 3, { 3, 4, 6 } }, { 2, { 3, 4 } }, { 3, { 3, 6, 4 } },
                            { 2, { 3, 6 } }));
    light_refused("experts", "", "x (R, C) must have 2 axes; its shape is 1x7x6",
                  OP_SHAPES({ 3, { 1, 7, 6 } }, { 2, { 7, 3 } }, { 3, { 3, 4, 6 } }, { 2, { 3, 4 } },
                            { 3, { 3, 6, 4 } }, { 2, { 3, 6 } }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_top_k_values),
        cmocka_unit_test(test_top_k_gradients),
        cmocka_unit_test(test_experts_values),
        cmocka_unit_test(test_experts_gradients),
        cmocka_unit_test(test_experts_kinked_gradients),
        cmocka_unit_test(test_idle_gates),
        cmocka_unit_test(test_too_many_gates),
        cmocka_unit_test(test_experts_threads),
        cmocka_unit_test(test_experts_cost),
        cmocka_unit_test(test_experts_misfits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
