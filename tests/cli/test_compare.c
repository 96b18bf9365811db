/* `ablate compare`: the bootstrap on cases whose answer is known, runs paired by seed, and what is refused. */
/* units: finished/comparison metrics/compare_bootstrap record/compare_runs verb_compare */
#include "../../core/metrics/compare_bootstrap.h"
#include "../../core/record/compare_runs.h"
#include "../lab/finished_run.h"
#include <cjson/cJSON.h>
#include <math.h>

enum { PICTURES = 40, CLASSES = 2, SAMPLES = 2000 };

/* A class's number is a quotient of whole numbers, or a sum of ten such; a mean of two classes and a difference of two
 * models are numbers of at most 1 again: fewer than 16 roundings of 2^-53 each. */
#define ROUNDED (16 * 0x1p-53)

typedef struct scene {
    int class_index[PICTURES];
    bool defective[PICTURES];
    double score[2][PICTURES];
    bootstrap_scores pair;
    bootstrap_request request;
} scene;

/* Two classes of ten good and ten defective pictures; both models order them perfectly. */
static void scene_make(scene *s)
{
    for (int p = 0; p < PICTURES; p++) {
        s->class_index[p] = p / 20;
        s->defective[p] = p % 20 >= 10;
        s->score[0][p] = s->score[1][p] = p % 20;
    }
    s->pair = (bootstrap_scores){ { s->score[0], s->score[1] } };
    s->request = (bootstrap_request){ PICTURES, CLASSES, 1, SAMPLES, s->class_index, s->defective, &s->pair, 7 };
}

static void test_equal_models_do_not_differ(void **state)
{
    scene s;
    bootstrap_interval out[BOOTSTRAP_METRICS];
    (void)state;
    scene_make(&s);
    for (int p = 0; p < PICTURES; p++)
        s.score[0][p] = s.score[1][p] = (p * 37) % 19;
    assert_int_equal(bootstrap_pictures(&s.request, out), 0);
    for (int m = 0; m < BOOTSTRAP_METRICS; m++)
        assert_true(out[m].difference == 0 && out[m].low == 0 && out[m].high == 0);
}

/* B perfect, A the other way round: 1 - 0 in every sample. */
static void test_opposite_models(void **state)
{
    scene s;
    bootstrap_interval out[BOOTSTRAP_METRICS];
    (void)state;
    scene_make(&s);
    for (int p = 0; p < PICTURES; p++)
        s.score[0][p] = -s.score[1][p];
    assert_int_equal(bootstrap_pictures(&s.request, out), 0);
    const bootstrap_interval *auroc = &out[BOOTSTRAP_AUROC];
    assert_true(fabs(auroc->difference - 1) <= ROUNDED && fabs(auroc->low - 1) <= ROUNDED &&
                fabs(auroc->high - 1) <= ROUNDED);
}

/* A has one of the defective pictures of one class below all good ones: it loses 10 of 100 pairs there, 0.05 in the
 * mean. That picture is drawn a number of times with mean 1 and variance 0.9, each time costing 0.05. */
static void test_one_picture(void **state)
{
    scene s;
    bootstrap_interval out[BOOTSTRAP_METRICS], again[BOOTSTRAP_METRICS], other[BOOTSTRAP_METRICS];
    (void)state;
    scene_make(&s);
    s.score[0][15] = -1;
    assert_int_equal(bootstrap_pictures(&s.request, out), 0);
    assert_true(fabs(out[BOOTSTRAP_AUROC].difference - 0.05) <= ROUNDED);
    assert_true(fabs(out[BOOTSTRAP_AUROC].low) <= ROUNDED);         /* not drawn: 35 % of the samples */
    assert_true(fabs(out[BOOTSTRAP_AUROC].high - 0.15) <= ROUNDED); /* three times: the 97.5 % quantile of B(10, 0.1) */
    assert_int_equal(bootstrap_pictures(&s.request, again), 0);
    assert_memory_equal(out, again, sizeof out);
    s.request.seed = 8;
    s.score[0][33] = -1; /* two of them, so that quantiles move */
    assert_int_equal(bootstrap_pictures(&s.request, other), 0);
    assert_true(fabs(other[BOOTSTRAP_AUROC].difference - 0.1) <= ROUNDED);
}

