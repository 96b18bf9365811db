/* The same run under two experiments: what is taken over, and what is not. */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/record/record_adopt.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <sys/stat.h>

static run_record record_make(const char *experiment, const char *row, int seed)
{
    run_record r = { .seed = seed, .seconds = 12 };
    r.experiment = run_record_text(&r, "%s", experiment);
    r.row = run_record_text(&r, "%s", row);
    assert_int_equal(settings_put(&r.settings, "run.model", "a b"), 0);
    r.data_hash = run_record_text(&r, "%s", "0123");
    r.version = run_record_text(&r, "%s", "0.1.0");
    r.mean[0] = 0.5;
    return r;
}

static char *write_finished(const run_record *r)
{
    char *path = run_record_path(r, "runs");
    assert_non_null(path);
    assert_int_equal(run_record_write(r, path), 0);
    char *beside = take_text("%.*s/parameters.safetensors", (int)(strrchr(path, '/') - path), path);
    char *checkpoint = take_text("%.*s/checkpoint", (int)(strrchr(path, '/') - path), path);
    assert_int_equal(file_write_text(beside, "numbers"), 0);
    assert_int_equal(file_write_text(checkpoint, "half"), 0);
    free(beside);
    free(checkpoint);
    return path;
}

/* Looks for the run of `mine` among the finished ones. */
static bool adopt(const run_record *mine, run_record *into)
{
    char identity[65], *path = run_record_path(mine, "runs");
    bool found;
    run_record_identity(mine, identity);
    assert_int_equal(run_record_adopt("runs", path, identity, mine, into, &found), 0);
    assert_null(complaint());
    free(path);
    return found;
}

static bool is_beside(const char *path, const char *name)
{
    char *beside = take_text("%.*s/%s", (int)(strrchr(path, '/') - path), path, name);
    bool is = file_exists(beside);
    free(beside);
    return is;
}

static void test_taken_over(void **state)
{
    (void)state;
    run_record first = record_make("x", "i", 3), mine = record_make("y", "full", 3), got = { 0 }, read = { 0 };
    char *there = write_finished(&first);
    assert_true(adopt(&mine, &got));
    assert_string_equal(got.experiment, "y");
    assert_string_equal(got.row, "full");
    assert_string_equal(got.from, "x");
    assert_true(got.mean[0] == 0.5 && got.seconds == 12);
    char *here = run_record_path(&mine, "runs");
    assert_int_equal(run_record_read(&read, here), 0); /* whole, under its own name, at its own place */
    assert_string_equal(read.experiment, "y");
    assert_true(is_beside(here, "parameters.safetensors"));
    assert_false(is_beside(here, "checkpoint"));
    run_record_free(&read);
    assert_int_equal(run_record_read(&read, there), 0); /* the first is as it was */
    assert_string_equal(read.experiment, "x");
    run_record_free(&read);
    run_record_free(&got);
    run_record_free(&first);
    run_record_free(&mine);
    free(there);
    free(here);
}

static void test_not_taken_over(void **state)
{
    (void)state;
    run_record first = record_make("x", "i", 3), got = { 0 };
    run_record seed = record_make("y", "full", 4), other = record_make("y", "full", 3);
    assert_false(adopt(&other, &got)); /* there is nothing at all */
    char *there = write_finished(&first);
    other.settings.count = 0;
    assert_int_equal(settings_put(&other.settings, "run.model", "a c"), 0);
    assert_false(adopt(&seed, &got));
    assert_false(adopt(&other, &got));
    assert_false(adopt(&first, &got)); /* its own place is the caller's to look at */
    run_record same = record_make("y", "full", 3);
    assert_int_equal(file_write_text(there, "{"), 0); /* damaged counts as none */
    assert_false(adopt(&same, &got));
    char *here = run_record_path(&same, "runs");
    assert_false(file_exists(here));
    free(here);
    free(there);
    run_record_free(&same);
    run_record_free(&first);
    run_record_free(&seed);
    run_record_free(&other);
}

static void test_a_place_that_cannot_be_written(void **state)
{
    (void)state;
    run_record first = record_make("x", "i", 3), mine = record_make("y", "full", 3), got = { 0 };
    free(write_finished(&first));
    assert_int_equal(file_write_text("runs/y", "a file where a folder must be"), 0);
    char identity[65], *path = run_record_path(&mine, "runs");
    bool found;
    run_record_identity(&mine, identity);
    assert_int_equal(run_record_adopt("runs", path, identity, &mine, &got, &found), -1);
    assert_non_null(strstr(complaint(), "runs/y"));
    complaint_clear();
    run_record_free(&got);
    run_record_free(&first);
    run_record_free(&mine);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_taken_over, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_not_taken_over, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_a_place_that_cannot_be_written, enter_folder, leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
