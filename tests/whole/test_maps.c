/* Maps kept of a run: whoever evaluates the file under a protocol gets the numbers of a run under that protocol. */
#include "../../core/files/npz.h"
#include "../../core/metrics/metrics_load.h"
#include "../../core/record/record.h"
#include "../lab/data_set.h"
#include "../lab/image_golden.h"
#include "../lab/program.h"
#include <glob.h>
#include <math.h>

/* Two classes of few pictures, with masks of another size than the network's. */
static void make_set(void)
{
    copy_file(GOLDEN "wide.png", below("set/pin/train/good/0.png"));
    copy_file(GOLDEN "tall.png", below("set/pin/train/good/1.png"));
    copy_file(GOLDEN "wide.png", below("set/pin/test/good/0.png"));
    copy_file(GOLDEN "mask_ids.png", below("set/pin/test/bent/0.jpg"));
    copy_file(GOLDEN "mask.png", below("set/pin/ground_truth/bent/0_mask.png"));
    copy_file(GOLDEN "grey.jpg", below("set/cap/train/good/0.jpg"));
    copy_file(GOLDEN "tall.png", below("set/cap/test/good/0.png"));
    copy_file(GOLDEN "mask_bit.png", below("set/cap/test/crack/0.jpg"));
    copy_file(GOLDEN "mask.jpg", below("set/cap/ground_truth/crack/0_mask.jpg"));
}

/* Rows of tests/inputs/protocols.ini, on folder/set into folder/out. */
static void run(const char *more)
{
    must_work("$ablate run tests/inputs/protocols.ini --scale mini --seeds 1 --steps 1 --data folder:$in/set "
              "--cache $in/cache --out $in/out %s",
              more);
}

static const char *file_of(const char *row, const char *name)
{
    static char path[300];
    glob_t found;
    assert_int_equal(glob(below("out/runs/protocols/%s/*/%s", row, name), 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    snprintf(path, sizeof path, "%s", found.gl_pathv[0]);
    globfree(&found);
    return path;
}

static void same_number(double one, double other, const char *where)
{
    if (isnan(one) != isnan(other) || fabs(one - other) > 0)
        fail_msg("%s: %.17g and %.17g", where, one, other);
}

/* The maps of the run under `exact` give what a run under this protocol finds, to the last bit. */
static void compare(const metrics_protocol *protocol)
{
    run_record record = { 0 };
    metrics_file file;
    metrics_result result;
    assert_int_equal(run_record_read(&record, file_of(protocol->name, "metrics.json")), 0);
    assert_int_equal(metrics_file_read(&file, file_of("exact", "maps.npz"), protocol), 0);
    assert_int_equal(metrics_evaluate(&file.in, protocol, &result), 0);
    assert_int_equal(result.class_count, record.class_count);
    for (int c = 0; c < result.class_count; c++) {
        assert_string_equal(result.classes[c].name, record.classes[c].name);
        for (int kind = 0; kind < METRICS_KINDS; kind++)
            same_number(result.classes[c].value[kind], record.classes[c].value[kind], protocol->name);
    }
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        same_number(result.mean[kind], record.mean[kind], protocol->name);
    metrics_result_free(&result);
    metrics_file_free(&file);
    run_record_free(&record);
}

static void every_protocol_finds_its_numbers_in_the_file(void **state)
{
    (void)state;
    int count;
    const metrics_protocol *protocol = metrics_protocols(&count);
    make_set();
    run("--keep-maps");
    for (int i = 0; i < count; i++)
        compare(&protocol[i]);
}

/* Names tell which map is whose: those of the data set's test pictures, in its order. */
static void pictures_are_named(const char *path)
{
    npz_array array;
    npz *file = npz_open(path);
    assert_non_null(file);
    assert_int_equal(npz_find(file, "names", &array), 1);
    char **name = npz_read_text(file, &array);
    assert_non_null(name);
    assert_int_equal(array.count, 4);
    assert_string_equal(name[0], "cap/test/crack/0");
    assert_string_equal(name[3], "pin/test/good/0");
    free(name);
    npz_close(file);
}

/* What is not asked for is not written; and a run that has finished without is run again. */
static void maps_are_written_when_asked_for(void **state)
{
    (void)state;
    glob_t found;
    make_set();
    run("--row exact");
    assert_int_equal(glob(below("out/runs/*/*/*/maps.npz"), 0, NULL, &found), GLOB_NOMATCH);
    run("--row exact --keep-maps");
    assert_non_null(strstr(said, "1 runs, of which 0 had finished before"));
    pictures_are_named(file_of("exact", "maps.npz"));
    run("--row exact --keep-maps");
    assert_non_null(strstr(said, "1 runs, of which 1 had finished before"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
    const struct CMUnitTest tests[] = {
        TEST(every_protocol_finds_its_numbers_in_the_file),
        TEST(maps_are_written_when_asked_for),
    };
    return cmocka_run_group_tests_name("maps", tests, NULL, NULL);
}
