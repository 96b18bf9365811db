/* Words between separators: each of them, in order, and nothing else. */
#include "../../core/base/words.h"
#include "../lab/test.h"

static void test_words_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *text, *separators, *words[4];
    } cases[] = {
        { "", " ", { NULL } },
        { "  ", " ", { NULL } },
        { "one", " ", { "one" } },
        { " one  two ", " ", { "one", "two" } },
        { "a|b||c", "|", { "a", "b", "c" } },
        { "teacher bottleneck|perturbed image?", " |?", { "teacher", "bottleneck", "perturbed", "image" } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *at = cases[i].text, *word;
        size_t length, n = 0;
        for (; (word = word_next(&at, cases[i].separators, &length)); n++) {
            assert_non_null(cases[i].words[n]);
            assert_int_equal(length, strlen(cases[i].words[n]));
            assert_memory_equal(word, cases[i].words[n], length);
        }
        assert_true(n == 4 || !cases[i].words[n]);
        assert_int_equal(*at, 0);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(
                word_find(cases[i].text, cases[i].separators, cases[i].words[k], strlen(cases[i].words[k])), (int)k);
    }
}

static void test_what_is_not_listed(void **state)
{
    (void)state;
    assert_true(word_listed("mean std", " ", "std"));
    assert_false(word_listed("mean std", " ", "st"));
    assert_false(word_listed("mean std", " ", "stdx"));
    assert_false(word_listed("mean std", " ", ""));
    assert_false(word_listed("", " ", ""));
    assert_false(word_listed(NULL, " ", "mean"));
    assert_int_equal(word_find("a|b|a", "|", "a", 1), 0);
    assert_int_equal(word_find("ab|b", "|", "bcd", 1), 1); /* only so many characters of the word count */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words_in_order),
        cmocka_unit_test(test_what_is_not_listed),
    };
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
