/* Attention and experts on the GPU beside the CPU's.
 *
 * Bounds: attention sums `depth` products for a score, whose rounding goes through the exponential, and then up to N
 * weighted rows; both sides do so in float32 in their own order: 16 + 2 sqrt(N + depth) units of the largest. An
 * expert's products are as in test_gpu_matmul.c, a sum of `k` products after another: 16 + 4 sqrt(k). */
#include "../lab/gpu_check.h"

static void check_attention(int64_t batch, int64_t tokens, int64_t heads, int64_t depth, bool causal)
{
    char attributes[60];
    const ablate_shape qkv = GPU_SHAPE(batch, tokens, 3 * heads * depth);
    snprintf(attributes, sizeof attributes, "heads=%d causal=%d", (int)heads, causal);
    gpu_check("attention", attributes, 1, 16 + 2 * sqrt((double)(tokens + depth)), 1, &qkv);
}

static void test_attention(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_attention(1, 257, 4, 32, false); /* the small encoder and its decoder */
    check_attention(1, 257, 2, 64, false); /* the large one's heads */
    check_attention(2, 77, 2, 64, true);   /* a text tower's */
    check_attention(3, 16, 4, 32, true);
    check_attention(2, 65, 3, 16, true);
    check_attention(1, 64, 1, 64, false);
    check_attention(1, 33, 2, 7, false); /* no multiple of four */
    check_attention(1, 33, 1, 7, true);
    check_attention(1, 70, 1, 100, false);
    check_attention(1, 70, 1, 128, true);
    check_attention(2, 1, 2, 8, false);
    check_attention(1, 2, 1, 1, true);
}

static void test_attention_gradients(void **state)
{
    (void)state;
    GPU_NEEDED();
    gpu_check_gradients("attention", "heads=2", 1, OP_SHAPES({ 3, { 2, 3, 12 } }));
    gpu_check_gradients("attention", "heads=1 causal=1", 1, OP_SHAPES({ 3, { 1, 4, 9 } }));
}

/* Deep heads are refused with a sentence; nothing is left broken. */
static void test_too_deep(void **state)
{
    (void)state;
    GPU_NEEDED();
    const ablate_shape qkv = GPU_SHAPE(1, 3, 3 * 130), out = GPU_SHAPE(1, 3, 130);
    const ablate_op *op = device_find_op("attention");
    struct {
        int heads;
        bool causal;
    } attr = { 1, false };
    float *x = op_send(NULL, 3 * 3 * 130), *y = op_send(NULL, 3 * 130), *aux = op_send(NULL, 3);
    const float *in[] = { x };
    ablate_call call = {
        .n_in = 1, .in_shape = &qkv, .out_shape = &out, .in = in, .out = y, .aux = aux, .attr = &attr
    };
    assert_int_equal(call_run(op_under_test, op, false, &call), -1);
    assert_non_null(strstr(op_trouble(), "deeper than 128"));
    assert_null(op_under_test->trouble());
    op_fetch(x, NULL, 0);
    op_fetch(y, NULL, 0);
    op_fetch(aux, NULL, 0);
    check_attention(1, 5, 1, 4, false);
}

/* Gates as top_k leaves them: `k` of each row, some rows with fewer, some experts with none. */
static void fill_gates(op_case *c, int k, int64_t unused)
{
    int64_t rows = c->shape[1].dim[0], experts = c->shape[1].dim[1];
    for (int64_t r = 0; r < rows; r++)
        for (int64_t t = 0; t < experts; t++)
            c->in[1][r * experts + t] = 0;
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < (r % 7 == 3 ? k - 1 : k); j++) {
            int64_t t = (r * 3 + j * 2 + r / 5) % experts;
            c->in[1][r * experts + t] = t == unused ? 0 : 0.2f + 0.1f * (float)(r % 5);
        }
}

static void check_experts(const char *attributes, int64_t rows, int64_t experts, int64_t width, int64_t hidden, int k)
{
    const ablate_shape shapes[] = {
        GPU_SHAPE(rows, width),     GPU_SHAPE(rows, experts),          GPU_SHAPE(experts, hidden, width),
        GPU_SHAPE(experts, hidden), GPU_SHAPE(experts, width, hidden), GPU_SHAPE(experts, width)
    };
    op_case c;
    double longest = fmax((double)rows, (double)(width > hidden ? width : hidden));
    gpu_open(&c, "experts", attributes, 6, shapes);
    for (int i = 0; i < 6; i++)
        op_fill(&c, i, i == 0 ? 1.0f : 0.5f, 0);
    fill_gates(&c, k, experts - 1);
    gpu_compare(&c, 63, 16 + 4 * sqrt(longest));
    op_close(&c);
}

