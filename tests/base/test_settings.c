/* Settings files and schemas: what is accepted, and one test for each sentence of refusal. */
/* units: settings_fill settings_print */
#include "../../core/base/file.h"
#include "../../core/base/settings.h"
#include "../lab/scratch.h"

typedef struct sample {
    int experts, gate;
    double rate;
    bool anchor;
    const char *layers;
} sample;
static const ablate_setting rows[] = {
    ABLATE_SET(sample, experts, 5, 1, 64, "T, number of experts"),
    ABLATE_PICK(sample, gate, 1, "none|sum|softmax", "how gates are normalised"),
    ABLATE_SET(sample, rate, 0.25, 0, 1, "a rate"),
    ABLATE_SET(sample, anchor, 1, 0, 1, "a truth"),
    ABLATE_WORDS(sample, layers, "2 4 6", "a list"),
    { 0 },
};

static int read_settings(settings *list, const char *text)
{
    assert_int_equal(file_write_text(own_file, text), 0);
    return settings_read(list, own_file);
}

/* The complaint begins with "PATH:line: " and goes on with the words. */
static void assert_complaint(int line, const char *words)
{
    char whole[600];
    snprintf(whole, sizeof whole, "%s:%d: %s", own_file, line, words);
    assert_non_null(complaint());
    assert_string_equal(complaint(), whole);
    complaint_clear();
}

static void refused_reading(const char *text, int line, const char *words)
{
    settings list = { 0 };
    assert_int_equal(read_settings(&list, text), -1);
    assert_complaint(line, words);
    settings_free(&list);
}

static void refused_filling_of(const ablate_setting *some, const char *text, int line, const char *words)
{
    settings list = { 0 };
    sample s;
    assert_int_equal(read_settings(&list, text), 0);
    assert_int_equal(settings_fill(&list, "moe", some, &s), -1);
    assert_complaint(line, words);
    settings_free(&list);
}

static void refused_filling(const char *text, int line, const char *words)
{
    refused_filling_of(rows, text, line, words);
}

static void test_defaults(void **state)
{
    (void)state;
    settings list = { 0 };
    sample s;
    assert_int_equal(settings_fill(&list, "moe", rows, &s), 0);
    assert_int_equal(s.experts, 5);
    assert_int_equal(s.gate, 1);
    assert_true(s.rate == 0.25);
    assert_true(s.anchor);
    assert_string_equal(s.layers, "2 4 6");
}

static void test_values(void **state)
{
    (void)state;
    settings list = { 0 };
    sample s;
    const char *text = "\xEF\xBB\xBF# first\r\n; second\r\n[moe]\r\nexperts = 7 ; the paper's T\r\ngate=softmax\r\n"
                       "rate = 1e-3\nanchor = no\nlayers = 8 16\n    24   ; continued\n    ; a comment\n    32\n";
    assert_int_equal(read_settings(&list, text), 0);
    assert_int_equal(settings_fill(&list, "moe", rows, &s), 0);
    assert_int_equal(s.experts, 7);
    assert_int_equal(s.gate, 2);
    assert_true(s.rate == 1e-3);
    assert_false(s.anchor);
    assert_string_equal(s.layers, "8 16 24 32");
    assert_int_equal(settings_find(&list, "moe", "layers")->line, 8);
    settings_free(&list);
}

static void test_later_wins(void **state)
{
    (void)state;
    settings one = { 0 }, two = { 0 };
    sample s;
    assert_int_equal(read_settings(&one, "[moe]\nexperts = 7\nrate = 0.5\n"), 0);
    assert_int_equal(settings_set_text(&two, " moe.experts = 9", "--set", 1), 0);
    assert_int_equal(settings_merge(&one, &two), 0);
    assert_int_equal(settings_fill(&one, "moe", rows, &s), 0);
    assert_int_equal(s.experts, 9);
    assert_true(s.rate == 0.5);
    assert_string_equal(settings_find(&one, "moe", "experts")->value, "9");
    assert_null(settings_find(&one, "moe", "top"));
    settings_free(&one);
    settings_free(&two);
}

static void test_sections(void **state)
{
    (void)state;
    settings list = { 0 };
    assert_int_equal(read_settings(&list, "base = y\n[a]\n[b]\nc = 1\n[row i]\n"), 0);
    const char *const sections[] = { "", "a", "b", NULL, "row i" };
    assert_int_equal(list.count, 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(settings_begins(&list, i), sections[i] != NULL);
        if (sections[i])
            assert_string_equal(list.entry[i].section, sections[i]);
    }
    assert_ptr_equal(settings_first(&list, "b"), &list.entry[2]);
    assert_null(settings_first(&list, "c"));
    settings_free(&list);
}

