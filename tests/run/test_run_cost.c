/* What a finished run says that it took, beside what is known of it. */
#include "../../core/base/machine.h"
#include "../../core/finished/finished_run.h"
#include "../lab/finished_run.h"

static finished_run opened;

static void open_run(const char *place)
{
    const finished_options usual = { .cache = finished_cache };
    if (finished_run_open(&opened, place, &usual) < 0)
        fail_msg("%s", complaint());
}

static void test_a_run_that_trains(void **state)
{
    (void)state;
    char machine[MACHINE_NAME];
    open_run(finished_full);
    const run_record *r = &opened.record;
    const parameters *all = opened.model.parameters;
    assert_string_equal(r->cost.machine, machine_name(machine));
    assert_true(r->cost.parameters == (double)all->numbers && all->numbers > 0);
    assert_true(r->cost.training > 0 && r->cost.training < r->seconds);
    assert_true(r->cost.scoring > 0);
    assert_true(r->cost.memory > 4 * 4.0 * (double)all->numbers); /* they, their gradients and moments; and more */
    finished_run_close(&opened);
}

/* It gathers a bank in the place of training, and scores with it. */
static void test_a_run_that_trains_nothing(void **state)
{
    (void)state;
    char folder_of[300];
    must_work("$ablate run tests/inputs/small.ini --scale mini --seeds 1 --row base --set 'run.model=clip neighbour' "
              "--cache $in/cache --out $in/bank --folders 2>$in/log | tail -n 1");
    snprintf(folder_of, sizeof folder_of, "%.*s", (int)strcspn(said, "\n"), said);
    open_run(folder_of);
    const run_cost *cost = &opened.record.cost;
    assert_true(cost->parameters == 0 && cost->training > 0 && cost->scoring > 0 && cost->memory > 0);
    finished_run_close(&opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_a_run_that_trains),
                                        cmocka_unit_test(test_a_run_that_trains_nothing) };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
