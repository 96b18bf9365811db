/* Gains over a row, with intervals from the draws that runs keep: in every form; claims and what is said of them;
 * baselines; and runs without draws. */
/* units: report_gains report_claims report_pieces */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/record/draws.h"
#include "../../core/report/report.h"
#include "../../core/report/report_gains.h"
#include "../../core/report/report_text.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

#define COLUMNS "[columns]\nmetrics = image_auroc aupro mean\ngain = i\n"
#define ROWS    "[row i]\npaper = 90 80 -\n[row ii]\npaper = 91.5 80.5 -\n[row iii]\npaper = 89.0 - -\n"

static experiment *load(const char *text)
{
    assert_int_equal(file_write_text("x.ini", text), 0);
    experiment *e = experiment_load("x.ini", &(experiment_options){ 0 });
    if (!e)
        fail_msg("%s", complaint());
    return e;
}

static run_record record_make(const char *row, int seed, double image, double aupro)
{
    run_record r = { .seed = seed };
    r.experiment = run_record_text(&r, "%s", "x");
    r.row = run_record_text(&r, "%s", row);
    r.data_hash = run_record_text(&r, "%s", "0123456789abcdef");
    for (int m = 0; m < METRICS_KINDS; m++)
        r.mean[m] = NAN;
    r.mean[METRICS_IMAGE_AUROC] = image;
    r.mean[METRICS_AUPRO] = aupro;
    return r;
}

/* Keeps draws of the run that are off by -1/2 .. 1/2 of a width in even steps, in I-AUROC alone. */
static void keep(const run_record *r, double width)
{
    char *path = run_record_path(r, "./runs");
    double *off = take_zeroed((size_t)METRICS_KINDS * BOOTSTRAP_SAMPLES, sizeof *off, "draws");
    assert_true(path && off);
    for (int s = 0; s < BOOTSTRAP_SAMPLES; s++)
        off[METRICS_IMAGE_AUROC * BOOTSTRAP_SAMPLES + s] =
            width * (s + 0.5 - BOOTSTRAP_SAMPLES / 2.0) / BOOTSTRAP_SAMPLES;
    *strrchr(path, '/') = 0;
    assert_int_equal(file_make_directory(path), 0);
    assert_int_equal(draws_write(path, off), 0);
    free(path);
    free(off);
}

static char *written(const experiment *e, const run_record *r, int count, const char *path)
{
    assert_int_equal(report_write(e, r, count, "."), 0);
    return read_text(path);
}

static char *plain(const experiment *e, const run_record *r, int count)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    assert_int_equal(report_print(e, r, count, ".", to), 0);
    fclose(to);
    char *to_flat = text; /* one blank between words: lines are broken anywhere */
    for (const char *c = text; *c; c++) {
        bool blank = *c == '\n' || *c == ' ';
        if (!blank)
            *to_flat++ = *c;
        else if (to_flat > text && to_flat[-1] != ' ')
            *to_flat++ = ' ';
    }
    *to_flat = 0;
    return text;
}

static void free_all(experiment *e, run_record *r, int count)
{
    for (int i = 0; i < count; i++)
        run_record_free(&r[i]);
    experiment_free(e);
}

/* One seed: a gain of 2 points whose draws spread evenly over 3 points, the middle 95 % of them over 2.85. */
static void test_one_seed(void **state)
{
    (void)state;
    run_record r[] = { record_make("i", 0, 0.80, 0.50), record_make("ii", 0, 0.82, 0.50) };
    experiment *e = load(COLUMNS ROWS);
    keep(&r[0], 0);
    keep(&r[1], 0.03);
    char *md = written(e, r, 2, "x.md"), *tex = written(e, r, 2, "x.tex"), *tsv = written(e, r, 2, "x.tsv");
    char *text = plain(e, r, 2);
    expect_words(
        md, "|  | I-AUROC | gain over i \\[95 %\\] | paper (gain) | AUPRO | gain over i \\[95 %\\] | paper (gain) | "
            "Mean | gain over i \\[95 %\\] |\n");
    expect_words(md, "| i | <u>80.0</u> |  | 90.0 | **50.0** |  | 80.0 | <u>65.0</u> |  |\n"
                     "| ii | **82.0** | +2.0 \\[+0.6, +3.4\\] | 91.5 (+1.5) | **50.0** | +0.0 \\[+0.0, +0.0\\] | 80.5 "
                     "(+0.5) | **66.0** | +1.0 \\[+0.3, +1.7\\] |\n"
                     "| iii | not run |  | 89.0 (−1.0) | not run |  |  | not run |  |\n");
    expect_words(md, "\nGain: percentage points over row i, of the same seeds.\n");
    expect_words(md, "of one seed it says nothing about others.\n");
    assert_null(strstr(md, "Student"));
    expect_words(tex, "& +2.0 [+0.6, +3.4] & 91.5 (+1.5) &");
    expect_words(tsv, "\nii\timage_auroc\tgain\t0.0");
    expect_words(tsv, "\nii\timage_auroc\tgain_low\t0.00");
    expect_words(tsv, "\nii\timage_auroc\tgain_high\t0.03");
    assert_null(strstr(tsv, "\ni\timage_auroc\tgain"));
    expect_words(text, "+2.0 [+0.6, +3.4] 91.5 (+1.5)");
    free(md);
    free(tex);
    free(tsv);
    free(text);
    free_all(e, r, 2);
}

