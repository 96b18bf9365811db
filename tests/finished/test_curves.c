/* test_curves.c: `ablate curves` of two finished runs of seconds: the tables hold what the runs' own files hold,
 * counted here once more; what does not fit is said in a sentence. */
/* units: curves_losses curves_scores curves_usage cli/verb_curves record/losses */
#include "../lab/finished_run.h"

#include "../../core/base/file.h"
#include "../../core/cli/verbs.h"
#include "../../core/files/npz.h"
#include <math.h>

enum { ROWS = 4000, FIELDS = 12 };
static char text[1 << 20], out[100];
static char *cell[ROWS][FIELDS]; /* of the table last read, the headers in cell[0] */
static int rows, fields;

/* The verb with these arguments, ended by NULL, --out and --cache added. */
static int curves(const char *first, ...)
{
    char *argv[16] = { (char[]){ "curves" }, (char[]){ "--out" }, out, (char[]){ "--cache" }, finished_cache };
    const bool computes = strcmp(first, "losses") != 0 && strcmp(first, "gradients") != 0; /* what does has a cache */
    int argc = computes ? 5 : 3;
    va_list rest;
    complaint_clear();
    unlink(out);
    va_start(rest, first);
    for (const char *word = first; word; word = va_arg(rest, const char *))
        argv[argc++] = (char *)(uintptr_t)word;
    va_end(rest);
    return verbs_run(argc, argv);
}

static void must_write(int status)
{
    if (status < 0)
        fail_msg("%s", complaint());
    FILE *from = fopen(out, "r");
    assert_non_null(from);
    text[fread(text, 1, sizeof text - 1, from)] = 0;
    fclose(from);
    rows = 0;
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        if (!*line)
            continue;
        assert_true(rows < ROWS);
        int n = 0;
        for (char *word; (word = strsep(&line, "\t")); n++) {
            assert_true(n < FIELDS);
            cell[rows][n] = word;
        }
        fields = rows ? fields : n;
        assert_int_equal(n, fields);
        rows++;
    }
}

static double number(int row, const char *header)
{
    for (int i = 0; i < fields; i++)
        if (strcmp(cell[0][i], header) == 0)
            return strtod(cell[row][i], NULL);
    fail_msg("there is no column '%s'", header);
    return NAN;
}

static void refused(const char *words, int status)
{
    assert_int_equal(status, -1);
    expect_complaint(words);
    assert_false(file_exists(out));
}

/* ---- losses ---- */

static void test_losses(void **state)
{
    (void)state;
    must_write(curves("losses", finished_full, NULL));
    assert_int_equal(rows, 1 + 4 * 2);
    assert_string_equal(cell[0][7], "seed 0");
    assert_string_equal(cell[1][0], "small, row full, scale mini");
    char path[300], line[400], *rest = line;
    snprintf(path, sizeof path, "%s/losses.tsv", finished_full);
    FILE *from = fopen(path, "r");
    assert_true(from && fgets(line, sizeof line, from) && fgets(line, sizeof line, from));
    fclose(from);
    strsep(&rest, "\t");
    for (int term = 0; term < 4; term++) { /* the first epoch of each term */
        double value = strtod(strsep(&rest, "\t"), NULL);
        static const char *const same[] = { "least", "mean", "most", "seed 0" };
        for (int k = 0; k < 4; k++)
            assert_true(number(1 + 2 * term, same[k]) == value);
    }
    for (int row = 1; row < rows; row++) { /* cnc.theta = 1: the constraint counts from the second epoch on */
        bool late = strcmp(cell[row][1], "constraint") == 0;
        assert_true(number(row, "weight") == (!late ? 1 : number(row, "epoch") > 1 ? 0.1 : 0));
    }
}

