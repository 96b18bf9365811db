/* test_figures.c: `ablate gallery` and `ablate patches` on two finished runs of seconds, and the drawing of what they
 * write: pictures are chosen by the rule, maps are the runs' own, and what cannot be shown is said in a sentence. */
/* units: figure_gallery figure_runs cli/verb_figures */
#include "../lab/finished_run.h"

#include "../../core/base/file.h"
#include "../../core/cli/verbs.h"
#include "../../core/files/npz.h"
#include "../../core/finished/figure_runs.h"
#include <math.h>

static char shown[100], looked[100]; /* folders of the gallery and of the patches */

/* The verb with these arguments, ended by NULL, and the runs' cache. */
static int run_verb(const char *name, const char *first, ...)
{
    char *argv[40] = { (char *)(uintptr_t)name, (char[]){ "--cache" }, finished_cache };
    int argc = 3;
    va_list rest;
    complaint_clear();
    va_start(rest, first);
    for (const char *text = first; text; text = va_arg(rest, const char *))
        argv[argc++] = (char *)(uintptr_t)text;
    va_end(rest);
    return verbs_run(argc, argv);
}

static int begin(void **state)
{
    if (finished_begin(state) < 0)
        return -1;
    snprintf(shown, sizeof shown, "%s/figures/fig3", folder);
    snprintf(looked, sizeof looked, "%s/figures/fig1", folder);
    if (run_verb("gallery", finished_base, finished_full, "--out", shown, NULL) < 0 ||
        run_verb("patches", finished_base, finished_full, "--good", "--spread", "3", "--value", "response.4:0",
                 "--value", "response.4:1", "--value", "response.4:0-1", "--value", "1-distance", "--value", "distance",
                 "--out", looked, NULL) < 0) {
        fprintf(stderr, "%s\n", complaint());
        return -1;
    }
    return 0;
}

/* Fields of a line of UNDER/NAME, the heading left out; cells stay valid until the next call. */
enum { LINES = 1200, CELLS = 16 };
static char *cell[LINES][CELLS];

static int read_table(const char *under, const char *name)
{
    static char text[1 << 17];
    char path[200];
    int lines = -1;
    snprintf(path, sizeof path, "%s/%s", under, name);
    FILE *from = fopen(path, "r");
    assert_non_null(from);
    for (char *at = text; lines < LINES && fgets(at, (int)(sizeof text - (size_t)(at - text)), from); lines++) {
        char *next = at + strlen(at) + 1, *rest = at;
        for (int i = 0; lines >= 0 && i < CELLS; i++)
            cell[lines][i] = strsep(&rest, "\t\n");
        at = next;
    }
    fclose(from);
    return lines;
}

static double number(int line, int column)
{
    char *end;
    double value = strtod(cell[line][column], &end);
    assert_true(end != cell[line][column] && !*end);
    return value;
}

typedef struct kept { /* of the full run's maps.npz */
    float maps[105][128][128];
    double scores[105], labels[105];
    char **classes, **names;
    int count;
} kept;
static kept full;

static void read_kept(void)
{
    char path[250];
    npz_array array;
    snprintf(path, sizeof path, "%s/maps.npz", finished_full);
    npz *archive = npz_open(path);
    assert_non_null(archive);
    assert_int_equal(npz_find(archive, "maps", &array), 1);
    assert_true(array.dim[0] <= 105 && array.dim[1] == 128);
    full.count = (int)array.dim[0];
    assert_int_equal(npz_read_float(archive, &array, &full.maps[0][0][0]), 0);
    assert_int_equal(npz_find(archive, "scores", &array), 1);
    assert_int_equal(npz_read_double(archive, &array, full.scores), 0);
    assert_int_equal(npz_find(archive, "labels", &array), 1);
    assert_int_equal(npz_read_double(archive, &array, full.labels), 0);
    assert_int_equal(npz_find(archive, "classes", &array), 1);
    assert_non_null(full.classes = npz_read_text(archive, &array));
    assert_int_equal(npz_find(archive, "names", &array), 1);
    assert_non_null(full.names = npz_read_text(archive, &array));
    npz_close(archive);
}

