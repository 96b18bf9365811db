/* Metrics: hand-made cases, the definitions written plainly (metrics_naive.h) on random small cases, and what is said
 * where a number is not defined. */
/* units: metrics_class metrics_component metrics_image metrics_pixel */
#include "../../core/metrics/metrics_component.h"
#include "../lab/metrics_cases.h"
#include "../lab/words.h"
#include <omp.h>

/* Pictures of one pixel. Defective: 0.9, 0.5. Good: 0.5, 0.1. Pairs: 0.9 beats both, 0.5 ties one and beats one:
 * (1 + 1 + 0.5 + 1) / 4. AP: at 0.9 recall 1/2, precision 1; at 0.5 recall 1, precision 2/3: 1/2 + 1/3. */
static void test_image_by_hand(void **state)
{
    (void)state;
    const float maps[] = { 0.5f, 0.9f, 0.1f, 0.5f };
    const uint8_t masks[] = { 0, 1, 0, 1 };
    metrics_input in = one_class(4, 1, 1, maps, masks);
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AUROC), 0.875);
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AP), 5.0 / 6);
    /* The pixels are the same four. */
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_PIXEL_AUROC), 0.875);
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_PIXEL_AP), 5.0 / 6);
}

static void test_given_scores_and_labels_win(void **state)
{
    (void)state;
    const float maps[] = { 0, 1, 2, 3 };
    const uint8_t masks[] = { 0, 0, 1, 1 };
    const double scores[] = { 4, 3, 2, 1 };
    const int8_t labels[] = { 1, 0, 0, 1 };
    metrics_input in = one_class(4, 1, 1, maps, masks);
    in.scores = scores;
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AUROC), 0);
    metrics_protocol turned = *protocol("exact");
    turned.flip = true;
    assert_near(evaluate_one(&in, &turned, METRICS_IMAGE_AUROC), 1);
    in.labels = labels;
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AUROC), 0.5);
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AP), 0.75); /* 1/2 * 1 + 1/2 * 2/4 */
    in.scores = NULL;
    in.labels = NULL;
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AUROC), 1);
}

/* A row of 14 pixels: defect A = {9, 7}, defect B = {6}, and eleven good pixels: 8, 6, 6, 5 and seven of 0. Thresholds:
 * 9: (0, 1/4); 8: (1/11, 1/4); 7: (1/11, 1/2); 6: (3/11, 1); 5: (4/11, 1). Area to 0.3: 1/11 * 1/4 + 2/11 * 3/4 + (0.3
 * - 3/11) * 1 = 0.25/11 + 1.5/11 + 0.3/11 = 2.05/11. */
static const float row_maps[] = { 9, 7, 0, 6, 8, 6, 6, 5, 0, 0, 0, 0, 0, 0 };
static const uint8_t row_masks[] = { 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };

static void test_aupro_by_hand(void **state)
{
    (void)state;
    metrics_input in = one_class(1, 1, 14, row_maps, row_masks);
    assert_near(evaluate_one(&in, protocol("exact"), METRICS_AUPRO), 2.05 / 11 / 0.3);
    /* Ending inside the slant from (1/11, 1/2) to (3/11, 1), at 2/11, where the curve is at 3/4. */
    metrics_protocol early = *protocol("exact");
    early.limit = 2.0 / 11;
    assert_near(evaluate_one(&in, &early, METRICS_AUPRO), (0.25 / 11 + 0.625 / 11) / (2.0 / 11));
}

