/* `ablate predict`: the threshold's rule, the lists of files, what is written, and what is said of files that cannot be
 * read. */
/* units: predict_threshold predict_write cli/verb_predict */
#include "../../core/base/file.h"
#include "../../core/finished/predict_write.h"
#include "../lab/finished_run.h"
#include <math.h>

static char out[200];

static int begin(void **state)
{
    if (finished_begin(state) < 0)
        return -1;
    snprintf(out, sizeof out, "%s/out", folder);
    must_work("mkdir -p $in/in/sub && $ablate data mini --set mini.train=3 --set "
              "mini.good=1 --set mini.each=1 --export $in/all && cp $in/all/mini-pill/train/good/000.png "
              "$in/in/a.png && cp $in/all/mini-pill/train/good/001.png $in/in/sub/b.PNG && echo no >$in/in/notes.md");
    return 0;
}

/* The exit status of `ablate predict RUN ...`. */
static int predict(const char *arguments)
{
    return shell("$ablate predict %s %s --cache $in/cache --out %s", finished_full, arguments, out);
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
    char path[300];
    (void)state;
    assert_int_equal(predict("$in/in --good $in/all/mini-pill --false-alarms 0.3 --maps"), 0);
    expect_words(said, "2 pictures scored");
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *table = read_text(path);
    assert_non_null(strstr(table, "in/a.png\t"));
    assert_non_null(strstr(table, "in/sub/b.PNG\t")); /* whatever the case of the ending */
    assert_null(strstr(table, "notes.md\t"));
    assert_non_null(strstr(table, "in/notes.md: not the name of a picture")); /* in the head */
    free(table);
    static const char *const written[] = { "a.png.heat.png", "a.png.overlay.png", "a.png.npz", "sub/b.PNG.heat.png" };
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        snprintf(path, sizeof path, "%s/%s", out, written[i]);
        if (!file_exists(path))
            fail_msg("%s was not written", path);
    }
}

static void test_a_list_and_what_cannot_be_read(void **state)
{
    (void)state;
    must_work(
        "printf '# these\\n%s/in/a.png\\n\\n%s/in/a.png\\n%s/gone.png\\n' >$in/list.txt && head -c 300 $in/in/a.png "
        ">$in/cut.png",
        folder, folder, folder);
    assert_int_not_equal(predict("@$in/list.txt $in/cut.png --good $in/all/mini-pill --false-alarms 0.3 --no-pictures"),
                         0);                 /* the status says that something is missing, */
    expect_words(said, "1 pictures scored"); /* but the picture that is named twice is scored, once */
    expect_words(said, "gone.png");
    expect_words(said, "cut.png");
    expect_words(said, "2 of 3 pictures could not be read; the others are done");
}

/* mask_turned.* are mask.png, stored lying: said in one line, and scored as what is seen. */
static void test_what_is_stored_turned(void **state)
{
    char path[300];
    (void)state;
    assert_int_equal(
        predict(
            "tests/golden/images/mask.png tests/golden/formats/mask_turned.png tests/golden/formats/mask_turned.tif "
            "tests/golden/turned/square_3.webp tests/golden/formats/colour24.bmp --good $in/all/mini-pill "
            "--false-alarms 0.3 --no-pictures"),
        0);
    expect_words(said, ": 3 of 5 pictures are stored turned or mirrored and are read upright");
    assert_null(strstr(strstr(said, "stored turned") + 1, "stored turned"));
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *table = read_text(path), numbers[3][100];
    static const char *const names[] = { "mask.png\t", "mask_turned.png\t", "mask_turned.tif\t" };
    for (int i = 0; i < 3; i++) {
        const char *line = strstr(table, names[i]);
        assert_non_null(line);
        snprintf(numbers[i], sizeof numbers[i], "%.*s", (int)strcspn(strchr(line, '\t'), "\n"), strchr(line, '\t'));
        assert_string_equal(numbers[i], numbers[0]);
    }
    free(table);
}

/* ---- thresholds by class ---- */

/* What scores.tsv says of the pictures whose path holds `name`: class and threshold; all lines must say the same. */
static void judged_as(const char *name, char class_name[64], double *threshold)
{
    char path[300], *rest = NULL;
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *table = read_text(path);
    int lines = 0;
    for (char *line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        char found[64];
        double limit, score;
        if (*line == '#' || !strstr(line, name))
            continue;
        assert_int_equal(sscanf(line, "%*[^\t]\t%lf\t%*[^\t]\t%63[^\t]\t%lf", &score, found, &limit), 3);
        assert_true((strstr(line, "\tdefective\t") != NULL) == (score > limit));
        if (lines++ > 0)
            assert_string_equal(found, class_name);
        snprintf(class_name, 64, "%s", found);
        *threshold = limit;
    }
    free(table);
    if (lines == 0)
        fail_msg("nothing is said of %s", name);
}

