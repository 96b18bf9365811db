/* Every equation of the paper, and every way to read what it leaves open, against PyTorch in float64: results and the
 * gradients to all inputs and parameters. Run alone, it prints each error beside its tolerance:
 *
 *     ABLATE_LIBRARY=$PWD/build build/tests/test_equations [PATTERN]       test_eq05, 'test_eq1*' */
#include "../lab/equation.h"
#include <glob.h>

EQUATION(eq01)
EQUATION(eq02)
EQUATION(eq03)
EQUATION(eq04)
EQUATION(eq05)
EQUATION(eq06)
EQUATION(eq07)
EQUATION(eq08)
EQUATION(eq09)
EQUATION(eq10)
EQUATION(eq11)
EQUATION(eq12)
EQUATION(eq13)
EQUATION(eq14)
EQUATION(eq15)
EQUATION(eq16)
EQUATION(eq17)
EQUATION(noise)   /* no equation: f_i^noise */
EQUATION(decoder) /* no equation: F_D */

/* ---- each equation has one place in the code ---- */

enum { EQUATIONS = 17 };

static void count_tags(const char *path, int begins[EQUATIONS + 1], int ends[EQUATIONS + 1])
{
    char line[400];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        const char *begin = strstr(line, "// tag::eq"), *end = strstr(line, "// end::eq");
        long number = begin || end ? strtol((begin ? begin : end) + strlen("// tag::eq"), NULL, 10) : 0;
        assert_true(number >= 0 && number <= EQUATIONS);
        begins[number] += begin != NULL;
        ends[number] += end != NULL;
        if (end && ends[number] != begins[number])
            fail_msg("%s: end::eq%ld[] does not follow its tag", path, number);
    }
    fclose(file);
}

static void test_each_equation_is_tagged_once(void **state)
{
    (void)state;
    int begins[EQUATIONS + 1] = { 0 }, ends[EQUATIONS + 1] = { 0 };
    glob_t found;
    assert_int_equal(glob("modules/*.c", 0, NULL, &found), 0);
    assert_int_equal(glob("modules/*/*.c", GLOB_APPEND, NULL, &found), 0);
    assert_int_equal(glob("modules/*/*/*.c", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        count_tags(found.gl_pathv[i], begins, ends);
    globfree(&found);
    for (int number = 1; number <= EQUATIONS; number++)
        if (begins[number] != 1 || ends[number] != 1)
            fail_msg("Eq. %d is tagged %d times and ended %d times", number, begins[number], ends[number]);
}

static void test_each_alternative_has_a_case(void **state)
{
    (void)state;
    equation_alternatives((const char *const[]){ "noise", "mlf", "moe", "decoder", "cnc", "distill", NULL });
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eq01),
        cmocka_unit_test(test_eq02),
        cmocka_unit_test(test_eq03),
        cmocka_unit_test(test_eq04),
        cmocka_unit_test(test_eq05),
        cmocka_unit_test(test_eq06),
        cmocka_unit_test(test_eq07),
        cmocka_unit_test(test_eq08),
        cmocka_unit_test(test_eq09),
        cmocka_unit_test(test_eq10),
        cmocka_unit_test(test_eq11),
        cmocka_unit_test(test_eq12),
        cmocka_unit_test(test_eq13),
        cmocka_unit_test(test_eq14),
        cmocka_unit_test(test_eq15),
        cmocka_unit_test(test_eq16),
        cmocka_unit_test(test_eq17),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_decoder),
        cmocka_unit_test(test_each_equation_is_tagged_once),
        cmocka_unit_test(test_each_alternative_has_a_case),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
