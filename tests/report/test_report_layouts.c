/* Reports class by class and as a grid, what is said of printed values that contradict each other, and printed values
 * that are malformed. */
/* units: report_classes report_chance report_costs report_grid report_printed */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/report/report.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

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
    r.row = run_record_text(&r, "%s", row);
    r.data = run_record_text(&r, "%s", "drawn: 2 classes");
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
    assert_int_equal(report_print(e, records, count, ".", to), 0);
    fclose(to);
    return text;
}

static char *written(const experiment *e, const run_record *records, int count, const char *path)
{
    assert_int_equal(report_write(e, records, count, "."), 0);
    return read_text(path);
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
    "[columns]\nlayout = classes\ntotal = mTotal\nmetrics = image_auroc aupro\ncomparable = other: 9 classes\n[row "   \
    "ours]\n"                                                                                                          \
    "[printed THEIRS]\nsource = a paper\na = 90.0 80.0\nb = 95.0 70.0\nmean = 92.5 75.0\nmTotal = 83.8\n"              \
    "[printed OTHERS]\na = 91.0 -\nb = 93.0 60.0\nmean = 95.0 60.0\n"

/* What stands above the caption. */
static void expect_head(const char *text, const char *golden)
{
    if (strncmp(text, golden, strlen(golden)) != 0)
        fail_msg("expected:\n%s\nbut it is:\n%s", golden, text);
}

enum { SEEDS = 2 };

/* Two of three seeds, whose class a has 50 and 60: 55.0 +- 7.07. */
static experiment *two_seeds(run_record r[SEEDS])
{
    r[0] = record_make("ours", (const double[]){ 0.5, 0.25 }, (const double[]){ 0.75, 0.5 });
    r[1] = record_make("ours", (const double[]){ 0.6, 0.25 }, (const double[]){ 0.75, 0.5 });
    r[1].seed = 1;
    return load(CLASSES "[run]\nseeds = 3\n");
}

static void free_seeds(experiment *e, run_record r[SEEDS])
{
    for (int i = 0; i < SEEDS; i++)
        run_record_free(&r[i]);
    experiment_free(e);
}

static const char by_class[] = "x\n"
                               "Means over the classes\n"
                               "-------------------------------------------------------------------\n"
                               "                                  I-AUROC        AUPRO       mTotal\n"
                               "ours (2 of 3 seeds)  run here  65.0 ± 3.5   37.5 ± 0.0   51.2 ± 1.8\n"
                               "-------------------------------------------------------------------\n"
                               "THEIRS               printed         92.5'        75.0*        83.8\n"
                               "OTHERS               printed         95.0*        60.0'           -\n"
                               "-------------------------------------------------------------------\n"
                               "By class, run here. A cell: I-AUROC/AUPRO\n"
                               "-----------------\n"
                               "        ours     \n"
                               "a       55.0/25.0\n"
                               "b       75.0/50.0\n"
                               "-----------------\n"
                               "mean    65.0/37.5\n"
                               "mTotal  51.2     \n"
                               "-----------------\n"
                               "By class, printed. A cell: I-AUROC/AUPRO\n"
                               "--------------------------------\n"
                               "        THEIRS       OTHERS     \n"
                               "a       90.0'/80.0   91.0*/   - \n"
                               "b       95.0*/70.0*  93.0'/60.0'\n"
                               "--------------------------------\n"
                               "mean    92.5'/75.0*  95.0*/60.0'\n"
                               "mTotal  83.8         -          \n"
                               "--------------------------------\n"
                               "ours (2 of 3 seeds), run here\n"
                               "----------------------------------------\n"
                               "         I-AUROC       AUPRO        Mean\n"
                               "a     55.0 ± 7.1  25.0 ± 0.0  40.0 ± 3.5\n"
                               "b     75.0 ± 0.0  50.0 ± 0.0  62.5 ± 0.0\n"
                               "----------------------------------------\n"
                               "mean  65.0 ± 3.5  37.5 ± 0.0  51.2 ± 1.8\n"
                               "----------------------------------------\n"
                               "* best, ' second best.\n";

/* The title "x" is the experiment's name. */
static void test_by_class(void **state)
{
    (void)state;
    run_record r[SEEDS];
    experiment *e = two_seeds(r);
    char *text = plain(e, r, SEEDS);
    expect_head(text, by_class);
    expect_words(text, "THEIRS (printed): a paper.");
    expect_words(text, "no printed value can be compared with theirs");
    free(text);
    free_seeds(e, r);
}

static void test_files_by_class(void **state)
{
    (void)state;
    run_record r[SEEDS];
    experiment *e = two_seeds(r);
    char *md = written(e, r, SEEDS, "x.md"), *tsv = written(e, r, SEEDS, "x.tsv"), *tex = written(e, r, SEEDS, "x.tex");
    expect_words(md, "| a | 55.0/25.0 |\n| b | 75.0/50.0 |\n| mean | 65.0/37.5 |\n| mTotal | 51.2 |\n");
    expect_words(md, "| a | <u>90.0</u>/80.0 | **91.0**/- |\n"
                     "| b | **95.0**/**70.0** | <u>93.0</u>/<u>60.0</u> |\n"
                     "| mean | <u>92.5</u>/**75.0** | **95.0**/<u>60.0</u> |\n"
                     "| mTotal | 83.8 | - |\n");
    expect_words(tex, "a & \\underline{90.0}/80.0 & \\textbf{91.0}/- \\\\\n");
    expect_words(tex, "\\hline\nmean & 65.0/37.5 \\\\");
    expect_words(tsv, "\nours\ta\timage_auroc\t0\t0.5\nours\ta\timage_auroc\t1\t0.6\n");
    expect_words(tsv, "\nours\tb\taupro\tmean\t0.5\nours\tb\taupro\tdeviation\t0\n");
    expect_words(tsv, "\nTHEIRS\ta\timage_auroc\tprinted\t0.9\n");
    expect_words(tsv, "\nOTHERS\tmean\taupro\tprinted\t0.6\n");
    assert_null(strstr(tsv, "OTHERS\ta\taupro")); /* a '-' */
    free(md);
    free(tsv);
    free(tex);
    free_seeds(e, r);
}

/* On the data that the printed values are of: ours shows its distance from its namesake. It is not ranked with it. */
static void test_comparable(void **state)
{
    (void)state;
    static const char *const data[] = { "drawn: 2 classes", "drawn:some/where: 2 classes", "drawn: 12 classes",
                                        "withdrawn: 2 classes", "drawn: 2 classes, 3 left out" };
    experiment *e =
        load("[columns]\nlayout = classes\ntotal = mTotal\nmetrics = image_auroc aupro\ncomparable = drawn: 2 classes\n"
             "[row THEIRS]\n[printed THEIRS]\na = 90.0 80.0\nb = 95.0 70.0\nmean = 92.5 75.0\n");
    for (int i = 0; i < 5; i++) {
        run_record r = record_make("THEIRS", (const double[]){ 0.95, 0.75 }, (const double[]){ 0.75, 0.5 });
        r.data = run_record_text(&r, "%s", data[i]);
        char *md = written(e, &r, 1, "x.md");
        expect_words(md, i < 2 ? "| a | 95.0/75.0 |\n" : "95.0/75.0 |\n");
        expect_words(md, i < 2 ? "### THEIRS, run here; Δ: minus printed THEIRS\n" : "### THEIRS, run here\n");
        if (i < 2)
            expect_words(md, "|  | I-AUROC | Δ | AUPRO | Δ | Mean | Δ |\n|:--|--:|--:|--:|--:|--:|--:|\n"
                             "| a | 95.0 | +5.0 | 75.0 | −5.0 | 85.0 |  |\n");
        assert_true(i < 2 || !strstr(md, "Δ"));
        free(md);
        run_record_free(&r);
    }
    experiment_free(e);
}

/* A class that only runs have comes after the printed ones; one that a run lacks says so; so does a row not run. */
static void test_classes_that_differ(void **state)
{
    (void)state;
    experiment *e =
        load("[columns]\nlayout = classes\ntotal = mTotal\nmetrics = image_auroc aupro\n[row ours]\n[row never]\n"
             "[printed THEIRS]\nc = 90.0 80.0\nb = 95.0 70.0\n");
    run_record r = record_make("ours", (const double[]){ 0.5, 0.25 }, (const double[]){ 0.75, NAN });
    char *md = written(e, &r, 1, "x.md");
    expect_words(md, "| c | n/a | not run |\n"
                     "| b | 75.0/undefined | not run |\n"
                     "| a | 50.0/25.0 | not run |\n");
    expect_words(md, "| c | 90.0/80.0 |\n| b | 95.0/70.0 |\n| a | -/- |\n");
    assert_null(strstr(md, "never, run here")); /* a sheet of nothing but that */
    free(md);
    r.classes[0].name = "drawnings"; /* begins like the data set, but has no prefix */
    md = written(e, &r, 1, "x.md");
    expect_words(md, "| drawnings | 50.0/25.0 | not run |\n");
    free(md);
    run_record_free(&r);
    experiment_free(e);
}

/* Rows of two groups and printed columns: each ranked among its own. A row's namesake is printed with a star; of a row
 * with another encoder too. */
static void test_groups(void **state)
{
    (void)state;
    experiment *e =
        load("[columns]\nlayout = classes\ntotal = T\nmetrics = image_auroc aupro\ncomparable = drawn: 2 classes\n"
             "[row A]\n[row B]\n[row A, large]\ngroup = their own\n[row B, large]\ngroup = their own\n"
             "[row rest]\nneeds = far.file\n[printed A*]\na = 90.0 80.0\nb = 95.0 70.0\nmean = 92.5 75.0\nT = 83.8\n");
    static const char *const names[] = { "A", "B", "A, large", "B, large" };
    run_record r[4];
    for (int i = 0; i < 4; i++) {
        r[i] = record_make(names[i], (const double[]){ 0.1 * i, 0.5 }, (const double[]){ 0.1 * i + 0.1, 0.5 });
        assert_int_equal(run_record_add_weights(&r[i], i < 2 ? "w" : i == 2 ? "u" : "v", i < 2 ? "01" : "02"), 0);
    }
    char *md = written(e, r, 4, "x.md");
    expect_words(md, "| A | run here | <u>5.0</u> | **50.0** | <u>27.5</u> |\n"
                     "| B | run here | **15.0** | **50.0** | **32.5** |\n"
                     "| A, large | their own | <u>25.0</u> | **50.0** | <u>37.5</u> |\n"
                     "| B, large | their own | **35.0** | **50.0** | **42.5** |\n"
                     "| A\\* | printed | 92.5 | 75.0 | 83.8 |\n");
    expect_words(md, "### By class, run here. A cell: I-AUROC/AUPRO\n\n|  | A | B |\n|:--|:--|:--|\n"
                     "| a | <u>0.0</u>/**50.0** | **10.0**/**50.0** |\n");
    expect_words(md, "### By class, their own. A cell: I-AUROC/AUPRO\n\n|  | A, large | B, large |\n");
    expect_words(md, "### A, run here; Δ: minus printed A\\*\n");
    expect_words(md, "### A, large, run here; Δ: minus printed A\\*\n");
    expect_words(md, "### B, run here\n");
    expect_words(md, "Weights, run here: w (SHA-256 01).\n\nWeights, their own: u (SHA-256 02); v (SHA-256 02).\n");
    expect_words(md, "Not here, for want of a setting: rest (far.file).\n");
    expect_words(md,
                 "of one kind: printed values are of the data that the runs are on, but come from other evaluators.");
    assert_null(strstr(md, "What each costs"));
    free(md);
    for (int i = 0; i < 4; i++)
        run_record_free(&r[i]);
    experiment_free(e);
}

/* Of the runs that have them, means over the seeds, with three digits; elsewhere, as it was before, nothing. */
static void test_costs(void **state)
{
    (void)state;
    experiment *e =
        load("[columns]\nlayout = classes\ntotal = T\nmetrics = image_auroc aupro\n[row A]\n[row B]\n[row C]\n");
    run_record r[4];
    for (int i = 0; i < 4; i++) {
        r[i] = record_make(i < 2    ? "A"
                           : i == 2 ? "B"
                                    : "C",
                           (const double[]){ 0.5, 0.5 }, (const double[]){ 0.5, 0.5 });
        r[i].seed = i;
        r[i].threads = 2;
        r[i].backend = run_record_text(&r[i], "%s", "cpu: kernels");
        if (i < 3)
            r[i].cost = (run_cost){ "a machine", i == 2 ? 0 : 1234567, i == 2 ? 2.345 : 10 + i, 250.4, 0x5p20 };
    }
    r[2].cost.scoring = NAN;
    char *md = written(e, r, 4, "x.md");
    expect_words(md,
                 "### What each costs\n\n|  | parameters trained | training, s | memory, MiB | scoring, pictures/s |\n"
                 "|:--|--:|--:|--:|--:|\n| A | 1 234 567 | 10.5 | 5.00 | 250 |\n| B | 0 | 2.35 | 5.00 | - |\n\n");
    expect_words(md, "\nCosts: cpu, 2 threads, on a machine.\n");
    free(md);
    r[0].threads = 1;
    md = written(e, r, 4, "x.md");
    expect_words(
        md, "\nCosts: cpu, 1 thread, on a machine, and others of the runs elsewhere or with other threads: compare "
            "them with care.\n");
    free(md);
    for (int i = 0; i < 4; i++)
        run_record_free(&r[i]);
    experiment_free(e);
}

/* Twelve columns of others do not fit beside each other: no line is wider than a terminal, none is lost. */
static void test_wide(void **state)
{
    (void)state;
    char text[4096] = "[columns]\nlayout = classes\ntotal = mTotal\nmetrics = image_auroc aupro\n[row ours]\n";
    for (int i = 0; i < 12; i++) {
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "[printed METHOD %d]\na = %d.0 100.0\nb = 9.0 -\n", i, i);
    }
    experiment *e = load(text);
    run_record r = record_make("ours", (const double[]){ 0.5, 0.25 }, (const double[]){ 0.75, 0.5 });
    char *out = plain(e, &r, 1);
    for (int i = 0; i < 12; i++) {
        snprintf(text, sizeof text, "METHOD %d", i);
        expect_words(out, text);
    }
    for (const char *line = out; *line; line += strcspn(line, "\n") + 1) {
        int width = 0;
        for (size_t k = 0; k < strcspn(line, "\n"); k++)
            width += ((unsigned char)line[k] & 0xC0) != 0x80;
        assert_true(width <= 120);
    }
    free(out);
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
    expect_words(text, "OTHERS I-AUROC 92.00, printed 95.0");
    assert_null(strstr(flat, "THEIRS I-AUROC 92.5"));
    assert_null(strstr(flat, "THEIRS AUPRO"));
    assert_null(strstr(flat, "THEIRS mTotal"));
    free(text);
    free(flat);
    run_record_free(&r);
    experiment_free(e);
    e = load("[columns]\nlayout = classes\ntotal = mTotal\nmetrics = image_auroc aupro\n[row ours]\n"
             "[printed THEIRS]\na = 90.0 80.0\nb = 95.0 70.0\nmean = 92.5 75.0\nmTotal = 84.0\n");
    text = plain(e, NULL, 0);
    expect_words(text, "THEIRS 83.75, printed 84.0.\n"); /* there is no other */
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
    char *md = written(e, r, 2, "x.md"), *text = plain(e, r, 2);
    expect_words(md, "| T, K | K=1 | paper | K=2 | paper |\n|:--|--:|--:|--:|--:|\n"
                     "| None | <u>62.5</u>/<u>37.5</u> | 98.1/97.7 | × |  |\n"
                     "| T=1 | not run |  | × |  |\n"
                     "| T=2 | not run | 97.4/96.7 | **75.0**/**50.0** |  |\n");
    expect_words(md, "×: a combination outside of the grid, in which run.batch \\<= run.epochs.");
    expect_words(md, "Not run: T=1 K=1, T=2 K=1.");
    expect_head(text, "x\nI-AUROC/AUPRO\n"
                      "----------------------------------------------\n"
                      "T, K         K=1      paper         K=2  paper\n"
                      "None  62.5'/37.5' 98.1/97.7           ×       \n"
                      "T=1      not run                      ×       \n"
                      "T=2      not run  97.4/96.7  75.0*/50.0*      \n"
                      "----------------------------------------------\n"
                      "* best, ' second best.\n");
    free(md);
    free(text);
    run_record_free(&r[0]);
    run_record_free(&r[1]);
    experiment_free(e);
}

