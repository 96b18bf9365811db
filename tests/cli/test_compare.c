/* `ablate compare`: what is told of runs, paired by seed, and what is refused; the draws that runs keep. */
/* units: finished/comparison record/compare_runs record/draws verb_compare */
#include "../../core/base/diag.h"
#include "../../core/metrics/bootstrap.h"
#include "../../core/record/compare_runs.h"
#include "../../core/record/draws.h"
#include "../lab/finished_run.h"
#include <cjson/cJSON.h>
#include <math.h>

/* Means of two classes and their difference are numbers of at most 1: fewer than 16 roundings of 2^-53 each. */
#define ROUNDED (16 * 0x1p-53)

/* `ablate compare`; its exit status. */
static int compare(const char *a, const char *b, const char *more)
{
    return shell("$ablate compare %s %s %s 2>$in/errors || { s=$?; cat $in/errors; exit $s; }", a, b, more);
}

static double number(const cJSON *from, const char *metric, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(from, "metrics"), metric), name);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

/* What is printed is the difference of the two records; every metric has its interval. */
static void test_two_runs(void **state)
{
    run_record a = { 0 }, b = { 0 };
    char path[300];
    (void)state;
    compare(finished_base, finished_full, "--json");
    cJSON *json = cJSON_Parse(said);
    if (!json)
        fail_msg("no JSON: %s", said);
    snprintf(path, sizeof path, "%s/metrics.json", finished_base);
    assert_int_equal(run_record_read(&a, path), 0);
    snprintf(path, sizeof path, "%s/metrics.json", finished_full);
    assert_int_equal(run_record_read(&b, path), 0);
    for (int m = 0; m < METRICS_KINDS; m++) {
        double difference = number(json, metrics_name((metrics_kind)m), "difference");
        assert_true(fabs(difference - (b.mean[m] - a.mean[m])) <= ROUNDED);
    }
    const cJSON *model = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "settings"), "run.model");
    assert_string_equal(cJSON_GetObjectItem(model, "b")->valuestring, "clip noise mlf moe decoder cnc distill");
    assert_null(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "settings"), "run.epochs")); /* the same in both */
    for (int m = 0; m < METRICS_KINDS; m++) {
        const cJSON *metric = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "metrics"), metrics_name((metrics_kind)m));
        const cJSON *interval = cJSON_GetObjectItem(metric, "interval_over_pictures");
        assert_int_equal(cJSON_GetArraySize(interval), 2);
        double low = cJSON_GetArrayItem(interval, 0)->valuedouble, high = cJSON_GetArrayItem(interval, 1)->valuedouble;
        assert_true(low < high);
        assert_null(cJSON_GetObjectItem(metric, "interval_over_pictures_and_seeds")); /* of one seed */
    }
    cJSON_Delete(json);
    run_record_free(&a);
    run_record_free(&b);
}

static void test_a_run_and_itself(void **state)
{
    (void)state;
    compare(finished_full, finished_full, "");
    assert_non_null(strstr(said, "+0.0 ..   +0.0"));
    assert_null(strstr(said, "*\n")); /* no interval leaves zero out */
}

/* Of one class there is no interval over classes, and of two single runs each has its own seed. */
static void test_no_more_is_claimed_than_is_known(void **state)
{
    char first[300], second[300];
    (void)state;
    must_work("$ablate data mini --set mini.train=2 --set mini.good=1 --set mini.each=1 --export $in/all");
    for (int i = 1; i <= 2; i++)
        must_work("$ablate run tests/inputs/small.ini --row base --scale mini --seeds 1 --data folder:$in/all "
                  "--set 'folder.classes=\"mini-pill\"' --set run.seed=%d --set run.batch=2 --cache $in/cache "
                  "--out $in/one%d && ln -s $in/one%d/runs/small/base/seed-%d-* $in/%c",
                  i, i, i, i, i == 1 ? 'a' : 'b');
    snprintf(first, sizeof first, "%s/a", folder);
    snprintf(second, sizeof second, "%s/b", folder);
    compare(first, second, "");
    if (!strstr(said, "seeds 1 of A and 2 of B\n") || !strstr(said, "- (one class)"))
        fail_msg("%s", said);
    compare(first, second, "--json");
    cJSON *json = cJSON_Parse(said);
    const cJSON *metric = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "metrics"), "image_auroc");
    assert_non_null(metric);
    assert_null(cJSON_GetObjectItem(metric, "interval_over_classes"));
    assert_non_null(cJSON_GetObjectItem(metric, "interval_over_pictures"));
    cJSON_Delete(json);
}

