/* What a data module may do wrong: each is refused in one sentence, and what it had made is released. */
/* units: dataset */
#include "../../core/data/dataset.h"
#include "../lab/module_build.h"

static int open_wrong(dataset *d, int wrong)
{
    char text[40];
    settings from = { 0 };
    snprintf(text, sizeof text, "pictures.wrong=%d", wrong);
    assert_int_equal(settings_set_text(&from, text, "test", 1), 0);
    int status = dataset_open(d, "pictures", &from, folder);
    settings_free(&from);
    return status;
}

static void right_pictures_are_made(void **state)
{
    dataset d;
    ablate_image image;
    image_mask mask;
    (void)state;
    build_module("tests/bad_modules/pictures.c", folder, "pictures");
    assert_int_equal(open_wrong(&d, 0), 0);
    assert_int_equal(dataset_image(&d, 0, &image), 0);
    assert_int_equal(dataset_mask(&d, 0, &mask), 0);
    assert_int_equal(image.width, 4);
    image_free(&image);
    image_mask_free(&mask);
    dataset_close(&d);
}

static void wrong_lists_are_refused(void **state)
{
    static const char *const words[] = { "module 'pictures' lists a picture without class, state or name",
                                         "'pictures' adds a picture NULL",
                                         "module 'pictures' promises 'numbers' with every picture; 'a' has none" };
    (void)state;
    for (int wrong = 1; wrong <= 3; wrong++) {
        dataset d;
        assert_int_equal(open_wrong(&d, wrong), -1);
        expect_complaint(words[wrong - 1]);
        dataset_close(&d);
    }
}

static void wrong_pictures_are_refused(void **state)
{
    static const char *const words[] = { "module 'pictures' made 'a' with 1073741824 x 1073741824 pixels",
                                         "module 'pictures' made 'a' with -4 x 4 pixels; sides are at least 1",
                                         "module 'pictures' made 'a' with 2147483647 x 2 pixels",
                                         "module 'pictures' failed in `image` without saying why",
                                         "'pictures' calls `write` in its `image`; that belongs in `build`" };
    (void)state;
    for (int wrong = 4; wrong <= 8; wrong++) {
        dataset d;
        ablate_image image;
        image_mask mask;
        assert_int_equal(open_wrong(&d, wrong), 0);
        assert_int_equal(dataset_image(&d, 0, &image), -1);
        expect_complaint(words[wrong - 4]);
        assert_null(image.rgb);
        assert_int_equal(dataset_mask(&d, 0, &mask), -1);
        expect_complaint(words[wrong - 4]);
        dataset_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(right_pictures_are_made),
                                        cmocka_unit_test(wrong_lists_are_refused),
                                        cmocka_unit_test(wrong_pictures_are_refused) };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
