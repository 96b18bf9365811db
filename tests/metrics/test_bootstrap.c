/* The bootstrap: draws are those pictures evaluated again, of tiny sets to the last digits and of large ones within
 * what rounding to levels costs; intervals on cases whose answer is known; how often intervals over seeds cover the
 * truth. */
/* units: bootstrap bootstrap_interval metrics_levels */
#include "../../core/base/diag.h"
#include "../../core/base/random.h"
#include "../../core/metrics/bootstrap.h"
#include "../lab/normal.h"
#include "../lab/test.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SIZE = BOOTSTRAP_SAMPLES };

typedef struct scene { /* a set of pictures, class after class */
    int pictures, height, width, classes;
    float *maps;
    uint8_t *masks;
    int8_t *labels;
    int *class_index;
} scene;

static void scene_free(scene *s)
{
    free(s->maps);
    free(s->masks);
    free(s->labels);
    free(s->class_index);
}

/* `each` good and `each` defective pictures a class, in turn; a defect is a block, brighter by about one deviation.
 * Scores are multiples of 1/8 if `tied`. */
static scene scene_make(int classes, int each, int size, bool tied, uint64_t seed)
{
    scene s = { .pictures = 2 * each * classes, .height = size, .width = size, .classes = classes };
    const size_t pixels = (size_t)size * (size_t)size, all = (size_t)s.pictures * pixels;
    s.maps = take(all, sizeof *s.maps, "maps");
    s.masks = take_zeroed(all, 1, "masks");
    s.labels = take((size_t)s.pictures, 1, "labels");
    s.class_index = take((size_t)s.pictures, sizeof *s.class_index, "classes");
    assert_true(s.maps && s.masks && s.labels && s.class_index);
    for (size_t i = 0; i < all; i++) {
        float normal[4];
        random_normal4(random_draw(seed, 1, i), normal);
        s.maps[i] = normal[0];
    }
    for (int p = 0; p < s.pictures; p++) {
        s.class_index[p] = p / (2 * each);
        s.labels[p] = p % 2 == 1;
        uint32_t word = random_draw(seed, 2, (uint64_t)p).word[0];
        int side = 1 + size / 4, y0 = (int)(word % (unsigned)(size - side)),
            x0 = (int)(word / 97 % (unsigned)(size - side));
        float lift = 0.5F + (float)(word % 13) / 8;
        for (int y = y0; y < y0 + side && s.labels[p]; y++)
            for (int x = x0; x < x0 + side; x++) {
                s.masks[p * (int)pixels + y * size + x] = 1;
                s.maps[p * (int)pixels + y * size + x] += lift;
            }
    }
    for (size_t i = 0; tied && i < all; i++)
        s.maps[i] = roundf(8 * s.maps[i]) / 8;
    return s;
}

static metrics_input input_of(const scene *s)
{
    return (metrics_input){ .pictures = s->pictures,
                            .height = s->height,
                            .width = s->width,
                            .maps = s->maps,
                            .masks = s->masks,
                            .labels = s->labels,
                            .classes = s->class_index,
                            .class_count = s->classes };
}

static double *draws_of(const scene *s)
{
    const metrics_input in = input_of(s);
    double *off = take((size_t)METRICS_KINDS * SIZE, sizeof *off, "draws");
    assert_non_null(off);
    assert_int_equal(bootstrap_pictures(&in, metrics_protocol_find("exact"), off), 0);
    return off;
}

/* The pictures of a draw, by the rule in bootstrap.h: class by class, good ones first. */
static scene drawn(const scene *s, int sample)
{
    scene d = *s;
    const size_t pixels = (size_t)s->height * (size_t)s->width;
    const int each = s->pictures / s->classes / 2;
    d.maps = take((size_t)s->pictures * pixels, sizeof *d.maps, "maps");
    d.masks = take((size_t)s->pictures * pixels, 1, "masks");
    d.labels = take((size_t)s->pictures, 1, "labels");
    d.class_index = take((size_t)s->pictures, sizeof *d.class_index, "classes");
    assert_true(d.maps && d.masks && d.labels && d.class_index);
    for (int i = 0; i < s->pictures; i++) {
        int c = i / (2 * each), kind = i / each % 2;
        uint64_t word = random_draw(BOOTSTRAP_SEED, (uint64_t)sample, (uint64_t)i).word[0];
        int p = c * 2 * each + 2 * (int)(word * (uint64_t)each >> 32) + kind;
        memcpy(d.maps + (size_t)i * pixels, s->maps + (size_t)p * pixels, pixels * sizeof *d.maps);
        memcpy(d.masks + (size_t)i * pixels, s->masks + (size_t)p * pixels, pixels);
        d.labels[i] = s->labels[p];
        d.class_index[i] = c;
    }
    return d;
}

