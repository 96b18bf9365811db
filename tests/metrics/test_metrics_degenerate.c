/* Inputs that leave some or all of the five numbers without a meaning: under every protocol each number is a stated
 * value or missing with a stated reason, and what cannot be evaluated at all is refused with a sentence. */
/* units: metrics_remark */
#include "../lab/metrics_cases.h"

/* Large enough for every protocol's pooling. */
enum { N = 4, SIDE = 60, AREA = SIDE * SIDE, PIXELS = N * AREA, PROTOCOLS = 5 };
static float maps[PIXELS];
static uint8_t masks[PIXELS];

static const char no_defect[] = "the masks show no defect", all_defect[] = "the masks leave no defect-free pixel";
static const char no_bad[] = "the class has no defective picture", no_good[] = "the class has no good picture";
static const char no_picture[] = "the class has no picture", lacks[] = "the protocol does not define it";
static const char few_steps[] = "the thresholds give no two false positive rates below the limit";
static const char few_alone[] = "no defective picture gives two false positive rates below the limit";

/* What is expected of a number: a reason, or if that is NULL a value; NaN: any value of 0 .. 1. */
typedef struct expectation {
    const char *reason;
    double value;
} expectation;

static const expectation anything = { NULL, NAN };

static void assert_number(const metrics_result *result, int class, metrics_kind kind, expectation wanted)
{
    const metrics_row *row = &result->classes[class];
    double value = row->value[kind];
    const char *reason = row->reason[kind], *how = result->protocol.name, *name = metrics_name(kind);
    if (result->protocol.lacks >> kind & 1 && wanted.reason != no_picture)
        wanted.reason = lacks;
    if (wanted.reason && (!isnan(value) || !reason || strcmp(reason, wanted.reason) != 0))
        fail_msg("%s, %s: %g (%s), not '%s'", how, name, value, reason ? reason : "no reason", wanted.reason);
    if (!wanted.reason && (reason || !(value >= 0 && value <= 1)))
        fail_msg("%s, %s: %g (%s) is no number of 0 .. 1", how, name, value, reason ? reason : "no reason");
    double digits = result->protocol.round_to ? 0.5 / result->protocol.round_to : 0;
    if (!wanted.reason && !isnan(wanted.value) && !(fabs(value - wanted.value) <= NAIVE_TOLERANCE + digits))
        fail_msg("%s, %s: %.17g is not %.17g", how, name, value, wanted.value);
}

/* Scores of many values, a square of defects in the pictures from `first_bad` on. */
static metrics_input draw_pictures(int first_bad)
{
    uint64_t at = 7ull << 30;
    memset(masks, 0, sizeof masks);
    for (int i = 0; i < PIXELS; i++)
        maps[i] = (float)draw(&at, 100000) / 64;
    for (int p = first_bad; p < N; p++)
        for (int y = 10; y < 20; y++)
            memset(masks + p * AREA + y * SIDE + 10 * p, 1, 10);
    return one_class(N, SIDE, SIDE, maps, masks);
}

static void evaluate(const metrics_input *in, int which, metrics_result *result)
{
    int count;
    const metrics_protocol *all = metrics_protocols(&count);
    assert_int_equal(count, PROTOCOLS);
    if (metrics_evaluate(in, &all[which], result) < 0)
        fail_msg("%s: %s", all[which].name, complaint());
}

/* The same expectation for both image metrics, and for the three of pixels, of the only class, under every protocol. */
static void assert_under_all(const metrics_input *in, expectation image, expectation pixel)
{
    for (int which = 0; which < PROTOCOLS; which++) {
        metrics_result result;
        evaluate(in, which, &result);
        for (int kind = 0; kind < METRICS_KINDS; kind++)
            assert_number(&result, 0, (metrics_kind)kind, kind <= METRICS_IMAGE_AP ? image : pixel);
        metrics_result_free(&result);
    }
}

static void test_ordinary_pictures_have_every_number(void **state)
{
    (void)state;
    metrics_input in = draw_pictures(2);
    assert_under_all(&in, anything, anything);
}