static void test_unknown_key(void **state)
{
    (void)state;
    refused_filling("[moe]\nexpert = 3\n", 2, "'moe.expert' is no setting; the nearest is 'moe.experts'");
    refused_filling("[moe]\nlyaers = 3\n", 2, "'moe.lyaers' is no setting; the nearest is 'moe.layers'");
}

static void test_no_keys_allowed(void **state)
{
    (void)state;
    settings list = { 0 };
    assert_int_equal(read_settings(&list, "[mean]\nk = 3\n"), 0);
    assert_int_equal(settings_fill(&list, "mean", NULL, NULL), -1);
    assert_complaint(2, "'mean.k' is no setting: [mean] has none; delete it");
    settings_free(&list);
}

static void test_wrong_integer(void **state)
{
    (void)state;
    refused_filling("[moe]\nexperts = five\n", 2, "'moe.experts' must be an integer from 1 to 64; it is 'five'");
    refused_filling("[moe]\nexperts = 5.5\n", 2, "'moe.experts' must be an integer from 1 to 64; it is '5.5'");
    refused_filling("[moe]\nexperts = 5x\n", 2, "'moe.experts' must be an integer from 1 to 64; it is '5x'");
    refused_filling("[moe]\nexperts =\n", 2, "'moe.experts' must be an integer from 1 to 64; it is ''");
    refused_filling("[moe]\nexperts = 65\n", 2, "'moe.experts' must be an integer from 1 to 64; it is '65'");
    refused_filling("[moe]\nexperts = 4294967301\n", 2,
                    "'moe.experts' must be an integer from 1 to 64; it is '4294967301'");
}

static void test_wrong_number(void **state)
{
    (void)state;
    refused_filling("[moe]\nrate = fast\n", 2, "'moe.rate' must be a number from 0 to 1; it is 'fast'");
    refused_filling("[moe]\nrate = nan\n", 2, "'moe.rate' must be a number from 0 to 1; it is 'nan'");
    refused_filling("[moe]\nrate = 1e999\n", 2, "'moe.rate' must be a number from 0 to 1; it is '1e999'");
    refused_filling("[moe]\nrate = -0.1\n", 2, "'moe.rate' must be a number from 0 to 1; it is '-0.1'");
    refused_filling("[moe]\nrate = 0x1\n", 2, "'moe.rate' must be a number from 0 to 1; it is '0x1'");
}

static void test_wrong_choice(void **state)
{
    (void)state;
    refused_filling("[moe]\ngate = som\n", 2, "'moe.gate' must be one of none, sum, softmax; it is 'som'");
    refused_filling("[moe]\ngate = 1\n", 2, "'moe.gate' must be one of none, sum, softmax; it is '1'");
    refused_filling("[moe]\ngate = none|sum\n", 2, "'moe.gate' must be one of none, sum, softmax; it is 'none|sum'");
}

static void test_wrong_truth(void **state)
{
    (void)state;
    refused_filling("[moe]\nanchor = maybe\n", 2, "'moe.anchor' must be yes or no; it is 'maybe'");
}

static void test_key_twice(void **state)
{
    (void)state;
    refused_reading("[moe]\nexperts = 5\nrate = 1\nexperts = 6\n", 4,
                    "'moe.experts' is already set in line 2; delete one of the two");
    refused_reading("base = a\nbase = b\n", 2, "'base' is already set in line 1; delete one of the two");
}

static void test_section_twice(void **state)
{
    (void)state;
    refused_reading("[row i] junk\n", 1, "'junk' stands behind the section [row i]; write it on a line of its own");
    refused_reading("[ ]\n", 1, "[] names no section; write a name between the brackets");
    refused_reading("[row i]\n[moe]\n[row i]\n", 3, "[row i] is there twice, first in line 1; join them or rename one");
}

static void test_no_key(void **state)
{
    (void)state;
    refused_reading("[moe]\nexperts\n", 2, "this line is neither '[section]' nor 'key = value'; correct it");
    refused_reading("[moe\nexperts = 1\n", 1, "this line is neither '[section]' nor 'key = value'; correct it");
}

static void test_empty_key(void **state)
{
    (void)state;
    refused_reading("[moe]\n= 3\n", 2, "a key must have one character or more; write key = value");
}

/* Lines, sections, keys and values may have any length. */
static void test_long_line(void **state)
{
    (void)state;
    settings list = { 0 };
    static char name[1001], value[100001], text[103000];
    memset(name, 'n', sizeof name - 1);
    memset(value, 'v', sizeof value - 1);
    snprintf(text, sizeof text, "[%s]\n%s = %s\n", name, name, value);
    assert_int_equal(read_settings(&list, text), 0);
    assert_string_equal(settings_find(&list, name, name)->value, value);
    settings_free(&list);
}

