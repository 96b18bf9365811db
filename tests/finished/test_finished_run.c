/* test_finished_run.c: a finished run opened again gives the scores it had, of its own data and of files; what is
 * missing, damaged or changed is said in a sentence. */
/* units: model/predictor */
#include "../lab/module_build.h"

#include "../../core/files/image.h"
#include "../../core/finished/finished_run.h"
#include "../lab/finished_run.h"

static const finished_options usual = { .cache = finished_cache };
static finished_run opened;

static void open_run(const char *place)
{
    if (finished_run_open(&opened, place, &usual) < 0)
        fail_msg("%s", complaint());
}

static int close_run(void **state)
{
    (void)state;
    finished_run_close(&opened);
    complaint_clear();
    return 0;
}

static void test_settings_and_label(void **state)
{
    (void)state;
    open_run(finished_full);
    assert_string_equal(opened.label, "small full seed 0");
    assert_int_equal(opened.run.epochs, 2);
    assert_string_equal(opened.run.model, "clip noise mlf moe decoder cnc distill");
    assert_int_equal(opened.warnings, 0);
    assert_ptr_equal(opened.model.map, finished_run_value(&opened, "score", 0));
}

/* Scored again, the test pictures have the very metrics of the record. */
static void test_own_data_gives_the_recorded_metrics(void **state)
{
    (void)state;
    scores made = { 0 };
    metrics_result result = { 0 };
    open_run(finished_full);
    const dataset *d = finished_run_data(&opened);
    assert_non_null(d);
    assert_ptr_equal(d, finished_run_data(&opened));
    assert_int_equal(finished_run_scores(&opened, &made), 0);
    assert_int_equal(scores_evaluate(&opened.session, &opened.model, &made, &result, NULL), 0);
    for (int c = 0; c < result.class_count; c++)
        for (int k = 0; k < METRICS_KINDS; k++)
            assert_true(result.classes[c].value[k] == opened.record.classes[c].value[k]);
    metrics_result_free(&result);
    scores_free(&made);
}

/* The map of a test picture: from the data set, and of the same picture as a file. Equal, since the fitted pictures are
 * and the batch's other pictures do not count. */
static void test_a_file_has_the_map_of_the_picture(void **state)
{
    (void)state;
    char file[200];
    ablate_image image;
    open_run(finished_full);
    assert_non_null(finished_run_data(&opened));
    const int chosen[3] = { opened.data->pictures - 1, opened.data->pictures - 3, 5 };
    const size_t area = (size_t)opened.input.size * (size_t)opened.input.size, batch = (size_t)opened.run.batch;
    float *own = malloc(batch * area * sizeof *own), *other = malloc(batch * area * sizeof *other);
    predictor *p = finished_run_predictor(&opened, &opened.model.map, 1, chosen, 3);
    assert_non_null(p);
    assert_int_equal(predictor_run_own(p, chosen, 3), 0);
    assert_int_equal(predictor_get(p, opened.model.map, own), 0);
    predictor_free(p);
    p = finished_run_predictor(&opened, &opened.model.map, 1, NULL, 0);
    assert_non_null(p);
    for (int i = 0; i < 3; i++) {
        snprintf(file, sizeof file, "%s/picture.png", folder);
        assert_int_equal(dataset_image(opened.data, chosen[i], &image), 0);
        assert_int_equal(image_write_png(file, &image), 0);
        image_free(&image);
        assert_int_equal(predictor_read(p, i, file), 0);
    }
    assert_int_equal(predictor_run(p), 0);
    assert_int_equal(predictor_get(p, opened.model.map, other), 0);
    predictor_free(p);
    assert_memory_equal(own, other, 3 * area * sizeof *own);
    free(own);
    free(other);
}

enum { LARGEST_BATCH = 9 };

