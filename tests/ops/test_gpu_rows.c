/* Reductions and work over rows on the GPU beside the CPU's.
 *
 * Bounds: sums in double on both sides, rounded once: 2 units. Where a row of n numbers is summed in float32, in
 * another order than the CPU's, about sqrt(n) roundings of up to half a unit each on either side, relative to the sum
 * of absolute values; results are of the size of a single number, so 8 + sqrt(n) units of the largest. */
#include "../lab/gpu_check.h"

static double row_bound(int64_t n)
{
    return 8 + sqrt((double)n);
}

static void check_one(const char *op, const char *attributes, unsigned wanted, double ulps, ablate_shape a)
{
    gpu_check(op, attributes, wanted, ulps, 1, &a);
}

static void test_sums(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "sum", "mean" };
    for (int i = 0; i < 2; i++) {
        check_one(names[i], "all=1", 1, 2, GPU_SHAPE(300, 257));
        check_one(names[i], "all=1", 1, 2, (ablate_shape){ 0 });
        check_one(names[i], "axis=0", 1, 2, GPU_SHAPE(2056, 33));
        check_one(names[i], "axis=1 keep=1", 1, 2, GPU_SHAPE(3, 257, 16));
        check_one(names[i], "axis=-1", 1, 2, GPU_SHAPE(600, 33));
        check_one(names[i], "axis=-1", 1, 2, GPU_SHAPE(2, 20000));
        check_one(names[i], "", 1, 2, GPU_SHAPE(1));
    }
    gpu_check_gradients("mean", "axis=0", 1, OP_SHAPES({ 2, { 3, 4 } }));
}

static void test_lines(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "max", "variance" };
    for (int i = 0; i < 2; i++) {
        check_one(names[i], "axis=-1", 1, 2, GPU_SHAPE(5, 1000));
        check_one(names[i], "axis=1", 1, 2, GPU_SHAPE(3, 17, 40));
        check_one(names[i], "all=1", 1, 2, GPU_SHAPE(31, 7));
        check_one(names[i], "axis=0", 1, 2, GPU_SHAPE(1, 3));
    }
    op_case c; /* the first of equals, and NaN before all */
    gpu_open(&c, "max", "axis=1", OP_SHAPES({ 2, { 4, 70 } }));
    for (int64_t j = 0; j < 280; j++)
        c.in[0][j] = (float)(j * 13 % 5);
    c.in[0][150] = NAN;
    gpu_compare(&c, 1, 0);
    op_close(&c);
}

static void test_softmax(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("softmax", "", 1, row_bound(5), GPU_SHAPE(257, 5));
    check_one("softmax", "", 1, row_bound(1000), GPU_SHAPE(3, 1000));
    check_one("softmax", "", 1, row_bound(33), GPU_SHAPE(2, 3, 33));
    check_one("softmax", "", 1, row_bound(1), GPU_SHAPE(1));
    gpu_check_gradients("softmax", "", 1, OP_SHAPES({ 2, { 3, 4 } }));
}

static void test_layer_norm(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const int64_t width[] = { 5, 33, 128, 768, 1024, 1025, 1500 };
    for (size_t i = 0; i < sizeof width / sizeof *width; i++) {
        const ablate_shape shapes[] = { GPU_SHAPE(2, 37, width[i]), GPU_SHAPE(width[i]), GPU_SHAPE(width[i]) };
        gpu_check("layer_norm", "", 7, row_bound(width[i]) + 74, 3, shapes); /* weights' gradients: 74 rows as well */
    }
    gpu_check_gradients("layer_norm", "", 7, OP_SHAPES({ 2, { 3, 5 } }, { 1, { 5 } }, { 1, { 5 } }));
}