/* Two rows of two seeds: the interval over seeds is wider than that over pictures. */
static void test_two_seeds(void **state)
{
    char a[300], b[300];
    (void)state;
    must_work("$ablate run tests/inputs/small.ini --scale mini --seeds 2 --cache $in/cache --out $in/seeds");
    snprintf(a, sizeof a, "%s/seeds/runs/small/base", folder);
    snprintf(b, sizeof b, "%s/seeds/runs/small/full", folder);
    compare(a, b, "");
    if (!strstr(said, "over pictures       and over seeds\n") || !strstr(said, "widened by Student's t for the seeds."))
        fail_msg("%s", said);
    compare(a, b, "--json");
    cJSON *json = cJSON_Parse(said);
    const cJSON *metric = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "metrics"), "aupro");
    const cJSON *seeds = cJSON_GetObjectItem(metric, "interval_over_pictures_and_seeds");
    const cJSON *pictures = cJSON_GetObjectItem(metric, "interval_over_pictures");
    assert_true(cJSON_GetArraySize(seeds) == 2 && cJSON_GetArraySize(pictures) == 2);
    assert_true(cJSON_GetArrayItem(seeds, 0)->valuedouble < cJSON_GetArrayItem(pictures, 0)->valuedouble);
    assert_true(cJSON_GetArrayItem(seeds, 1)->valuedouble > cJSON_GetArrayItem(pictures, 1)->valuedouble);
    cJSON_Delete(json);
}

/* A run of before there were draws, and one whose draws are damaged: all else is told. */
static void test_without_draws(void **state)
{
    char copy[400], words[600];
    (void)state;
    finished_copy("older", copy, sizeof copy);
    must_work("rm %s/draws.npz", copy);
    assert_int_equal(compare(finished_base, copy, ""), 0);
    snprintf(
        words, sizeof words,
        "No intervals over pictures: %s: the run keeps no draws of its test pictures; run it again with --again.\n",
        copy);
    if (!strstr(said, words) || !strstr(said, "B minus A"))
        fail_msg("%s", said);
    must_work("head -c 999 %s/draws.npz >%s/draws.npz", finished_base, copy);
    assert_int_equal(compare(finished_base, copy, ""), 0);
    assert_non_null(strstr(said, "No intervals over pictures: "));
}

static void test_draws_are_kept(void **state)
{
    enum { ALL = METRICS_KINDS * BOOTSTRAP_SAMPLES };
    (void)state;
    double *off = take((size_t)ALL, sizeof *off, "draws");
    assert_non_null(off);
    for (int i = 0; i < ALL; i++)
        off[i] = i % 7 ? (i % 1013) / 3.0 : NAN;
    assert_int_equal(draws_write(folder, off), 0);
    double *again = draws_read(folder);
    assert_non_null(again);
    assert_memory_equal(off, again, ALL * sizeof *off);
    free(again);
    free(off);
    assert_int_equal(draws_write("/proc/nowhere", &(double){ 0 }), -1);
    complaint_clear();
    must_work("rm $in/draws.npz");
    assert_null(draws_read(folder));
    complaint_clear();
}

static void refused(const char *a, const char *b, const char *more, const char *words)
{
    compare(a, b, more);
    if (!strstr(said, words) || strstr(said, "B minus A"))
        fail_msg("'%s' is not all that was said: %s", words, said);
}

static void test_refusals(void **state)
{
    char copy[400];
    (void)state;
    refused(finished_full, "", "", "name two runs");
    refused(finished_full, "/nowhere", "", "/nowhere: here is no finished run");
    finished_copy("damaged", copy, sizeof copy);
    must_work("echo '{' >%s/metrics.json", copy);
    refused(finished_full, copy, "", "metrics.json");
    must_work(
        "$ablate run tests/inputs/small.ini --row base --scale mini --seeds 1 --set mini.seed=5 --cache $in/cache "
        "--out $in/others");
    snprintf(copy, sizeof copy, "%s/others/runs/small/base", folder);
    refused(finished_full, copy, "", "the runs were judged on other data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_two_runs, start),
        cmocka_unit_test_setup(test_a_run_and_itself, start),
        cmocka_unit_test_setup(test_no_more_is_claimed_than_is_known, start),
        cmocka_unit_test_setup(test_two_seeds, start),
        cmocka_unit_test_setup(test_without_draws, start),
        cmocka_unit_test_setup(test_draws_are_kept, start),
        cmocka_unit_test_setup(test_refusals, start),
    };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