/* Reads the pictures 0, 1, 2 ... into a batch, but `subject` at `place`; the subject's map into `map`. */
static void map_at(predictor *p, int subject, int place, float *map)
{
    const int batch = opened.run.batch;
    const size_t area = (size_t)opened.input.size * (size_t)opened.input.size;
    char file[200];
    ablate_image image;
    snprintf(file, sizeof file, "%s/place.png", folder);
    for (int i = 0; i < batch; i++) {
        assert_int_equal(dataset_image(opened.data, i == place ? subject : i, &image), 0);
        assert_int_equal(image_write_png(file, &image), 0);
        image_free(&image);
        assert_int_equal(predictor_read(p, i, file), 0);
    }
    float *maps = malloc((size_t)batch * area * sizeof *maps);
    assert_int_equal(predictor_run(p), 0);
    assert_int_equal(predictor_get(p, opened.model.map, maps), 0);
    memcpy(map, maps + (size_t)place * area, area * sizeof *map);
    free(maps);
}

/* A picture's map has the same bits in batches of one to nine, at each place and whatever the others are. */
static void test_a_picture_stands_alone(void **state)
{
    (void)state;
    float *first = NULL;
    for (int batch = 1; batch <= LARGEST_BATCH; batch++) {
        char set[32];
        const char *texts[] = { set };
        const finished_options sized = { .cache = finished_cache, .set = texts, .sets = 1 };
        snprintf(set, sizeof set, "run.batch=%d", batch);
        if (finished_run_open(&opened, finished_full, &sized) != 0)
            fail_msg("%s", complaint());
        assert_non_null(finished_run_data(&opened));
        predictor *p = finished_run_predictor(&opened, &opened.model.map, 1, NULL, 0);
        const size_t bytes = (size_t)opened.input.size * (size_t)opened.input.size * sizeof(float);
        for (int place = 0; place < batch; place++) {
            float *map = malloc(bytes);
            map_at(p, opened.data->pictures - 1, place, map);
            first = first ? first : map;
            if (memcmp(map, first, bytes) != 0)
                fail_msg("the map has other bits at place %d of a batch of %d", place, batch);
            if (map != first)
                free(map);
        }
        predictor_free(p);
        finished_run_close(&opened);
    }
    free(first);
}

/* A file that cannot be read leaves the batch as it was. */
static void test_an_unreadable_file_is_named(void **state)
{
    (void)state;
    open_run(finished_full);
    predictor *p = finished_run_predictor(&opened, &opened.model.map, 1, NULL, 0);
    assert_non_null(p);
    assert_int_equal(predictor_read(p, 0, "/nowhere/x.png"), -1);
    expect_complaint("/nowhere/x.png");
    assert_int_equal(predictor_read(p, 0, finished_full), -1);
    complaint_clear();
    assert_int_equal(predictor_run(p), 0);
    predictor_free(p);
}

static void test_values_of_the_board(void **state)
{
    (void)state;
    open_run(finished_full);
    ablate_value *gates = finished_run_value(&opened, "gates", 0);
    assert_non_null(gates);
    assert_int_equal(gates->shape.dim[0], opened.run.batch);
    assert_null(finished_run_value(&opened, "gatez", 0));
    expect_complaint("write no 'gatez' number 0 when scoring; there are: ");
    assert_null(finished_run_value(&opened, "score", 7));
    expect_complaint("'score' number 7");
}

/* ---- what is not right ---- */

static void refused(const char *place, const char *words)
{
    assert_int_equal(finished_run_open(&opened, place, &usual), -1);
    expect_complaint(words);
    finished_run_close(&opened);
}

static void test_what_is_not_there(void **state)
{
    (void)state;
    char copy[200];
    refused("/nowhere/at/all", "there is no such folder");
    refused(folder, "there is no metrics.json in it; name the folder of a finished run");
    finished_copy("begun", copy, sizeof copy);
    must_work("cd %s && mv metrics.json checkpoint", copy);
    refused(copy, "this run has not finished");
    finished_copy("bare", copy, sizeof copy);
    must_work("rm %s/parameters.safetensors", copy);
    refused(copy, "parameters.safetensors");
}

