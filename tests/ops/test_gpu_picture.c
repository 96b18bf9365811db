/* Random draws, patches, resizing and blurring on the GPU beside the CPU's.
 *
 * Bounds: draws and dropout are the same to the bit. Noise: its scale is a root of a sum in double, summed in another
 * order, so a unit of the scale, times normals up to 5: 6 units. Patches: as in test_gpu_matmul.c. Resizing and
 * blurring are weighted sums of 4 to 2 radius + 1 numbers twice over, in other orders: 8 + 2 sqrt(terms) units. */
#include "../lab/gpu_check.h"

static void check_one(const char *op, const char *attributes, unsigned wanted, double ulps, ablate_shape a)
{
    gpu_check(op, attributes, wanted, ulps, 1, &a);
}

static void test_draws(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const int64_t sizes[] = { 1, 2, 3, 4, 1023, 4097, 100003 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check_one("noise_draw", "", 0, 0, GPU_SHAPE(sizes[i]));
        check_one("dropout_draw", "p=0.3", 0, 0, GPU_SHAPE(sizes[i]));
        check_one("dropout", "p=0.1", 1, 0, GPU_SHAPE(sizes[i]));
    }
    check_one("noise_draw", "", 0, 0, GPU_SHAPE(2, 257, 33));
    check_one("dropout", "p=0", 1, 0, GPU_SHAPE(5, 7));
    for (uint64_t step = 0; step < 3; step++) { /* the step's number and the stream's key reach the kernel */
        op_case c;
        gpu_open(&c, "noise_draw", "", OP_SHAPES({ 1, { 64 } }));
        op_fill(&c, 0, 1, 0);
        c.step = step + (step << 40);
        c.key = 0x123456789ABCDEFu + step;
        gpu_compare(&c, 0, 0);
        op_close(&c);
    }
}

static void test_noise(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("noise", "std=0.2", 1, 6, GPU_SHAPE(2, 257, 128));
    check_one("noise", "std=0.2 mode=absolute", 1, 2, GPU_SHAPE(7, 33));
    check_one("noise", "std=20 mode=jitter", 1, 6, GPU_SHAPE(5, 41));
}

static void test_patches(void **state)
{
    (void)state;
    GPU_NEEDED();
    gpu_check("patch_embed", "", 3, 8 + 2 * sqrt(3.0 * 64), OP_SHAPES({ 4, { 2, 3, 32, 32 } }, { 4, { 48, 3, 8, 8 } }));
    gpu_check("patch_embed", "", 3, 8 + 2 * sqrt(32.0), OP_SHAPES({ 4, { 2, 2, 23, 23 } }, { 4, { 5, 2, 4, 4 } }));
    gpu_check("patch_embed", "", 3, 8 + 2 * sqrt(49.0), OP_SHAPES({ 4, { 1, 1, 7, 7 } }, { 4, { 3, 1, 7, 7 } }));
    gpu_check_gradients("patch_embed", "", 3, OP_SHAPES({ 4, { 1, 2, 5, 5 } }, { 4, { 3, 2, 2, 2 } }));
}

static void test_resizing(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const way[] = { "mode=bilinear", "mode=bilinear align_corners=1", "mode=bicubic",
                                       "mode=bicubic align_corners=1" };
    static const int64_t size[][4] = { { 16, 16, 128, 128 }, { 24, 24, 16, 16 }, { 7, 13, 1, 40 },
                                       { 1, 1, 5, 3 },       { 5, 3, 5, 3 },     { 50, 9, 3, 4 } };
    for (size_t w = 0; w < 4; w++)
        for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
            char attributes[100];
            snprintf(attributes, sizeof attributes, "height=%d width=%d %s", (int)size[i][2], (int)size[i][3], way[w]);
            double terms = 16.0 * fmax(1, (double)(size[i][2] * size[i][3]) / (double)(size[i][0] * size[i][1]));
            check_one("resize", attributes, 1, 8 + 2 * sqrt(terms), GPU_SHAPE(2, 1, size[i][0], size[i][1]));
        }
    gpu_check_gradients("resize", "height=5 width=3 mode=bicubic", 1, OP_SHAPES({ 4, { 1, 1, 3, 4 } }));
}

static void test_blurring(void **state)
{
    (void)state;
    GPU_NEEDED();
    check_one("blur", "sigma=4", 1, 8 + 2 * sqrt(33.0 * 33), GPU_SHAPE(2, 64, 40));
    check_one("blur", "sigma=0", 1, 0, GPU_SHAPE(1, 5, 7));
    check_one("blur", "sigma=1.5 truncate=3", 1, 8 + 2 * sqrt(81.0), GPU_SHAPE(9, 11));
    check_one("blur", "sigma=4", 1, 8 + 2 * sqrt(33.0 * 33), GPU_SHAPE(1, 3, 2)); /* reflected again and again */
    check_one("blur", "sigma=4", 1, 8 + 2 * sqrt(33.0 * 33), GPU_SHAPE(1, 1, 1));
    gpu_check_gradients("blur", "sigma=0.8", 1, OP_SHAPES({ 3, { 1, 4, 5 } }));
}

/* The largest, its place, and sums are the same bits on both sides, in the order of the taps; only that a gradient
 * which is added to the first is compared with twice the first: up to 9 sums, half a unit each. */
static void test_pooling(void **state)
{
    (void)state;
    GPU_NEEDED();
    static const char *const attributes[] = { "kernel=2", "kernel=3 stride=2 padding=1 ceil_mode=1",
                                              "kernel=\"2,5\" stride=\"3,1\" padding=\"0,2,1,1\"",
                                              "kernel=3 stride=2 padding=same" };
    static const ablate_shape shapes[] = { { 4, { 2, 9, 7, 3 } }, { 4, { 1, 33, 16, 65 } }, { 4, { 1, 5, 5, 1 } } };
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        for (size_t j = 0; j < sizeof shapes / sizeof *shapes; j++) {
            check_one("max_pool", attributes[i], 1, 5, shapes[j]);
            check_one("average_pool", attributes[i], 1, 5, shapes[j]);
        }
    check_one("max_pool", "kernel=3 dilation=2 padding=2", 1, 5, shapes[0]);
    check_one("average_pool", "kernel=3 padding=1 count_include_pad=0", 1, 5, shapes[0]);
    op_case c;
    gpu_open(&c, "max_pool", "kernel=3 stride=1", OP_SHAPES({ 4, { 1, 3, 8, 1 } }));
    for (int i = 0; i < 24; i++)
        c.in[0][i] = i == 13 ? NAN : i % 3 ? 1.0f : -INFINITY;
    gpu_compare(&c, 1, 5);
    op_close(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_draws),    cmocka_unit_test(test_noise),
                                        cmocka_unit_test(test_patches),  cmocka_unit_test(test_resizing),
                                        cmocka_unit_test(test_blurring), cmocka_unit_test(test_pooling) };
    return cmocka_run_group_tests(tests, gpu_begin, NULL);
}
