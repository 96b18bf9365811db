/* Records of runs and the reports made of them: exact words for known numbers, and what must never be passed over. */
/* units: record/record record/record_json report_caption report_numbers report_pieces report_rows report_tsv */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/base/hash.h"
#include "../../core/report/report.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <cjson/cJSON.h>
#include <math.h>

/* A record whose image_auroc is `first` and whose aupro is `second`. */
static run_record record_make(const char *row, int seed, double first, double second)
{
    run_record r = { .seed = seed, .threads = 2, .seconds = 1.5, .peak_memory = (int64_t)1 << 40 };
    r.cost = (run_cost){ run_record_text(&r, "%s", "a machine"), 1e9 + 1, 0.125, NAN, 0x1p40 };
    r.experiment = run_record_text(&r, "%s", "x");
    r.row = run_record_text(&r, "%s", row);
    r.scale = run_record_text(&r, "%s", "small");
    settings_put(&r.settings, "run.model", "a b");
    settings_put(&r.settings, "run.epochs", "3");
    settings_put(&r.settings, "thing.text", "x = y");
    r.data = run_record_text(&r, "%s", "drawn: 2 classes");
    r.data_hash = run_record_text(&r, "%s", "0123456789abcdef");
    r.version = run_record_text(&r, "%s", "0.1.0");
    r.backend = run_record_text(&r, "%s", "cpu");
    r.core_type = run_record_text(&r, "%s", "SkylakeX");
    r.protocol = run_record_text(&r, "%s", "exact");
    for (int m = 0; m < METRICS_KINDS; m++)
        r.mean[m] = 0.5;
    r.mean[METRICS_IMAGE_AUROC] = first;
    r.mean[METRICS_AUPRO] = second;
    const double values[METRICS_KINDS] = { first, 1.0 / 3, 0.1, NAN, second };
    assert_int_equal(run_record_add_class(&r, "mini-b\"ottle", values), 0);
    assert_int_equal(run_record_add_weights(&r, "w.safetensors", "fedcba9876543210"), 0);
    assert_int_equal(run_record_add_note(&r, "one class has no defect"), 0);
    return r;
}

static void test_round_trip(void **state)
{
    (void)state;
    run_record a = record_make("i", 7, 0.1 + 0.2, 2.0 / 3), b = { 0 };
    assert_int_equal(run_record_write(&a, "metrics.json"), 0);
    assert_int_equal(run_record_read(&b, "metrics.json"), 0);
    assert_true(settings_same(&a.settings, &b.settings, NULL) && b.settings.count == 3);
    assert_string_equal(a.experiment, b.experiment);
    assert_string_equal(a.core_type, b.core_type);
    assert_int_equal(b.seed, 7);
    assert_true(b.peak_memory == (int64_t)1 << 40);
    assert_true(b.seconds == 1.5);
    assert_string_equal(b.cost.machine, "a machine");
    assert_true(b.cost.parameters == 1e9 + 1 && b.cost.training == 0.125 && b.cost.memory == 0x1p40);
    assert_true(isnan(b.cost.scoring));
    assert_memory_equal(a.mean, b.mean, sizeof a.mean);
    assert_int_equal(b.class_count, 1);
    assert_string_equal(b.classes[0].name, "mini-b\"ottle");
    assert_true(b.classes[0].value[1] == 1.0 / 3);
    assert_true(isnan(b.classes[0].value[3]));
    assert_string_equal(b.weights[0].hash, a.weights[0].hash);
    assert_string_equal(b.notes[0], a.notes[0]);
    run_record_free(&a);
    run_record_free(&b);
}

