/* A row of a table of options: its field's type says how a value is taken, and each way refuses what is none. */
#include "../../core/cli/option.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

typedef struct given {
    bool flag;
    int number;
    const char *text, *folders;
    option_texts list;
} given;

static const line_option rows[] = { OPTION(given, flag, "flag", 'f', NULL, "a flag"),
                                    OPTION(given, number, "number", 0, "N", "a number", .least = -2, .most = 9),
                                    OPTION(given, text, "text", 0, "TEXT", "a text", .path = OPTION_FILE),
                                    OPTION(given, list, "list", 0, "TEXT", "texts", .repeats = true),
                                    OPTION_TAKEN(option_folders, given, folders, "folders", 0, "DIR", "folders"),
                                    { 0 } };

static int take_row(int i, const char *text, given *into)
{
    return rows[i].take(&rows[i], text, (char *)into + rows[i].at);
}

static void values_land_in_their_fields(void **state)
{
    given g = { .flag = false };
    (void)state;
    assert_int_equal(rows[2].path, OPTION_FILE);
    assert_true(rows[3].repeats && !rows[2].repeats);
    assert_int_equal(take_row(0, NULL, &g), 0);
    assert_int_equal(take_row(1, "-2", &g), 0);
    assert_int_equal(take_row(2, "a text", &g), 0);
    assert_true(g.flag);
    assert_int_equal(g.number, -2);
    assert_string_equal(g.text, "a text");
    for (int i = 0; i < OPTION_TEXTS; i++)
        assert_int_equal(take_row(3, i % 2 ? "odd" : "even", &g), 0);
    assert_int_equal(g.list.count, OPTION_TEXTS);
    assert_string_equal(g.list.text[63], "odd");
    assert_int_equal(take_row(3, "more", &g), -1);
    expect_complaint("more than 64 times --list");
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = { "",   "x",  "1x", "1.5",        " 1",
                                         "1 ", "10", "-3", "4294967297", "99999999999999999999" };
    given g = { .number = 7 };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(take_row(1, texts[i], &g), -1);
        expect_complaint("--number must be a whole number from -2 to 9; it is '");
        assert_int_equal(g.number, 7);
    }
}

static void folders_must_be_there(void **state)
{
    given g = { .folders = NULL };
    char two[300];
    (void)state;
    snprintf(two, sizeof two, ":%s::%s", folder, "tests");
    assert_int_equal(take_row(4, two, &g), 0);
    assert_ptr_equal(g.folders, two);
    snprintf(two, sizeof two, "%s:%s/none", folder, folder);
    assert_int_equal(take_row(4, two, &g), -1);
    expect_complaint("/none'; name one that is there, or leave it out");
    assert_int_equal(take_row(4, "README.md", &g), -1);
    expect_complaint("--folders: there is no folder 'README.md'");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(values_land_in_their_fields),
                                        cmocka_unit_test(what_is_no_number_is_refused),
                                        cmocka_unit_test(folders_must_be_there) };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