/* Sums in double on both sides, of terms that are rounded once: 2 units; a number is a handful of roundings. */
static void test_batch_norm(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const ablate_shape shapes[] = {
        { 4, { 2, 9, 7, 33 } }, { 2, { 300, 5 } }, { 2, { 64, 130 } }, { 1, { 7 } }, { 2, { 129, 1 } }
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const ablate_shape x = shapes[i], row = { 1, { x.dim[x.rank - 1] } };
        check_one("moments", "", 1, 4, x);
        op_case c;
        gpu_open(&c, "batch_norm", "eps=0.01", OP_SHAPES(x, row, row, row, row));
        for (int k = 0; k < 5; k++)
            op_fill(&c, k, k == 2 ? 0.1f : 1.0f, k == 2 ? 1.0f : 0.0f);
        gpu_compare(&c, 31, 8);
        op_close(&c);
    }
    gpu_check_gradients("moments", "", 1, OP_SHAPES({ 2, { 5, 3 } }));
}

/* Sums in double on both sides; a number is a handful of roundings, and a gradient is the small rest of three. */
static void test_group_norm(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const struct {
        ablate_shape x;
        const char *groups;
    } cases[] = { { { 4, { 2, 9, 8, 36 } }, "groups=3" },
                  { { 4, { 2, 9, 8, 36 } }, "groups=36" },
                  { { 3, { 3, 70, 260 } }, "groups=1" },
                  { { 2, { 5, 12 } }, "groups=4" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ablate_shape row = { 1, { cases[i].x.dim[cases[i].x.rank - 1] } };
        const ablate_shape shapes[] = { cases[i].x, row, row };
        gpu_check("group_norm", cases[i].groups, 7, 16, 3, shapes);
        gpu_check("group_norm", cases[i].groups, 1, 16, 3, shapes);
        gpu_check("group_norm", cases[i].groups, 2, 16, 3, shapes);
    }
    gpu_check_gradients("group_norm", "groups=2", 7, OP_SHAPES({ 3, { 2, 3, 4 } }, { 1, { 4 } }, { 1, { 4 } }));
}

static void test_lengths(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const int64_t width[] = { 3, 128, 768 };
    for (size_t i = 0; i < sizeof width / sizeof *width; i++) {
        const ablate_shape two[] = { GPU_SHAPE(9, width[i]), GPU_SHAPE(9, width[i]) };
        gpu_check("norm", "", 1, row_bound(width[i]), 1, two);
        gpu_check("normalize", "", 1, row_bound(width[i]), 1, two);
        gpu_check("cosine", "", 3, 2 * row_bound(width[i]), 2, two);
    }
    op_case c; /* where eps stands for the length */
    static const char *const names[] = { "norm", "normalize", "cosine" };
    for (int i = 0; i < 3; i++) {
        const ablate_shape shapes[] = { GPU_SHAPE(3, 40), GPU_SHAPE(3, 40) };
        gpu_open(&c, names[i], i == 0 ? "eps=0.5" : "eps=1e-3", i < 2 ? 1 : 2, shapes);
        for (int input = 0; input < c.n; input++)
            op_fill(&c, input, 1e-6f, 0);
        memset(c.in[0], 0, 40 * sizeof(float));
        gpu_compare(&c, i < 2 ? 1u : 3u, row_bound(40));
        op_close(&c);
    }
}

static void test_top_k(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const attributes[] = { "k=2", "k=2 renormalize=sum", "k=3 renormalize=softmax", "k=1", "k=5" };
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        op_case c;
        gpu_open(&c, "top_k", attributes[i], OP_SHAPES({ 2, { 300, 5 } }));
        op_fill(&c, 0, 0.3f, 1);
        c.in[0][0] = c.in[0][3] = 2; /* equals */
        gpu_compare(&c, 1, 16);      /* an exponential over a sum of up to 5, and its slope: 8 units on either side */
        c.in[0][7] = NAN;
        c.device = device_load("cpu", 0);
        gpu_compare(&c, 0, 16);
        op_close(&c);
    }
}