/* Three seeds wanted, two there: the cell says so, and their deviation stands in a grid of its own. */
static void test_a_grid_of_seeds(void **state)
{
    (void)state;
    experiment *e = load("[columns]\nlayout = grid\nmetrics = image_auroc\n[run]\nseeds = 3\n"
                         "[grid]\nrun.epochs = 1 2\nrun.batch = 1 2\nlabels = T K\n");
    run_record r[2] = { record_make("T=2 K=1", (const double[]){ 0.5, 0.5 }, (const double[]){ 0.5, 0.5 }),
                        record_make("T=2 K=1", (const double[]){ 0.6, 0.5 }, (const double[]){ 0.6, 0.5 }) };
    r[1].seed = 2;
    char *md = written(e, r, 2, "x.md");
    expect_words(md, "| T=2 | 55.0 (2 of 3 seeds) | not run |\n");
    expect_words(md, "### I-AUROC, sample standard deviation over the seeds\n\n"
                     "| T, K | K=1 | K=2 |\n|:--|--:|--:|\n| T=1 |  |  |\n| T=2 | 7.1 |  |\n");
    free(md);
    run_record_free(&r[0]);
    run_record_free(&r[1]);
    experiment_free(e);
}

static void refused(const char *text, const char *words)
{
    assert_int_equal(file_write_text("x.ini", text), 0);
    assert_null(experiment_load("x.ini", &(experiment_options){ 0 }));
    expect_sentence(words);
}