/* Half the defect-free pixels of a map of one score pass at once: the diagonal, 0.3 * 0.3 / 2 / 0.3. */
static void test_constant_map(void **state)
{
    (void)state;
    const float maps[] = { 2, 2, 2, 2, 2, 2 };
    const uint8_t masks[] = { 0, 0, 0, 1, 0, 0 };
    metrics_input in = one_class(2, 1, 3, maps, masks);
    metrics_result result;
    assert_int_equal(metrics_evaluate(&in, protocol("exact"), &result), 0);
    assert_near(result.mean[METRICS_PIXEL_AUROC], 0.5);
    assert_near(result.mean[METRICS_PIXEL_AP], 1.0 / 6);
    assert_near(result.mean[METRICS_AUPRO], 0.15);
    assert_near(result.mean[METRICS_IMAGE_AUROC], 0.5);
    assert_int_equal(result.note_count, 2);
    assert_string_equal(result.notes[0], "class 'all': all pixels have the same score");
    assert_string_equal(result.notes[1], "class 'all': all pictures have the same score");
    metrics_result_free(&result);
    assert_true(isnan(evaluate_one(&in, protocol("ader2024"), METRICS_AUPRO)));
}

/* Two pixels that touch at a corner: one defect of 8-connectivity, half covered at first, or two of 4. */
static void test_connectivity(void **state)
{
    (void)state;
    const uint8_t masks[] = { 1, 0, 0, 1 };
    component_list list;
    assert_int_equal(component_find(masks, 2, 2, 8, &list), 0);
    assert_int_equal(list.count, 1);
    assert_int_equal(list.area[0], 2);
    component_free(&list);
    assert_int_equal(component_find(masks, 2, 2, 4, &list), 0);
    assert_int_equal(list.count, 2);
    component_free(&list);
}

static void test_pixels_against_definitions(void **state)
{
    (void)state;
    static naive_set set;
    static float maps[NAIVE_MOST];
    uint64_t at = 0;
    for (int trial = 0; trial < 300; trial++) {
        draw_set(&set, &at);
        int bad = count_mask(&set), n = naive_pixels(&set);
        if (bad == 0 || bad == n)
            continue;
        metrics_input in = input_of(&set, trial % 2, maps);
        metrics_protocol how = *protocol("exact");
        how.connectivity = trial % 3 ? 8 : 4;
        how.limit = trial % 5 ? 0.3 : 1;
        metrics_result result;
        assert_int_equal(metrics_evaluate(&in, &how, &result), 0);
        assert_near(result.mean[METRICS_PIXEL_AUROC], naive_auroc(set.score, set.mask, n));
        assert_near(result.mean[METRICS_PIXEL_AP], naive_ap(set.score, set.mask, n));
        assert_near(result.mean[METRICS_AUPRO], naive_aupro(&set, how.connectivity, how.limit));
        metrics_result_free(&result);
    }
}

static void test_pictures_against_definitions(void **state)
{
    (void)state;
    static double scores[64];
    static float maps[64];
    static uint8_t masks[64];
    uint64_t at = 1u << 30;
    for (int trial = 0; trial < 200; trial++) {
        int n = 2 + (int)draw(&at, 40);
        for (int i = 0; i < n; i++) {
            scores[i] = draw_score(&at, trial % 6);
            masks[i] = i < 2 ? i == 0 : draw(&at, 2) == 0;
        }
        metrics_input in = one_class(n, 1, 1, maps, masks);
        in.scores = scores;
        assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AUROC), naive_auroc(scores, masks, n));
        assert_near(evaluate_one(&in, protocol("exact"), METRICS_IMAGE_AP), naive_ap(scores, masks, n));
    }
}