static void evaluate(const scene *s, double mean[METRICS_KINDS])
{
    const metrics_input in = input_of(s);
    metrics_result result;
    assert_int_equal(metrics_evaluate(&in, metrics_protocol_find("exact"), &result), 0);
    memcpy(mean, result.mean, sizeof result.mean);
    metrics_result_free(&result);
}

/* The greatest difference between draws and the evaluation of their pictures. */
static double error_of(const scene *s, int draws, double by_metric[METRICS_KINDS])
{
    double *off = draws_of(s), whole[METRICS_KINDS], mean[METRICS_KINDS], greatest = 0;
    evaluate(s, whole);
    for (int m = 0; m < METRICS_KINDS; m++)
        by_metric[m] = 0;
    for (int k = 0; k < draws; k++) {
        scene d = drawn(s, 7 * k);
        evaluate(&d, mean);
        for (int m = 0; m < METRICS_KINDS; m++)
            by_metric[m] = fmax(by_metric[m], fabs(mean[m] - whole[m] - off[m * SIZE + 7 * k]));
        scene_free(&d);
    }
    for (int m = 0; m < METRICS_KINDS; m++)
        greatest = fmax(greatest, by_metric[m]);
    free(off);
    return greatest;
}

/* Four pictures of 5 x 5 a class: at most 88 good pixels and 12 of defects, so every score is a level. The sums of the
 * two sides have at most some hundred terms of at most 1: an error of 2^-53 each. */
static void test_draws_are_the_pictures_evaluated_again(void **state)
{
    double error[METRICS_KINDS];
    (void)state;
    for (int tied = 0; tied < 2; tied++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            scene s = scene_make(2, 2, 5, tied, seed);
            double most = error_of(&s, 100, error);
            if (!(most <= 1000 * 0x1p-53))
                fail_msg("seed %d, tied %d: the draws are off by %g", (int)seed, tied, most);
            scene_free(&s);
        }
}

/* Of 64 x 64 pixels there are more scores than levels. Intervals are printed to 0.1 points: rounding may move a draw by
 * half of that at most. */
static void test_levels_cost_little(void **state)
{
    double error[METRICS_KINDS];
    (void)state;
    scene s = scene_make(3, 6, 64, false, 5);
    double most = error_of(&s, 20, error);
    for (int m = 0; m < METRICS_KINDS; m++)
        print_message("  %-8s %.1e\n", metrics_title((metrics_kind)m), error[m]);
    assert_true(most <= 5e-4);
    scene_free(&s);
}

static void test_threads_change_no_bit(void **state)
{
    (void)state;
    scene s = scene_make(4, 3, 16, false, 9);
    double *a = draws_of(&s), *b = draws_of(&s);
    assert_memory_equal(a, b, (size_t)METRICS_KINDS * SIZE * sizeof *a);
    free(a);
    free(b);
    scene_free(&s);
}

/* Without a defective picture there is no picture's metric, without a defect pixel none of pixels. */
static void test_undefined(void **state)
{
    (void)state;
    scene s = scene_make(1, 3, 8, false, 1);
    memset(s.labels, 0, (size_t)s.pictures);
    double *off = draws_of(&s);
    assert_true(isnan(off[METRICS_IMAGE_AUROC * SIZE]) && isnan(off[METRICS_IMAGE_AP * SIZE + SIZE - 1]));
    assert_true(isfinite(off[METRICS_PIXEL_AUROC * SIZE + 3]));
    free(off);
    memset(s.masks, 0, (size_t)s.pictures * 64);
    off = draws_of(&s);
    assert_true(isnan(off[METRICS_PIXEL_AUROC * SIZE]) && isnan(off[METRICS_AUPRO * SIZE + 1]));
    const bootstrap_pair none = { 0.25, { off, off } };
    bootstrap_interval i = bootstrap_over_pictures(&none, 1, 1U << METRICS_AUPRO);
    assert_true(i.difference == 0.25 && isnan(i.low) && isnan(i.high) && !bootstrap_is_told(&i));
    free(off);
    scene_free(&s);
}

/* ---- intervals ---- */