/* One from before costs were kept stays valid, and written again it is as it was. */
static void test_record_without_costs(void **state)
{
    (void)state;
    run_record a = record_make("i", 7, 0.5, 0.5), b = { 0 };
    char first[65], key[65];
    run_record_identity(&a, first);
    a.cost = (run_cost){ 0 };
    run_record_identity(&a, key);
    assert_string_equal(first, key); /* they decide nothing */
    assert_int_equal(run_record_write(&a, "metrics.json"), 0);
    char *before = read_text("metrics.json"), *after;
    assert_null(strstr(before, "cost"));
    assert_int_equal(run_record_read(&b, "metrics.json"), 0);
    assert_null(b.cost.machine);
    assert_true(isnan(b.cost.parameters) && isnan(b.cost.scoring));
    assert_int_equal(run_record_write(&b, "again.json"), 0);
    after = read_text("again.json");
    assert_string_equal(before, after);
    free(before);
    free(after);
    run_record_free(&a);
    run_record_free(&b);
}

/* Makes another text of a record's own; of the damaged one that it was. */
static void damage(const char *text)
{
    *(char *)(uintptr_t)text ^= 1;
}

static void test_identity(void **state)
{
    (void)state;
    char first[65], key[65];
    run_record r = record_make("i", 7, 0.5, 0.5), none = { 0 };
    run_record_identity(&r, first);
    r.threads = 9;
    r.mean[0] = 0.1;
    run_record_identity(&r, key);
    assert_string_equal(first, key);
    r.seed = 8;
    run_record_identity(&r, key);
    assert_string_not_equal(first, key);
    r.seed = 7;
    const char *const texts[] = { r.settings.entry[2].value, r.data_hash, r.version, r.weights[0].hash };
    for (int i = 0; i < 4; i++) {
        damage(texts[i]);
        run_record_identity(&r, key);
        assert_string_not_equal(first, key);
        damage(texts[i]);
    }
    const char *const versions[] = { "0.1.0, numbers 1", "0.2.0, numbers 1", "0.2.0, numbers 2" };
    char known[3][65];
    for (int i = 0; i < 3; i++) {
        r.version = versions[i];
        run_record_identity(&r, known[i]);
    }
    assert_string_equal(known[0], known[1]); /* another release of the same numbers */
    assert_string_not_equal(known[1], known[2]);
    run_record_identity(&none, key); /* texts may be missing */
    run_record_free(&r);
}

static void test_find(void **state)
{
    (void)state;
    char key[65];
    run_record r = record_make("i", 7, 0.5, 0.5), found = { 0 };
    run_record_identity(&r, key);
    unlink("metrics.json");
    assert_false(run_record_find("metrics.json", key, &found));
    assert_int_equal(run_record_write(&r, "metrics.json"), 0);
    assert_true(run_record_find("metrics.json", key, &found));
    assert_int_equal(found.seed, 7);
    run_record_free(&found);
    key[0] = key[0] == '0' ? '1' : '0';
    assert_false(run_record_find("metrics.json", key, &found));
    file_write_text("metrics.json", "{");
    assert_false(run_record_find("metrics.json", key, &found));
    assert_null(complaint());
    run_record_free(&r);
}

static void test_path(void **state)
{
    (void)state;
    char key[65], wanted[200];
    run_record r = record_make("../ViT-L/14 T=3", 7, 0.5, 0.5);
    run_record_identity(&r, key);
    snprintf(wanted, sizeof wanted, "out/x/_._ViT-L_14_T=3/seed-7-%.8s/metrics.json", key);
    char *path = run_record_path(&r, "out");
    assert_string_equal(path, wanted);
    free(path);
    run_record_free(&r);
}

static void refused(const char *text, const char *words)
{
    run_record r = { 0 };
    assert_int_equal(file_write_text("metrics.json", text), 0);
    assert_int_equal(run_record_read(&r, "metrics.json"), -1);
    expect_sentence(words);
    assert_int_equal(r.settings.count, 0);
}