/* Class 0 is whole; 1 has only defects; 2 has none; 3 has no picture. */
static void test_undefined_values_are_said(void **state)
{
    (void)state;
    const float maps[] = { 1, 2, 1, 2, 3, 4 };
    const uint8_t masks[] = { 0, 1, 1, 1, 0, 0 };
    const int classes[] = { 0, 0, 1, 1, 2, 2 };
    const char *const names[] = { "whole", "broken", "good", "empty" };
    metrics_input in = one_class(6, 1, 1, maps, masks);
    in.classes = classes;
    in.class_names = names;
    in.class_count = 4;
    metrics_result result;
    assert_int_equal(metrics_evaluate(&in, protocol("exact"), &result), 0);
    assert_string_equal(result.classes[1].reason[METRICS_IMAGE_AP], "the class has no good picture");
    assert_string_equal(result.classes[1].reason[METRICS_AUPRO], "the masks leave no defect-free pixel");
    assert_string_equal(result.classes[2].reason[METRICS_IMAGE_AUROC], "the class has no defective picture");
    assert_string_equal(result.classes[2].reason[METRICS_PIXEL_AUROC], "the masks show no defect");
    assert_string_equal(result.classes[3].reason[METRICS_PIXEL_AP], "the class has no picture");
    for (int kind = 0; kind < METRICS_KINDS; kind++) {
        assert_int_equal(result.mean_over[kind], 1);
        assert_near(result.mean[kind], 1);
        assert_true(isnan(result.classes[2].value[kind]));
    }
    metrics_result_free(&result);
}

static void test_labels_against_masks_are_noted(void **state)
{
    (void)state;
    const float maps[] = { 1, 2, 3, 4 };
    const uint8_t masks[] = { 1, 0, 0, 1 };
    const int8_t labels[] = { 0, 0, 1, 1 };
    metrics_input in = one_class(4, 1, 1, maps, masks);
    in.labels = labels;
    metrics_result result;
    assert_int_equal(metrics_evaluate(&in, protocol("exact"), &result), 0);
    assert_int_equal(result.note_count, 2);
    assert_non_null(strstr(result.notes[0], "the mask of 1 defective picture shows no defect"));
    assert_non_null(strstr(result.notes[1], "the mask of 1 picture labelled good shows a defect"));
    metrics_result_free(&result);
}

static void assert_refused(const metrics_input *in, const char *words)
{
    metrics_result result;
    assert_int_equal(metrics_evaluate(in, protocol("exact"), &result), -1);
    expect_complaint(words);
}

static void test_bad_input_is_refused(void **state)
{
    (void)state;
    const float bad[] = { NAN, -NAN, INFINITY, -INFINITY };
    const uint8_t masks[] = { 0, 1, 0, 1, 0, 0 };
    float maps[6] = { 0 };
    double wide[6] = { 0 }, scores[3] = { 0, 0, NAN };
    for (int i = 0; i < 4; i++)
        for (int at = 0; at < 6; at++) {
            memset(maps, 0, sizeof maps);
            maps[at] = bad[i];
            wide[at] = (double)bad[i];
            metrics_input in = one_class(3, 1, 2, maps, masks);
            char words[64];
            snprintf(words, sizeof words, "picture %d has a score that is NaN or", at / 2);
            assert_refused(&in, words);
            in.maps = NULL;
            in.maps_wide = wide;
            assert_refused(&in, words);
            wide[at] = 0;
        }
    memset(maps, 0, sizeof maps);
    metrics_input in = one_class(3, 1, 2, maps, masks);
    in.scores = scores;
    assert_refused(&in, "the score of picture 2 is NaN");
    in.scores = NULL;
    const int classes[] = { 0, 1, 7 };
    in.classes = classes;
    in.class_count = 2;
    assert_refused(&in, "picture 2 is of class 7");
    in.pictures = 0;
    assert_refused(&in, "there are 0 pictures");
}

enum { MANY = 24, MANY_SIDE = 70, MANY_PIXELS = MANY_SIDE * MANY_SIDE, MANY_CLASSES = 8 };
static float many_maps[MANY * MANY_PIXELS];
static uint8_t many_masks[MANY * MANY_PIXELS];
static int many_classes[MANY];

/* Enough pixels for several threads; pictures of eight classes in turn, the odd ones of each class defective. */
static metrics_input many_pictures(void)
{
    uint64_t at = 5ull << 30;
    for (int i = 0; i < MANY * MANY_PIXELS; i++) {
        many_masks[i] = i / MANY_PIXELS / MANY_CLASSES % 2 && draw(&at, 3) == 0;
        many_maps[i] = (float)draw(&at, 100000) / 7 + 5000.0f * (float)many_masks[i];
        many_classes[i / MANY_PIXELS] = i / MANY_PIXELS % MANY_CLASSES;
    }
    return one_class(MANY, MANY_SIDE, MANY_SIDE, many_maps, many_masks);
}

