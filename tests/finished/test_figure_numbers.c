/* test_figure_numbers.c: what a figure shows is chosen by the rule, on the scale and with the numbers that it states.
 */
/* units: figure_choice figure_patches figure_spread files/figure_map */
#include "../lab/module_build.h"

#include "../../core/files/figure_map.h"
#include "../../core/finished/figure_choice.h"
#include "../../core/finished/figure_patches.h"
#include "../../core/finished/figure_spread.h"
#include <math.h>

/* ---- which pictures ---- */

static char *class_names[] = { "a", "b", "c", "d", "e" };
static picture pictures[] = {
    { .class_index = 0, .good = true },
    { .class_index = 0 },
    { .class_index = 0 },
    { .class_index = 1 },
    { .class_index = 0, .good = false },
    { .class_index = 0 },
    { .class_index = 0, .good = true },
};
static const dataset data = {
    .spec = (char[]){ "made" }, .picture = pictures, .pictures = 7, .class_name = class_names, .classes = 5
};
static const int shown[] = { 0, 1, 2, 3, 4, 5, 6 };
static const double score[] = { 9, 0.3, 0.2, 5, 0.2, 0.1, 8 };

static choice choose(int class_index, bool good, choice_rule rule)
{
    choice c;
    assert_int_equal(choose_picture(&data, shown, 7, score, class_index, good, rule, &c), 1);
    return c;
}

/* Defective ones of class a by score: 5, 2 and 4 (equal, in the order of the data set), 1. */
static void test_picture_by_rule(void **state)
{
    (void)state;
    choice c = choose(0, false, CHOICE_MEDIAN), none;
    assert_true(c.test == 2 && c.rank == 2 && c.of == 4);
    c = choose(0, false, CHOICE_LOWEST);
    assert_true(c.test == 5 && c.rank == 1 && c.of == 4);
    c = choose(0, false, CHOICE_HIGHEST);
    assert_true(c.test == 1 && c.rank == 4 && c.of == 4);
    c = choose(0, true, CHOICE_MEDIAN);
    assert_true(c.test == 6 && c.rank == 1 && c.of == 2);
    assert_int_equal(choose_picture(&data, shown, 7, score, 1, true, CHOICE_MEDIAN, &none), 0);
    assert_null(complaint());
}

static run_class values[5];
static const run_record record = {
    .experiment = (char[]){ "x" }, .row = (char[]){ "y" }, .classes = values, .class_count = 5
};

static void test_classes_by_spread(void **state)
{
    (void)state;
    const double auroc[] = { 0.9, 0.5, 0.7, 0.5, 1 };
    int list[6];
    for (int i = 0; i < 5; i++) {
        values[i].name = class_names[i];
        values[i].value[METRICS_IMAGE_AUROC] = auroc[i];
    }
    assert_int_equal(choose_classes(&data, &record, 3, list), 0);
    assert_true(list[0] == 1 && list[1] == 2 && list[2] == 4);
    assert_int_equal(choose_classes(&data, &record, 1, list), 0);
    assert_int_equal(list[0], 2);
    assert_int_equal(choose_classes(&data, &record, 5, list), 0);
    assert_true(list[1] == 3 && list[3] == 0);
    assert_int_equal(choose_classes(&data, &record, 6, list), -1);
    expect_complaint("has only 5 classes");
    values[2].value[METRICS_IMAGE_AUROC] = NAN;
    assert_int_equal(choose_classes(&data, &record, 3, list), -1);
    expect_complaint("no image AUROC of class 'c'");
}

static void test_names(void **state)
{
    (void)state;
    choice_rule rule;
    assert_int_equal(choose_named(&data, "d"), 3);
    assert_int_equal(choose_named(&data, "z"), -1);
    expect_complaint("no such class; it has a, b, c, d, e");
    assert_int_equal(choice_rule_find("highest", &rule), 0);
    assert_int_equal(rule, CHOICE_HIGHEST);
    assert_int_equal(choice_rule_find("nicest", &rule), -1);
    expect_complaint("lowest, median or highest; it is 'nicest'");
}

/* ---- on which scale ---- */