static void test_losses_of_several_runs(void **state)
{
    char other[200];
    (void)state;
    finished_copy("other", other, sizeof other);
    must_work("sed -i '2,$s/\t[^\t]*/\t7/' %s/losses.tsv", other);
    must_write(curves("losses", finished_full, other, NULL));
    assert_int_equal(fields, 9);
    double mine = number(1, "seed 0");
    assert_true(number(1, "most") == 7 && number(1, "least") == mine);
    assert_true(fabs(number(1, "mean") - (mine + 7) / 2) <= NINE_DIGITS * (number(1, "mean") + mine / 2));
    refused("have other settings", curves("losses", finished_full, finished_base, NULL));
}

/* Of the six steps in two epochs only those that were asked for: a line for each epoch that was begun. */
static void test_losses_of_a_run_cut_short(void **state)
{
    (void)state;
    for (int steps = 1; steps <= 4; steps += 3) {
        must_work("$ablate run tests/inputs/small.ini --scale mini --seeds 1 --row full --steps %d --keep-epochs "
                  "--cache %s --out $in/cut%d --folders 2>$in/log | tail -n 1",
                  steps, finished_cache, steps);
        char cut[200] = "";
        snprintf(cut, sizeof cut, "%.*s", (int)strcspn(said, "\n"), said);
        must_write(curves("losses", cut, NULL));
        assert_int_equal(rows, 1 + 4 * (steps > 3 ? 2 : 1));
        must_work("cd $in && mkdir drawn%d && cp %s drawn%d/losses.tsv", steps, out, steps);
        must_write(curves("gradients", cut, NULL));
        assert_int_equal(rows, 1 + 5 * steps);
        must_work("cp %s $in/drawn%d/gradients.tsv && cp %s $in/drawn%d/gradients-tau.tsv", out, steps, out, steps);
        must_work("for i in losses gradients; do scripts/figures/draw $i $in/drawn%d || exit 1; done", steps);
    }
    must_work(
        "cd $in && sed -n 2p cut4/runs/small/full/seed-0-*/losses.tsv >cut && sed -n 2p %s/losses.tsv | cmp - cut",
        finished_full);
}

static void damaged(const char *name, const char *edit, const char *words)
{
    char copy[200];
    finished_copy(name, copy, sizeof copy);
    must_work("sed -i '%s' %s/losses.tsv", edit, copy);
    refused(words, curves("losses", copy, NULL));
}

static void test_damaged_losses(void **state)
{
    (void)state;
    damaged("d1", "1s/epoch/age/", "losses.tsv:1: the first line must be 'epoch'");
    damaged("d2", "2s/^1/2/", "losses.tsv:2: it must be the epoch 1 and 4 numbers");
    damaged("d3", "3s/$/\t1/", "losses.tsv:3: it must be the epoch 2");
    damaged("d4", "3s/\t[^\t]*$//", "losses.tsv:3:");
    damaged("d5", "3s/$/x/", "losses.tsv:3:");
    damaged("d6", "2,$d", "it holds no line");
}

/* ---- scores ---- */

static float *read_maps(npz_array *shape, const char *name)
{
    char path[300];
    snprintf(path, sizeof path, "%s/maps.npz", finished_full);
    npz *n = npz_open(path);
    assert_non_null(n);
    assert_int_equal(npz_find(n, name, shape), 1);
    float *all = malloc((size_t)shape->count * sizeof *all);
    assert_int_equal(npz_read_float(n, shape, all), 0);
    npz_close(n);
    return all;
}

/* The pixels of the run's own maps, counted into the table's bins. An edge is known to nine digits of the larger one,
 * and its own rounding in double is less than as much again. */
static void check_pixels(void)
{
    npz_array shape;
    float *maps = read_maps(&shape, "maps"), *masks = read_maps(&shape, "masks");
    for (int row = 1; row < rows; row++) {
        double from = number(row, "from"), to = number(row, "to"), slack = 2 * NINE_DIGITS * fmax(fabs(from), fabs(to));
        int64_t sure[2] = { 0 }, most[2] = { 0 };
        if (strcmp(cell[row][1], "pixel") != 0)
            continue;
        for (int64_t i = 0; i < shape.count; i++) {
            double value = (double)maps[i];
            sure[masks[i] > 0.5f] += value > from + slack && value < to - slack;
            most[masks[i] > 0.5f] += value > from - slack && value < to + slack;
        }
        assert_true(number(row, "normal") >= (double)sure[0] && number(row, "normal") <= (double)most[0]);
        assert_true(number(row, "defective") >= (double)sure[1] && number(row, "defective") <= (double)most[1]);
    }
    free(maps);
    free(masks);
}