/* Average precision of the order bad good bad: (1 + 2 / 3) / 2; a tie counts as one step. */
static void test_average_precision(void **state)
{
    const int class_index[3] = { 0, 0, 0 };
    const bool defective[3] = { true, false, true };
    const double a[3] = { 3, 2, 1 }, b[3] = { 1, 1, 1 };
    const bootstrap_scores pair = { { a, b } };
    bootstrap_interval out[BOOTSTRAP_METRICS];
    (void)state;
    assert_int_equal(bootstrap_pictures(&(bootstrap_request){ 3, 1, 1, 100, class_index, defective, &pair, 1 }, out),
                     0);
    assert_true(fabs(out[BOOTSTRAP_AP].difference - (2.0 / 3 - 5.0 / 6)) <= ROUNDED);
    assert_true(fabs(out[BOOTSTRAP_AUROC].difference - (0.5 - 0.5)) <= ROUNDED);
}

static void test_classes(void **state)
{
    const double same[4] = { 0.25, 0.25, NAN, 0.25 }, none[2] = { NAN, NAN };
    bootstrap_interval out;
    (void)state;
    assert_int_equal(bootstrap_classes(same, 4, 500, 3, &out), 0);
    assert_true(out.difference == 0.25 && out.low == 0.25 && out.high == 0.25);
    assert_int_equal(bootstrap_classes(none, 2, 500, 3, &out), -1);
    assert_string_equal(complaint(), "no class has this metric in both runs");
}

static void test_no_class_with_both_kinds(void **state)
{
    scene s;
    bootstrap_interval out[BOOTSTRAP_METRICS];
    (void)state;
    scene_make(&s);
    memset(s.defective, 0, sizeof s.defective);
    assert_int_equal(bootstrap_pictures(&s.request, out), -1);
    assert_non_null(strstr(complaint(), "no class has both good and defective pictures"));
}

/* ---- runs ---- */

/* `ablate compare`; its exit status. */
static int compare(const char *a, const char *b, const char *more)
{
    const char *cache = strstr(more, "--quick") ? "" : "--cache $in/cache"; /* which computes nothing, so it has none */
    return shell("$ablate compare %s %s %s --samples 300 %s 2>$in/errors || { s=$?; cat $in/errors; exit $s; }", a, b,
                 cache, more);
}

static double number(const cJSON *from, const char *metric, const char *name)
{
    const cJSON *item = cJSON_GetObjectItem(cJSON_GetObjectItem(cJSON_GetObjectItem(from, "metrics"), metric), name);
    assert_true(cJSON_IsNumber(item));
    return item->valuedouble;
}

/* What is printed is the difference of the two records, also where the pictures were scored again. */
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
    const cJSON *interval = cJSON_GetObjectItem(
        cJSON_GetObjectItem(cJSON_GetObjectItem(json, "metrics"), "image_auroc"), "interval_over_pictures");
    assert_int_equal(cJSON_GetArraySize(interval), 2);
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
    refused(finished_full, finished_base, "--samples 3", "--samples is there twice, as '300' and as '3'");
    finished_copy("damaged", copy, sizeof copy);
    must_work("echo '{' >%s/metrics.json", copy);
    refused(finished_full, copy, "", "metrics.json");
    must_work(
        "$ablate run tests/inputs/small.ini --row base --scale mini --seeds 1 --set mini.seed=5 --cache $in/cache "
        "--out $in/others");
    snprintf(copy, sizeof copy, "%s/others/runs/small/base", folder);
    refused(finished_full, copy, "--quick", "the runs were judged on other data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_equal_models_do_not_differ, start),
        cmocka_unit_test_setup(test_opposite_models, start),
        cmocka_unit_test_setup(test_one_picture, start),
        cmocka_unit_test_setup(test_average_precision, start),
        cmocka_unit_test_setup(test_classes, start),
        cmocka_unit_test_setup(test_no_class_with_both_kinds, start),
        cmocka_unit_test_setup(test_two_runs, start),
        cmocka_unit_test_setup(test_a_run_and_itself, start),
        cmocka_unit_test_setup(test_no_more_is_claimed_than_is_known, start),
        cmocka_unit_test_setup(test_refusals, start),
    };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