/* The same bits for any number of threads, when they share a class and when each takes one of its own. */
static void test_threads_change_nothing(void **state)
{
    (void)state;
    static const char *const class_names[] = { "a", "b", "c", "d", "e", "f", "g", "h" };
    metrics_input in = many_pictures();
    const char *const names[] = { "exact", "ader2024", "rd4ad", "diad" };
    int most = omp_get_max_threads();
    for (int which = 0; which < 8; which++) {
        double first[METRICS_KINDS];
        in.classes = which < 4 ? NULL : many_classes;
        in.class_count = which < 4 ? 1 : MANY_CLASSES;
        in.class_names = class_names;
        for (int threads = 1; threads <= 4; threads++) {
            metrics_result result;
            omp_set_num_threads(threads);
            assert_int_equal(metrics_evaluate(&in, protocol(names[which % 4]), &result), 0);
            if (threads == 1)
                memcpy(first, result.mean, sizeof first);
            assert_memory_equal(first, result.mean, sizeof first);
            metrics_result_free(&result);
        }
    }
    omp_set_num_threads(most);
}

/* A class among many has the value it has alone. */
static void test_classes_are_apart(void **state)
{
    (void)state;
    metrics_input in = many_pictures(), alone = one_class(MANY / MANY_CLASSES, MANY_SIDE, MANY_SIDE, NULL, NULL);
    static float maps[MANY / MANY_CLASSES * MANY_PIXELS];
    static uint8_t masks[MANY / MANY_CLASSES * MANY_PIXELS];
    alone.maps = maps;
    alone.masks = masks;
    in.classes = many_classes;
    in.class_count = MANY_CLASSES;
    metrics_result all, one;
    assert_int_equal(metrics_evaluate(&in, protocol("exact"), &all), 0);
    for (int c = 0; c < MANY_CLASSES; c++) {
        for (int p = 0; p < MANY / MANY_CLASSES; p++) {
            int from = (p * MANY_CLASSES + c) * MANY_PIXELS;
            memcpy(maps + p * MANY_PIXELS, many_maps + from, sizeof *maps * MANY_PIXELS);
            memcpy(masks + p * MANY_PIXELS, many_masks + from, MANY_PIXELS);
        }
        assert_int_equal(metrics_evaluate(&alone, protocol("exact"), &one), 0);
        assert_memory_equal(one.mean, all.classes[c].value, sizeof one.mean);
        metrics_result_free(&one);
    }
    metrics_result_free(&all);
    /* A thread's complaint reaches the caller: the first class's. */
    many_maps[13 * MANY_PIXELS + 72] = NAN;
    many_maps[19 * MANY_PIXELS] = NAN;
    assert_refused(&in, "the map of picture 19 has a score that is NaN or infinite, at row 0, column 0");
    many_maps[19 * MANY_PIXELS] = 0;
    assert_refused(&in, "the map of picture 13 has a score that is NaN or infinite, at row 1, column 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image_by_hand),
        cmocka_unit_test(test_given_scores_and_labels_win),
        cmocka_unit_test(test_aupro_by_hand),
        cmocka_unit_test(test_constant_map),
        cmocka_unit_test(test_connectivity),
        cmocka_unit_test(test_pixels_against_definitions),
        cmocka_unit_test(test_pictures_against_definitions),
        cmocka_unit_test(test_undefined_values_are_said),
        cmocka_unit_test(test_labels_against_masks_are_noted),
        cmocka_unit_test(test_bad_input_is_refused),
        cmocka_unit_test(test_threads_change_nothing),
        cmocka_unit_test(test_classes_are_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