/* Of 0 .. 999 at most 1 %, ten numbers, may lie beyond each end: 0 .. 9 and 990 .. 999. A step is 999 / 65536. */
static void test_scale(void **state)
{
    (void)state;
    float value[1000];
    map_scale scale;
    for (int i = 0; i < 1000; i++)
        value[i] = (float)((i * 7) % 1000);
    assert_int_equal(map_scale_whole(value, 1000, "made", &scale), 0);
    assert_true(scale.low == 0 && scale.high == 999);
    assert_int_equal(map_scale_trim(value, 1000, 0.01, &scale), 0);
    assert_true(scale.low > 9 && scale.low <= 10);
    assert_true(scale.high >= 989 && scale.high < 990);
    assert_int_equal(map_scale_trim(value, 1000, 0, &scale), 0);
    assert_true(scale.low > 9 && scale.high < 990);
    value[3] = NAN;
    assert_int_equal(map_scale_whole(value, 1000, "made", &scale), -1);
    expect_complaint("made: a number is nan");
    assert_int_equal(map_scale_whole((const float[]){ 2, 2 }, 2, "made", &scale), -1);
    expect_complaint("all numbers are the same");
}

static void test_map_is_grey_on_the_scale(void **state)
{
    (void)state;
    char path[80];
    ablate_image image;
    const float value[] = { -1, 0, 1, 2, 4, 9 };
    const int grey[] = { 0, 0, 64, 128, 255, 255 };
    snprintf(path, sizeof path, "%s/map.png", folder);
    assert_int_equal(map_write(path, value, 3, 2, (map_scale){ 0, 4 }), 0);
    assert_int_equal(image_read(path, &image), 0);
    assert_true(image.width == 3 && image.height == 2);
    for (int i = 0; i < 6; i++)
        assert_int_equal(image.rgb[3 * i], grey[i]);
    image_free(&image);
}

/* ---- with which numbers ---- */

/* Normal 1 2 3, defective 2 0: of six pairs the normal one is above in four and equal in one; a mixed patch counts
 * nowhere. */
static void test_spread(void **state)
{
    (void)state;
    const float value[] = { 1, 2, 100, 2, 3, 0 };
    const uint8_t kind[] = { PATCH_NORMAL, PATCH_DEFECTIVE, PATCH_MIXED, PATCH_NORMAL, PATCH_NORMAL, PATCH_DEFECTIVE };
    spread s;
    assert_int_equal(spread_measure(value, kind, 6, (map_scale){ 0, 100 }, &s), 0);
    assert_true(s.count[0] == 3 && s.count[1] == 2);
    assert_true(s.mean[0] == 2 && s.mean[1] == 1);
    assert_true(s.above == 4.5 / 6);
    assert_true(s.share[0][1] == 1.0 / 3 && s.share[0][99] == 0 && s.share[1][0] == 0.5 && s.share[1][2] == 0.5);
    assert_int_equal(spread_measure(value, kind, 1, (map_scale){ 0, 100 }, &s), 0);
    assert_true(isnan(s.above) && isnan(s.mean[1]) && s.mean[0] == 1);
}

static void test_values_are_read(void **state)
{
    (void)state;
    patch_value v;
    assert_int_equal(patch_value_read("distance", &v), 0);
    assert_string_equal(v.name, "distance");
    assert_true(v.index == -1 && v.channel == -1 && v.minus == -1 && !v.from_one);
    assert_int_equal(patch_value_read("1-response.4:0-1", &v), 0);
    assert_string_equal(v.name, "response");
    assert_true(v.index == 4 && v.channel == 0 && v.minus == 1 && v.from_one);
    assert_int_equal(patch_value_read("score.image.2", &v), 0);
    assert_string_equal(v.name, "score.image");
    assert_int_equal(v.index, 2);
    static const char *const wrong[] = {
        "",        ".3", "a.1x",    "a:",   "a:1-",
        "a:1-2-3", "1-", "a.99999", "a:-1", "a234567890123456789012345678901234567890123456789012345678901234"
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (patch_value_read(wrong[i], &v) == 0)
            fail_msg("'%s' is taken for a value", wrong[i]);
        complaint_clear();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_picture_by_rule, start),
        cmocka_unit_test_setup(test_classes_by_spread, start),
        cmocka_unit_test_setup(test_names, start),
        cmocka_unit_test_setup(test_scale, start),
        cmocka_unit_test_setup(test_map_is_grey_on_the_scale, start),
        cmocka_unit_test_setup(test_spread, start),
        cmocka_unit_test_setup(test_values_are_read, start),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
