/* The heavy operations: matrix products, attention, normalisation, patches, Adam: values against plain loops in double,
 * gradients against differences. */
#include "op_check.h"

static void test_matmul_gradients(void **state)
{
    (void)state;
    static const char *const attributes[] = { "", "transpose_b=1 activation=quickgelu", "transpose_b=1 activation=gelu",
                                              "transpose_b=1 activation=tanh" };
    op_check("matmul", attributes[0], 7u, OP_SHAPES({ 2, { 5, 7 } }, { 2, { 7, 4 } }, { 1, { 4 } }));
    for (int i = 1; i < 4; i++)
        op_check("matmul", attributes[i], 7u, OP_SHAPES({ 3, { 2, 3, 7 } }, { 2, { 4, 7 } }, { 1, { 4 } }));
}

static void test_layer_norm_gradients(void **state)
{
    (void)state;
    op_check("layer_norm", "", 7u, OP_SHAPES({ 2, { 5, 19 } }, { 1, { 19 } }, { 1, { 19 } }));
}

static void test_softmax_gradients(void **state)
{
    (void)state;
    op_check("softmax", "", 1u, OP_SHAPES({ 2, { 5, 19 } }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matmul_gradients),
        cmocka_unit_test(test_layer_norm_gradients),
        cmocka_unit_test(test_softmax_gradients),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