/* Three seeds that gain 1, 2 and 3 points: Student's t of two degrees, 4.303 / sqrt(3) = 2.48 points to each side, as
 * the draws do not differ. A fourth seed that row i lacks does not count. */
static void test_seeds(void **state)
{
    enum { ALL = 7 };
    (void)state;
    run_record r[ALL];
    for (int k = 0; k < 3; k++) {
        r[k] = record_make("i", k, 0.80, 0.5);
        r[3 + k] = record_make("ii", k, 0.81 + 0.01 * k, 0.5);
    }
    r[6] = record_make("ii", 9, 0.1, 0.5);
    for (int k = 0; k < ALL; k++)
        keep(&r[k], 0.04); /* the same pictures for all: nothing is left of it */
    experiment *e = load(COLUMNS ROWS);
    char *md = written(e, r, ALL, "x.md");
    expect_words(md, "| +2.0 \\[−0.5, +4.5\\] | 91.5 (+1.5) |");
    expect_words(md, "widened by Student's t for so few seeds");
    free(md);
    free_all(e, r, ALL);
}

/* Without draws, or on other data, there is a gain without an interval, and the reason. */
static void test_no_interval(void **state)
{
    (void)state;
    run_record r[] = { record_make("i", 0, 0.80, 0.50), record_make("ii", 0, 0.82, 0.50) };
    experiment *e = load(COLUMNS ROWS);
    char *md = written(e, r, 2, "x.md");
    expect_words(md, "| +2.0 | 91.5 (+1.5) |");
    expect_words(md, "\nSome intervals are missing: ./runs/x/i/seed-0-");
    expect_words(md, ": the run keeps no draws of its test pictures; run it again with --again.\n");
    free(md);
    keep(&r[0], 0.01);
    r[1].data_hash = "f123456789abcdef";
    keep(&r[1], 0.02);
    md = written(e, r, 2, "x.md");
    expect_words(md, "| +2.0 | 91.5 (+1.5) |");
    free(md);
    free_all(e, r, 2);
}

#define CLAIMS                                                                                                         \
    "[claim A]\nsays = it helps\nrows = i ii\n[claim B]\nrows = ii i\nmetrics = image_auroc\n[claim C]\nrows = i "     \
    "iii\n"

/* What is printed of claim A: +1.5, +0.5; of B: -1.5; of C: -1.0. Two seeds: 12.706 times half of their distance to
 * each side. */
static void test_claims(void **state)
{
    static const struct {
        double gain[2];
        const char *a;
    } cases[] = {
        { { 0.0200, 0.0212 }, "here I-AUROC +2.1 [+1.3, +2.8]: held; AUPRO " },
        { { 0.0020, 0.0032 }, "here I-AUROC +0.3 [−0.5, +1.0]: not held; AUPRO " },
        { { -0.0200, -0.0300 }, "here I-AUROC −2.5 [−8.9, +3.9]: cannot be told; AUPRO " },
        { { 0.0100, 0.0112 }, "here I-AUROC +1.1 [+0.3, +1.8]: held; AUPRO " },
        { { -0.0200, -0.0212 }, "here I-AUROC −2.1 [−2.8, −1.3]: not held; AUPRO " },
    };
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        run_record r[] = { record_make("i", 0, 0.80, 0.50), record_make("i", 1, 0.80, 0.50),
                           record_make("ii", 0, 0.80 + cases[k].gain[0], 0.50),
                           record_make("ii", 1, 0.80 + cases[k].gain[1], 0.50) };
        for (int i = 0; i < 4; i++)
            keep(&r[i], 0);
        experiment *e = load(COLUMNS ROWS CLAIMS);
        char *text = plain(e, r, 4), *md = written(e, r, 4, "x.md");
        expect_words(md, "\nClaim A (row ii over row i): \"it helps\", printed I-AUROC +1.5, AUPRO +0.5; here ");
        char *wanted = take_printed(report_text_markdown, cases[k].a);
        expect_words(md, wanted);
        expect_words(md, "\nClaim B (row i over row ii), printed I-AUROC −1.5; here I-AUROC ");
        expect_words(md, "\nClaim C (row iii over row i), printed I-AUROC −1.0; here not run.\n");
        expect_words(text, "Held: the interval lies above zero.");
        free(wanted);
        free(text);
        free(md);
        free_all(e, r, 4);
    }
}

