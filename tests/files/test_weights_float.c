/* Number formats of weights files, to the last bit. */
#include "../../core/files/weights_parts.h"
#include "../lab/test.h"

static void floats_are_exact(void **state)
{
    static const uint8_t f16[4] = { 0x00, 0x3C, 0x01, 0x80 };  /* 1, -2^-24 */
    static const uint8_t bf16[4] = { 0x40, 0x40, 0x80, 0xBF }; /* 3, -1 */
    static const double wide[3] = { 0.1, -1e-300, 1.0 + 0x1p-24 + 0x1p-40 };
    (void)state;
    float out[3];
    weights_decode(WEIGHTS_F16, f16, 2, out);
    assert_true(out[0] == 1.0f && out[1] == -0x1p-24f);
    weights_decode(WEIGHTS_BF16, bf16, 2, out);
    assert_true(out[0] == 3.0f && out[1] == -1.0f);
    weights_decode(WEIGHTS_F64, (const uint8_t *)wide, 3, out);
    assert_true(out[0] == 0.1f && out[1] == 0.0f && out[2] == 1.0f + 0x1p-23f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floats_are_exact),
    };
    return cmocka_run_group_tests_name("weights_float", tests, NULL, NULL);
}
