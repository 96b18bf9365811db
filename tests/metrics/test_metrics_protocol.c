/* The presets that estimate as the field's evaluators do, against plain statements of those (metrics_naive.h). */
#include "../lab/metrics_cases.h"

/* rd4ad: each defective picture by itself, then the mean. */
static double naive_each(const naive_set *set, int steps)
{
    static naive_set one;
    double sum = 0, count = 0;
    int pixels = set->height * set->width;
    for (int p = 0; p < set->n; p++) {
        one = (naive_set){ .n = 1, .height = set->height, .width = set->width };
        memcpy(one.score, set->score + p * pixels, (size_t)pixels * sizeof *one.score);
        memcpy(one.mask, set->mask + p * pixels, (size_t)pixels);
        double value = count_mask(&one) ? naive_stepped(&one, steps, 0.3, 0) : NAN;
        if (!isnan(value)) {
            sum += value;
            count++;
        }
    }
    return count > 0 ? sum / count : NAN;
}

static void assert_near_or_none(double value, double wanted)
{
    if (isnan(wanted))
        assert_true(isnan(value));
    else
        assert_near(value, wanted);
}

static void test_stepped_protocols(void **state)
{
    (void)state;
    static naive_set set;
    static float maps[NAIVE_MOST];
    uint64_t at = 2u << 30;
    int defined = 0;
    for (int trial = 0; trial < 150; trial++) {
        draw_set(&set, &at);
        int bad = count_mask(&set);
        if (bad == 0 || bad == naive_pixels(&set))
            continue;
        metrics_input in = input_of(&set, trial % 2, maps);
        double wanted = naive_stepped(&set, 100, 0.3, 1);
        defined += !isnan(wanted);
        assert_near_or_none(evaluate_one(&in, protocol("ader2024"), METRICS_AUPRO), wanted);
        assert_near_or_none(evaluate_one(&in, protocol("diad"), METRICS_AUPRO), naive_stepped(&set, 200, 0.3, 0));
        assert_near_or_none(evaluate_one(&in, protocol("rd4ad"), METRICS_AUPRO),
                            rint(naive_each(&set, 200) * 1000) / 1000);
    }
    assert_true(defined > 50);
}

/* Scores that fall on thresholds do not pass them: whole numbers 0 .. 100 in a hundred steps of exactly one. */
static void test_scores_on_thresholds(void **state)
{
    (void)state;
    static naive_set set = { .n = 2, .height = 10, .width = 101 };
    static float maps[NAIVE_MOST];
    for (int i = 0; i < naive_pixels(&set); i++) {
        set.score[i] = i * 37 % 101;
        set.mask[i] = i * 37 % 101 > 40 && i % 6 == 0;
    }
    metrics_input in = input_of(&set, false, maps);
    assert_near(evaluate_one(&in, protocol("ader2024"), METRICS_AUPRO), naive_stepped(&set, 100, 0.3, 1));
    metrics_protocol coarse = *protocol("diad");
    coarse.thresholds = 100;
    coarse.pool_times = 0;
    assert_near(evaluate_one(&in, &coarse, METRICS_AUPRO), naive_stepped(&set, 100, 0.3, 0));
}

