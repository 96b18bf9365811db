/* Reports class by class and as a grid, what is said of printed values that contradict each other, and printed values
 * that are malformed. */
#include "../core/base/diag.h"
#include "../core/base/file.h"
#include "../core/run/report.h"
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char start_folder[4096], folder[] = "/tmp/ablate-layouts-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return getcwd(start_folder, sizeof start_folder) && mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int remove_folder(void **state)
{
    static const char *const names[] = { "x.ini", "x.md", "x.tsv", "x.tex" };
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(names[i]);
    return chdir(start_folder) == 0 ? rmdir(folder) : -1;
}

static int start(void **state)
{
    (void)state;
    complaint_clear();
    return 0;
}

static experiment *load(const char *text)
{
    assert_int_equal(file_write_text("x.ini", text), 0);
    experiment *e = experiment_load("x.ini", &(experiment_options){ 0 });
    if (!e)
        fail_msg("%s", complaint());
    return e;
}

/* A run whose classes are drawn-a and drawn-b, with these values of image_auroc and aupro. */
static run_record record_make(const char *row, const double a[2], const double b[2])
{
    run_record r = { 0 };
    double value[METRICS_KINDS];
    for (int k = 0; k < METRICS_KINDS; k++)
        value[k] = r.mean[k] = NAN;
    r.row = strdup(row);
    r.data = strdup("drawn: 2 classes");
    value[METRICS_IMAGE_AUROC] = a[0];
    value[METRICS_AUPRO] = a[1];
    assert_int_equal(run_record_add_class(&r, "drawn-a", value), 0);
    value[METRICS_IMAGE_AUROC] = b[0];
    value[METRICS_AUPRO] = b[1];
    assert_int_equal(run_record_add_class(&r, "drawn-b", value), 0);
    r.mean[METRICS_IMAGE_AUROC] = (a[0] + b[0]) / 2;
    r.mean[METRICS_AUPRO] = (a[1] + b[1]) / 2;
    return r;
}

static char *plain(const experiment *e, const run_record *records, int count)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    assert_int_equal(report_print(e, records, count, to), 0);
    fclose(to);
    return text;
}

static char *written(const experiment *e, const run_record *records, int count, const char *path)
{
    file_map map;
    assert_int_equal(report_write(e, records, count, "."), 0);
    assert_int_equal(file_map_open(path, &map), 0);
    char *text = strndup((const char *)map.data, map.size);
    file_map_close(&map);
    return text;
}

static void expect(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("'%s' is not in:\n%s", words, text);
}

/* Its words with one blank between them: lines are broken anywhere. */
static char *flat_of(const char *text)
{
    char *flat = strdup(text), *to = flat;
    for (const char *from = text; *from; from++) {
        bool blank = *from == '\n' || *from == ' ';
        if (!blank)
            *to++ = *from;
        else if (to > flat && to[-1] != ' ')
            *to++ = ' ';
    }
    *to = 0;
    return flat;
}

#define CLASSES                                                                                                        \
    "[columns]\nlayout = classes\nmetrics = image_auroc aupro\ncomparable = other: 9 classes\n[row ours]\n"            \
    "[printed THEIRS]\nsource = a paper\na = 90.0 80.0\nb = 95.0 70.0\nmean = 92.5 75.0\nmTotal = 83.8\n"              \
    "[printed OTHERS]\na = 91.0 -\nb = 93.0 60.0\nmean = 95.0 60.0\n"

static void test_by_class(void **state)
{
    (void)state;
    experiment *e = load(CLASSES);
    run_record r = record_make("ours", (const double[]){ 0.5, 0.25 }, (const double[]){ 0.75, 0.5 });
    char *text = plain(e, &r, 1), *md = written(e, &r, 1, "x.md"), *tsv = written(e, &r, 1, "x.tsv");
    expect(md, "| a | 50.0/25.0 | <u>90.0</u>/80.0 | **91.0**/- |");
    expect(md, "| b | 75.0/50.0 | **95.0**/**70.0** | <u>93.0</u>/<u>60.0</u> |");
    expect(md, "| mean | 62.5/37.5 |");
    expect(md, "THEIRS (printed)");
    expect(text, "ours (run here)");
    expect(text, "THEIRS (printed): a paper.");
    expect(text, "no printed value can be compared with theirs");
    expect(tsv, "b");
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) /* fits a terminal */
        assert_true(strcspn(line, "\n") <= 140);
    free(text);
    free(md);
    free(tsv);
    run_record_free(&r);
    experiment_free(e);
}