/* The greatest score of some pictures that are scored alone: with three and the rate 0.3, the rule's threshold. */
static double greatest_of(const char *pictures)
{
    char arguments[600], path[300], *rest = NULL;
    double greatest = 0, score;
    snprintf(arguments, sizeof arguments, "%s --good $in/all/mini-pill --false-alarms 0.3 --no-pictures", pictures);
    assert_int_equal(predict(arguments), 0);
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *table = read_text(path);
    for (char *line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if (sscanf(line, "%*[^\t]\t%lf", &score) == 1)
            greatest = score > greatest ? score : greatest;
    free(table);
    return greatest;
}

/* What a data set keeps among its defects is not without a defect. */
static void test_defects_choose_no_threshold(void **state)
{
    (void)state;
    assert_int_equal(predict("$in/in --good $in/all/mini-pill --false-alarms 0.3 --no-pictures"), 0);
    expect_words(said, "left out, as they lie in test folders other than good: 5");
}

static void test_each_class_has_its_threshold(void **state)
{
    char name[64];
    double pill, tile, unknown, all;
    (void)state;
    must_work("ls -d $in/all/mini-pill/train/good/* $in/all/mini-tile/train/good/* >$in/good.txt");
    double greatest_pill = greatest_of("$in/all/mini-pill/train/good");
    double greatest_tile = greatest_of("$in/all/mini-tile/train/good");
    assert_int_equal(
        predict(
            "$in/all/mini-pill/test $in/all/mini-tile/test $in/all/mini-wood/test $in/in/a.png --good @$in/good.txt "
            "--false-alarms 0.3 --no-pictures"),
        0);
    judged_as("mini-pill/test", name, &pill);
    assert_string_equal(name, "mini-pill");
    assert_true(fabs(pill - greatest_pill) < 1e-6 * greatest_pill);
    judged_as("mini-tile/test", name, &tile);
    assert_true(fabs(tile - greatest_tile) < 1e-6 * greatest_tile);
    judged_as("mini-wood/test", name, &all);
    assert_string_equal(name, "mini-wood");
    judged_as("in/a.png", name, &unknown);
    assert_string_equal(name, "-");
    assert_true(pill != tile && unknown == all);
    expect_words(said, " lie in a folder train; if the run was trained on them");
    expect_words(said,
                 "above the threshold of their class, for the rates of false alarms in scores.tsv (chosen from 6: ");
    expect_words(said, "the class of 1 pictures is not known");
    expect_words(said, "--class NAME says the class");
    expect_words(said, "threshold of all classes together, though each has its own scale: mini-wood\n");
    assert_int_equal(predict("$in/in --class mini-tile --good @$in/good.txt --false-alarms 0.3 --no-pictures"), 0);
    judged_as("in/a.png", name, &unknown);
    assert_string_equal(name, "mini-tile");
    assert_true(unknown == tile);
    assert_int_not_equal(predict("$in/in --class tile --good @$in/good.txt"), 0);
    expect_words(said, "--class tile: the run has no such class; it has mini-");
}

/* The run's own test pictures: one without a defect in each class, which promises no more than one half. */
static void test_the_possible_rate_is_offered(void **state)
{
    char path[300], name[64];
    (void)state;
    assert_int_equal(predict("$in/all/mini-pill/test --false-alarms 0.1 --no-pictures"), 0);
    expect_words(
        said,
        "too few pictures without a defect for a false alarm rate of 0.1: mini-pill (1, which promise 0.5); give more");
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *table = read_text(path);
    assert_non_null(strstr(table, " mini-pill: of 1 pictures 0 lie above, a new one with a chance of at most 0.5.\n"));
    free(table);
    double own;
    judged_as("mini-pill/test", name, &own);
    assert_string_equal(name, "mini-pill");
    assert_int_not_equal(predict("$in/in --good $in/all/mini-pill/train --no-pictures"), 0);
    expect_words(
        said,
        "needs at least 19 defect-free pictures, there are 3; give more with --good, or type --false-alarms 0.25, ");
    assert_int_equal(predict("$in/in --good $in/all/mini-pill/train --false-alarms 0.25 --no-pictures"), 0);
}

static void test_every_offered_rate_will_do(void **state)
{
    (void)state;
    double score[2000] = { 0 }, threshold;
    char text[40];
    for (int n = 1; n < 2000; n++) {
        snprintf(text, sizeof text, "%.3g", predict_threshold_least(n));
        double rate = strtod(text, NULL);
        if (predict_threshold_rule(score, n, rate, &threshold) < 0 || rate > 1.011 / (n + 1))
            fail_msg("%d pictures: %s", n, text);
    }
    assert_int_equal(predict_threshold_rule(score, 0, 0.05, &threshold), -1);
    assert_non_null(strstr(complaint(), "there are none; give some with --good"));
}

/* ---- its own results, and pictures on both sides ---- */

static void test_results_are_not_scored(void **state)
{
    char plain[200];
    (void)state;
    must_work("mkdir -p $in/own && cp $in/in/a.png $in/own/");
    snprintf(plain, sizeof plain, "%s", out);
    for (int i = 0; i < 4; i++) {
        static const char *const outs[] = { "own/pred", "own/pred", "own/../own/pred", "own/other" };
        snprintf(out, sizeof out, "%s/%s", folder, outs[i]);
        assert_int_equal(predict("$in/own --good $in/all/mini-pill --false-alarms 0.3"), 0);
        expect_words(said, "1 pictures scored");
        if (i > 0)
            expect_words(said, "own/pred: ");
    }
    snprintf(out, sizeof out, "%s/own", folder);
    assert_int_not_equal(predict("$in/own --good $in/all/mini-pill --false-alarms 0.3"), 0);
    expect_words(said, "which is written into, so that the next time results would be scored; choose another --out");
    snprintf(out, sizeof out, "%s", plain);
}

static void test_pictures_that_choose_and_are_judged(void **state)
{
    (void)state;
    assert_int_equal(predict("$in/all/mini-pill/train/good/000.png $in/in --good $in/all/mini-pill/train "
                             "--false-alarms 0.3 --no-pictures"),
                     0);
    expect_words(said, "1 of the pictures chose the thresholds themselves");
}

/* What is said on the way stands in the table too. */
static void test_notes_stand_with_the_scores(void **state)
{
    char path[300];
    (void)state;
    must_work("mkdir $in/some && cp $in/all/mini-pill/train/good/*.png $in/some && echo no >$in/some/cut.png");
    assert_int_equal(predict("$in/in --good $in/some --false-alarms 0.3 --no-pictures --set distill.smooth=0"), 0);
    snprintf(path, sizeof path, "%s/scores.tsv", out);
    char *table = read_text(path);
    assert_non_null(strstr(table, "\n# Note: --set distill.smooth=0 is laid over the settings of this run.\n"));
    assert_non_null(strstr(table, "\n# Note: 1 of the 4 pictures of "));
    free(table);
}

static void test_misuse(void **state)
{
    (void)state;
    assert_int_not_equal(predict(""), 0);
    expect_words(said, "name a finished run and what it is to judge");
    assert_int_not_equal(predict("$in/in --false-alarms 1.5"), 0);
    expect_words(said, "--false-alarms must be a rate between 0 and 1");
    assert_int_not_equal(predict("$in/in --false-alarms 0.0001"), 0);
    expect_words(said, "needs at least 9999 defect-free pictures");
    assert_int_not_equal(predict("/nowhere/at/all"), 0);
    expect_words(said, "/nowhere/at/all");
    must_work("mkdir -p $in/empty");
    assert_int_not_equal(predict("$in/empty"), 0);
    expect_words(said, "there is no picture in this folder, no name ends in .png .jpg ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_rule, start),
        cmocka_unit_test_setup(test_the_rate_holds, start),
        cmocka_unit_test_setup(test_a_folder, start),
        cmocka_unit_test_setup(test_a_list_and_what_cannot_be_read, start),
        cmocka_unit_test_setup(test_what_is_stored_turned, start),
        cmocka_unit_test_setup(test_defects_choose_no_threshold, start),
        cmocka_unit_test_setup(test_each_class_has_its_threshold, start),
        cmocka_unit_test_setup(test_the_possible_rate_is_offered, start),
        cmocka_unit_test_setup(test_every_offered_rate_will_do, start),
        cmocka_unit_test_setup(test_results_are_not_scored, start),
        cmocka_unit_test_setup(test_pictures_that_choose_and_are_judged, start),
        cmocka_unit_test_setup(test_notes_stand_with_the_scores, start),
        cmocka_unit_test_setup(test_misuse, start),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