/* A tenth of the good pixels pass the highest threshold and four tenths the next: one point is no area. */
static void test_one_point_is_no_area(void **state)
{
    (void)state;
    const float maps[] = { 1, 1, 0.993f, 0.993f, 0.993f, 0, 0, 0, 0, 0, 0 };
    const uint8_t masks[] = { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    metrics_input in = one_class(1, 1, 11, maps, masks);
    assert_true(isnan(evaluate_one(&in, protocol("diad"), METRICS_AUPRO)));
    assert_true(isnan(evaluate_one(&in, protocol("rd4ad"), METRICS_AUPRO)));
}

/* Maximum after `times` mean poolings, by the definition. */
static double naive_pooled(const float *map, int side, int size, int times)
{
    static double now[80 * 80], next[80 * 80];
    for (int i = 0; i < side * side; i++)
        now[i] = (double)map[i];
    for (; times > 0; times--) {
        int left = side - size + 1;
        for (int y = 0; y < left; y++)
            for (int x = 0; x < left; x++) {
                double sum = 0;
                for (int k = 0; k < size * size; k++)
                    sum += now[(y + k / size) * side + x + k % size];
                next[y * left + x] = sum / (size * size);
            }
        side = left;
        memcpy(now, next, sizeof now);
    }
    double greatest = now[0];
    for (int i = 0; i < side * side; i++)
        greatest = fmax(greatest, now[i]);
    return greatest;
}

/* The order of the pictures' scores is that of the pooled maxima: one defective picture against each good one. */
static void test_pooled_scores(void **state)
{
    (void)state;
    enum { SIDE = 64, N = 6 };
    static float maps[N * SIDE * SIDE];
    static uint8_t masks[N * SIDE * SIDE];
    uint64_t at = 3u << 30;
    for (int i = 0; i < N * SIDE * SIDE; i++)
        maps[i] = (float)draw(&at, 1000) / 1000;
    for (int p = 0; p < N; p++)
        maps[p * SIDE * SIDE] = (float)(10 + p); /* the plain maximum orders otherwise */
    const char *const names[] = { "uniad", "diad" };
    for (int which = 0; which < 2; which++)
        for (int p = 0; p < N; p++) {
            double own[N], beaten = 0;
            memset(masks, 0, sizeof masks);
            masks[p * SIDE * SIDE + 5] = 1;
            for (int q = 0; q < N; q++)
                own[q] = naive_pooled(maps + q * SIDE * SIDE, SIDE, which ? 8 : 16, which ? 8 : 1);
            for (int q = 0; q < N; q++)
                beaten += own[p] > own[q];
            metrics_input in = one_class(N, SIDE, SIDE, maps, masks);
            double auroc = beaten / (N - 1);
            assert_near(evaluate_one(&in, protocol(names[which]), METRICS_IMAGE_AUROC),
                        auroc < 0.5 ? 1 - auroc : auroc);
        }
}

static void test_protocol_lacks(void **state)
{
    (void)state;
    const float maps[] = { 9, 7, 0, 6, 8, 6, 6, 5, 0, 0, 0, 0, 0, 0 };
    const uint8_t masks[] = { 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    metrics_input in = one_class(2, 1, 7, maps, masks);
    assert_true(isnan(evaluate_one(&in, protocol("rd4ad"), METRICS_PIXEL_AP)));
    assert_true(isnan(evaluate_one(&in, protocol("uniad"), METRICS_AUPRO)));
    assert_true(isnan(evaluate_one(&in, protocol("uniad"), METRICS_IMAGE_AP)));
    assert_null(metrics_protocol_find("best"));
    assert_non_null(strstr(complaint(), "'best'; choose exact, ader2024, rd4ad, uniad or diad"));
    complaint_clear();
}

/* Maps too small for the pooling leave the pictures without scores, and only them. */
static void test_maps_too_small_to_pool(void **state)
{
    (void)state;
    const float maps[] = { 9, 7, 0, 6, 8, 6, 6, 5, 0, 0, 0, 0, 0, 0 };
    const uint8_t masks[] = { 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
    const double scores[] = { 1, 0 };
    metrics_input in = one_class(2, 1, 7, maps, masks);
    in.scores = scores;
    metrics_result result;
    assert_int_equal(metrics_evaluate(&in, protocol("diad"), &result), 0);
    assert_true(isnan(result.mean[METRICS_IMAGE_AUROC]) && isnan(result.mean[METRICS_IMAGE_AP]));
    assert_string_equal(result.classes[0].reason[METRICS_IMAGE_AP],
                        "the maps are smaller than what the protocol pools");
    assert_false(isnan(result.mean[METRICS_PIXEL_AUROC]) || isnan(result.mean[METRICS_PIXEL_AP]));
    assert_int_equal(result.note_count, 2);
    assert_string_equal(result.notes[0],
                        "protocol 'diad' takes the scores of pictures from their maps; those given are not used");
    assert_string_equal(result.notes[1], "protocol 'diad' pools maps of at least 57 x 57 pixels, these are 1 x 7");
    metrics_result_free(&result);
}

/* Four pictures of two pixels. By their masks 0 and 1 are defective, by their labels 1 and 2; scores given are the
 * other way round. Greatest of the maps: 4, 3, 2, 1. */
static const float rule_maps[] = { 4, 0, 3, 0, 2, 0, 1, 0 };
static const uint8_t rule_masks[] = { 1, 0, 1, 0, 0, 0, 0, 0 };
static const int8_t rule_labels[] = { 0, 1, 1, 0 };
static const double rule_scores[] = { 1, 2, 3, 4 };

static void test_presets_take_scores_from_maps_and_labels_from_masks(void **state)
{
    (void)state;
    static const char *const names[] = { "ader2024", "rd4ad" };
    metrics_input in = one_class(4, 1, 2, rule_maps, rule_masks);
    in.labels = rule_labels;
    in.scores = rule_scores;
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AUROC), 0.5); /* 2, 3 among 1, 2, 3, 4 */
    for (int i = 0; i < 2; i++) {
        metrics_result result;
        char words[80];
        assert_int_equal(metrics_evaluate(&in, protocol(names[i]), &result), 0);
        assert_near(result.mean[METRICS_IMAGE_AUROC], 1);
        assert_int_equal(result.classes[0].defective, 2);
        snprintf(words, sizeof words, "protocol '%s' takes the scores of pictures from their maps", names[i]);
        assert_non_null(strstr(result.notes[0], words));
        assert_non_null(strstr(result.notes[1],
                               "1 picture labelled defective counts as good, 1 labelled good counts as "
                               "defective"));
        metrics_result_free(&result);
    }
}

/* rd4ad's curve of each picture is for those labelled defective; a mask without a defect has none. Each map's defect is
 * above all else, its threshold's steps reach every rate. */
static void test_label_decides_whose_curve_is_drawn(void **state)
{
    (void)state;
    enum { N = 3, WIDTH = 40 };
    static float maps[N * WIDTH];
    uint8_t masks[N * WIDTH] = { 0 };
    for (int i = 0; i < N * WIDTH; i++)
        maps[i] = (float)(i % WIDTH);
    masks[0] = 1;                 /* picture 0: the lowest score is the defect, nothing is covered */
    masks[WIDTH + WIDTH - 1] = 1; /* picture 1: the highest */
    metrics_input in = one_class(N, 1, WIDTH, maps, masks);
    assert_near(evaluate_one(&in, protocol("rd4ad"), METRICS_AUPRO), 0.5);
    const int8_t labels[] = { 0, 1, 1 };
    in.labels = labels;
    metrics_result result;
    assert_int_equal(metrics_evaluate(&in, protocol("rd4ad"), &result), 0);
    assert_near(result.mean[METRICS_AUPRO], 1);
    assert_string_equal(result.notes[result.note_count - 1],
                        "class 'all': 1 defective picture has no PRO curve of its own and is left out");
    metrics_result_free(&result);
}

/* Three good pictures, one defective that beats two: 2/3. */
static void test_rounding(void **state)
{
    (void)state;
    const float maps[] = { 3, 4, 1, 2 };
    const uint8_t masks[] = { 1, 0, 0, 0 };
    metrics_input in = one_class(4, 1, 1, maps, masks);
    assert_true(evaluate_one(&in, protocol("rd4ad"), METRICS_IMAGE_AUROC) == 0.667);
    assert_true(evaluate_one(&in, protocol("rd4ad"), METRICS_PIXEL_AUROC) == 0.667);
}

static void test_protocols_are_printed_with_what_was_changed(void **state)
{
    (void)state;
    char text[80];
    metrics_protocol how = *protocol("exact");
    assert_string_equal(metrics_protocol_print(&how, text), "exact");
    how.connectivity = 4;
    assert_string_equal(metrics_protocol_print(&how, text), "exact, 4-connectivity");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stepped_protocols),
        cmocka_unit_test(test_scores_on_thresholds),
        cmocka_unit_test(test_one_point_is_no_area),
        cmocka_unit_test(test_pooled_scores),
        cmocka_unit_test(test_protocol_lacks),
        cmocka_unit_test(test_maps_too_small_to_pool),
        cmocka_unit_test(test_presets_take_scores_from_maps_and_labels_from_masks),
        cmocka_unit_test(test_label_decides_whose_curve_is_drawn),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_protocols_are_printed_with_what_was_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