static void test_no_defect(void **state)
{
    (void)state;
    metrics_input in = draw_pictures(N);
    assert_under_all(&in, (expectation){ no_bad, 0 }, (expectation){ no_defect, 0 });
}

static void test_no_good_picture(void **state)
{
    (void)state;
    metrics_input in = draw_pictures(0);
    assert_under_all(&in, (expectation){ no_good, 0 }, anything);
}

static void test_masks_all_ones(void **state)
{
    (void)state;
    metrics_input in = draw_pictures(0);
    memset(masks, 1, sizeof masks);
    assert_under_all(&in, (expectation){ no_good, 0 }, (expectation){ all_defect, 0 });
}

/* A single picture is either good or defective. */
static void test_one_picture(void **state)
{
    (void)state;
    metrics_input in = draw_pictures(0);
    in.pictures = 1;
    assert_under_all(&in, (expectation){ no_good, 0 }, anything);
}

/* Pictures labelled defective whose masks show nothing: under exact the labels count, else the masks. */
static void test_labels_without_masks(void **state)
{
    (void)state;
    const int8_t labels[N] = { 0, 0, 1, 1 };
    metrics_input in = draw_pictures(N);
    in.labels = labels;
    for (int which = 0; which < PROTOCOLS; which++) {
        metrics_result result;
        evaluate(&in, which, &result);
        for (int kind = 0; kind < METRICS_KINDS; kind++)
            assert_number(&result, 0, (metrics_kind)kind,
                          kind > METRICS_IMAGE_AP ? (expectation){ no_defect, 0 }
                          : which == 0            ? anything
                                                  : (expectation){ no_bad, 0 });
        assert_int_equal(result.note_count, 1);
        assert_non_null(strstr(result.notes[0], which ? "2 pictures labelled defective count as good"
                                                      : "the masks of 2 defective pictures show no defect"));
        metrics_result_free(&result);
    }
}

/* Chance in every number but the AUPRO of even steps, which have no length. */
static void test_constant_maps(void **state)
{
    (void)state;
    metrics_input in = draw_pictures(2);
    for (int i = 0; i < PIXELS; i++)
        maps[i] = -3;
    const expectation half = { NULL, 0.5 }, share = { NULL, 200.0 / PIXELS };
    for (int which = 0; which < PROTOCOLS; which++) {
        metrics_result result;
        evaluate(&in, which, &result);
        assert_number(&result, 0, METRICS_IMAGE_AUROC, half);
        assert_number(&result, 0, METRICS_IMAGE_AP, half);
        assert_number(&result, 0, METRICS_PIXEL_AUROC, half);
        assert_number(&result, 0, METRICS_PIXEL_AP, share);
        assert_number(&result, 0, METRICS_AUPRO,
                      which == 0                     ? (expectation){ NULL, 0.15 }
                      : result.protocol.each_picture ? (expectation){ few_alone, 0 }
                                                     : (expectation){ few_steps, 0 });
        assert_string_equal(result.notes[0], "class 'all': all pixels have the same score");
        assert_string_equal(result.notes[1], "class 'all': all pictures have the same score");
        metrics_result_free(&result);
    }
}

/* The second of three classes has no picture; the others' means are as if it were not there. */
static void test_empty_class(void **state)
{
    (void)state;
    const int classes[N] = { 0, 2, 0, 2 };
    metrics_input in = draw_pictures(2);
    in.classes = classes;
    in.class_count = 3;
    for (int which = 0; which < PROTOCOLS; which++) {
        metrics_result result;
        evaluate(&in, which, &result);
        for (int kind = 0; kind < METRICS_KINDS; kind++) {
            assert_number(&result, 0, (metrics_kind)kind, anything);
            assert_number(&result, 1, (metrics_kind)kind, (expectation){ no_picture, 0 });
            assert_number(&result, 2, (metrics_kind)kind, anything);
            double mean = (result.classes[0].value[kind] + result.classes[2].value[kind]) / 2;
            assert_true(isnan(mean) ? isnan(result.mean[kind]) : result.mean[kind] == mean);
            assert_int_equal(result.mean_over[kind], isnan(mean) ? 0 : 2);
        }
        metrics_result_free(&result);
    }
}

