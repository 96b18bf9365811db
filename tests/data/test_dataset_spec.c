/* run.data: a path in it counts from the file that it stands in, and is written down from the kit. */
#include "../../core/base/place.h"
#include "../../core/data/dataset_spec.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static void test_path(void **state)
{
    (void)state;
    settings list = { 0 };
    const char *spec = "as it was";
    assert_int_equal(dataset_spec_place(&list, &spec), 0); /* none is chosen */
    assert_int_equal(settings_set(&list, "run", "data", "drawn", below("x.ini"), 1), 0);
    assert_int_equal(dataset_spec_place(&list, &spec) | dataset_spec_check(&list), 0);
    assert_string_equal(spec, "as it was");
    FILES("sub/pictures/a.png");
    char *file = take_text("%s", below("sub/x.ini"));
    assert_int_equal(settings_set(&list, "run", "data", "folder:pictures", file, 2), 0);
    assert_int_equal(dataset_spec_place(&list, &spec) | dataset_spec_check(&list), 0);
    char *expected = take_text("folder:%s", below("sub/pictures"));
    assert_string_equal(spec, expected);
    assert_int_equal(settings_set(&list, "run", "data", "folder:no:where", file, 3), 0);
    assert_int_equal(dataset_spec_check(&list), -1);
    expect_complaint(":3: 'run.data' names 'no:where', which is not there (looked for ");
    settings_free(&list);
    free(expected);
    free(file);
}

static void test_short(void **state)
{
    (void)state;
    char *within = take_text("folder:%s/modules/x", place_kit());
    char *text[] = { dataset_spec_short(within), dataset_spec_short("folder:/x"), dataset_spec_short("drawn") };
    assert_string_equal(text[0], "folder:modules/x");
    assert_string_equal(text[1], "folder:/x");
    assert_string_equal(text[2], "drawn");
    for (int i = 0; i < 3; i++)
        free(text[i]);
    free(within);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_path, make_folder, remove_folder),
        cmocka_unit_test(test_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
