/* Texts and numbers in JSON: what goes in comes out, whatever bytes it has, and what is written is JSON. */
#include "../../core/files/json.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

static const char *const texts[] = {
    "",      "plain",  "two words", "\"quoted\"", "back\\slash", "\\front",
    "\\n",   "a\nb\t", "\x1b[2J",   "\xff\xfe",   "\xc3",        "\xc3\xa9\xe4\xb8\xad",
    "\\x41", "#hash",  "\xe2\x82",  "\\\\two",    "\x7f",        "end\\"
};
enum { TEXTS = sizeof texts / sizeof *texts };

static void test_texts_come_back(void **state)
{
    (void)state;
    cJSON *object = cJSON_CreateObject();
    for (int i = 0; i < TEXTS; i++)
        assert_true(json_add_text(object, "t", texts[i]) && json_add(object, "item", json_text(texts[i])));
    char *printed = cJSON_Print(object);
    cJSON *again = cJSON_Parse(printed);
    assert_non_null(again);
    int i = 0;
    for (const cJSON *item = again->child; item; item = item->next, i++) {
        char *bytes = json_read(item->valuestring);
        assert_string_equal(bytes, texts[i / 2]);
        free(bytes);
    }
    assert_int_equal(i, 2 * TEXTS);
    cJSON_Delete(object);
    cJSON_Delete(again);
    free(printed);
}

/* Text that is UTF-8 and does not begin with a backslash stands as it is. */
static void test_texts_that_need_nothing(void **state)
{
    (void)state;
    static const char *const plain[] = { "", "plain", "a\\b", "caf\xc3\xa9" };
    for (int i = 0; i < 4; i++) {
        cJSON *item = json_text(plain[i]);
        assert_string_equal(item->valuestring, plain[i]);
        cJSON_Delete(item);
    }
    cJSON *item = json_text("\xff");
    assert_int_equal(item->valuestring[0], '\\');
    cJSON_Delete(item);
}

static void test_no_member(void **state)
{
    (void)state;
    cJSON *object = cJSON_CreateObject();
    assert_false(json_add(object, "none", NULL));
    assert_null(object->child);
    cJSON_Delete(object);
}

/* The shortest form that reads back as the same number; what is not finite is null. */
static void test_numbers(void **state)
{
    (void)state;
    static const double numbers[] = { 0,      1,    -1,       0.1, 1.0 / 3, 98.6, 1e-300, 1.7976931348623157e308,
                                      5e-324, 1e22, 123456789 };
    cJSON *object = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        assert_true(json_add_number(object, "x", numbers[i]));
    assert_true(json_add_number(object, "x", NAN) && json_add_number(object, "x", -INFINITY));
    char *printed = cJSON_PrintUnformatted(object);
    assert_non_null(strstr(printed, "\"x\":0.1,"));
    assert_non_null(strstr(printed, "\"x\":98.6,"));
    cJSON *again = cJSON_Parse(printed);
    assert_non_null(again);
    const cJSON *item = again->child;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++, item = item->next)
        assert_true(cJSON_IsNumber(item) && !(fabs(item->valuedouble - numbers[i]) > 0));
    assert_true(cJSON_IsNull(item) && cJSON_IsNull(item->next) && !item->next->next);
    cJSON_Delete(object);
    cJSON_Delete(again);
    free(printed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(test_##name, start)
    const struct CMUnitTest tests[] = { TEST(texts_come_back), TEST(texts_that_need_nothing), TEST(no_member),
                                        TEST(numbers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
