/* The finished runs of a folder: in which order, without what is unfinished or damaged, and which came later. */
#include "../../core/record/runs_list.h"
#include "../lab/scratch.h"
#include <fcntl.h>
#include <sys/stat.h>

static void write_run(const char *experiment, const char *row, int seed, time_t when)
{
    run_record r = { .experiment = experiment, .row = row };
    assert_int_equal(settings_put(&r.settings, "run.model", "a"), 0);
    r.seed = seed;
    char *path = run_record_path(&r, "results/runs");
    assert_non_null(path);
    assert_int_equal(run_record_write(&r, path), 0);
    assert_int_equal(utimensat(AT_FDCWD, path, (struct timespec[]){ { when, 0 }, { when, 0 } }, 0), 0);
    free(path);
    run_record_free(&r);
}

static void test_runs_of_a_folder(void **state)
{
    (void)state;
    runs_list list = { 0 };
    assert_int_equal(runs_list_read("results", "the test", &list), 0); /* there is none */
    assert_int_equal(list.count, 0);
    write_run("y", "a", 0, 3);
    write_run("x", "b", 10, 2);
    write_run("x", "b", 9, 1);
    assert_int_equal(file_write_text("results/runs/x/b/seed-1-damaged/metrics.json", "{"), 0);
    assert_int_equal(file_write_text("results/runs/x/b/seed-2-unfinished/checkpoint", ""), 0);
    assert_int_equal(file_write_text("results/runs/x/readme", "no folder"), 0);
    assert_int_equal(runs_list_read("results", NULL, &list), 0);
    assert_null(complaint());
    assert_int_equal(list.count, 3);
    assert_int_equal(list.run[0].record.seed, 9);
    assert_int_equal(list.run[1].record.seed, 10);
    assert_string_equal(list.run[2].record.experiment, "y");
    assert_int_equal(strncmp(list.run[0].folder, "results/runs/x/b/seed-9-", 24), 0);
    assert_true(runs_later(&list.run[1], &list.run[0]) && !runs_later(&list.run[0], &list.run[1]));
    assert_false(runs_later(&list.run[0], &list.run[0]));
    runs_list_free(&list);
}

static void test_one_run(void **state)
{
    (void)state;
    runs_list list = { 0 };
    assert_int_equal(runs_list_add(&list, "results/runs/x/b/seed-2-unfinished"), 0);
    assert_int_equal(runs_list_add(&list, "results/runs/x/b/seed-1-damaged"), -1);
    assert_non_null(strstr(complaint(), "seed-1-damaged/metrics.json"));
    complaint_clear();
    assert_int_equal(list.count, 0);
    runs_list_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_runs_of_a_folder), cmocka_unit_test(test_one_run) };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
