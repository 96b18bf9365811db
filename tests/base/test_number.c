/* Numbers as text: what people expect to read, and never another number than was meant. */
#include "../../core/base/number.h"
#include "../lab/test.h"
#include <math.h>

static void is(double value, const char *wanted)
{
    char text[NUMBER_TEXT];
    assert_string_equal(number_text(value, text), wanted);
}

static void test_as_people_write(void **state)
{
    (void)state;
    is(0.9, "0.9");
    is(0.1 + 0.2, "0.30000000000000004"); /* is not 0.3 */
    is(0.3, "0.3");
    is(1.0 / 3, "0.3333333333333333");
    is(0, "0");
    is(-0.0, "-0");
    is(7, "7");
    is(100, "100");
    is(-1500, "-1500");
    is(1000000000, "1000000000");
    is(9007199254740993.0, "9007199254740992"); /* 2^53, as the double is */
    is(1e300, "1e+300");
    is(1e-8, "1e-08");
    is(0.001, "0.001");
    is(99.95, "99.95");
    is(5e-324, "5e-324");
    is(1.7976931348623157e308, "1.7976931348623157e+308");
    is(INFINITY, "inf");
    is(-INFINITY, "-inf");
    is(NAN, "nan");
}

/* Any bits that are a number: the text gives them back, and no text of fewer digits does. */
static void test_reads_back(void **state)
{
    (void)state;
    uint64_t word = 2024;
    for (int i = 0; i < 200000; i++) {
        double value, back;
        char text[NUMBER_TEXT], less[NUMBER_TEXT];
        word = word * 6364136223846793005u + 1442695040888963407u;
        uint64_t bits = word ^ word >> 29;
        if (i % 2) /* round numbers too */
            value = (double)(int64_t)(bits % 2000000) / (i % 4 == 1 ? 100 : 8);
        else
            memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        back = strtod(number_text(value, text), NULL);
        if (memcmp(&back, &value, sizeof value) != 0)
            fail_msg("%s is read as %a, it was %a", text, back, value);
        int digits = 0;
        for (const char *c = text; *c && *c != 'e'; c++)
            digits += *c >= '0' && *c <= '9' && (digits > 0 || *c != '0');
        bool whole = !strchr(text, '.') && !strchr(text, 'e');
        if (digits < 2 || whole)
            continue;
        snprintf(less, sizeof less, "%.*e", digits - 2, value);
        back = strtod(less, NULL);
        if (!(back < value || back > value))
            fail_msg("%s has more digits than %s", text, less);
    }
}

static void test_tabbed(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    number_print_tabbed((double[]){ 0.9, NAN, 20 }, 3, to);
    assert_int_equal(fclose(to), 0);
    assert_string_equal(text, "\t0.9\tnan\t20");
    free(text);
}

static void test_of_something(void **state)
{
    char text[NUMBER_OF];
    (void)state;
    assert_string_equal(number_of(0, "class", "classes", text), "0 classes");
    assert_string_equal(number_of(1, "class", "classes", text), "1 class");
    assert_string_equal(number_of(21, "class", "classes", text), "21 classes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_people_write),
        cmocka_unit_test(test_reads_back),
        cmocka_unit_test(test_tabbed),
        cmocka_unit_test(test_of_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
