/* The methods in modules/others/, each against a statement of its paper in PyTorch, float64: results and the gradients
 * to all inputs and parameters (golden/others_cases.py). Run alone, it prints each error beside its tolerance:
 *
 *     ABLATE_LIBRARY=$PWD/build build/tests/test_others [PATTERN]       test_rd4ad, 'test_rd*' */
#include "../lab/equation.h"

EQUATION(diad)      /* He et al. 2024: diad */
EQUATION(own_grids) /* distill, of layers that do not share a grid */
EQUATION(rd4ad)     /* Deng and Li 2022: ocbe, deresnet */
EQUATION(jitter)    /* You et al. 2022: the features from which they are made again */
EQUATION(uniad)
EQUATION(dinomaly) /* Guo et al. 2025: noisy, lineardecoder, loose */

static void test_each_alternative_has_a_case(void **state)
{
    (void)state;
    equation_alternatives(
        (const char *const[]){ "ocbe", "deresnet", "jitter", "uniad", "noisy", "lineardecoder", "loose", NULL });
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_diad),
        cmocka_unit_test(test_own_grids),
        cmocka_unit_test(test_rd4ad),
        cmocka_unit_test(test_jitter),
        cmocka_unit_test(test_uniad),
        cmocka_unit_test(test_dinomaly),
        cmocka_unit_test(test_each_alternative_has_a_case),
    };
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
