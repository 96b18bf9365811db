/* Reports before they are written: ranks, cells in every form, and that what is kept of one is the same document. */
/* units: document_file document_forms document_plain */
#include "../../core/base/folder.h"
#include "../../core/report/document_file.h"
#include "../../core/report/document_forms.h"
#include "../../core/report/document_plain.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

static sheet_piece number(double value, double spread, int group)
{
    sheet_piece p = sheet_number(value, 1, SHEET_PLAIN);
    p.spread = spread;
    p.group = group;
    return p;
}

/* A column of numbers of one group, one of two joined numbers, one of differences. */
static document *document_make(void)
{
    document *d = document_new();
    sheet *s = document_add(d, "a | heading_1");
    assert_non_null(s);
    d->title = document_text(d, "<title> \x1b & 100%");
    d->caption = document_text(d, "One * sentence.\nAnother.\n");
    sheet_column(s, 'l', "");
    sheet_column(s, 'r', "mean");
    sheet_column(s, 't', "Δ");
    sheet_column(s, 'r', "a/b");
    const double values[] = { 91.04, 91.01, 90.0, NAN }, differences[] = { 1, -0.04, -2.26, NAN };
    for (int i = 0; i < 4; i++) {
        sheet_text(s, "row|");
        sheet_cell(s, number(values[i], i == 1 ? 0.26 : NAN, 1));
        sheet_cell(s, sheet_number(differences[i], 1, SHEET_DIFFERENCE));
        sheet_cell(s, number(i == 3 ? NAN : 10.0 * i, NAN, 2));
        sheet_piece second = number(i == 3 ? 100 : 5, NAN, 0);
        second.joined = true;
        sheet_put(s, second);
    }
    s->rule = 4;
    document_rank(d);
    assert_true(document_good(d) && document_has_ranks(d));
    return d;
}

static char *written(const document *d, void (*form)(const document *, const char *, FILE *))
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    form(d, "", to);
    fclose(to);
    return text;
}

static void in_the_terminal(const document *d, const char *sign, FILE *to)
{
    (void)sign;
    assert_int_equal(document_plain(d, to), 0);
}

static void check(const document *d, void (*form)(const document *, const char *, FILE *), const char *golden)
{
    char *text = written(d, form);
    expect_words(text, golden);
    free(text);
}

/* 91.04 and 91.01 are printed alike and are both best; -0.04 is printed as zero, which has no sign. */
static void test_forms(void **state)
{
    (void)state;
    document *d = document_make();
    check(d, document_markdown,
          "## \\<title\\> \\\\x1B \\& 100%\n\n### a \\| heading\\_1\n\n|  | mean | Δ | a/b |\n|:--|--:|--:|--:|\n"
          "| row\\| | **91.0** | +1.0 | 0.0/5.0 |\n"
          "| row\\| | **91.0 ± 0.3** | 0.0 | <u>10.0</u>/5.0 |\n"
          "| row\\| | <u>90.0</u> | −2.3 | **20.0**/5.0 |\n"
          "| row\\| | - | - | -/100.0 |\n\n"
          "Best **bold**, second best <u>underlined</u>.\n\nOne \\* sentence.\n\nAnother.\n");
    check(d, document_tex,
          "row$|$ & \\textbf{91.0 $\\pm$ 0.3} & 0.0 & \\underline{10.0}/5.0 \\\\\n"
          "row$|$ & \\underline{90.0} & $-$2.3 & \\textbf{20.0}/5.0 \\\\\n\\hline\nrow$|$ & - & - & -/100.0 \\\\\n");
    check(d, document_html,
          "</h3>\n<h4>a | heading_1</h4>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"report\"><table class=\"report\"><thead><tr><th class=\"left\" scope=\"col\"></th>");
    check(d, document_html,
          "<tr><td class=\"left\">row|</td><td><strong>91.0 ± 0.3</strong></td><td>0.0</td>"
          "<td><u>10.0</u>/5.0</td></tr>\n");
    check(d, document_html,
          "<tr class=\"rule\"><td class=\"left\">row|</td><td>-</td><td>-</td><td>-/100.0</td></tr>\n");
    check(d, in_the_terminal,
          "<title> \\x1B & 100%\n"
          "a | heading_1\n"
          "-----------------------------------\n"
          "            mean     Δ          a/b\n"
          "row|        91.0* +1.0   0.0 /  5.0\n"
          "row|  91.0 ± 0.3*  0.0  10.0'/  5.0\n"
          "row|        90.0' −2.3  20.0*/  5.0\n"
          "-----------------------------------\n"
          "row|           -     -     - /100.0\n"
          "-----------------------------------\n"
          "* best, ' second best.\nOne * sentence.\nAnother.\n");
    document_free(d);
}

