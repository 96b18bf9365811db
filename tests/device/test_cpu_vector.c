/* test_cpu_vector.c: the accuracy of the elementary functions of core/device/cpu_vector.h, and its sums in sixteen
 * lanes. */
#include "../../core/device/cpu_vector.h"
#include "../lab/op_light.h"

/* Distance in units in the last place of the correctly rounded result (of the smallest normal number below that). */
static double ulps_off(float got, double want)
{
    int exponent;
    frexp(fabs(want), &exponent);
    if (isinf((float)want) && got == (float)want)
        return 0;
    return fabs((double)got - want) / ldexp(1, (exponent < -125 ? -125 : exponent) - 24);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static void check_accuracy(const char *name, float (*function)(float), double (*truth)(double), double low, double high,
                           double bound)
{
    double worst = 0;
    float at = 0;
    for (uint64_t bits = 0; bits <= UINT32_MAX; bits += 5003) {
        float x = bits_to_float((uint32_t)bits);
        if (!((double)x >= low && (double)x <= high))
            continue;
        double off = ulps_off(function(x), truth((double)x));
        if (!(off <= worst)) {
            worst = off;
            at = x;
        }
    }
    if (!(worst <= bound))
        fail_msg("%s is off by %.2f units in the last place at %.9g", name, worst, (double)at);
}

static void test_functions(void **state)
{
    (void)state;
    check_accuracy("exp", vector_exp, exp, -1e30, 1e30, 2);
    check_accuracy("tanh", vector_tanh, tanh, -1e30, 1e30, 2);
    check_accuracy("erf", vector_erf, erf, -1e30, 1e30, 3);
    check_accuracy("sigmoid", vector_sigmoid, sigmoid, -87, 1e30, 3);
    assert_true(vector_exp(-INFINITY) == 0 && isinf(vector_exp(INFINITY)) && isnan(vector_exp(NAN)));
    assert_true(vector_tanh(INFINITY) == 1 && vector_tanh(-INFINITY) == -1 && isnan(vector_tanh(NAN)));
    assert_true(vector_erf(INFINITY) == 1 && vector_erf(-INFINITY) == -1 && isnan(vector_erf(NAN)));
    assert_true(vector_sigmoid(-INFINITY) == 0 && vector_sigmoid(INFINITY) == 1 && isnan(vector_sigmoid(NAN)));
    assert_true(vector_exp(0) == 1 && signbit(vector_tanh(-0.0f)) && signbit(vector_erf(-0.0f)));
}

static void test_reductions(void **state)
{
    (void)state;
    float x[150], y[150];
    op_normal(x, 150, 1u, 1, 0);
    op_normal(y, 150, 2u, 1, 0);
    for (int n = 1; n <= 150; n++) {
        double sum = 0, dot = 0, squares = 0, size = 0, products = 0, largest = -INFINITY;
        for (int i = 0; i < n; i++) {
            sum += (double)x[i];
            dot += (double)x[i] * (double)y[i];
            squares += ((double)x[i] - 0.5) * ((double)x[i] - 0.5);
            size += fabs((double)x[i]);
            products += fabs((double)x[i] * (double)y[i]);
            largest = fmax(largest, (double)x[i]);
        }
        double deep = (n / 16.0 + 5) / 2; /* squares: the difference is rounded, and its square */
        light_near((double)vector_sum(x, n), sum, deep, size, "sum");
        light_near((double)vector_dot(x, y, n), dot, deep + 0.5, products, "dot");
        light_near((double)vector_sum_squares(x, 0.5f, n), squares, deep + 1.5, squares, "sum of squares");
        assert_true((double)vector_largest(x, n) == largest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_functions), cmocka_unit_test(test_reductions) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
