/* `ablate predict`: the threshold's rule, the lists of files, what is written, and what is said of files that cannot be
 * read. */
#include "module_build.h"

#include "../core/base/file.h"
#include "../core/run/predict_write.h"
#include "finished_run.h"

static char said_path[200], out[200];

static int begin(void **state)
{
    if (finished_begin(state) < 0)
        return -1;
    snprintf(said_path, sizeof said_path, "%s/said", finished_folder);
    snprintf(out, sizeof out, "%s/out", finished_folder);
    finished_shell(
        "build=${ABLATE_BUILD:-build}; mkdir -p %s/in/sub && $build/ablate data mini --set mini.train=3 --set "
        "mini.good=1 --set mini.each=1 --export %s/all >/dev/null 2>&1 && cp %s/all/mini-pill/train/good/000.png "
        "%s/in/a.png && cp %s/all/mini-pill/train/good/001.png %s/in/sub/b.PNG && echo no >%s/in/notes.md",
        finished_folder, finished_folder, finished_folder, finished_folder, finished_folder, finished_folder,
        finished_folder);
    return 0;
}

static int start(void **state)
{
    (void)state;
    complaint_clear();
    return 0;
}

static char *read_file(const char *path)
{
    file_map map;
    if (file_map_open(path, &map) < 0) {
        fail_msg("%s", complaint());
        return NULL;
    }
    char *text = strndup((const char *)map.data, map.size);
    file_map_close(&map);
    return text;
}

/* The exit status of `ablate predict RUN ...`; what it says is in said_path. */
static int predict(const char *arguments)
{
    char command[1200];
    const char *build = getenv("ABLATE_BUILD");
    snprintf(command, sizeof command, "%s/ablate predict %s %s --cache %s --out %s >%s 2>&1", build ? build : "build",
             finished_full, arguments, finished_cache, out, said_path);
    return system(command);
}

static void says(const char *words)
{
    char *said = read_file(said_path);
    if (!strstr(said, words))
        fail_msg("'%s' is not in: %s", words, said);
    free(said);
}

/* k = n + 1 - m, m the greatest whole number with m / (n + 1) <= rate. */
static void test_the_rule(void **state)
{
    (void)state;
    double threshold, nineteen[19], ninety_nine[99];
    for (int i = 0; i < 19; i++)
        nineteen[i] = (i * 7) % 19; /* 0 .. 18 in some order */
    assert_int_equal(predict_threshold_rule(nineteen, 19, 0.05, &threshold), 0);
    assert_true(threshold == 18); /* the greatest: one of twenty is 0.05 */
    assert_int_equal(predict_threshold_rule(nineteen, 19, 0.1, &threshold), 0);
    assert_true(threshold == 17);
    for (int i = 0; i < 99; i++)
        ninety_nine[i] = i;
    assert_int_equal(predict_threshold_rule(ninety_nine, 99, 0.29, &threshold), 0);
    assert_true(threshold == 99 - 29); /* though 0.29 * 100 is below 29 in floating point */
    assert_int_equal(predict_threshold_rule(nineteen, 18, 0.05, &threshold), -1);
    assert_non_null(strstr(complaint(), "needs at least 19 defect-free pictures, there are 18"));
}

/* Whatever the scores, at most the stated rate of new ones is above: counted over all splits of 0 .. 19. */
static void test_the_rate_holds(void **state)
{
    (void)state;
    int above = 0;
    for (int left_out = 0; left_out < 20; left_out++) {
        double score[19], threshold;
        for (int i = 0; i < 19; i++)
            score[i] = i < left_out ? i : i + 1;
        assert_int_equal(predict_threshold_rule(score, 19, 0.1, &threshold), 0);
        above += left_out > threshold;
    }
    assert_int_equal(above, 2); /* exactly a tenth of 20 */
}

