/* test_train.c: the order of an epoch's pictures, and what a command's time and memory are said to go to. */
#include "../../core/base/progress.h"
#include "../../core/data/phases.h"
#include "../../core/run/train.h"
#include "../lab/test.h"

enum { PICTURES = 240, BLOCK = 96 << 20 };

static void order_of(int seed, bool shuffle, int epoch, int order[PICTURES])
{
    const run_settings run = { .seed = seed, .shuffle = shuffle };
    train_order(&run, epoch, PICTURES, order);
}

static void test_every_epoch_takes_every_picture_once(void **state)
{
    (void)state;
    for (int epoch = 0; epoch < 5; epoch++) {
        int order[PICTURES];
        bool seen[PICTURES] = { false };
        order_of(3, true, epoch, order);
        for (int i = 0; i < PICTURES; i++) {
            assert_in_range(order[i], 0, PICTURES - 1);
            assert_false(seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

static int places_in_common(const int a[PICTURES], const int b[PICTURES])
{
    int same = 0;
    for (int i = 0; i < PICTURES; i++)
        same += a[i] == b[i];
    return same;
}

/* Two independent permutations agree in one place on average, in 12 or more with probability below 1e-8. */
static void test_order_depends_on_seed_and_epoch(void **state)
{
    (void)state;
    int first[PICTURES], again[PICTURES], other[PICTURES];
    order_of(3, true, 0, first);
    order_of(3, true, 0, again);
    assert_int_equal(places_in_common(first, again), PICTURES);
    order_of(3, true, 1, other);
    assert_true(places_in_common(first, other) < 12);
    order_of(4, true, 0, other);
    assert_true(places_in_common(first, other) < 12);
}

static void test_without_shuffling_pictures_come_as_listed(void **state)
{
    (void)state;
    int order[PICTURES];
    order_of(3, false, 2, order);
    for (int i = 0; i < PICTURES; i++)
        assert_int_equal(order[i], i);
}

/* Writes to every page, so that the block is resident. */
static void use_memory(void)
{
    char *block = malloc(BLOCK);
    assert_non_null(block);
    for (size_t i = 0; i < BLOCK; i += 4096)
        ((volatile char *)block)[i] = 1;
    free(block);
}

static void test_phases_share_the_time_and_find_the_peak(void **state)
{
    (void)state;
    phases p = { 0 };
    assert_int_equal(phases_enter(&p, PHASE_TRAINING), PHASE_REST);
    int64_t before = phases_peak(&p);
    use_memory();
    assert_int_equal(phases_enter(&p, PHASE_SCORING), PHASE_TRAINING);
    assert_int_equal(phases_enter(&p, PHASE_REST), PHASE_SCORING);
    double now = seconds_since_start(), sum = 0;
    for (int i = 0; i < PHASES; i++) {
        assert_true(p.seconds[i] >= 0);
        sum += p.seconds[i];
    }
    assert_true(sum <= now && sum >= p.since * (1 - PHASES * 0x1p-52)); /* differences of one clock, added up */
    assert_true(p.peak[PHASE_TRAINING] >= BLOCK && before < p.peak[PHASE_TRAINING]);
    assert_true(phases_peak(&p) >= p.peak[PHASE_TRAINING]);
    assert_int_equal(p.peak[PHASE_METRICS], 0);
}

static void test_phases_are_printed_with_their_sum(void **state)
{
    (void)state;
    phases p = { 0 };
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    assert_non_null(to);
    phases_enter(&p, PHASE_TRAINING);
    phases_print(&p, to);
    fclose(to);
    assert_true(strncmp(text, "rest ", 5) == 0);
    assert_non_null(strstr(text, "\ntraining "));
    assert_null(strstr(text, "metrics"));
    assert_non_null(strstr(text, "\ntogether "));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_epoch_takes_every_picture_once),
        cmocka_unit_test(test_order_depends_on_seed_and_epoch),
        cmocka_unit_test(test_without_shuffling_pictures_come_as_listed),
        cmocka_unit_test(test_phases_share_the_time_and_find_the_peak),
        cmocka_unit_test(test_phases_are_printed_with_their_sum),
    };
    return cmocka_run_group_tests_name("train", tests, NULL, NULL);
}
