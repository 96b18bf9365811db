/* Names with any byte: one field of a line, one string of JSON, one word of a list, and back to the same bytes; what
 * people see of them steers no terminal and has the width that it is said to have. */
/* units: report/report_text */
#include "../lab/scratch.h"

#include "../../core/base/name.h"
#include "../../core/base/settings.h"
#include "../../core/base/words.h"
#include "../../core/files/json.h"
#include "../../core/report/report_text.h"

static const char *const odd[] = {
    "",
    "plain.png",
    "two words.png",
    "tab\there",
    "line\nfeed",
    "return\r",
    "\r\n",
    "#hash.png",
    "a#b",
    "\"quoted\"",
    "half\"",
    "\\",
    "\\\\",
    "\\x41.png",
    "a\\tb",
    "back\\slash",
    " blank before",
    "blank behind ",
    "\x1b[2J",
    "bell\a\b\f",
    "\x7f",
    "\xff\xfe",
    "latin\xe9.p",
    "cut\xe2\x82",
    "\xc0\x80",
    "\xed\xa0\x80",
    "\xc2\x9b[2J",
    "\xef\xbb\xbfmark",
    "\xe2\x80\xa8",
    "\xe2\x80\xaegnp",
    "\xe6\x97\xa5\xe6\x9c\xac",
    "\xf0\x9f\x94\xa5",
    "e\xcc\x81",
    "\x01\x02",
    "-",
    "mean",
};
enum { ODD = sizeof odd / sizeof *odd };

static void test_fields_come_back(void **state)
{
    (void)state;
    for (int i = 0; i < ODD; i++) {
        char *line = take_printed(name_print, odd[i]);
        assert_non_null(line);
        assert_null(strpbrk(line, "\t\n\r\"#\x1b\x7f"));
        assert_true(name_is_shown(line));
        size_t length = strlen(line);
        assert_true(length == 0 || (*line != ' ' && line[length - 1] != ' '));
        assert_int_equal(name_read(line), 0);
        assert_string_equal(line, odd[i]);
        free(line);
    }
}

static void test_every_byte_comes_back(void **state)
{
    (void)state;
    for (int first = 1; first < 256; first++)
        for (int second = 1; second < 256; second++) {
            const char name[] = { (char)first, (char)second, 0 };
            char *line = take_printed(name_print, name);
            assert_non_null(line);
            assert_null(strpbrk(line, "\t\n\r"));
            assert_int_equal(name_read(line), 0);
            assert_string_equal(line, name);
            free(line);
        }
}

static void test_usual_names_stay(void **state)
{
    static const char *const usual[] = { "a b/c_d-1.png", "back\\slash",
                                         "\xc3\xbc"
                                         "ber.png",
                                         "it's (1), 50% & more" };
    (void)state;
    for (int i = 0; i < 4; i++) {
        char *line = take_printed(name_print, usual[i]);
        assert_string_equal(line, usual[i]);
        free(line);
    }
    char *beside = NULL;
    size_t length;
    FILE *out = open_memstream(&beside, &length);
    name_print_beside("mean", "mean", out);
    fclose(out);
    assert_string_equal(beside, "\\mean"); /* and not the mean over all */
    assert_int_equal(name_read(beside), 0);
    assert_string_equal(beside, "mean");
    free(beside);
}

static void test_wrong_escapes_are_refused(void **state)
{
    static const char *const wrong[] = { "\\a\\q", "\\\\", "\\x\\x4", "\\\\x00", "\\a\\", "\\\\xg1" };
    (void)state;
    for (int i = 0; i < 6; i++) {
        char text[16];
        snprintf(text, sizeof text, "%s", wrong[i]);
        assert_int_equal(name_read(text), -1);
        assert_string_equal(text, wrong[i]);
    }
}

static void test_json_is_utf8(void **state)
{
    (void)state;
    for (int i = 0; i < ODD; i++) {
        cJSON *object = cJSON_CreateObject();
        assert_true(json_add_text(object, odd[i], odd[i]));
        char *text = cJSON_PrintUnformatted(object);
        assert_true(name_is_shown(text));
        cJSON *back = cJSON_Parse(text);
        assert_non_null(back);
        char *key = json_read(back->child->string), *value = json_read(back->child->valuestring);
        assert_string_equal(key, odd[i]);
        assert_string_equal(value, odd[i]);
        free(key);
        free(value);
        cJSON_free(text);
        cJSON_Delete(back);
        cJSON_Delete(object);
    }
}

static char *written(void (*print)(const char *, FILE *), const char *text)
{
    char *made = NULL;
    size_t length;
    FILE *out = open_memstream(&made, &length);
    print(text, out);
    fclose(out);
    return made;
}

