/* Number formats of weights files, to the last bit. */
#include "../../core/files/weights_parts.h"
#include "../lab/test.h"
#include <math.h>

static float half_value(uint16_t half)
{
    uint8_t bytes[2] = { (uint8_t)half, (uint8_t)(half >> 8) };
    float value;
    weights_decode(WEIGHTS_F16, bytes, 1, &value);
    return value;
}

/* Every half against its definition, (-1)^s 2^(e-15) (1 + f/1024) or 2^-14 f/1024, and back to the same bits. */
static void halves_are_exact(void **state)
{
    (void)state;
    for (uint32_t bits = 0; bits < 0x10000; bits++) {
        int exponent = (int)(bits >> 10 & 31u), fraction = (int)(bits & 1023u);
        if (exponent == 31)
            continue;
        double size = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        float value = half_value((uint16_t)bits);
        assert_true((double)value == (bits & 0x8000u ? -size : size));
        assert_true(!signbit(value) == !(bits & 0x8000u));
        assert_int_equal(weights_half(value), bits);
    }
    assert_true(isinf(half_value(0x7C00)) && isnan(half_value(0x7C01)));
}

/* Between neighbours the nearer one; in the middle the even one. */
static void halves_are_rounded_to_even(void **state)
{
    (void)state;
    for (uint16_t low = 0; low < 0x7BFF; low++) {
        float a = half_value(low), b = half_value((uint16_t)(low + 1));
        float middle = a + (b - a) / 2; /* exact: one more bit than a half has */
        assert_int_equal(weights_half(middle), low % 2 ? low + 1 : low);
        assert_int_equal(weights_half(nextafterf(middle, 0.0f)), low);
        assert_int_equal(weights_half(nextafterf(middle, INFINITY)), low + 1);
        assert_int_equal(weights_half(-middle), 0x8000 | (low % 2 ? low + 1 : low));
    }
    assert_int_equal(weights_half(65519.996f), 0x7BFF);
    assert_int_equal(weights_half(65520.0f), 0x7C00);
    assert_int_equal(weights_half(1e30f), 0x7C00);
    assert_int_equal(weights_half(-INFINITY), 0xFC00);
    assert_int_equal(weights_half(1e-40f), 0);
    assert_true((weights_half(NAN) & 0x7FFFu) > 0x7C00);
}

static void other_floats_are_exact(void **state)
{
    static const uint8_t bf16[4] = { 0x40, 0x40, 0x80, 0xBF }; /* 3, -1 */
    static const double wide[3] = { 0.1, -1e-300, 1.0 + 0x1p-24 + 0x1p-40 };
    (void)state;
    float out[3];
    weights_decode(WEIGHTS_BF16, bf16, 2, out);
    assert_true(out[0] == 3.0f && out[1] == -1.0f);
    weights_decode(WEIGHTS_F64, (const uint8_t *)wide, 3, out);
    assert_true(out[0] == 0.1f && out[1] == 0.0f && out[2] == 1.0f + 0x1p-23f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(halves_are_exact),
        cmocka_unit_test(halves_are_rounded_to_even),
        cmocka_unit_test(other_floats_are_exact),
    };
    return cmocka_run_group_tests_name("weights_float", tests, NULL, NULL);
}