/* Draws 0.000 0.001 ... 0.999 of one metric, no other. */
static double *ramp(double slope)
{
    double *off = take_zeroed((size_t)METRICS_KINDS * SIZE, sizeof *off, "draws");
    assert_non_null(off);
    for (int s = 0; s < SIZE; s++)
        off[METRICS_AUPRO * SIZE + s] = slope * s / SIZE;
    return off;
}

static void test_percentiles(void **state)
{
    (void)state;
    double *none = ramp(0), *off = ramp(1);
    const bootstrap_pair pair = { -0.5, { none, off } }, other = { -0.5, { off, none } };
    bootstrap_interval i = bootstrap_over_pictures(&pair, 1, 1U << METRICS_AUPRO);
    assert_true(i.difference == -0.5 && fabs(i.low + 0.476) < 1e-9 && fabs(i.high - 0.475) < 1e-9);
    assert_false(bootstrap_is_told(&i));
    i = bootstrap_over_pictures(&other, 1, 1U << METRICS_AUPRO);
    assert_true(fabs(i.high + 0.524) < 1e-9 && bootstrap_is_told(&i));
    i = bootstrap_over_pictures(&pair, 1, 1U << METRICS_AUPRO | 1U << METRICS_PIXEL_AP); /* a mean of two: half of it */
    assert_true(fabs(i.low + 0.5 - 0.012) < 1e-9);
    i = bootstrap_over_seeds(&pair, 1, 1U << METRICS_AUPRO);
    assert_true(i.difference == -0.5 && isnan(i.low) && isnan(i.high));
    free(none);
    free(off);
}

/* Without draws that differ it is Student's interval of the mean: quantiles as every book prints them. */
static void test_student(void **state)
{
    static const struct {
        int pairs;
        double quantile;
    } book[] = { { 2, 12.706 }, { 3, 4.303 }, { 4, 3.182 }, { 5, 2.776 }, { 6, 2.571 }, { 31, 2.042 } };
    bootstrap_pair pair[31];
    (void)state;
    double *none = ramp(0);
    for (size_t k = 0; k < sizeof book / sizeof *book; k++) {
        double mean = 0, squares = 0;
        int n = book[k].pairs;
        for (int i = 0; i < n; i++) {
            pair[i] = (bootstrap_pair){ 0.125 * (i * i % 5), { none, none } };
            mean += pair[i].difference / n;
        }
        for (int i = 0; i < n; i++)
            squares += (pair[i].difference - mean) * (pair[i].difference - mean);
        double half = book[k].quantile * sqrt(squares / (n - 1) / n);
        bootstrap_interval i = bootstrap_over_seeds(pair, n, 1);
        if (!(fabs(i.difference - mean) < 1e-12 && fabs(i.low - mean + half) < 1e-3 * half &&
              fabs(i.high - mean - half) < 1e-3 * half))
            fail_msg("%d pairs: %g .. %g, expected %g +- %g", n, i.low, i.high, mean, half);
    }
    for (int i = 0; i < 3; i++)
        pair[i].difference = 0.25; /* seeds that agree leave the draws alone */
    bootstrap_interval same = bootstrap_over_seeds(pair, 3, 1);
    assert_true(same.low == 0.25 && same.high == 0.25);
    free(none);
}

