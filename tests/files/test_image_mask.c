/* Masks: any form gives the same defects; resizing as Pillow does; writing. */
#include "../lab/image_golden.h"
#include "../lab/scratch.h"

static void masks_of_any_form_are_the_same(void **state)
{
    static const char *const names[] = { "mask.png",         "mask_one.png",   "mask_16.png",  "mask_bit.png",
                                         "mask_palette.png", "mask_alpha.png", "mask_ids.png", "mask.jpg" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char file[128];
        snprintf(file, sizeof file, GOLDEN "%s", names[i]);
        image_mask mask;
        if (image_mask_read(file, &mask) < 0)
            fail_msg("%s", complaint());
        golden_check(GOLDEN "mask.pgm", mask.width, mask.height, 1, mask.value);
        image_mask_free(&mask);
    }
}

/* A mask of another size than its picture is brought to the size of the maps, as the picture is. */
static void masks_are_resized_as_pillow_does(void **state)
{
    (void)state;
    image_mask mask, small;
    assert_int_equal(image_mask_read(GOLDEN "mask.png", &mask), 0);
    assert_int_equal(image_mask_resize(&mask, 16, 16, IMAGE_BILINEAR, 0.5, &small), 0);
    golden_check(GOLDEN "mask_bilinear_16x16.pgm", small.width, small.height, 1, small.value);
    image_mask_free(&small);
    assert_int_equal(image_mask_resize(&mask, 16, 16, IMAGE_NEAREST, 0.5, &small), 0);
    golden_check(GOLDEN "mask_nearest_16x16.pgm", small.width, small.height, 1, small.value);
    image_mask_free(&small);

    for (int side = 16; side <= 17; side++) {
        char golden[128];
        snprintf(golden, sizeof golden, GOLDEN "mask_bilinear_fit%d.pgm", side);
        assert_int_equal(image_mask_fit(&mask, side, IMAGE_BILINEAR, 0.5, &small), 0);
        golden_check(golden, small.width, small.height, 1, small.value);
        image_mask_free(&small);
    }

    /* A threshold of zero keeps every pixel that a defect touches: at least as many */
    image_mask wide;
    int half = 0, any = 0;
    assert_int_equal(image_mask_fit(&mask, 16, IMAGE_BILINEAR, 0.5, &small), 0);
    assert_int_equal(image_mask_fit(&mask, 16, IMAGE_BILINEAR, 0.0, &wide), 0);
    for (int i = 0; i < 16 * 16; i++) {
        assert_true(wide.value[i] >= small.value[i]);
        half += small.value[i] > 0;
        any += wide.value[i] > 0;
    }
    assert_true(half > 0 && any > half);
    image_mask_free(&small);
    image_mask_free(&wide);
    image_mask_free(&mask);
}

/* A threshold just below, at and above a value of the resized mask: `above` is strict. */
static void the_threshold_is_strict(void **state)
{
    (void)state;
    uint8_t pair[2] = { 0, 255 };
    image_mask mask = { 2, 1, pair }, one;
    /* Both pixels weigh a half: 127.5 rounds to 128 */
    double at = 128.0 / 255.0;
    assert_int_equal(image_mask_resize(&mask, 1, 1, IMAGE_BILINEAR, at - 1e-6, &one), 0);
    assert_int_equal(one.value[0], 255);
    image_mask_free(&one);
    assert_int_equal(image_mask_resize(&mask, 1, 1, IMAGE_BILINEAR, at + 1e-6, &one), 0);
    assert_int_equal(one.value[0], 0);
    image_mask_free(&one);
}

static void a_mask_out_of_a_picture(void **state)
{
    (void)state;
    uint8_t rgb[] = { 0, 0, 0, 0, 0, 1, 255, 255, 255 };
    static const uint8_t expected[] = { 0, 255, 255 };
    ablate_image image = { 3, 1, rgb };
    image_mask mask;
    assert_int_equal(image_mask_from(&image, &mask), 0);
    assert_memory_equal(mask.value, expected, 3);
    image_mask_free(&mask);
}

static void a_written_mask_is_read_again(void **state)
{
    (void)state;
    image_mask mask, mask_again;
    assert_int_equal(image_mask_read(GOLDEN "mask.png", &mask), 0);
    assert_int_equal(image_mask_write_png(own_file, &mask), 0);
    assert_int_equal(image_mask_read(own_file, &mask_again), 0);
    golden_check(GOLDEN "mask.pgm", mask_again.width, mask_again.height, 1, mask_again.value);
    image_mask_free(&mask);
    image_mask_free(&mask_again);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, start)
    const struct CMUnitTest tests[] = {
        TEST(masks_of_any_form_are_the_same), TEST(masks_are_resized_as_pillow_does), TEST(the_threshold_is_strict),
        TEST(a_mask_out_of_a_picture),        TEST(a_written_mask_is_read_again),
    };
    use_file("x.png");
    return cmocka_run_group_tests_name("image_mask", tests, make_folder, remove_folder);
}