/* Tables, pages and the terminal: one line, UTF-8, nothing that means something in the form. */
static void test_forms(void **state)
{
    void (*const forms[])(const char *, FILE *) = { name_show, name_show, report_text_markdown, report_text_tex };
    (void)state;
    for (int i = 0; i < ODD; i++)
        for (int f = 0; f < 4; f++) {
            char *made = written(forms[f], odd[i]);
            assert_true(name_is_shown(made));
            free(made);
        }
    char *made = written(report_text_markdown, "a|b\n<c>&lt;");
    assert_string_equal(made, "a\\|b\\\\n\\<c\\>\\&lt;");
    free(made);
    made = written(report_text_tex, "_%&#^~\\{}$\x1b");
    assert_string_equal(made, "\\_\\%\\&\\#\\textasciicircum{}\\textasciitilde{}\\textbackslash{}\\{\\}\\$"
                              "\\textbackslash{}x1B");
    free(made);
    made = written(report_text_html, "<a href=\"\x1b\xff\">\xc3\xa9");
    assert_string_equal(made, "&lt;a href=&quot;\\x1B\\xFF&quot;&gt;\xc3\xa9");
    free(made);
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(name_columns("abc"), 3);
    assert_int_equal(name_columns("\xe6\x97\xa5\xe6\x9c\xac"), 4); /* two wide characters */
    assert_int_equal(name_columns("e\xcc\x81"), 1);                /* an accent of its own */
    assert_int_equal(name_columns("\x1b"), 4);
    char *made = NULL;
    size_t length;
    FILE *out = open_memstream(&made, &length);
    name_pad("\xe6\x97\xa5", 4, out);
    fputc('|', out);
    name_pad("abcdefghij", 8, out);
    fclose(out);
    assert_string_equal(made, "\xe6\x97\xa5  |abcde...");
    free(made);
    char room[8];
    assert_string_equal(name_shown("abcdefghij", room, sizeof room), "abcd...");
}

/* ---- lists of names ---- */

static void words_are(const char *text, int count, const char *const *names)
{
    char *name;
    assert_true(words_are_whole(text));
    for (int i = 0; i < count; i++) {
        assert_int_equal(words_next(&text, &name), 1);
        assert_string_equal(name, names[i]);
        free(name);
    }
    assert_int_equal(words_next(&text, &name), 0);
}

static void test_words(void **state)
{
    (void)state;
    words_are("", 0, NULL);
    words_are(" a, b\tc ", 3, (const char *const[]){ "a", "b", "c" });
    words_are("\"my class\" other", 2, (const char *const[]){ "my class", "other" });
    words_are("\"a, b\",\"\\\"\\\\\\t\\x41\"", 2, (const char *const[]){ "a, b", "\"\\\tA" });
    static const char *const wrong[] = { "\"open", "a \"b", "\"a\"b", "a\"b\"", "\"\"", "\"\\q\"", "a\"" };
    for (int i = 0; i < 7; i++)
        assert_false(words_are_whole(wrong[i]));
}

typedef struct listing {
    const char *names;
} listing;

static void test_a_quote_that_is_not_closed_is_refused_where_it_stands(void **state)
{
    static const ablate_setting rows[] = { ABLATE_NAMES(listing, names, "", "names"), { 0 } };
    static const char text[] = "[list]\n\nnames = \"my class\n";
    (void)state;
    settings list = { 0 };
    listing l;
    write_bytes(text, sizeof text - 1);
    assert_int_equal(settings_read(&list, own_file), 0);
    assert_int_equal(settings_fill(&list, "list", rows, &l), -1);
    assert_non_null(strstr(complaint(), "s.ini:3: 'list.names' must be names, \"in double quotes\""));
    settings_free(&list);
}

/* Blanks within quotes and in paths are kept in a record; others have always been one. */
static void test_a_record_keeps_names(void **state)
{
    static const ablate_setting rows[] = { ABLATE_NAMES(listing, names, "", "names"), { 0 } };
    static const char *const cases[][2] = { { "\"my  class\"  b", "l.names = \"my  class\" b\n" },
                                            { "/a  b/c", "l.names = /a  b/c\n" },
                                            { "a  b", "l.names = a b\n" },
                                            { "a\nb", "l.names = \\a\\nb\n" } };
    (void)state;
    for (int i = 0; i < 4; i++) {
        const listing l = { cases[i][0] };
        settings printed = { 0 };
        assert_int_equal(settings_list(&printed, "l", rows, &l, NULL), 0);
        char *made = settings_lines(&printed);
        assert_string_equal(made, cases[i][1]);
        free(made);
        settings_free(&printed);
    }
}

/* ---- complaints ---- */

static void test_complaints_are_one_line(void **state)
{
    (void)state;
    complain("%s: no", "a\n\x1b[2J\xff\xc2\x9b.png");
    assert_string_equal(complaint(), "a\\n\\x1B[2J\\xFF\\xC2\\x9B.png: no");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_fields_come_back, start),
        cmocka_unit_test_setup(test_every_byte_comes_back, start),
        cmocka_unit_test_setup(test_usual_names_stay, start),
        cmocka_unit_test_setup(test_wrong_escapes_are_refused, start),
        cmocka_unit_test_setup(test_json_is_utf8, start),
        cmocka_unit_test_setup(test_forms, start),
        cmocka_unit_test_setup(test_columns, start),
        cmocka_unit_test_setup(test_words, start),
        cmocka_unit_test_setup(test_a_quote_that_is_not_closed_is_refused_where_it_stands, start),
        cmocka_unit_test_setup(test_a_record_keeps_names, start),
        cmocka_unit_test_setup(test_complaints_are_one_line, start),
    };
    use_file("s.ini");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