static void test_what_is_damaged(void **state)
{
    (void)state;
    char copy[200];
    finished_copy("edited", copy, sizeof copy);
    must_work("sed -i 's/\"run.batch\":\t\"8\"/\"run.batch\":\t\"4\"/' %s/metrics.json", copy);
    refused(copy, "its checksum is wrong");
    finished_copy("cut", copy, sizeof copy);
    must_work("truncate -s 1000 %s/parameters.safetensors", copy);
    refused(copy, "parameters.safetensors");
    finished_copy("other", copy, sizeof copy);
    must_work("cp %s/parameters.safetensors %s/parameters.safetensors", finished_base, copy);
    refused(copy, "train it again");
}

static void refused_with(const char *set, const char *words)
{
    const finished_options changed = { .cache = finished_cache, .set = &set, .sets = 1 };
    assert_int_equal(finished_run_open(&opened, finished_full, &changed), -1);
    expect_complaint(words);
    finished_run_close(&opened);
}

static void test_what_has_changed(void **state)
{
    (void)state;
    const char *set = "distill.smooth=1";
    const finished_options changed = { .cache = finished_cache, .set = &set, .sets = 1 };
    refused_with("moe.experts=7", "'moe.");
    refused_with("moe.expertz=7", "--set:1: ");
    refused_with("cnc.length=3", "the modules want");
    assert_int_equal(finished_run_open(&opened, finished_full, &changed), 0);
    assert_int_equal(opened.warnings, 1);
    assert_non_null(strstr(opened.warning[0], "--set distill.smooth=1 is laid over"));
    finished_run_close(&opened);
    set = "mini.each=2";
    assert_int_equal(finished_run_open(&opened, finished_full, &changed), 0);
    assert_null(finished_run_data(&opened));
    expect_complaint("is not what the run was judged on");
}

/* The same weights under another path are the same; the kit's are found from any folder. */
static void test_weights_may_lie_elsewhere(void **state)
{
    (void)state;
    char set[300];
    const char *texts[] = { set };
    const finished_options moved = { .cache = finished_cache, .set = texts, .sets = 1 };
    char home[300];
    must_work("cp modules/encoders/clip/nano.safetensors $in/n.safetensors");
    snprintf(set, sizeof set, "clip.weights=%s/n.safetensors", folder);
    assert_int_equal(finished_run_open(&opened, finished_full, &moved), 0);
    finished_run_close(&opened);
    assert_non_null(getcwd(home, sizeof home));
    assert_int_equal(chdir(folder), 0);
    int status = finished_run_open(&opened, finished_full, &usual);
    assert_int_equal(chdir(home), 0);
    assert_int_equal(status, 0);
}

/* The same tensors in a file with one more note: the numbers would be the same, but nobody can know that. */
static void test_other_weights_are_refused(void **state)
{
    (void)state;
    char set[300];
    must_work(
        "$ablate weights modules/encoders/clip/nano.safetensors --note heads=4 --note text_heads=4 "
        "--note \"vocabulary=$($ablate weights modules/encoders/clip/nano.safetensors | sed -n 's/^vocabulary: //p')\" "
        "--export $in/other.safetensors");
    snprintf(set, sizeof set, "clip.weights=%s/other.safetensors", folder);
    refused_with(set, "other.safetensors is not the weights file that small full seed 0 was trained with");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_settings_and_label, close_run),
        cmocka_unit_test_teardown(test_own_data_gives_the_recorded_metrics, close_run),
        cmocka_unit_test_teardown(test_a_file_has_the_map_of_the_picture, close_run),
        cmocka_unit_test_teardown(test_a_picture_stands_alone, close_run),
        cmocka_unit_test_teardown(test_an_unreadable_file_is_named, close_run),
        cmocka_unit_test_teardown(test_values_of_the_board, close_run),
        cmocka_unit_test_teardown(test_what_is_not_there, close_run),
        cmocka_unit_test_teardown(test_what_is_damaged, close_run),
        cmocka_unit_test_teardown(test_what_has_changed, close_run),
        cmocka_unit_test_teardown(test_weights_may_lie_elsewhere, close_run),
        cmocka_unit_test_teardown(test_other_weights_are_refused, close_run),
    };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
