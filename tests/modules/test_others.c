/* The methods in modules/others/, each against a statement of its paper in PyTorch, float64: results and the gradients
 * to all inputs and parameters (golden/others_cases.py). Run alone, it prints each error beside its tolerance:
 *
 *     ABLATE_LIBRARY=$PWD/build build/tests/test_others [PATTERN]       test_rd4ad, 'test_rd*' */
#include "../lab/equation.h"

EQUATION(own_grids) /* distill, of layers that do not share a grid */

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_grids),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