static void test_damaged(void **state)
{
    (void)state;
    const char *whole = "metrics.json: it is no whole JSON object; delete it and run again";
    const char *sum = "metrics.json: its checksum is wrong: it was damaged or edited; delete it and run again";
    refused("", whole);
    refused("[1]", whole);
    refused("{\"a\": ", whole);
    refused("{}", sum);
    refused("{\"checksum\": 3}", sum);
    run_record r = record_make("i", 7, 0.25, 0.5);
    assert_int_equal(run_record_write(&r, "metrics.json"), 0);
    run_record_free(&r);
    char *text = read_text("metrics.json"), *place = strstr(text, "0.25");
    assert_non_null(place);
    place[2] = '9';
    refused(text, sum);
    free(text);
    refused("{\"checksum\": \"12b67a2e4a4f1d8379b7ecd74a4dd0b68ca1e8d9e3a1a6c9fb6ca2cbb3a4b1d2\"}", sum);
    assert_int_equal(run_record_read(&r, "/nowhere/metrics.json"), -1);
    assert_string_equal(complaint(), "/nowhere/metrics.json: cannot read: No such file or directory");
}

/* Writes the object with a right checksum and reads it as a record. */
static void refused_object(cJSON *object, const char *key)
{
    char words[200], sum[65], *compact = cJSON_PrintUnformatted(object);
    hash_state hash;
    hash_begin(&hash);
    hash_add_text(&hash, compact);
    hash_digest digest = hash_end(&hash);
    hash_print(&digest, sum);
    cJSON_free(compact);
    cJSON_AddStringToObject(object, "checksum", sum);
    char *text = cJSON_Print(object);
    snprintf(words, sizeof words, "metrics.json: '%s' is missing or of the wrong kind; delete the file and run again",
             key);
    refused(text, words);
    cJSON_free(text);
    cJSON_Delete(object);
}

/* A member, and how the complaint names it. */
static const char *const members[][2] = {
    { "experiment", "experiment" },
    { "row", "row" },
    { "scale", "scale" },
    { "data", "data" },
    { "data_hash", "data_hash" },
    { "version", "version" },
    { "backend", "backend" },
    { "core_type", "core_type" },
    { "protocol", "protocol" },
    { "threads", "threads" },
    { "seed", "seed" },
    { "seconds", "seconds" },
    { "peak_memory", "peak_memory" },
    { "cost.machine", "machine" },
    { "cost.parameters", "parameters" },
    { "cost.training_seconds", "training_seconds" },
    { "cost.pictures_a_second", "pictures_a_second" },
    { "cost.memory", "memory" },
    { "mean", "mean" },
    { "settings", "settings" },
    { "weights", "weights, classes or notes" },
    { "classes", "weights, classes or notes" },
    { "notes", "weights, classes or notes" },
};

/* Each member that is taken away, or is of another kind, is named. */
static void test_members(void **state)
{
    (void)state;
    run_record r = record_make("i", 7, 0.25, 0.5);
    assert_int_equal(run_record_write(&r, "metrics.json"), 0);
    char *text = read_text("metrics.json");
    for (size_t i = 0; i < 2 * sizeof members / sizeof *members; i++) {
        cJSON *object = cJSON_Parse(text);
        assert_non_null(object);
        cJSON_DeleteItemFromObject(object, "checksum");
        const char *name = members[i / 2][0];
        cJSON *of = strncmp(name, "cost.", 5) == 0 ? cJSON_GetObjectItem(object, "cost") : object;
        name += of == object ? 0 : 5;
        assert_true(cJSON_HasObjectItem(of, name));
        cJSON_DeleteItemFromObject(of, name);
        if (i % 2)
            cJSON_AddBoolToObject(of, name, 1);
        refused_object(object, members[i / 2][1]);
    }
    cJSON *object = cJSON_Parse(text);
    cJSON_DeleteItemFromObject(object, "checksum");
    cJSON_ReplaceItemInObject(object, "seed", cJSON_CreateNumber(0.5));
    refused_object(object, "seed");
    free(text);
    run_record_free(&r);
}

static void test_unwritable(void **state)
{
    (void)state;
    run_record r = record_make("i", 7, 0.25, 0.5);
    assert_int_equal(run_record_write(&r, "/proc/nowhere/metrics.json"), -1);
    assert_non_null(strstr(complaint(), "/proc/nowhere"));
    complaint_clear();
    run_record_free(&r);
}