static int find_kept(const char *name)
{
    for (int i = 0; i < full.count; i++)
        if (strcmp(full.names[i], name) == 0)
            return i;
    fail_msg("maps.npz has no picture '%s'", name);
    return -1;
}

/* By the scores that the run itself kept: as many defective pictures of the class lie below as the rank says, and that
 * is the lower median. */
static void test_gallery_shows_the_median(void **state)
{
    (void)state;
    read_kept();
    assert_int_equal(read_table(shown, "pictures.tsv"), 15);
    for (int line = 0; line < 15; line++) {
        int own = find_kept(cell[line][3]), below = 0, of = 0;
        assert_string_equal(full.classes[own], cell[line][1]);
        assert_true(full.labels[own] == 1 && strcmp(cell[line][4], "0") == 0);
        for (int i = 0; i < full.count; i++)
            if (full.labels[i] == 1 && strcmp(full.classes[i], cell[line][1]) == 0) {
                of++;
                below += full.scores[i] < full.scores[own];
            }
        assert_int_equal(below, (of - 1) / 2);
        assert_true(number(line, 5) == below + 1);
        assert_true(number(line, 6) == of);
        assert_true(fabs(number(line, 8) - full.scores[own]) <= NINE_DIGITS * full.scores[own]);
    }
    free(full.classes);
    free(full.names);
}

/* A map's grey is the run's own score on the scale that scales.tsv states; half a grey level for rounding, and a
 * hundredth for the nine digits of the scale. */
static void test_maps_are_the_scores(void **state)
{
    (void)state;
    char path[250];
    ablate_image image;
    read_kept();
    assert_int_equal(read_table(shown, "pictures.tsv"), 15);
    const int own = find_kept(cell[4][3]);
    assert_int_equal(read_table(shown, "scales.tsv"), 30);
    assert_true(strcmp(cell[9][0], "5") == 0 && strcmp(cell[9][1], "2") == 0);
    const double low = number(9, 2), high = number(9, 3);
    snprintf(path, sizeof path, "%s/5-map-2.png", shown);
    assert_int_equal(image_read(path, &image), 0);
    assert_true(image.width == 128 && image.height == 128);
    for (int i = 0; i < 128 * 128; i++) {
        double grey = 255 * ((double)full.maps[own][i / 128][i % 128] - low) / (high - low);
        grey = grey < 0 ? 0 : grey > 255 ? 255 : grey;
        assert_true(fabs(grey - image.rgb[3 * i]) <= 0.51);
    }
    image_free(&image);
    free(full.classes);
    free(full.names);
}

static void test_patches_and_their_numbers(void **state)
{
    (void)state;
    double mean[2] = { 0, 0 }, share[2] = { 0, 0 };
    assert_int_equal(read_table(looked, "pictures.tsv"), 6);
    for (int i = 0; i < 6; i++)
        assert_string_equal(cell[i][4], i % 2 ? "0" : "1");
    assert_int_equal(read_table(looked, "values.tsv"), 3 + 2 + 2); /* only the full run knows prompts */
    for (int i = 0; i < 7; i++) {
        assert_string_equal(cell[i][2], i < 3 || i % 2 == 0 ? "2" : "1");
        assert_true(number(i, 3) < number(i, 4));
        assert_true(number(i, 5) > number(i, 6) && number(i, 6) > 0);
    }
    /* One minus a number (a float of at most 1: rounded by up to 2^-25) has one minus the mean, and the pairs the other
     * way, but those that rounding makes equal: closer than 2^-24, which of numbers spread evenly over a range r are
     * 2^-23 / r. They crowd: a histogram of them (fig1) has bins 4.4 times as full as even ones, so 8 times that. */
    for (int i = 3; i < 5; i++) {
        assert_true(fabs(number(i, 7) + number(i + 2, 7) - 1) <= 0x1p-25 + 2 * NINE_DIGITS);
        assert_true(fabs(number(i, 9) + number(i + 2, 9) - 1) <= 8 * 0x1p-23 / (number(i, 4) - number(i, 3)));
    }
    mean[0] = number(0, 7) - number(1, 7);
    mean[1] = number(2, 7);
    /* A difference of floats is rounded by 2^-24 of itself, and three means have nine digits. */
    assert_true(fabs(mean[0] - mean[1]) <= (0x1p-24 + 2 * NINE_DIGITS) * (fabs(number(0, 7)) + fabs(number(1, 7))));
    assert_int_equal(read_table(looked, "histogram.tsv"), 700);
    for (int i = 0; i < 100; i++) {
        share[0] += number(i, 3);
        share[1] += number(i, 4);
    }
    assert_true(fabs(share[0] - 1) <= NINE_DIGITS && fabs(share[1] - 1) <= NINE_DIGITS);
}

