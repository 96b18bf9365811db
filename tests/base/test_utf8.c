/* UTF-8: every character there and back, and what is none. */
#include "../../core/base/utf8.h"
#include "../lab/test.h"

/* A character as RFC 3629 writes it; the bytes. */
static size_t write_character(uint32_t point, char text[5])
{
    size_t bytes = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned first[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    for (size_t i = bytes; i-- > 1; point >>= 6)
        text[i] = (char)(0x80 | (point & 0x3F));
    text[0] = (char)(first[bytes] | point);
    text[bytes] = 0;
    return bytes;
}

static void test_every_character(void **state)
{
    (void)state;
    for (uint32_t point = 1; point <= 0x10FFFF; point++) {
        char text[5];
        uint32_t read = 0;
        size_t bytes = write_character(point, text);
        bool surrogate = point >= 0xD800 && point < 0xE000;
        assert_int_equal(utf8_length(text[0]), bytes);
        assert_int_equal(utf8_read(text, &read), surrogate ? 0 : bytes);
        assert_true(surrogate || read == point);
    }
}

static void test_what_is_none(void **state)
{
    (void)state;
    static const char *const none[] = { "\x80",
                                        "\xBF"
                                        "a",
                                        "\xC3",
                                        "\xC3(",
                                        "\xE2\x82",
                                        "\xE2(\xA1",
                                        "\xC0\xAF",
                                        "\xE0\x80\xAF",
                                        "\xF0\x80\x80\xAF",
                                        "\xF4\x90\x80\x80",
                                        "\xF8\x88\x80\x80\x80",
                                        "\xFF" };
    uint32_t point;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(utf8_read(none[i], &point), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_character),
        cmocka_unit_test(test_what_is_none),
    };
    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