/* 92.5 of 90.0 and 95.0 is right; 95.0 of 91.0 and 93.0 cannot be. (92.5 + 75.0) / 2 is 83.75: 83.8 is its rounding. */
static void test_means_that_contradict(void **state)
{
    (void)state;
    experiment *e = load(CLASSES);
    run_record r = record_make("ours", (const double[]){ 0.5, 0.25 }, (const double[]){ 0.75, 0.5 });
    char *text = plain(e, &r, 1), *flat = flat_of(text);
    expect(text, "OTHERS I-AUROC 92.00, printed 95.0");
    assert_null(strstr(flat, "THEIRS I-AUROC 92.5"));
    assert_null(strstr(flat, "THEIRS AUPRO"));
    assert_null(strstr(flat, "THEIRS mTotal"));
    free(text);
    free(flat);
    run_record_free(&r);
    experiment_free(e);
    e = load("[columns]\nlayout = classes\nmetrics = image_auroc aupro\n[row ours]\n"
             "[printed THEIRS]\na = 90.0 80.0\nb = 95.0 70.0\nmean = 92.5 75.0\nmTotal = 84.0\n");
    text = plain(e, NULL, 0);
    expect(text, "THEIRS 83.75, printed 84.0");
    free(text);
    experiment_free(e);
}

static void test_a_grid(void **state)
{
    (void)state;
    experiment *e = load("[columns]\nlayout = grid\nmetrics = image_auroc aupro\n[row None]\npaper = 98.1 97.7\n"
                         "[grid]\nrun.epochs = 1 2\nrun.batch = 1 2\nlabels = T K\nwhere = run.batch <= run.epochs\n"
                         "paper 2 1 = 97.4 96.7\n");
    run_record r[] = { record_make("None", (const double[]){ 0.5, 0.25 }, (const double[]){ 0.75, 0.5 }),
                       record_make("T=2 K=2", (const double[]){ 0.75, 0.5 }, (const double[]){ 0.75, 0.5 }) };
    char *md = written(e, r, 2, "x.md");
    expect(md, "| None | ");
    expect(md, "98.1/97.7");
    expect(md, "**75.0**/**50.0**");
    expect(md, "not run");
    expect(md, "97.4/96.7");
    expect(md, "×");
    expect(md, "run.batch \\<= run.epochs");
    free(md);
    run_record_free(&r[0]);
    run_record_free(&r[1]);
    experiment_free(e);
}

static void refused(const char *text, const char *words)
{
    assert_int_equal(file_write_text("x.ini", text), 0);
    assert_null(experiment_load("x.ini", &(experiment_options){ 0 }));
    assert_non_null(complaint());
    assert_string_equal(complaint(), words);
    complaint_clear();
}

static void test_malformed_printed_values(void **state)
{
    (void)state;
    const char *head = "[columns]\nlayout = classes\nmetrics = image_auroc aupro\n[printed A]\na = 1 2\n";
    static const char *const cases[][2] = {
        { "b = 1\n", "x.ini:6: 'b' has 1 values, there are 2 columns; write '-' for what is not printed" },
        { "b = 1 101\n",
          "x.ini:6: 'b' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is "
          "'1 101'" },
        { "b = 1 x\n",
          "x.ini:6: 'b' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is '1 x'" },
        { "mTotal = 1 2\n", "x.ini:6: 'mTotal' has 2 values, there are 1 columns; write '-' for what is not printed" },
        { "[printed B]\nc = 1 2\n",
          "x.ini:7: [printed A] has no line for 'c'; correct the name, or give it a line there" },
        { "[printed]\na = 1 2\n", "x.ini:6: printed values need a name; write [printed NAME]" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = take_text("%s%s", head, cases[i][0]);
        refused(text, cases[i][1]);
        free(text);
    }
}

/* The repository's own Tables 1 and 3: which printed means contradict their classes. */
static void test_own_printed_values(void **state)
{
    (void)state;
    assert_int_equal(chdir(start_folder), 0);
    static const char *const paths[] = { "experiments/table1.ini", "experiments/table3.ini" };
    for (int i = 0; i < 2; i++) {
        experiment *e = experiment_load(paths[i], &(experiment_options){ .scale = "paper" });
        if (!e) {
            fail_msg("%s", complaint());
            return;
        }
        assert_int_equal(e->printed_count, 4);
        assert_int_equal(e->printed[0].lines, i == 0 ? 15 : 12);
        char *text = plain(e, NULL, 0), *flat = flat_of(text);
        if (i == 0) { /* the paper's own column holds, two others do not */
            expect(flat, "RD4AD* P-AP 45.28, printed 48.6");
            expect(flat, "UniAD* P-AUROC 92.43, printed 96.8");
            assert_null(strstr(flat, "CND I-AUROC 98"));
        }
        free(flat);
        free(text);
        experiment_free(e);
    }
    assert_int_equal(chdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, start)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_class),           TEST(means_that_contradict), TEST(a_grid), TEST(malformed_printed_values),
        TEST(own_printed_values),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