static void refused(const char *words, int status)
{
    assert_int_equal(status, -1);
    expect_complaint(words);
}

#define OUT "--out", out
static void test_mistakes_are_sentences(void **state)
{
    (void)state;
    char out[100], damaged[200];
    snprintf(out, sizeof out, "%s/none", folder);
    refused("name the folders of finished runs", run_verb("gallery", OUT, NULL));
    refused("name the folders of finished runs", run_verb("gallery", finished_full, NULL));
    refused("there is no such folder", run_verb("gallery", "/nowhere", OUT, NULL));
    refused("no such class; it has mini-bottle, ", run_verb("gallery", finished_full, "--class", "nut", OUT, NULL));
    refused("lowest, median or highest", run_verb("gallery", finished_full, "--rule", "best", OUT, NULL));
    refused("--value means nothing here; it is an option of ablate patches",
            run_verb("gallery", finished_full, "--value", "distance", OUT, NULL));
    refused("leave out --class", run_verb("gallery", finished_full, "--spread", "2", "--class", "x", OUT, NULL));
    refused("only 15 classes", run_verb("gallery", finished_full, "--spread", "16", OUT, NULL));
    refused("and a --value", run_verb("patches", finished_full, OUT, NULL));
    refused("is not NAME", run_verb("patches", finished_full, "--value", "a.b:c", OUT, NULL));
    refused("write no 'colour'", run_verb("patches", finished_full, "--value", "colour", OUT, NULL));
    refused("write no 'response'", run_verb("patches", finished_base, "--value", "response:0", OUT, NULL));
    refused("no number for each patch", run_verb("patches", finished_full, "--value", "score", OUT, NULL));
    refused("name one of its channels", run_verb("patches", finished_full, "--value", "response.0", OUT, NULL));
    refused("no channels to name", run_verb("patches", finished_full, "--value", "distance.0:0", OUT, NULL));
    assert_false(file_exists(out));
    finished_copy("damaged", damaged, sizeof damaged);
    must_work("truncate -s 1000 %s/parameters.safetensors", damaged);
    refused("parameters.safetensors", run_verb("gallery", damaged, OUT, NULL));
    refused("/dev/null", run_verb("gallery", finished_full, "--out", "/dev/null/x", NULL));
    assert_false(file_exists(out));
}

static void test_runs_of_other_pictures_are_not_mixed(void **state)
{
    (void)state;
    char out[100], other[200] = "";
    snprintf(out, sizeof out, "%s/mixed", folder);
    must_work("$ablate run tests/inputs/small.ini --scale mini --seeds 1 --row base --steps 1 --set mini.seed=5 "
              "--cache $in/cache --out $in/other --folders 2>$in/log | tail -n 1");
    snprintf(other, sizeof other, "%.*s", (int)strcspn(said, "\n"), said);
    refused("were judged on different pictures", run_verb("gallery", other, finished_full, OUT, NULL));
    assert_false(file_exists(out));
}

static void test_a_run_without_maps(void **state)
{
    (void)state;
    static figure_runs f;
    const figure_options o = { .run = (const char *const[]){ finished_base },
                               .runs = 1,
                               .predict = { .cache = finished_cache } };
    assert_int_equal(figure_runs_open(&f, &o), 0);
    f.run[0].model.map = NULL;
    refused("writes 'score'", figure_runs_score(&f, 0));
    figure_runs_close(&f);
}