static void test_cross_entropy(void **state)
{
    (void)state;
    GPU_NEEDED();
    op_case c;
    gpu_open(&c, "cross_entropy", "", OP_SHAPES({ 2, { 70, 100 } }, { 1, { 70 } }));
    op_fill(&c, 0, 5, 0);
    for (int i = 0; i < 70; i++)
        c.in[1][i] = (float)(i % 100);
    gpu_compare(&c, 1, 64); /* 32 units on either side: see check_entropy in test_ops_reduce.c */
    c.in[1][3] = 100;
    c.in[1][4] = 0.5f;
    c.device = device_load("cpu", 0);
    gpu_compare(&c, 1, 64);
    op_close(&c);
}

/* Three steps of Adam, which works in place: a few roundings each of numbers near 1. */
static void test_adam(void **state)
{
    (void)state;
    GPU_NEEDED();
    for (int kind = 0; kind < 4; kind++) { /* 1: guarded; 2: clipped too, to a third of its norm; 3: AdamW */
        enum { N = 1500 };
        const ablate_shape shapes[] = { GPU_SHAPE(N), GPU_SHAPE(2), GPU_SHAPE(1) };
        float kept[3 * N];
        op_case c;
        static const char *const attributes[] = { "rate=0.01 warmup=2 total=9 decay=0.1",
                                                  "rate=0.01 warmup=2 total=9 decay=0.1",
                                                  "rate=0.01 warmup=2 total=9 decay=0.1 max_norm=13",
                                                  "rate=0.01 drop=2 decay=10 decoupled=yes" };
        gpu_open(&c, "adam", attributes[kind], 1 + kind % 3, shapes);
        op_fill(&c, 0, 1, 0);
        c.in[1] ? (void)(c.in[1][0] = c.in[1][1] = 1) : (void)0;
        c.in[2] ? (void)(c.in[2][0] = 39) : (void)0;
        for (int on_gpu = 0; on_gpu < 2; on_gpu++) {
            c.device = on_gpu ? gpu_device : device_load("cpu", 0);
            op_normal(c.out, N, 5, 1, 0);
            memset(c.out + N, 0, 2 * N * sizeof(float));
            memset(c.aux, 0, (size_t)c.layout.aux * sizeof(float));
            for (c.step = 0; c.step < 3; c.step++)
                op_forward_in_place(&c);
            if (on_gpu)
                gpu_near(&c, "the state", 0, c.out, kept, 3 * N, 1, 8);
            memcpy(kept, c.out, sizeof kept);
        }
        op_close(&c);
    }
}

/* Once a number of the guard is not finite nothing is updated, in that step and after it. */
static void test_guard(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const float bad[] = { NAN, INFINITY, -INFINITY };
    for (int on_gpu = 0; on_gpu < 2; on_gpu++)
        for (int i = 0; i < 3; i++) {
            op_case c;
            float before[9];
            op_open(&c, "adam", "", OP_SHAPES({ 1, { 3 } }, { 1, { 2 } }));
            c.device = on_gpu ? gpu_device : device_load("cpu", 0);
            op_fill(&c, 0, 1, 0);
            memset(c.out, 0, 9 * sizeof(float));
            c.aux[0] = 0;
            c.in[1][0] = c.in[1][1] = 3e38f; /* finite, though their sum is not */
            op_forward_in_place(&c);
            assert_true(c.out[0] < 0 || c.out[0] > 0);
            memcpy(before, c.out, sizeof before);
            c.in[1][1] = bad[i];
            op_forward_in_place(&c);
            assert_memory_equal(before, c.out, sizeof before);
            c.in[1][1] = 1;
            op_forward_in_place(&c);
            assert_memory_equal(before, c.out, sizeof before);
            op_close(&c);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sums),          cmocka_unit_test(test_lines),
                                        cmocka_unit_test(test_softmax),       cmocka_unit_test(test_layer_norm),
                                        cmocka_unit_test(test_lengths),       cmocka_unit_test(test_top_k),
                                        cmocka_unit_test(test_cross_entropy), cmocka_unit_test(test_adam),
                                        cmocka_unit_test(test_guard),         cmocka_unit_test(test_batch_norm),
                                        cmocka_unit_test(test_group_norm) };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
