#include "words.h"

void expect_complaint_of(const char *place, const char *words)
{
    const char *why = complaint();
    if (!why)
        fail_msg("no complaint, expected '%s'", words);
    else if (strncmp(why, place, strlen(place)) != 0 || !strstr(why, words) || strchr(why, '\n'))
        fail_msg("'%s' should begin with '%s', hold '%s' and be one line", why, place, words);
    complaint_clear();
}

void expect_complaint(const char *words)
{
    expect_complaint_of("", words);
}

void expect_sentence(const char *words)
{
    assert_non_null(complaint());
    assert_string_equal(complaint(), words);
    complaint_clear();
}

void expect_words(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("'%s' is not in: %s", words, text);
}
