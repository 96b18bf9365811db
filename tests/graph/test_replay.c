/* The same calls made over and over: by themselves the first time, recorded once, replayed from then on; on a device
 * that only notes what it is asked for. */
#include "../../core/graph/replay.h"
#include "../lab/scratch.h"
#include "../lab/words.h"

static int bodies, records, replays, forgets, fails;
static uint64_t last_step;

static int body(void *context, uint64_t step)
{
    assert_ptr_equal(context, &bodies);
    bodies++;
    last_step = step;
    return 0;
}

static void *record(int (*recorded)(void *context), void *context)
{
    records++;
    return fails == 1 || recorded(context) < 0 ? NULL : &records;
}

static int replay_one(void *recording, uint64_t step)
{
    assert_ptr_equal(recording, &records);
    replays++;
    last_step = step;
    return fails == 2 ? -1 : 0;
}

static void forget(void *recording)
{
    assert_ptr_equal(recording, &records);
    forgets++;
}

static const device able = { .name = "able", .record = record, .replay = replay_one, .forget = forget };
static const device plain = { .name = "plain" };

static int begin(void **state)
{
    bodies = records = replays = forgets = fails = 0;
    return start(state);
}

static void is(int bodies_now, int records_now, int replays_now, uint64_t step)
{
    assert_int_equal(bodies, bodies_now);
    assert_int_equal(records, records_now);
    assert_int_equal(replays, replays_now);
    assert_int_equal(last_step, step);
}

static void test_called_recorded_replayed(void **state)
{
    (void)state;
    replay r = { .device = &able };
    assert_int_equal(replay_run(&r, true, body, &bodies, 10), 0);
    is(1, 0, 0, 10);
    assert_int_equal(replay_run(&r, true, body, &bodies, 11), 0);
    is(2, 1, 1, 11); /* the body is called to be recorded */
    for (uint64_t step = 12; step < 20; step++)
        assert_int_equal(replay_run(&r, true, body, &bodies, step), 0);
    is(2, 1, 9, 19);
    replay_forget(&r);
    replay_forget(&r); /* once is enough */
    assert_int_equal(forgets, 1);
    assert_int_equal(replay_run(&r, true, body, &bodies, 20), 0);
    is(3, 2, 10, 20);
    replay_forget(&r);
}

static void test_what_cannot_be_recorded_is_called(void **state)
{
    (void)state;
    replay other = { .device = &plain }, r = { .device = &able };
    for (uint64_t step = 0; step < 5; step++) {
        assert_int_equal(replay_run(&other, true, body, &bodies, step), 0);
        assert_int_equal(replay_run(&r, false, body, &bodies, step), 0);
    }
    is(10, 0, 0, 4);
    replay_forget(&other);
    assert_int_equal(forgets, 0);
}

static void test_failures_are_told(void **state)
{
    (void)state;
    for (fails = 1; fails <= 2; fails++) {
        replay r = { .device = &able };
        assert_int_equal(replay_run(&r, true, body, &bodies, 0), 0);
        assert_int_equal(replay_run(&r, true, body, &bodies, 1), -1);
        expect_complaint_of("able: ", fails == 1 ? "a step could not be recorded; run again with --timing"
                                                 : "a step could not be replayed; run again with --timing");
        replay_forget(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_called_recorded_replayed, begin),
                                        cmocka_unit_test_setup(test_what_cannot_be_recorded_is_called, begin),
                                        cmocka_unit_test_setup(test_failures_are_told, begin) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