/* What of a line belongs to the value. */
static void test_lines(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "[a] ; more\nk = v", "v" },
        { "[ a ]\nk=v;w", "v;w" },
        { "[a]\nk = v ;w\n", "v" },
        { "[a]\nk: v = w\n", "v = w" },
        { "[a]\nk =\n\n\t# w\n  v\n", "v" },
        { "[a]\nk = ; v\n", "" },
        { "[a]\nk = v\n ; x\n w # \n", "v w #" },
        { "[a]\n;k = w\nk = v\r\n\t w\r\n", "v w" },
        { "[a]\n k v = w\nk = v", "v" },
        { "[a]\r\nk\t=\tv\t\r\n", "v" },
        { "[a]\nk = v\n  w ; x\n  y", "v w y" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        settings list = { 0 };
        assert_int_equal(read_settings(&list, cases[i][0]), 0);
        assert_string_equal(settings_find(&list, "a", "k")->value, cases[i][1]);
        settings_free(&list);
    }
}

/* Entries of one list outlive another that was copied into it, and name no entry twice. */
static void test_names(void **state)
{
    (void)state;
    settings one = { 0 }, two = { 0 };
    assert_int_equal(read_settings(&one, "[run]\nseed = 1\nseeds = 2\n"), 0);
    one.entry[0] = one.entry[2]; /* without the line of the section */
    one.count = 2;
    assert_int_equal(settings_merge(&two, &one), 0);
    assert_true(settings_same(&one, &two, NULL));
    assert_true(settings_named(&one.entry[1], "run.s run.seed") && !settings_named(&one.entry[0], "run.seed seeds"));
    assert_int_equal(settings_put(&two, "run.epochs", "3"), 0);
    assert_false(settings_same(&one, &two, "run.seed") || settings_same(&two, &one, "run.seed"));
    assert_true(settings_same(&one, &two, "run.epochs run.seed"));
    settings_free(&one);
    assert_string_equal(settings_find(&two, "run", "seeds")->value, "2");
    assert_int_equal(settings_put(&two, "epochs", "3"), -1);
    assert_string_equal(complaint(), "'epochs' must look like section.key");
    settings_free(&two);
}

static void test_indented_key(void **state)
{
    (void)state;
    const char *words = "an indented line continues the value above, but this one begins a new key or section; "
                        "remove the blanks before it";
    refused_reading("[moe]\nexperts = 1\n  rate = 2\n", 3, words);
    refused_reading("[moe]\nexperts = 1\n  [cnc]\n", 3, words);
}

static void test_binary(void **state)
{
    (void)state;
    settings list = { 0 };
    FILE *file = fopen(own_file, "wb");
    assert_non_null(file);
    fwrite("[a]\n\0\n", 1, 6, file);
    fclose(file);
    assert_int_equal(settings_read(&list, own_file), -1);
    char words[200];
    snprintf(words, sizeof words, "%s: it holds a zero byte, so it is no settings file", own_file);
    assert_string_equal(complaint(), words);
    settings_free(&list);
}

static void test_missing_file(void **state)
{
    (void)state;
    settings list = { 0 };
    assert_int_equal(settings_read(&list, "/nowhere/x.ini"), -1);
    assert_string_equal(complaint(), "/nowhere/x.ini: cannot read: No such file or directory");
}

static void test_empty_file(void **state)
{
    (void)state;
    settings list = { 0 };
    assert_int_equal(read_settings(&list, ""), 0);
    assert_int_equal(list.count, 0);
    settings_free(&list);
}

static void test_bad_assignment(void **state)
{
    (void)state;
    settings list = { 0 };
    const char *bad[] = { "moe.experts", "experts=5", ".experts=5", "moe.=5", "a=b.c" };
    for (int i = 0; i < 5; i++) {
        char words[100];
        snprintf(words, sizeof words, "--set:1: '%s' must look like section.key=value", bad[i]);
        assert_int_equal(settings_set_text(&list, bad[i], "--set", 1), -1);
        assert_string_equal(complaint(), words);
        complaint_clear();
    }
    assert_int_equal(list.count, 0);
    settings_free(&list);
}