/* One picture is a defect all over: rd4ad, which draws a curve for each, leaves it out and says so. */
static void test_one_mask_all_ones(void **state)
{
    (void)state;
    metrics_input in = draw_pictures(2);
    memset(masks + 3 * AREA, 1, AREA);
    assert_under_all(&in, anything, anything);
    metrics_result result;
    assert_int_equal(metrics_evaluate(&in, protocol("rd4ad"), &result), 0);
    assert_int_equal(result.note_count, 1);
    assert_string_equal(result.notes[0],
                        "class 'all': 1 defective picture has no PRO curve of its own and is left out");
    metrics_result_free(&result);
}

static void assert_refused(const metrics_input *in, const char *words)
{
    int count;
    const metrics_protocol *all = metrics_protocols(&count);
    for (int which = 0; which < count; which++) {
        metrics_result result;
        assert_int_equal(metrics_evaluate(in, &all[which], &result), -1);
        if (!complaint() || !strstr(complaint(), words))
            fail_msg("%s: '%s' does not say '%s'", all[which].name, complaint() ? complaint() : "nothing", words);
        complaint_clear();
    }
}

static void test_scores_that_are_not_finite(void **state)
{
    (void)state;
    static const float bad[] = { NAN, INFINITY, -INFINITY };
    double scores[N] = { 0 };
    metrics_input in = draw_pictures(2);
    for (int i = 0; i < 3; i++)
        for (int bad_mask = 0; bad_mask < 2; bad_mask++) { /* in a defect, and elsewhere */
            int at = bad_mask ? 2 * AREA + 10 * SIDE + 25 : AREA + 3;
            float kept = maps[at];
            maps[at] = bad[i];
            assert_refused(&in, bad_mask ? "the map of picture 2 has a score that is NaN or infinite, at row 10, "
                                           "column 25"
                                         : "the map of picture 1 has a score that is NaN or infinite, at row 0, "
                                           "column 3");
            maps[at] = kept;
            in.scores = scores;
            scores[3] = (double)bad[i];
            assert_refused(&in, i ? "the score of picture 3 is infinite" : "the score of picture 3 is NaN");
            in.scores = NULL;
        }
}

/* Finite scores whose difference is not: even steps cannot be laid, all else can. */
static void test_scores_too_far_apart_for_steps(void **state)
{
    (void)state;
    static double wide[PIXELS];
    metrics_input in = draw_pictures(2);
    for (int i = 0; i < PIXELS; i++)
        wide[i] = masks[i] ? 1.7e308 : -1.7e308;
    in.maps = NULL;
    in.maps_wide = wide;
    for (int which = 0; which < PROTOCOLS; which++) {
        metrics_result result;
        evaluate(&in, which, &result);
        assert_number(&result, 0, METRICS_IMAGE_AUROC, (expectation){ NULL, 1 });
        assert_number(&result, 0, METRICS_PIXEL_AUROC, (expectation){ NULL, 1 });
        assert_number(&result, 0, METRICS_AUPRO,
                      which == 0                     ? (expectation){ NULL, 1 }
                      : result.protocol.each_picture ? (expectation){ few_alone, 0 }
                                                     : (expectation){ few_steps, 0 });
        metrics_result_free(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_pictures_have_every_number),
        cmocka_unit_test(test_no_defect),
        cmocka_unit_test(test_no_good_picture),
        cmocka_unit_test(test_masks_all_ones),
        cmocka_unit_test(test_one_picture),
        cmocka_unit_test(test_labels_without_masks),
        cmocka_unit_test(test_constant_maps),
        cmocka_unit_test(test_empty_class),
        cmocka_unit_test(test_one_mask_all_ones),
        cmocka_unit_test(test_scores_that_are_not_finite),
        cmocka_unit_test(test_scores_too_far_apart_for_steps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