/* Not one word from gnuplot; and where it has one, the picture that was there stays. */
static void test_figures_are_drawn(void **state)
{
    (void)state;
    char path[250];
    must_work("head='name\\tmark\\timage_auroc\\tpixel_auroc\\taupro\\timage_ap\\tpixel_ap\\n' && cd %s && "
              "printf \"${head}A*\\t2\\t94\\t96\\t91\\t96\\t48\\nB\\t1\\t97\\t96\\t90\\t99\\t52\\n\" >printed.tsv && "
              "printf \"${head}one, large\\t3\\t50\\t50\\t50\\t50\\t50\\n\" >here.tsv", /* no span at all */
              looked);
    static const char *const names[] = { "fig1", "fig3" };
    for (int i = 0; i < 2; i++) {
        must_work("scripts/figures/draw %s $in/figures", names[i]);
        must_work("grep -q '</svg>' $in/figures/%s.svg", names[i]);
        snprintf(path, sizeof path, "%s/figures/%s.png", folder, names[i]);
        ablate_image image;
        assert_int_equal(image_read(path, &image), 0);
        assert_in_range(image.width, 1540, 1544); /* 17.8 cm, 220 pixels to the inch */
        image_free(&image);
    }
    must_work("cd $in/figures && sha256sum fig3.svg >sum && mv fig3/scales.tsv fig3/1-mask.png ..");
    must_work("! scripts/figures/draw fig3 $in/figures 2>$in/words");
    must_work("grep -q 'fig3.gp, drawn as svg' $in/words && grep -q 1-mask.png $in/words");
    must_work("cd $in/figures && sha256sum --quiet -c sum && mv ../scales.tsv ../1-mask.png fig3");
}

/* In a house of its own, whose results they may write. */
static void test_figures_of_other_settings_have_a_folder_of_their_own(void **state)
{
    (void)state;
    must_work("mkdir $in/house && ln -s $PWD/scripts $PWD/ablations $PWD/experiments $PWD/modules $in/house && "
              "cd $in/house && scripts/figures/fig2.sh $ablate --scale mini && cp results/figures/fig2.svg ..");
    expect_words(said, "figure: results/figures/fig2.svg and .png\n");
    must_work("cd $in/house && scripts/figures/fig2.sh $ablate --scale mini --set moe.experts=3");
    expect_words(said, "figure: results/figures-mini-");
    expect_words(said, "/fig2.svg and .png; results/figures, of the files' own settings, stays\n");
    must_work("cd $in/house && cmp results/figures/fig2.svg ../fig2.svg && ls results/figures-mini-*/fig2.png && "
              "scripts/figures/folder --scale paper && scripts/figures/folder");
    expect_words(said, "results/figures-paper\nresults/figures-no-scale\n");
}

/* A program in the place of `ablate` that says what it was asked, and draws nothing. */
static void test_fig3_of_an_encoder_without_text_goes_without_row_vii(void **state)
{
    (void)state;
    must_work("cd $in/house && printf '#!/bin/sh\\necho \"$*\" >>asked\\n[ $1 = run ]\\n' >asks && chmod +x asks");
    must_work("cd $in/house && ! scripts/figures/fig3.sh ./asks --scale mini && cat asked && rm asked");
    expect_words(said, "--row neighbour --row i --row vii --seeds 1");
    must_work("cd $in/house && ! scripts/figures/fig3.sh ./asks --scale mini --swap clip=efficientnet && cat asked");
    expect_words(said, "row vi, without the constraint, stands in its place");
    expect_words(said, "--row neighbour --row i --row vi --seeds 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_gallery_shows_the_median, start),
        cmocka_unit_test_setup(test_maps_are_the_scores, start),
        cmocka_unit_test_setup(test_patches_and_their_numbers, start),
        cmocka_unit_test_setup(test_mistakes_are_sentences, start),
        cmocka_unit_test_setup(test_runs_of_other_pictures_are_not_mixed, start),
        cmocka_unit_test_setup(test_a_run_without_maps, start),
        cmocka_unit_test_setup(test_figures_are_drawn, start),
        cmocka_unit_test_setup(test_figures_of_other_settings_have_a_folder_of_their_own, start),
        cmocka_unit_test_setup(test_fig3_of_an_encoder_without_text_goes_without_row_vii, start),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