static double sum_of(const char *level, const char *column)
{
    double sum = 0;
    for (int row = 1; row < rows; row++)
        sum += strcmp(cell[row][1], level) == 0 ? number(row, column) : 0;
    return sum;
}

static void test_scores(void **state)
{
    (void)state;
    must_write(curves("scores", finished_full, NULL));
    assert_int_equal(rows, 1 + 40 + 80);
    assert_string_equal(cell[1][0], "small, row full, scale mini, seed 0");
    static const char *const shares[] = { "normal_share", "defective_share" };
    for (int i = 0; i < 2; i++) {
        assert_true(fabs(sum_of("image", shares[i]) - 1) <= NINE_DIGITS);
        assert_true(fabs(sum_of("pixel", shares[i]) - 1) <= NINE_DIGITS);
    }
    npz_array shape;
    float *labels = read_maps(&shape, "labels");
    double defective = 0;
    for (int64_t i = 0; i < shape.count; i++)
        defective += (double)labels[i];
    free(labels);
    assert_true(sum_of("image", "defective") == defective);
    assert_true(sum_of("image", "normal") == (double)shape.count - defective);
    assert_true(sum_of("pixel", "normal") + sum_of("pixel", "defective") == (double)shape.count * 128 * 128);
    check_pixels();
}

/* ---- usage ---- */

/* Each patch goes to two of five experts, so shares add up to 2, in each class and in all. */
static void test_usage(void **state)
{
    (void)state;
    must_write(curves("usage", finished_full, NULL)); /* of the value that a module names */
    assert_int_equal((rows - 1) % 5, 0);
    double pictures = 0;
    for (int row = 1; row < rows; row += 5) {
        double share = 0, mean = 0;
        for (int k = 0; k < 5; k++) {
            assert_true(number(row + k, "place") == k + 1);
            share += number(row + k, "share");
            mean += number(row + k, "mean");
        }
        assert_true(fabs(share - 2) <= 2 * NINE_DIGITS);
        assert_true(mean > 0.4 && mean < 1);
        if (strcmp(cell[row][2], "all") == 0)
            assert_true(number(row, "pictures") == pictures);
        pictures += number(row, "pictures");
    }
    assert_string_equal(cell[rows - 1][1], "epoch"); /* this run kept no epoch but the first values, which it draws */
    assert_string_equal(cell[rows - 1][2], "0");
}

static void test_mistakes_are_sentences(void **state)
{
    (void)state;
    refused("its modules write no 'gates'", curves("usage", finished_base, "--value", "gates", NULL));
    refused("name a value of pictures x tokens x places",
            curves("usage", finished_full, "--value", "score.image", NULL));
    refused("name one run, not 2", curves("usage", finished_full, finished_base, "--value", "gates", NULL));
    refused("none of its modules spreads tokens over places", curves("usage", finished_base, NULL));
    refused("'loss' is none of losses, gradients, scores, usage", curves("loss", finished_full, NULL));
    refused("name losses, gradients, scores or usage", curves("losses", NULL));
    refused("there is no such folder", curves("scores", "/nowhere", NULL));
    refused("option '--bins' is not known", curves("scores", "--bins", "3", NULL));
}

static int begin(void **state)
{
    int status = finished_begin(state);
    snprintf(out, sizeof out, "%s/out.tsv", folder);
    return status;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_losses),
        cmocka_unit_test(test_losses_of_several_runs),
        cmocka_unit_test(test_losses_of_a_run_cut_short),
        cmocka_unit_test(test_damaged_losses),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_usage),
        cmocka_unit_test(test_mistakes_are_sentences),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