static void test_malformed_printed_values(void **state)
{
    (void)state;
    const char *head =
        "[columns]\nlayout = classes\ntotal = mTotal\nmetrics = image_auroc aupro\n[printed A]\na = 1 2\n";
    static const char *const cases[][2] = {
        { "b = 1\n", "x.ini:7: 'b' has 1 values, there are 2 columns; write '-' for what is not printed" },
        { "b = 1 101\n",
          "x.ini:7: 'b' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is "
          "'1 101'" },
        { "b = 1 x\n",
          "x.ini:7: 'b' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is '1 x'" },
        { "mTotal = 1 2\n", "x.ini:7: 'mTotal' has 2 values, there are 1 columns; write '-' for what is not printed" },
        { "[printed B]\nc = 1 2\n",
          "x.ini:8: [printed A] has no line for 'c'; correct the name, or give it a line there" },
        { "[printed]\na = 1 2\n", "x.ini:7: printed values need a name; write [printed NAME]" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = take_text("%s%s", head, cases[i][0]);
        refused(text, cases[i][1]);
        free(text);
    }
}

static void test_layouts_that_do_not_fit(void **state)
{
    (void)state;
    refused("[columns]\nlayout = grid\n[grid]\nrun.epochs = 1 2\n",
            "x.ini:2: 'columns.layout' needs a [grid] of two axes; it has 'grid'");
    refused("[columns]\nlayout = classes\nmetrics = aupro mean\n",
            "x.ini:3: 'columns.metrics' must not name the mean, which layout = classes has anyway; it has 'mean'");
    refused("[columns]\nmetrics = aupro\n[printed A]\na = 1\n",
            "x.ini:1: 'columns.layout' must be classes to show the sections [printed ...]; it has 'rows'");
    refused("[columns]\nlayout = classes\nmetrics = aupro\ncomparable = drawn\n",
            "x.ini:4: 'columns.comparable' must be NAME: COUNTS, as the caption of a report ends its data; it has "
            "'drawn'");
    refused("[columns]\nlayout = columns\n",
            "x.ini:2: 'columns.layout' must be one of rows, classes, grid; it is 'columns'");
    refused("[columns]\nlayout = classes\nmetrics = aupro\n[printed A]\na = 1.2345\n",
            "x.ini:5: 'a' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is '1.2345'");
    refused("[columns]\nlayout = classes\nmetrics = aupro\n[row i]\nprinted A.a = 1\n",
            "x.ini:5: a row cannot change [printed A]; move 'a' there");
}

/* A mean of one decimal over two values of one decimal may be off by half a decimal of each: 0.05 + 0.05, no more; of
 * two decimals by 0.005 + 0.005. Where a value is missing, nothing can be said. */
static void test_what_rounding_explains(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b, *mean;
        bool agrees;
    } cases[] = { { "40.0", "60.0", "50.1", true },       { "40.0", "60.0", "50.2", false },
                  { "40.0", "60.0", "49.9", true },       { "40.0", "60.0", "49.8", false },
                  { "40.0", "60.0", "50", true },         { "40.0", "60.0", "51", false },
                  { "40.00", "60.00", "50.01", true },    { "40.00", "60.00", "50.02", false },
                  { "40.000", "60.000", "50.01", false }, { "50.0", "-", "90.0", true } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = take_text("[columns]\nlayout = classes\nmetrics = aupro\n[printed A]\na = %s\nb = %s\nmean = %s\n",
                               cases[i].a, cases[i].b, cases[i].mean);
        experiment *e = load(text);
        char *out = plain(e, NULL, 0), *flat = flat_of(out);
        assert_true((strstr(flat, "A AUPRO 50.00, printed") == NULL) == cases[i].agrees);
        free(flat);
        free(out);
        free(text);
        experiment_free(e);
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
        expect_words(flat, i == 0
                               ? "(mean of the classes, printed mean): RD4AD* P-AUROC 95.89, printed 96.1; "
                                 "RD4AD* AUPRO 90.95, printed 91.1; RD4AD* P-mAP 45.28, printed 48.6; "
                                 "UniAD* I-AUROC 96.33, printed 96.5; UniAD* P-AUROC 92.43, printed 96.8; "
                                 "UniAD* P-mAP 39.89, printed 43.4; DiAD I-AUROC 97.43, printed 97.2; "
                                 "DiAD I-mAP 99.18, printed 99.0. The other 12 agree."
                               : "The printed means are those of the printed classes, as far as their rounding shows.");
        expect_words(flat, "Each printed mTotal is the mean of the printed means, as far as their rounding shows.");
        free(flat);
        free(text);
        experiment_free(e);
    }
    assert_int_equal(chdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, enter_folder, leave_folder)
/* A mean over classes hides it; one half itself is no worse than chance, and AUPRO has none. */
static void test_below_chance(void **state)
{
    (void)state;
    experiment *e = load("[columns]\nmetrics = image_auroc aupro\n[row one]\n[row two]\n");
    run_record r[] = { record_make("one", (const double[]){ 0.25, 0.1 }, (const double[]){ 0.5, 0.9 }),
                       record_make("two", (const double[]){ 0.75, 0.1 }, (const double[]){ 0.499, 0.1 }) };
    char *md = written(e, r, 2, "x.md");
    expect_words(md, "Below chance, which is 50, by class, as the mean over seeds: row one: a I-AUROC 25.0; row two: b "
                     "I-AUROC 49.9. There the scores");
    free(md);
    r[0].classes[0].value[METRICS_IMAGE_AUROC] = r[1].classes[1].value[METRICS_IMAGE_AUROC] = 0.5;
    md = written(e, r, 2, "x.md");
    assert_null(strstr(md, "Below chance"));
    free(md);
    run_record_free(&r[0]);
    run_record_free(&r[1]);
    experiment_free(e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(by_class),
        TEST(files_by_class),
        TEST(comparable),
        TEST(classes_that_differ),
        TEST(groups),
        TEST(costs),
        TEST(wide),
        TEST(means_that_contradict),
        TEST(what_rounding_explains),
        TEST(a_grid),
        TEST(a_grid_of_seeds),
        TEST(malformed_printed_values),
        TEST(layouts_that_do_not_fit),
        TEST(own_printed_values),
        TEST(below_chance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
