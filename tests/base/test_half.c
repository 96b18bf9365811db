/* Half precision, to the last bit. */
#include "../../core/base/half.h"
#include "../lab/test.h"
#include <math.h>

/* Every half against its definition, (-1)^s 2^(e-15) (1 + f/1024) or 2^-14 f/1024, and back to the same bits. */
static void halves_are_exact(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        int exponent = (int)(bits >> 10 & 31u), fraction = (int)(bits & 1023u);
        if (exponent == 31)
            continue;
        double size = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        float value = half_read((uint16_t)bits);
        assert_true((double)value == (bits & 0x8000u ? -size : size));
        assert_true(!signbit(value) == !(bits & 0x8000u));
        assert_int_equal(half_of(value), bits);
    }
    assert_true(isinf(half_read(0x7C00)) && isnan(half_read(0x7C01)));
}

/* Between neighbours the nearer one; in the middle the even one. */
static void halves_are_rounded_to_even(void **state)
{
    (void)state;
    for (uint16_t low = 0; low < 0x7BFF; low++) {
        float a = half_read(low), b = half_read((uint16_t)(low + 1));
        float middle = a + (b - a) / 2; /* exact: one more bit than a half has */
        assert_int_equal(half_of(middle), low % 2 ? low + 1 : low);
        assert_int_equal(half_of(nextafterf(middle, 0.0f)), low);
        assert_int_equal(half_of(nextafterf(middle, INFINITY)), low + 1);
        assert_int_equal(half_of(-middle), 0x8000 | (low % 2 ? low + 1 : low));
    }
    assert_int_equal(half_of(65519.996f), 0x7BFF);
    assert_int_equal(half_of(65520.0f), 0x7C00);
    assert_int_equal(half_of(1e30f), 0x7C00);
    assert_int_equal(half_of(-INFINITY), 0xFC00);
    assert_int_equal(half_of(1e-40f), 0);
    assert_true((half_of(NAN) & 0x7FFFu) > 0x7C00);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_are_exact),
        cmocka_unit_test(halves_are_rounded_to_even),
    };
    return cmocka_run_group_tests_name("half", tests, NULL, NULL);
}
