/* What a command's time goes to: one phase at a time, all of it counted, and said in lines that add up. */
#include "../../core/data/phases.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <time.h>

static void spend(double seconds)
{
    struct timespec t = { 0, (long)(seconds * 1e9) };
    nanosleep(&t, NULL);
}

static void test_time_is_counted_once(void **state)
{
    (void)state;
    phases p = { 0 };
    assert_int_equal(phases_enter(&p, PHASE_TRAINING), PHASE_REST);
    double before = p.seconds[PHASE_REST]; /* since the process began */
    assert_true(before >= 0 && p.seconds[PHASE_TRAINING] <= 0);
    spend(0.05);
    assert_int_equal(phases_enter(&p, PHASE_METRICS), PHASE_TRAINING);
    spend(0.02);
    assert_int_equal(phases_enter(&p, PHASE_TRAINING), PHASE_METRICS); /* back */
    spend(0.03);
    phases_enter(&p, PHASE_REST);
    assert_true(p.seconds[PHASE_TRAINING] >= 0.08 && p.seconds[PHASE_METRICS] >= 0.02);
    assert_true(p.seconds[PHASE_REST] >= before && p.seconds[PHASE_SCORING] <= 0);
    assert_true(p.peak[PHASE_TRAINING] > 0 && p.peak[PHASE_SCORING] == 0);
    assert_true(phases_peak(&p) >= p.peak[PHASE_TRAINING] && phases_peak(&p) >= p.peak[PHASE_REST]);
}

/* Only the phases that were entered have a line; the last line is of all. */
static void test_lines(void **state)
{
    (void)state;
    phases p = { 0 };
    phases_enter(&p, PHASE_FEATURES);
    spend(0.01);
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    phases_print(&p, to);
    fclose(to);
    int lines = 0;
    double shares = 0, share;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1, lines++)
        if (sscanf(line, "%*s %*f s %lf %%", &share) == 1)
            shares += share;
    assert_int_equal(lines, 3);
    assert_int_equal(strncmp(text, "rest ", 5), 0);
    expect_words(text, "\nfeatures ");
    expect_words(text, "\ntogether ");
    expect_words(text, " MiB at most\n");
    assert_true(shares > 199.8 && shares < 200.2); /* the parts, and the whole */
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_time_is_counted_once, start),
                                        cmocka_unit_test_setup(test_lines, start) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
