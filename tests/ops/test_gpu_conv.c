/* Convolutions on the GPU beside the CPU's.
 *
 * The bound: as in test_gpu_matmul.c, of the longest of the sums: a number of the map adds kernel x channels of a
 * group, one of the picture kernel x filters of a group, one of the weight (and of the bias) all pixels of the map. */
#include "../lab/gpu_check.h"

static void check(const char *op, const char *attributes, bool biased, int64_t longest, ablate_shape x, ablate_shape w)
{
    int groups = 1;
    const char *at = strstr(attributes, "groups=");
    if (at)
        sscanf(at, "groups=%d", &groups);
    int64_t results = strcmp(op, "conv") == 0 ? w.dim[0] : w.dim[3] * groups;
    const ablate_shape shapes[] = { x, w, { 1, { results } } };
    gpu_check(op, attributes, biased ? 7u : 3u, 8 + 2 * sqrt((double)longest), biased ? 3 : 2, shapes);
}

static void test_windows(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("conv", "padding=1", true, 2 * 6 * 7, GPU_SHAPE(2, 6, 7, 3), GPU_SHAPE(5, 3, 3, 3));
    check("conv", "padding=1 stride=2", false, 27 * 40, GPU_SHAPE(2, 13, 11, 40), GPU_SHAPE(33, 3, 3, 40));
    check("conv", "padding=same stride=2", true, 9 * 5, GPU_SHAPE(1, 6, 7, 4), GPU_SHAPE(5, 3, 3, 4));
    check("conv", "stride=\"2,3\" padding=\"2,0,1,4\" dilation=\"1,2\"", true, 24, GPU_SHAPE(2, 6, 9, 4),
          GPU_SHAPE(3, 2, 3, 4));
    check("conv", "padding=9", false, 2 * 361, GPU_SHAPE(2, 2, 2, 2), GPU_SHAPE(3, 2, 2, 2));
    check("conv", "groups=2 padding=1", true, 2 * 42, GPU_SHAPE(2, 6, 7, 6), GPU_SHAPE(4, 3, 3, 3));
    check("conv", "groups=2 stride=2", false, 27, GPU_SHAPE(2, 6, 7, 6), GPU_SHAPE(4, 3, 3, 3));
}

static void test_pixels(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("conv", "", true, 70, GPU_SHAPE(2, 5, 7, 6), GPU_SHAPE(9, 1, 1, 6));
    check("conv", "groups=3", true, 70, GPU_SHAPE(2, 5, 7, 6), GPU_SHAPE(9, 1, 1, 2));
    check("conv", "stride=2", false, 24, GPU_SHAPE(2, 5, 8, 7), GPU_SHAPE(5, 1, 1, 7));
    check("conv", "padding=2", false, 98, GPU_SHAPE(2, 3, 3, 5), GPU_SHAPE(4, 1, 1, 5));
}

static void test_depthwise(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("conv", "groups=5 padding=1", true, 2 * 54, GPU_SHAPE(2, 6, 9, 5), GPU_SHAPE(5, 3, 3, 1));
    check("conv", "groups=33 padding=2 stride=2", false, 2 * 42, GPU_SHAPE(2, 13, 11, 33), GPU_SHAPE(33, 5, 5, 1));
    check("conv", "groups=3 stride=4", true, 4, GPU_SHAPE(1, 9, 9, 3), GPU_SHAPE(3, 2, 2, 1));
}

static void test_transposed(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("conv_transposed", "stride=2 padding=1 output_padding=1", true, 200, GPU_SHAPE(2, 5, 4, 6),
          GPU_SHAPE(6, 3, 3, 5));
    check("conv_transposed", "", true, 40, GPU_SHAPE(2, 5, 4, 6), GPU_SHAPE(6, 1, 1, 5));
    check("conv_transposed", "groups=2", true, 40, GPU_SHAPE(2, 5, 4, 6), GPU_SHAPE(6, 1, 1, 5));
    check("conv_transposed", "groups=2 dilation=2", true, 150, GPU_SHAPE(2, 5, 4, 6), GPU_SHAPE(6, 3, 2, 5));
    check("conv_transposed", "groups=6 stride=2", true, 220, GPU_SHAPE(2, 5, 4, 6), GPU_SHAPE(6, 3, 3, 1));
}

static void test_activations(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const activation[] = { "relu", "relu6", "silu", "hardswish" };
    for (size_t i = 0; i < sizeof activation / sizeof *activation; i++) {
        char attributes[80];
        snprintf(attributes, sizeof attributes, "padding=1 activation=%s", activation[i]);
        check("conv", attributes, true, 72, GPU_SHAPE(2, 6, 6, 3), GPU_SHAPE(5, 3, 3, 3));
        check("conv", attributes, false, 72, GPU_SHAPE(2, 6, 6, 3), GPU_SHAPE(5, 3, 3, 3));
    }
}

static void test_gradients(void **state)
{
    (void)state;
    GPU_NEEDED();
    gpu_check_gradients("conv", "padding=1 activation=silu", 7u,
                        OP_SHAPES({ 4, { 1, 3, 4, 2 } }, { 4, { 3, 3, 3, 2 } }, { 1, { 3 } }));
    gpu_check_gradients("conv", "groups=2", 3u, OP_SHAPES({ 4, { 1, 3, 4, 2 } }, { 4, { 2, 3, 3, 1 } }));
    gpu_check_gradients("conv_transposed", "stride=2", 7u,
                        OP_SHAPES({ 4, { 1, 2, 3, 2 } }, { 4, { 2, 2, 3, 3 } }, { 1, { 3 } }));
}

/* More windows than are laid at once (2^24 numbers): four pictures, then the fifth. */
static void test_many(void **state)
{
    (void)state;
    GPU_NEEDED();
    check("conv", "", false, 5 * 64 * 64, GPU_SHAPE(5, 66, 66, 96), GPU_SHAPE(2, 3, 3, 96));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_windows),    cmocka_unit_test(test_pixels),      cmocka_unit_test(test_depthwise),
        cmocka_unit_test(test_transposed), cmocka_unit_test(test_activations), cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