static void test_a_folder(void **state)
{
    char arguments[600], path[300];
    (void)state;
    snprintf(arguments, sizeof arguments, "%s/in --good %s/all/mini-pill --false-alarms 0.3 --maps", finished_folder,
             finished_folder);
    assert_int_equal(predict(arguments), 0);
    says("2 pictures scored");
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *scores = read_file(path);
    assert_non_null(strstr(scores, "in/a.png\t"));
    assert_non_null(strstr(scores, "in/sub/b.PNG\t")); /* whatever the case of the ending */
    assert_null(strstr(scores, "notes.md"));
    assert_null(strstr(scores, "# Note: "));
    free(scores);
    static const char *const written[] = { "a.png.heat.png", "a.png.overlay.png", "a.png.npz", "sub/b.PNG.heat.png" };
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        snprintf(path, sizeof path, "%s/%s", out, written[i]);
        if (!file_exists(path))
            fail_msg("%s was not written", path);
    }
}

static void test_a_list_and_what_cannot_be_read(void **state)
{
    char arguments[600];
    (void)state;
    finished_shell(
        "printf '# these\\n%s/in/a.png\\n\\n%s/in/a.png\\n%s/gone.png\\n' >%s/list.txt && head -c 300 %s/in/a.png "
        ">%s/cut.png",
        finished_folder, finished_folder, finished_folder, finished_folder, finished_folder, finished_folder);
    snprintf(arguments, sizeof arguments,
             "@%s/list.txt %s/cut.png --good %s/all/mini-pill --false-alarms 0.3 --no-pictures", finished_folder,
             finished_folder, finished_folder);
    assert_int_not_equal(predict(arguments), 0); /* the status says that something is missing, */
    says("1 pictures scored");                   /* but the picture that is named twice is scored, once */
    says("gone.png");
    says("cut.png");
    says("2 of 3 pictures could not be read; the others are done");
}

/* What is said on the way stands in the table too. */
static void test_notes_stand_with_the_scores(void **state)
{
    char arguments[600], path[300];
    (void)state;
    finished_shell("mkdir %s/some && cp %s/all/mini-pill/train/good/*.png %s/some && echo no >%s/some/cut.png",
                   finished_folder, finished_folder, finished_folder, finished_folder);
    snprintf(arguments, sizeof arguments,
             "%s/in --good %s/some --false-alarms 0.3 --no-pictures --set distill.smooth=0", finished_folder,
             finished_folder);
    assert_int_equal(predict(arguments), 0);
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *scores = read_file(path);
    assert_non_null(strstr(scores, "\n# Note: --set distill.smooth=0 is laid over the settings of this run.\n"));
    assert_non_null(strstr(scores, "\n# Note: 1 of the 4 pictures of "));
    free(scores);
}

static void test_misuse(void **state)
{
    char arguments[600];
    (void)state;
    assert_int_not_equal(predict(""), 0);
    says("name a finished run and what it is to judge");
    snprintf(arguments, sizeof arguments, "%s/in --false-alarms 1.5", finished_folder);
    assert_int_not_equal(predict(arguments), 0);
    says("--false-alarms must be a rate between 0 and 1");
    snprintf(arguments, sizeof arguments, "%s/in --false-alarms 0.0001", finished_folder);
    assert_int_not_equal(predict(arguments), 0);
    says("needs at least 9999 defect-free pictures");
    assert_int_not_equal(predict("/nowhere/at/all"), 0);
    says("/nowhere/at/all");
    finished_shell("mkdir -p %s/empty", finished_folder);
    snprintf(arguments, sizeof arguments, "%s/empty", finished_folder);
    assert_int_not_equal(predict(arguments), 0);
    says("there is no *.png, *.jpg or *.jpeg in this folder");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_rule, start),
        cmocka_unit_test_setup(test_the_rate_holds, start),
        cmocka_unit_test_setup(test_a_folder, start),
        cmocka_unit_test_setup(test_a_list_and_what_cannot_be_read, start),
        cmocka_unit_test_setup(test_notes_stand_with_the_scores, start),
        cmocka_unit_test_setup(test_misuse, start),
    };
    return cmocka_run_group_tests(tests, begin, finished_end);
}