static const char experiment_text[] =
    "[experiment]\ntitle = Parts_of 100%\ncaption = What each earns.\n[run]\nseeds = 2\n"
    "[columns]\nmetrics = image_auroc aupro mean\nwords = b:B\n[row i]\nmodel = a\n"
    "paper = 90 80.5 -\n[row ii]\nmodel = a b\npaper = 91 - -\n[row iii]\n[row iv]\n";

static experiment *load(const char *text)
{
    assert_int_equal(file_write_text("x.ini", text), 0);
    assert_int_equal(file_write_text("scale/small.ini", "[experiment]\nnote = Small pictures.\n"), 0);
    experiment *e = experiment_load("x.ini", &(experiment_options){ .scale = "small" });
    assert_non_null(e);
    return e;
}

enum { RUNS = 6 };
static void make_runs(run_record r[RUNS])
{
    r[0] = record_make("i", 1, 0.90, 0.80);
    r[1] = record_make("i", 0, 0.92, 0.81);
    r[2] = record_make("ii", 0, 0.9302, 0.70);
    r[3] = record_make("ii", 1, 0.9301, 0.70);
    r[4] = record_make("iii", 0, 0.9303, NAN);
    r[5] = record_make("v", 0, 0.99, 0.99); /* no row of this experiment */
}

static void free_runs(run_record r[RUNS])
{
    for (int i = 0; i < RUNS; i++)
        run_record_free(&r[i]);
}

/* Row i: mean 91.0, sample deviation sqrt(2) = 1.414; 80.5 and 0.707; mean column 85.5 and 85.75 +- 0.0707... */
static void test_markdown(void **state)
{
    (void)state;
    run_record r[RUNS];
    make_runs(r);
    experiment *e = load(experiment_text);
    assert_int_equal(report_write(e, r, RUNS, "."), 0);
    char *text = read_text("x.md");
    const char *lines[] = {
        "## Parts\\_of 100% (scale small)\n",
        "|  | B | I-AUROC | paper | AUPRO | paper | Mean |\n|:--|:-:|--:|--:|--:|--:|--:|\n",
        "| i | × | <u>91.0 ± 1.4</u> | 90.0 | **80.5 ± 0.7** | 80.5 | **85.8 ± 1.1** |\n",
        "| ii | ✓ | **93.0 ± 0.0** | 91.0 | <u>70.0 ± 0.0</u> |  | <u>81.5 ± 0.0</u> |\n",
        "| iii (1 of 2 seeds) | × | **93.0** |  | undefined |  | undefined |\n",
        "| iv | × | not run |  | not run |  | not run |\n",
        "deviation (n - 1) over the training's seeds alone: it does not cover the choice of test pictures.\n",
        "where these differ, of another experiment, in which gains can be compared and values cannot.\n",
        "\nWhat each earns.\n",
        "\nSmall pictures.\n",
        "\nSeeds: 0, 1.\n",
        "\nScale: small.\n",
        "\nData: drawn: 2 classes (SHA-256 0123456789ab).\n",
        "\nWeights: w.safetensors (SHA-256 fedcba987654).\n",
        "\nProtocol: exact.\n",
        "\nNot run: iv.\n",
        "\nNote: one class has no defect\n",
        "from its own data and encoder",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i]))
            fail_msg("missing: %s in\n%s", lines[i], text);
    assert_null(strstr(text, "99.0"));
    free(text);
    experiment_free(e);
    free_runs(r);
}

static void test_tex(void **state)
{
    (void)state;
    run_record r[RUNS];
    make_runs(r);
    experiment *e = load(experiment_text);
    assert_int_equal(report_write(e, r, RUNS, "."), 0);
    char *text = read_text("x.tex");
    const char *lines[] = {
        "\\begin{tabular}{lcrrrrr}\n",
        " & B & I-AUROC & paper & AUPRO & paper & Mean \\\\\n",
        "i & $\\times$ & \\underline{91.0 $\\pm$ 1.4} & 90.0 & \\textbf{80.5 $\\pm$ 0.7} & 80.5 & ",
        "ii & \\checkmark & \\textbf{93.0 $\\pm$ 0.0} & 91.0 & ",
        "Parts\\_of 100\\%",
        "Scale: small.",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i]))
            fail_msg("missing: %s in\n%s", lines[i], text);
    free(text);
    experiment_free(e);
    free_runs(r);
}