static void test_unused_section(void **state)
{
    (void)state;
    settings list = { 0 };
    sample s;
    const char *known[] = { "moe", "decoder" };
    assert_int_equal(read_settings(&list, "[moe]\nexperts = 3\n[decodr]\nheads = 3\n"), 0);
    assert_int_equal(settings_fill(&list, "moe", rows, &s), 0);
    assert_int_equal(settings_check_used(&list, known, 2), -1);
    assert_complaint(3, "nobody reads section [decodr]; the nearest known one is [decoder]");
    assert_int_equal(settings_check_used(&list, NULL, 0), -1);
    assert_complaint(3, "nobody reads section [decodr]; delete it");
    assert_int_equal(
        settings_fill(&list, "decodr", (ablate_setting[]){ { "heads", "", ABLATE_INT, 0, 1, 1, 9, 0, 0 }, { 0 } }, &s),
        0);
    assert_int_equal(settings_check_used(&list, known, 2), 0);
    settings_free(&list);
}

static void test_unused_key(void **state)
{
    (void)state;
    settings list = { 0 };
    sample s;
    assert_int_equal(read_settings(&list, "[moe]\nexperts = 3\n"), 0);
    assert_int_equal(settings_fill(&list, "moe", rows, &s), 0);
    assert_int_equal(settings_set(&list, "moe", "late", "1", own_file, 7), 0);
    assert_int_equal(settings_check_used(&list, NULL, 0), -1);
    assert_complaint(7, "nobody reads 'moe.late'; delete it");
    settings_free(&list);
}

static void test_sectionless_key(void **state)
{
    (void)state;
    settings list = { 0 };
    assert_int_equal(read_settings(&list, "experts = 3\n"), 0);
    assert_int_equal(settings_check_used(&list, NULL, 0), -1);
    assert_complaint(1, "'experts' stands before the first [section]; move it into one");
    settings_free(&list);
}

static void test_text_values(void **state)
{
    (void)state;
    sample s;
    char *owned;
    assert_int_equal(settings_fill_text(NULL, rows, &s, (ablate_at){ "m.c", 4 }, "experts", &owned), 0);
    assert_int_equal(s.experts, 5);
    assert_null(owned);
    const char *text = " experts=3 layers=\"8,16 -1\"  gate=sum rate=0.5 anchor=0 ";
    assert_int_equal(settings_fill_text(text, rows, &s, (ablate_at){ "m.c", 4 }, "experts", &owned), 0);
    assert_int_equal(s.experts, 3);
    assert_int_equal(s.gate, 1);
    assert_true(s.rate == 0.5);
    assert_false(s.anchor);
    assert_string_equal(s.layers, "8,16 -1");
    free(owned);
    assert_int_equal(settings_fill_text("layers=\"\"", rows, &s, (ablate_at){ "m.c", 4 }, "experts", &owned), 0);
    assert_string_equal(s.layers, "");
    free(owned);
}

static void refused_text(const char *text, const ablate_setting *schema, const char *words)
{
    sample s;
    char *owned = (char *)1;
    assert_int_equal(settings_fill_text(text, schema, &s, (ablate_at){ "m.c", 4 }, "mix", &owned), -1);
    assert_null(owned);
    assert_string_equal(complaint(), words);
    complaint_clear();
}

static void test_text_refused(void **state)
{
    (void)state;
    refused_text("expert=3", rows, "m.c:4: mix: 'expert' is no attribute; the nearest is 'experts'");
    refused_text("k=3", NULL, "m.c:4: mix: 'k' is no attribute: there are none; delete it");
    refused_text("experts=five", rows, "m.c:4: mix: 'experts' must be an integer from 1 to 64; it is 'five'");
    refused_text("experts=3 experts=4", rows, "m.c:4: mix: 'experts' is there twice; delete one");
    refused_text("experts", rows, "m.c:4: mix: 'experts' must look like key=value");
    refused_text("experts = 3", rows, "m.c:4: mix: 'experts = 3' must look like key=value");
    refused_text("layers=\"8,16", rows, "m.c:4: mix: the value of 'layers' must end in one more '\"' and a blank");
    refused_text("layers=\"8\"gate=sum", rows,
                 "m.c:4: mix: the value of 'layers' must end in one more '\"' and a blank");
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(settings_distance("experts", "experts"), 0);
    assert_int_equal(settings_distance("expert", "experts"), 1);
    assert_int_equal(settings_distance("lyaers", "layers"), 1);
    assert_int_equal(settings_distance("", "abc"), 3);
    assert_int_equal(settings_distance("kitten", "sitting"), 3);
    const char *words[] = { "alpha", "beta" };
    assert_string_equal(settings_nearest("bet", words, 2), "beta");
    assert_null(settings_nearest("bet", words, 0));
}

