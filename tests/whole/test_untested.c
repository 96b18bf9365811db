/* Units without a test of their name stand in tests/untested, and no others: here, and in a house of two rooms in which
 * one thing after the other is wrong. */
#include "../lab/program.h"

static void test_this_house(void **state)
{
    (void)state;
    must_work("scripts/untested");
    assert_string_equal(said, "");
}

/* Rooms a (x.c, y.c, z.cu) and b (x.c); tests of a's x, and of b's x and a's z. */
static int build_house(void **state)
{
    return make_folder(state) == 0
               ? shell("cp scripts/untested $in/tool && cd $in && mkdir -p scripts core/a core/b tests/a tests/b && "
                       "mv tool scripts/untested && touch core/a/x.c core/a/x.cu core/a/x.h core/a/y.c core/a/z.cu "
                       "core/b/x.c tests/a/test_x.c && "
                       "printf '/* About x. */\\n/* units: a/z */\\n' >tests/b/test_x.c && echo a/y >tests/untested")
               : -1;
}

static void fails(const char *change, const char *words)
{
    assert_int_equal(shell("cd $in && %s && scripts/untested", change), 1);
    assert_string_equal(said, words);
}

static void test_a_house_in_order(void **state)
{
    (void)state;
    must_work("$in/scripts/untested");
    assert_string_equal(said, "");
    must_work("cd $in && echo '/* units: y */' >>tests/a/test_x.c && : >tests/untested && scripts/untested");
    assert_string_equal(said, "");
}

static void test_what_is_wrong_is_named(void **state)
{
    (void)state;
    fails("touch core/b/new.cu", "b/new: this unit has no test of its name\n");
    fails("rm core/b/new.cu && : >tests/untested", "a/y: this unit has no test of its name\n");
    fails("printf 'a/x\\na/y\\n' >tests/untested", "tests/untested: a/x has a test or is no unit; delete the line\n");
    fails("printf 'a/gone\\na/y\\n' >tests/untested",
          "tests/untested: a/gone has a test or is no unit; delete the line\n");
    fails("echo a/y >tests/untested && rm tests/b/test_x.c",
          "a/z: this unit has no test of its name\nb/x: this unit has no test of its name\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_house),
        cmocka_unit_test_setup_teardown(test_a_house_in_order, build_house, remove_folder),
        cmocka_unit_test_setup_teardown(test_what_is_wrong_is_named, build_house, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