static double normal_of(int trial, int what, int i)
{
    double normal[4];
    normal_exact(random_draw((uint64_t)trial, (uint64_t)what, (uint64_t)i), normal);
    return normal[0];
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Three seeds whose true gain is 0.01, on pictures of which each has an effect: how often does the interval hold it? 95
 * % of 400 are 380 +- 4.4. Drawing the three seeds again instead covers far less, which is why it is not done. */
static void test_coverage(void **state)
{
    enum { TRIALS = 400, PICTURES = 40, SEEDS = 3 };
    int held = 0, held_drawn = 0;
    (void)state;
    double *none = ramp(0), *off = ramp(0);
    for (int t = 0; t < TRIALS; t++) {
        double effect[PICTURES], mean = 0, sample[SIZE];
        bootstrap_pair pair[SEEDS];
        for (int p = 0; p < PICTURES; p++) {
            effect[p] = 0.02 * normal_of(t, 0, p);
            mean += effect[p] / PICTURES;
        }
        for (int k = 0; k < SEEDS; k++)
            pair[k] = (bootstrap_pair){ 0.01 + mean + 0.01 * normal_of(t, 1, k), { none, off } };
        for (int s = 0; s < SIZE; s++) {
            double sum = 0, seeds = 0;
            for (int p = 0; p < PICTURES; p++)
                sum += effect[(uint64_t)random_draw(3, (uint64_t)s, (uint64_t)p).word[0] * PICTURES >> 32] / PICTURES;
            off[s] = sum - mean;
            for (int k = 0; k < SEEDS; k++)
                seeds +=
                    pair[(uint64_t)random_draw(4, (uint64_t)s, (uint64_t)k).word[0] * SEEDS >> 32].difference / SEEDS;
            sample[s] = seeds + off[s];
        }
        bootstrap_interval i = bootstrap_over_seeds(pair, SEEDS, 1);
        held += i.low <= 0.01 && i.high >= 0.01;
        qsort(sample, SIZE, sizeof *sample, by_value);
        held_drawn += sample[25] <= 0.01 && sample[974] >= 0.01;
    }
    print_message("  of %d intervals, %.1f %% hold the truth; seeds drawn again: %.1f %%\n", TRIALS,
                  100.0 * held / TRIALS, 100.0 * held_drawn / TRIALS);
    assert_true(held >= 0.925 * TRIALS && held_drawn < 0.9 * TRIALS);
    free(none);
    free(off);
}

/* Two classes of ten good and ten defective pictures of one pixel; B orders them perfectly, A has one of the defective
 * ones below all good ones: it loses 10 of 100 pairs there, 0.05 in the mean. That picture is drawn a number of times
 * of mean 1 and variance 0.9, each time costing 0.05. */
static void test_one_picture(void **state)
{
    enum { PICTURES = 40 };
    float a[PICTURES], b[PICTURES];
    uint8_t mask[PICTURES];
    int class_index[PICTURES];
    (void)state;
    for (int p = 0; p < PICTURES; p++) {
        class_index[p] = p / 20;
        mask[p] = p % 20 >= 10;
        a[p] = b[p] = (float)(p % 20);
    }
    a[15] = -1;
    metrics_input in = {
        .pictures = PICTURES, .height = 1, .width = 1, .masks = mask, .classes = class_index, .class_count = 2
    };
    double *off[2] = { ramp(0), ramp(0) };
    for (int side = 0; side < 2; side++) {
        in.maps = side ? b : a;
        assert_int_equal(bootstrap_pictures(&in, metrics_protocol_find("exact"), off[side]), 0);
    }
    const bootstrap_pair pair = { 0.05, { off[0], off[1] } }, same = { 0, { off[0], off[0] } };
    for (int m = 0; m <= METRICS_PIXEL_AUROC; m += METRICS_PIXEL_AUROC) {
        bootstrap_interval i = bootstrap_over_pictures(&pair, 1, 1U << m);
        assert_true(fabs(i.low) < 1e-12);         /* not drawn: 35 % of the samples */
        assert_true(fabs(i.high - 0.15) < 1e-12); /* three times: the 97.5 % quantile of B(10, 0.1) */
        i = bootstrap_over_pictures(&same, 1, 1U << m);
        assert_true(i.difference == 0 && i.low == 0 && i.high == 0);
    }
    free(off[0]);
    free(off[1]);
}

static void test_classes(void **state)
{
    const double same[4] = { 0.25, 0.25, NAN, 0.25 }, none[2] = { NAN, NAN }, two[2] = { 0, 1 };
    (void)state;
    bootstrap_interval i = bootstrap_over_classes(same, 4);
    assert_true(i.difference == 0.25 && i.low == 0.25 && i.high == 0.25);
    i = bootstrap_over_classes(none, 2);
    assert_true(isnan(i.difference) && isnan(i.low));
    i = bootstrap_over_classes(two, 2);
    assert_true(i.difference == 0.5 && i.low == 0 && i.high == 1);
}

/* TIME=1: as many pictures as the built-in data have. */
static void test_time(void **state)
{
    (void)state;
    if (!getenv("TIME"))
        return;
    scene s = scene_make(15, 13, 128, false, 5);
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    double *off = draws_of(&s);
    clock_gettime(CLOCK_MONOTONIC, &b);
    print_message("  %d pictures of %d x %d: %.2f s\n", s.pictures, s.height, s.width,
                  (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec));
    free(off);
    scene_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_are_the_pictures_evaluated_again),
        cmocka_unit_test(test_levels_cost_little),
        cmocka_unit_test(test_threads_change_no_bit),
        cmocka_unit_test(test_undefined),
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_student),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_one_picture),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