/* AUPRO gains nothing in any seed: +0.0 [+0.0, +0.0], below what is printed. */
static void test_claims_are_counted(void **state)
{
    (void)state;
    run_record r[] = { record_make("i", 0, 0.80, 0.50), record_make("ii", 0, 0.82, 0.50),
                       record_make("i", 1, 0.80, 0.5), record_make("ii", 1, 0.82, 0.5) };
    experiment *e = load(COLUMNS ROWS CLAIMS);
    for (int i = 0; i < 4; i++)
        keep(&r[i], 0);
    char *text = plain(e, r, 2); /* of one seed nothing can be told */
    expect_words(text, "Of 4 claimed gains: 0 held, 0 not held, 3 cannot be told, 1 not run.");
    free(text);
    text = plain(e, r, 4);
    expect_words(text, "Of 4 claimed gains: 1 held, 2 not held, 0 cannot be told, 1 not run.");
    free(text);
    free_all(e, r, 4);
}

/* A baseline of one run is measured by each seed of the others; what is below it is marked, by what is printed. */
static void test_baseline(void **state)
{
    (void)state;
    run_record r[] = { record_make("near", 0, 0.81, 0.60), record_make("i", 0, 0.80, 0.50),
                       record_make("i", 1, 0.82, 0.60), record_make("ii", 0, 0.8097, 0.7),
                       record_make("ii", 1, 0.8097, 0.7) };
    experiment *e = load("[run]\nseeds = 2\n" COLUMNS "[row near]\nbaseline = yes\nrun.seeds = 1\n[row i]\n[row ii]\n");
    for (int i = 0; i < 5; i++)
        keep(&r[i], 0);
    char *md = written(e, r, 5, "x.md"), *tex = written(e, r, 5, "x.tex");
    expect_words(md, "| near (baseline) | **81.0** | +0.0 \\[−12.7, +12.7\\] | <u>60.0</u> | +5.0 \\[");
    expect_words(md, "| i | **81.0 ± 1.4** |  | 55.0 ± 7.1 ▾ |  | 68.0 ± 4.2 ▾ |  |\n");
    expect_words(md, "| ii | **81.0 ± 0.0** | ");
    expect_words(md, "\nBaseline, which trains nothing and is not of the paper: near. ▾: below it.\n");
    expect_words(tex, "55.0 $\\pm$ 7.1 $\\triangledown$ &");
    free(md);
    free(tex);
    free_all(e, r, 5);
}

static void test_grid(void **state)
{
    (void)state;
    experiment *e = load("[columns]\nlayout = grid\nmetrics = image_auroc aupro\ngain = None\n[row None]\npaper = 98.1 "
                         "97.7\n[grid]\nrun.epochs = 1 2\nrun.batch = 1 2\nlabels = T K\nwhere = run.batch <= "
                         "run.epochs\npaper 2 1 = 97.4 98.0\n[claim M]\nrows = None \"T=2 K=1\"\n");
    run_record r[] = { record_make("None", 0, 0.625, 0.5), record_make("T=2 K=1", 0, 0.75, 0.25) };
    char *md = written(e, r, 2, "x.md");
    expect_words(md,
                 "### I-AUROC/AUPRO, gain over None\n\n| T, K | K=1 | paper | K=2 | paper |\n|:--|--:|--:|--:|--:|\n"
                 "| None |  |  | × |  |\n| T=1 |  |  | × |  |\n| T=2 | +12.5/−25.0 | −0.7/+0.3 |  |  |\n");
    expect_words(md, "\nClaim M (row T=2 K=1 over row None), printed I-AUROC −0.7, AUPRO +0.3; here I-AUROC +12.5: ");
    free(md);
    free_all(e, r, 2);
}