/* Marks that are no ranks are not explained. */
static void test_a_mark_without_rank(void **state)
{
    (void)state;
    document *d = document_new();
    sheet *s = document_add(d, NULL);
    sheet_column(s, 'l', "head");
    sheet_cell(s, (sheet_piece){ .text = "yes", .mark = SHEET_STRONG });
    sheet_begin(s);
    char *md = written(d, document_markdown), *tex = written(d, document_tex);
    assert_non_null(strstr(md, "| head |\n|:--|\n| **yes** |\n| |\n"));
    assert_null(strstr(md, "Best"));
    assert_non_null(strstr(tex, "\nyes \\\\\n"));
    free(md);
    free(tex);
    document_free(d);
}

static void test_too_many_columns(void **state)
{
    (void)state;
    document *d = document_new();
    sheet *s = document_add(d, NULL);
    for (int i = 0; i <= SHEET_COLUMNS; i++)
        sheet_column(s, 'l', "x");
    assert_false(document_good(d));
    expect_sentence("a report has more than 160 columns; print fewer");
    document_free(d);
}

/* Read back it is the same in all forms, and so is what is written of that. */
static void test_kept(void **state)
{
    (void)state;
    void (*const forms[])(const document *, const char *, FILE *) = { document_markdown, document_tex, document_html };
    document *d = document_make();
    d->experiment = document_text(d, "a/\xff.ini");
    assert_int_equal(document_write(d, "x.sheet"), 0);
    document *back = document_read("x.sheet");
    assert_non_null(back);
    assert_string_equal(back->experiment, d->experiment);
    for (int i = 0; i < 3; i++) {
        char *a = written(d, forms[i]), *b = written(back, forms[i]);
        assert_string_equal(a, b);
        free(a);
        free(b);
    }
    document_free(back);
    assert_int_equal(document_write(d, "/proc/nowhere/x.sheet"), -1);
    complaint_clear();
    document_free(d);
}

/* Whatever the file holds, it is refused with its name or is a document that every form can print. */
static void test_what_is_no_report(void **state)
{
    (void)state;
#define BEGIN "{\"title\":\"\",\"experiment\":\"\",\"caption\":\"\",\"sheets\":["
    static const char *const texts[] = {
        "",
        "{",
        "[1]",
        "{\"title\": 3}",
        BEGIN "3]}",
        BEGIN "{\"align\":\"\",\"rule\":0,\"lines\":[]}]}",
        BEGIN "{\"align\":\"x\",\"rule\":0,\"lines\":[]}]}",
        BEGIN "{\"align\":\"l\",\"rule\":\"\",\"lines\":[]}]}",
        BEGIN "{\"align\":\"l\",\"rule\":0,\"lines\":{}}]}",
        BEGIN "{\"align\":\"l\",\"rule\":0,\"lines\":[[[\"a\"],[\"b\"]]]}]}",
        BEGIN "{\"align\":\"l\",\"rule\":0,\"lines\":[[\"a\"]]}]}",
        BEGIN "{\"align\":\"l\",\"rule\":0,\"lines\":[[[3]]]}]}",
        BEGIN "{\"align\":\"l\",\"rule\":0,\"lines\":[[[[\"a\"]]]]}]}",
        BEGIN "{\"align\":\"l\",\"rule\":0,\"lines\":[[[[\"a\",\"bold\"]]]]}]}",
        BEGIN "{\"align\":\"l\",\"heading\":1,\"rule\":0,\"lines\":[]}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(file_write_text("x.sheet", texts[i]), 0);
        document *d = document_read("x.sheet");
        if (d)
            fail_msg("it was read: %s", texts[i]);
        expect_complaint_of("x.sheet", "it is no report as this program keeps them");
    }
    assert_null(document_read("nowhere.sheet"));
    expect_complaint("nowhere.sheet");
}

/* But for the first line, which says the settings. */
static void compare_file(const char *name, const char *ending, const char *text)
{
    char *path = take_text("results/%s.%s", name, ending), *kept = read_text(path);
    if (strcmp(strchr(kept, '\n'), strchr(text, '\n')) != 0)
        fail_msg("%s is not what results/%s.sheet says", path, name);
    free(kept);
    free(path);
}

/* The repository's own: the page shows what the other forms show. */
static void test_own_reports(void **state)
{
    (void)state;
    folder_list names;
    assert_int_equal(chdir(start_folder), 0);
    assert_int_equal(folder_ending("results", ".sheet", &names), 0);
    assert_true(names.count >= 7);
    for (int i = 0; i < names.count; i++) {
        char *path = take_text("results/%s.sheet", names.entry[i].name);
        document *d = document_read(path);
        if (!d)
            fail_msg("%s", complaint());
        char *md = written(d, document_markdown), *tex = written(d, document_tex);
        compare_file(names.entry[i].name, "md", md);
        compare_file(names.entry[i].name, "tex", tex);
        free(md);
        free(tex);
        free(path);
        document_free(d);
    }
    folder_free(&names);
    assert_int_equal(chdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_a_mark_without_rank),
        cmocka_unit_test(test_too_many_columns),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_what_is_no_report),
        cmocka_unit_test(test_own_reports),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