static void test_tsv(void **state)
{
    (void)state;
    run_record r[RUNS];
    make_runs(r);
    experiment *e = load(experiment_text);
    assert_int_equal(report_write(e, r, RUNS, "."), 0);
    char *text = read_text("x.tsv");
    assert_true(strncmp(text, "# ", 2) == 0);
    const char *lines[] = {
        "\nrow\tmetric\tseed\tvalue\n",   "\ni\timage_auroc\t0\t0.92\ni\timage_auroc\t1\t0.9\ni\timage_auroc\tmean\t",
        "\ni\timage_auroc\tpaper\t0.9\n", "\niii\taupro\t0\tundefined\n",
        "\niv\tmean\tmean\tnot run\n",    "\n# Scale: small.\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i]))
            fail_msg("missing: %s in\n%s", lines[i], text);
    const char place[] = "\ni\timage_auroc\tdeviation\t", *at = strstr(text, place);
    assert_non_null(at);
    char *end;
    double deviation = strtod(at + strlen(place), &end);
    assert_int_equal(*end, '\n');
    double error = fabs(deviation - 0.01 * sqrt(2)); /* a few roundings of values near 1 */
    assert_false(!(error <= 8 * 2.3e-16));
    free(text);
    experiment_free(e);
    free_runs(r);
}

static void test_plain(void **state)
{
    (void)state;
    run_record r[RUNS];
    make_runs(r);
    experiment *e = load(experiment_text);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(report_print(e, r, RUNS, ".", out), 0);
    fclose(out);
    if (getenv("SHOW"))
        print_message("%s", text);
    assert_non_null(strstr(text, "91.0 ± 1.4'"));
    assert_non_null(strstr(text, "93.0 ± 0.0*"));
    assert_non_null(strstr(text, "\nSmall pictures.\n"));
    free(text);
    experiment_free(e);
    free_runs(r);
}

/* On the data that printed values are of, the difference to them stands beside. */
static void test_difference(void **state)
{
    (void)state;
    run_record r = record_make("x", 0, 0.80, 0.5);
    experiment *e = load("[columns]\nmetrics = image_auroc\ncomparable = drawn: 2 classes\n[row x]\npaper = 95.4\n");
    assert_int_equal(report_write(e, &r, 1, "."), 0);
    char *text = read_text("x.md");
    assert_non_null(strstr(text, "| x | 80.0 | 95.4 | −15.4 |\n")); /* one row: nothing is best */
    assert_non_null(strstr(text, "\nValues: percent, of one run a row.\n"));
    assert_non_null(strstr(text, "from its own data and encoder; Δ: this run minus the paper.\n"));
    free(text);
    text = read_text("x.tex");
    assert_non_null(strstr(text, "x & 80.0 & 95.4 & $-$15.4 \\\\\n"));
    free(text);
    text = read_text("x.tsv");
    assert_non_null(strstr(text, "\nx\timage_auroc\tpaper\t0.954\n"));
    free(text);
    experiment_free(e);
    run_record_free(&r);
}

static void test_disagreement(void **state)
{
    (void)state;
    run_record r[2] = { record_make("i", 0, 0.8, 0.5), record_make("ii", 0, 0.8, 0.5) };
    r[1].data_hash = "f123456789abcdef";
    experiment *e = load("[columns]\nmetrics = image_auroc\n[row i]\n[row ii]\n");
    assert_int_equal(report_write(e, r, 2, "."), 0);
    char *text = read_text("x.md");
    assert_non_null(strstr(text, "(the runs differ in this: do not compare them)"));
    assert_non_null(strstr(text, "| i | **80.0** |\n| ii | **80.0** |\n")); /* a tie: both are best */
    assert_null(strstr(text, "Δ"));
    free(text);
    experiment_free(e);
    run_record_free(&r[0]);
    run_record_free(&r[1]);
}

static void test_nothing_run(void **state)
{
    (void)state;
    experiment *e = load("[columns]\nmetrics = aupro\n[grid]\nm.a = 1 2\nm.b = 1 2\nwhere = m.b <= m.a\n");
    assert_int_equal(report_write(e, NULL, 0, "."), 0);
    char *text = read_text("x.md");
    assert_non_null(strstr(text, "| a=1 b=1 | not run |\n| a=1 b=2 | n/a |\n"));
    assert_non_null(strstr(text, "\nNot run: a=1 b=1, a=2 b=1, a=2 b=2.\n"));
    free(text);
    experiment_free(e);
}

/* Rows that nobody asked for are told from rows that did not run; seeds beyond those asked for count. */
static void test_not_asked(void **state)
{
    (void)state;
    run_record r[4] = { record_make("i", 0, 0.8, 0.5), record_make("ii", 3, 0.9, 0.5), record_make("ii", 1, 0.7, 0.5),
                        record_make("ii", 0, 0.8, 0.5) };
    experiment *e = load("[columns]\nmetrics = image_auroc\n[run]\nseeds = 3\n[row i]\n[row ii]\n[row iii]\n[row "
                         "iv]\n[row v]\nrun.seeds = 1\n");
    e->rows[1].unasked = e->rows[2].unasked = true;
    e->rows[2].others = 2;
    assert_int_equal(report_write(e, r, 4, "."), 0);
    char *text = read_text("x.md");
    const char *lines[] = {
        "\n| i (1 of 3 seeds) | **80.0** |\n| ii | **80.0 ± 10.0** |\n| iii | not asked for |\n| iv | not run |\n",
        "\nSeeds: 0, 1, 3.\n",
        "\nNot run: iv, v.\n\nNot asked for: iii.\n\nFinished with other settings, data, weights or code, and so not "
        "shown: iii.\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(text, lines[i]))
            fail_msg("missing: %s in\n%s", lines[i], text);
    free(text);
    text = read_text("x.tsv");
    assert_non_null(strstr(text, "\niii\timage_auroc\tmean\tnot asked for\niv\timage_auroc\tmean\tnot run\n"));
    free(text);
    experiment_free(e);
    for (int i = 0; i < 4; i++)
        run_record_free(&r[i]);
}

/* A row that the file gives fewer seeds than others has all it should. */
static void test_seeds_wanted(void **state)
{
    (void)state;
    run_record r[3] = { record_make("i", 0, 0.8, 0.5), record_make("i", 1, 0.9, 0.5), record_make("ii", 0, 0.7, 0.5) };
    experiment *e = load("[columns]\nmetrics = image_auroc\n[run]\nseeds = 2\n[row i]\n[row ii]\nrun.seeds = 1\n");
    assert_int_equal(report_write(e, r, 3, "."), 0);
    char *text = read_text("x.md");
    assert_non_null(strstr(text, "\n| i | **85.0 ± 7.1** |\n| ii | <u>70.0</u> |\n"));
    free(text);
    experiment_free(e);
    for (int i = 0; i < 3; i++)
        run_record_free(&r[i]);
}

/* The kernels of all runs are named, and which rows ran on which; the number of threads is no disagreement. */
static void test_kernels(void **state)
{
    (void)state;
    run_record r[3] = { record_make("i", 0, 0.8, 0.5), record_make("ii", 0, 0.8, 0.5),
                        record_make("iii", 0, 0.8, 0.5) };
    experiment *e = load("[columns]\nmetrics = image_auroc\n[row i]\n[row ii]\n[row iii]\n");
    const char *backends[] = { "cpu: BLAS SkylakeX, 2 threads", "cpu: BLAS SkylakeX, 3 threads",
                               "cpu: BLAS Haswell, 2 threads" };
    for (int i = 0; i < 3; i++) {
        r[i].backend = backends[i];
        r[i].threads = i == 1 ? 3 : 2;
    }
    assert_int_equal(report_write(e, r, 2, "."), 0);
    char *text = read_text("x.md");
    assert_non_null(strstr(text, "\nEngine: version 0.1.0, cpu: BLAS SkylakeX.\n\nThreads, which change no result: 2; "
                                 "3.\n\nKernels: SkylakeX; machines of the same kernels give the same bits.\n"));
    assert_null(strstr(text, "differ"));
    free(text);
    r[2].core_type = "Haswell";
    assert_int_equal(report_write(e, r, 3, "."), 0);
    text = read_text("x.md");
    assert_non_null(strstr(text, "\nKernels: i, ii on SkylakeX; iii on Haswell (the runs differ in this"));
    assert_null(strstr(text, "do not compare"));
    free(text);
    r[1].version = "0.2.0";
    assert_int_equal(report_write(e, r, 3, "."), 0);
    text = read_text("x.md");
    assert_non_null(strstr(text, "\nThe runs differ in version or device: do not compare them.\n"));
    free(text);
    experiment_free(e);
    for (int i = 0; i < 3; i++)
        run_record_free(&r[i]);
}

/* Seed and kernels do not count, everything else does. */
static void test_alike(void **state)
{
    (void)state;
    run_record a = record_make("i", 7, 0.5, 0.5), b = record_make("ii", 8, 0.6, 0.5);
    settings_put(&a.settings, "run.seed", "7");
    settings_put(&a.settings, "run.device", "cpu A");
    settings_put(&b.settings, "run.seed", "8");
    settings_put(&b.settings, "run.device", "cpu B");
    assert_true(run_record_alike(&a, &b) && run_record_alike(&b, &a));
    const char *const texts[] = { b.data_hash, b.version, b.weights[0].hash, b.settings.entry[1].value };
    for (int i = 0; i < 4; i++) {
        damage(texts[i]);
        assert_false(run_record_alike(&a, &b) || run_record_alike(&b, &a));
        damage(texts[i]);
    }
    settings_put(&b.settings, "run.most_steps", "3");
    assert_false(run_record_alike(&a, &b) || run_record_alike(&b, &a));
    run_record_free(&a);
    run_record_free(&b);
}

static void test_read_only_folder(void **state)
{
    (void)state;
    experiment *e = load("[columns]\nmetrics = aupro\n");
    assert_int_equal(report_write(e, NULL, 0, "/proc/nowhere"), -1);
    assert_non_null(strstr(complaint(), "/proc/nowhere"));
    experiment_free(e);
}

static void test_metrics_copied(void **state)
{
    (void)state;
    metrics_row row = { .name = (char *)"bottle",
                        .value = { 0.1, 0.2, 0.3, NAN, 0.5 },
                        .reason = { [METRICS_PIXEL_AP] = "of a reason" } };
    char *notes[] = { (char *)"a note" };
    metrics_result result = { .protocol = *metrics_protocol_find("exact"),
                              .class_count = 1,
                              .classes = &row,
                              .mean = { 0.1, 0.2, 0.3, NAN, 0.5 },
                              .notes = notes,
                              .note_count = 1 };
    run_record r = { 0 };
    assert_int_equal(run_record_set_metrics(&r, &result), 0);
    assert_string_equal(r.protocol, "exact");
    assert_string_equal(r.classes[0].name, "bottle");
    assert_true(r.classes[0].value[METRICS_AUPRO] == 0.5);
    assert_true(isnan(r.mean[METRICS_PIXEL_AP]));
    assert_int_equal(r.note_count, 2);
    assert_string_equal(r.notes[0], "class 'bottle' has no P-mAP: of a reason; the mean is without it");
    assert_string_equal(r.notes[1], "a note");
    run_record_free(&r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, enter_folder, leave_folder)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(round_trip),
        TEST(record_without_costs),
        TEST(identity),
        TEST(find),
        TEST(path),
        TEST(damaged),
        TEST(members),
        TEST(unwritable),
        TEST(markdown),
        TEST(tex),
        TEST(tsv),
        TEST(plain),
        TEST(difference),
        TEST(disagreement),
        TEST(nothing_run),
        TEST(not_asked),
        TEST(seeds_wanted),
        TEST(kernels),
        TEST(alike),
        TEST(read_only_folder),
        TEST(metrics_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