static void test_titles(void **state)
{
    (void)state;
    experiment *e = load("[experiment]\ntitle = T\ndata_titles = drawn:\"a stand-in\"\n[run]\ndata = drawn\n[columns]\n"
                         "metrics = aupro\n[row i]\n");
    char *md = written(e, NULL, 0, "x.md");
    expect_words(md, "## T (a stand-in)\n");
    free(md);
    free_all(e, NULL, 0);
}

/* What the paper's text prints of its rows ("Effectiveness of Main Components") is what follows from its table. */
static void test_own_claims(void **state)
{
    static const char *const claims[] = {
        "Claim CNC (row iii over row i): \"CNC improves our base model\", printed I-AUROC +1.3, P-AUROC +1.4, AUPRO "
        "+1.7; "
        "here not run.",
        "Claim CNC with MLF (row v over row ii): \"equipped with 'MLF' module, we get a gain via CNC\", printed "
        "I-AUROC "
        "+2.1, P-AUROC +1.4, AUPRO +1.7; here not run.",
        "(row vi over row ii): \"the proposed MoE module alleviates 'OG', improving performance in terms of I-AUROC "
        "and "
        "P-AUROC\", printed I-AUROC +1.0, P-AUROC +0.5; here",
        "(row vii over row v): \"MoE enhances image-level anomaly detection\", printed I-AUROC +0.5; here",
        "Claim MLF (row ii over row i): \"MLF improves three metrics\", printed I-AUROC +0.6, P-AUROC +0.7, AUPRO "
        "+0.8; "
        "here",
        "Of 12 claimed gains: 0 held, 0 not held, 0 cannot be told, 12 not run.",
    };
    (void)state;
    assert_int_equal(chdir(start_folder), 0);
    experiment *e = experiment_load("ablations/table2.ini", &(experiment_options){ .scale = "mini" });
    assert_non_null(e);
    char *text = plain(e, NULL, 0);
    for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
        expect_words(text, claims[i]);
    free(text);
    experiment_free(e);
    assert_int_equal(chdir(folder), 0);
}

/* At the built-in scale each title says what the data stands for, but not of other data. */
static void test_own_titles(void **state)
{
    static const struct {
        const char *path, *scale, *data, *title;
    } own[] = {
        { "experiments/table1.ini", "mini", NULL, "(scale mini, drawn stand-in for MVTec AD) " },
        { "ablations/table2.ini", "mini", NULL, "(scale mini, drawn stand-in for MVTec AD) " },
        { "experiments/table3.ini", "mini", NULL, "(scale mini, drawn stand-in for VisA) " },
        { "ablations/table4.ini", "mini", NULL, "(scale mini, drawn stand-in for MVTec AD) " },
        { "ablations/fig4.ini", "mini", NULL, "(scale mini, drawn stand-in for MVTec AD) " },
        { "ablations/table2.ini", "mini", "folder:tests", "(scale mini) " },
        { "ablations/table2.ini", "paper", NULL, "(scale paper) " },
    };
    (void)state;
    assert_int_equal(chdir(start_folder), 0);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        experiment *e =
            experiment_load(own[i].path, &(experiment_options){ .scale = own[i].scale, .data = own[i].data });
        if (!e)
            fail_msg("%s", complaint());
        char *text = plain(e, NULL, 0);
        expect_words(text, own[i].title);
        free(text);
        experiment_free(e);
    }
    assert_int_equal(chdir(folder), 0);
}

/* Only with the paper's data at its scale does a difference to its values stand beside them. */
static void test_own_difference(void **state)
{
    (void)state;
    assert_int_equal(chdir(start_folder), 0);
    for (int i = 0; i < 3; i++) {
        experiment *e = experiment_load("ablations/table2.ini", &(experiment_options){ .scale = i ? "paper" : "mini" });
        assert_non_null(e);
        run_record r = record_make("i", 0, 0.9, 0.9);
        r.data = run_record_text(&r, "%s",
                                 i == 1 ? "mvtec: 15 classes, 3629 training and 1724 test pictures"
                                        : "mvtec: 15 classes, 3629 training and 1725 test pictures");
        char *text = plain(e, &r, 1);
        assert_true((strstr(text, "Δ: this run minus the paper.") != NULL) == (i == 2));
        assert_true((strstr(text, "gains can be compared and values cannot.") != NULL) == (i != 2));
        free(text);
        free_all(e, &r, 1);
    }
    assert_int_equal(chdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, enter_folder, leave_folder)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_seed), TEST(seeds),  TEST(no_interval), TEST(claims),     TEST(claims_are_counted), TEST(baseline),
        TEST(grid),     TEST(titles), TEST(own_claims),  TEST(own_titles), TEST(own_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
