/* What diad does beyond its cases (test_others.c): settings that do not fit together, and weights that cannot be read,
 * are refused at once, in one sentence. */
#include "../lab/paper_stage.h"

enum { B = 2, SIZE = 16 };

static void check_refused(const char *chosen, const char *why)
{
    stage s;
    stage_open(&s, true);
    stage_give(&s, "teacher.0", ABLATE_SHAPE(B, 1 + 4, 8), NULL);
    stage_give(&s, "image.0", ABLATE_SHAPE(B, 3, SIZE, SIZE), NULL);
    stage_set(&s, chosen);
    assert_int_equal(stage_try(&s, "diad"), -1);
    if (!strstr(complaint(), why))
        fail_msg("%s: '%s' does not say '%s'", chosen, complaint(), why);
    stage_close(&s);
}

static void settings_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    check_refused("diad.width=31", "diad.width = 31: sines and cosines take half each");
    check_refused("diad.groups=7", "channels of");
    check_refused("diad.heads=5", "choose other widths, groups or heads");
    check_refused("diad.hint=8 16", "diad.hint = 8 16: give");
    check_refused("diad.levels=1 x", "diad.levels = 1 x: give up to");
}

static void weights_that_are_not_there_end_the_composing(void **state)
{
    (void)state;
    check_refused("diad.weights=no/such/file.safetensors", "no weights can be read here"); /* a stage has none */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_that_do_not_fit_are_refused),
        cmocka_unit_test(weights_that_are_not_there_end_the_composing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