static void test_print(void **state)
{
    (void)state;
    settings list = { 0 };
    sample s;
    assert_int_equal(read_settings(&list, "[moe]\nrate = 1e-1\ngate = none\nanchor = off\n"), 0);
    assert_int_equal(settings_fill(&list, "moe", rows, &s), 0);
    settings printed = { 0 };
    assert_int_equal(settings_list(&printed, "moe", rows, &s, "layer|experts"), 0);
    assert_int_equal(settings_put(&printed, "code.a.b", "%d", 7), 0);
    char *text = settings_lines(&printed);
    assert_string_equal(text, "moe.gate = none\nmoe.rate = 0.1\nmoe.anchor = no\nmoe.layers = 2 4 6\ncode.a.b = 7\n");
    free(text);
    settings_free(&printed);
    settings_free(&list);
}

static void bad_row(ablate_setting row, const char *words)
{
    ablate_setting two[] = { row, { 0 } };
    char why[160] = "";
    assert_int_equal(settings_check_rows(two, sizeof(sample), why), -1);
    assert_string_equal(why, words);
}

static void test_bad_rows(void **state)
{
    (void)state;
    char why[160];
    assert_int_equal(settings_check_rows(rows, sizeof(sample), why), 0);
    assert_int_equal(settings_check_rows(NULL, 0, why), 0);
    ablate_setting row = rows[0];
    row.def = 65;
    bad_row(row, "setting 'experts': its default is out of its range");
    row.def = 2.5;
    bad_row(row, "setting 'experts': its default is no integer");
    row = rows[1];
    row.def = 3;
    bad_row(row, "setting 'gate': its default is none of its choices");
    row.type = ABLATE_REAL;
    bad_row(row, "setting 'gate': its type does not fit a setting");
    row = rows[4];
    row.offset = (uint32_t)sizeof(sample) - 4;
    bad_row(row, "setting 'layers': it lies outside the struct");
    row = rows[0];
    const ablate_setting twice[] = { row, row, { 0 } };
    assert_int_equal(settings_check_rows(twice, sizeof(sample), why), -1);
    assert_string_equal(why, "setting 'experts': it is there twice");
}

static void test_ranges(void **state)
{
    (void)state;
    char text[200];
    ablate_setting row = rows[0];
    assert_string_equal(settings_range(&row, text), "an integer from 1 to 64");
    row.max = 1e18;
    assert_string_equal(settings_range(&row, text), "an integer of at least 1");
    row.min = -1e18;
    assert_string_equal(settings_range(&row, text), "an integer");
    row.max = 0;
    assert_string_equal(settings_range(&row, text), "an integer of at most 0");
    assert_string_equal(settings_range(&rows[4], text), "a text");
}

/* A limit that is so far off that nobody is told it, until they are beyond it. */
static void test_limits_that_go_without_saying(void **state)
{
    (void)state;
    static const ablate_setting far[] = { ABLATE_SET(sample, experts, 5, 0, 2147483647, "many"),
                                          ABLATE_SET(sample, rate, 0, -1e9, 1e9, "any"),
                                          { 0 } };
    refused_filling_of(far, "[moe]\nexperts = -1\n", 2, "'moe.experts' must be an integer of at least 0; it is '-1'");
    refused_filling_of(far, "[moe]\nexperts = 2147483648\n", 2,
                       "'moe.experts' must be an integer of at least 0 and of at most 2147483647; it is '2147483648'");
    refused_filling_of(far, "[moe]\nrate = 1e10\n", 2,
                       "'moe.rate' must be a number of at most 1000000000; it is '1e10'");
    refused_filling_of(far, "[moe]\nrate = -1e10\n", 2,
                       "'moe.rate' must be a number of at least -1000000000; it is '-1e10'");
}

#define TEST(name) cmocka_unit_test_setup(test_##name, start)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults),        TEST(values),          TEST(later_wins),     TEST(sections),
        TEST(unknown_key),     TEST(no_keys_allowed), TEST(wrong_integer),  TEST(wrong_number),
        TEST(wrong_choice),    TEST(wrong_truth),     TEST(key_twice),      TEST(section_twice),
        TEST(no_key),          TEST(empty_key),       TEST(lines),          TEST(long_line),
        TEST(names),           TEST(indented_key),    TEST(binary),         TEST(missing_file),
        TEST(empty_file),      TEST(bad_assignment),  TEST(unused_section), TEST(unused_key),
        TEST(sectionless_key), TEST(text_values),     TEST(text_refused),   TEST(distance),
        TEST(print),           TEST(bad_rows),        TEST(ranges),         TEST(limits_that_go_without_saying),
    };
    use_file("x.ini");
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