static void test_experts(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_experts("k=2", 514, 5, 128, 128, 2);
    check_experts("k=2 activation=quickgelu", 300, 3, 33, 65, 2);
    check_experts("k=1 activation=relu", 70, 4, 8, 12, 1);
    check_experts("k=2 activation=none", 3, 2, 5, 3, 2);
    check_experts("k=4", 40, 2, 16, 20, 2); /* fewer experts than k */
    check_experts("k=1", 40, 5, 16, 20, 2); /* a row's second gate is ignored */
    check_experts("k=2", 1, 6, 4, 4, 2);
}

static void test_experts_gradients(void **state)
{
    (void)state;
    GPU_NEEDED();
    op_case c;
    op_open(&c, "experts", "k=2 activation=tanh",
            OP_SHAPES({ 2, { 3, 4 } }, { 2, { 3, 3 } }, { 3, { 3, 5, 4 } }, { 2, { 3, 5 } }, { 3, { 3, 4, 5 } },
                      { 2, { 3, 4 } }));
    c.device = gpu_device;
    for (int i = 0; i < 6; i++)
        op_fill(&c, i, 0.7f, 0);
    fill_gates(&c, 2, -1);
    op_check_gradients(&c, 61u, 0.03, 4.0); /* gates are zero or not: no smooth function of those that are zero */
    op_close(&c);
}

/* Whole numbers are exact in every precision, if no sum leaves 2^24; so the tensor cores' layout is seen to the bit. */
static void check_whole_experts(const ablate_shape *shapes)
{
    op_case c;
    gpu_open(&c, "experts", "k=2 activation=relu", 6, shapes);
    for (int input = 0; input < 6; input++)
        for (int64_t i = 0; i < shape_size(&c.shape[input]); i++)
            c.in[input][i] = (float)((i * 5 + i / 7 + input) % 7 - 3);
    for (int64_t i = 0; i < shape_size(&c.layout.out); i++)
        c.grad_out[i] = (float)(i % 5 - 2);
    fill_gates(&c, 2, -1);
    for (int64_t i = 0; i < shape_size(&c.shape[1]); i++)
        c.in[1][i] = c.in[1][i] > 0 ? (float)(1 + i % 2) : 0;
    gpu_compare(&c, 63, 0);
    op_close(&c);
}

/* Operands of products are rounded to TF32: each number is off by up to 2^-11 of itself. A score is a sum of such
 * products over the root of the depth: of size 1, up to 5, off by a few 2^-11; its exponential by as much of itself,
 * and what is summed with it; a gradient goes through three such products. */
static void test_tensor_cores(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const names[] = { "tf32", "bf16" };
    const double ulps = 16 * 0x1p-11 / OP_EPS;
    const ablate_shape experts[] = { GPU_SHAPE(150, 36), GPU_SHAPE(150, 3),    GPU_SHAPE(3, 40, 36),
                                     GPU_SHAPE(3, 40),   GPU_SHAPE(3, 36, 40), GPU_SHAPE(3, 36) };
    const ablate_shape odd[] = { GPU_SHAPE(33, 7), GPU_SHAPE(33, 2),   GPU_SHAPE(2, 9, 7),
                                 GPU_SHAPE(2, 9),  GPU_SHAPE(2, 7, 9), GPU_SHAPE(2, 7) };
    for (int i = 0; i < 2; i++) {
        assert_int_equal(op_under_test->choose_precision(names[i]), 0);
        gpu_check("attention", "heads=2", 1, ulps, OP_SHAPES({ 3, { 1, 70, 384 } }));
        gpu_check("attention", "heads=2 causal=1", 1, ulps, OP_SHAPES({ 3, { 2, 77, 192 } }));
        gpu_check("attention", "heads=1", 1, ulps, OP_SHAPES({ 3, { 1, 40, 300 } }));
        gpu_check("attention", "heads=3", 1, ulps, OP_SHAPES({ 3, { 1, 9, 63 } }));
        check_whole_experts(experts);
        check_whole_experts(odd);
    }
    assert_int_equal(op_under_test->choose_precision("float32"), 0);
    check_whole_experts(experts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_attention),         cmocka_unit_test(test_attention_gradients),
        cmocka_unit_test(test_too_deep),          cmocka_unit_test(test_experts),
        cmocka_unit_test(test_experts_gradients), cmocka_unit_test(test_tensor_cores)
    };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
