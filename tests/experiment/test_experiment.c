/* Experiment files: what lies over what, rows, grids, ticks, printed values, and one test for each refusal. */
/* units: experiment_find experiment_printed experiment_row data/input_settings model/run_settings */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/experiment/experiment.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <math.h>

static const char root_text[] = "[run]\nmodel = one two three\ndata = drawn\nepochs = 250\n[input]\nsize = 224\n"
                                "[moe]\nexperts = 5\n";

static int write_files(void **state)
{
    (void)state;
    complaint_clear();
    unlink("a.ini");
    unlink("b.ini");
    assert_int_equal(file_write_text("root.ini", root_text), 0);
    assert_int_equal(
        file_write_text("scale/small.ini", "[experiment]\nnote = small\n[run]\nepochs = 3\n[input]\nsize = 32\n"), 0);
    assert_int_equal(file_write_text("scale/big.ini", "[run]\nseeds = 1\n"), 0);
    return 0;
}

static experiment *load(const char *path, const char *scale)
{
    experiment *e = experiment_load(path, &(experiment_options){ .scale = scale });
    if (!e)
        print_message("%s\n", complaint());
    assert_non_null(e);
    return e;
}

static void refused_with(const char *text, const experiment_options *options, const char *words)
{
    assert_int_equal(file_write_text("a.ini", text), 0);
    assert_null(experiment_load("a.ini", options));
    expect_sentence(words);
}

static void refused(const char *text, const char *words)
{
    refused_with(text, &(experiment_options){ 0 }, words);
}

static void test_single(void **state)
{
    (void)state;
    experiment *e = load("root.ini", NULL);
    assert_string_equal(e->name, "root");
    assert_int_equal(e->row_count, 1);
    assert_string_equal(e->rows[0].name, "root");
    assert_int_equal(e->rows[0].run.epochs, 250);
    assert_int_equal(e->rows[0].run.batch, 8);
    assert_string_equal(e->rows[0].run.protocol, "exact");
    assert_int_equal(e->columns, 6);
    assert_true(isnan(e->rows[0].paper[0].percent));
    experiment_free(e);
}

static void test_rows(void **state)
{
    (void)state;
    file_write_text("a.ini", "base = root.ini\n[experiment]\ntitle = T\n[columns]\nmetrics = image_auroc aupro mean\n"
                             "words = two:TWO  three:THREE\n[row i]\nmodel = one  two\npaper = 95.4 -  90\n"
                             "[row ii]\nmoe.experts = 7\nrun.epochs = 9\n");
    experiment *e = load("a.ini", NULL);
    assert_int_equal(e->row_count, 2);
    const experiment_row *i = experiment_find_row(e, "i"), *ii = experiment_find_row(e, "ii");
    assert_true(i->paper[0].percent == 95.4 && isnan(i->paper[1].percent) && i->paper[2].percent == 90);
    assert_true(isnan(ii->paper[0].percent));
    assert_true(i->tick[0] && !i->tick[1] && ii->tick[0] && ii->tick[1]);
    assert_string_equal(e->label[1], "THREE");
    assert_string_equal(i->run.model, "one  two");
    assert_string_equal(ii->run.model, "one two three");
    assert_int_equal(ii->run.epochs, 9);
    assert_string_equal(settings_find(&ii->settings, "moe", "experts")->value, "7");
    assert_string_equal(settings_find(&i->settings, "moe", "experts")->value, "5");
    assert_string_equal(settings_find(&ii->settings, "moe", "experts")->file, "a.ini");
    assert_int_equal(e->column[1], METRICS_AUPRO);
    assert_int_equal(e->column[2], EXPERIMENT_MEAN);
    assert_string_equal(e->title, "T");
    assert_null(experiment_find_row(e, "iii"));
    assert_string_equal(complaint(), "a.ini: there is no row 'iii'; the rows are i, ii");
    experiment_free(e);
}

/* root < scale < nearer files < [scale NAME] < rows < --data, --seeds, --set */
static void test_order(void **state)
{
    (void)state;
    file_write_text("b.ini", "base = root.ini\n[input]\nsize = 64\n[run]\nbatch = 2\n[row x]\n");
    file_write_text("sub/c.ini", "base = ../b.ini\n[run]\nbatch = 4\n[scale small]\nrun.batch = 5\n[scale big]\n"
                                 "run.batch = 6\n[row i]\n[row ii]\nrun.batch = 7\n");
    experiment *e = load("sub/c.ini", NULL);
    assert_int_equal(e->row_count, 2); /* b.ini's row is dropped */
    assert_string_equal(e->note, "");
    assert_int_equal(e->rows[0].run.epochs, 250);
    assert_int_equal(e->rows[0].input.size, 64);
    assert_int_equal(e->rows[0].run.batch, 4);
    assert_int_equal(e->rows[1].run.batch, 7);
    experiment_free(e);
    e = load("sub/c.ini", "small");
    assert_string_equal(e->note, "small");
    assert_int_equal(e->rows[0].run.epochs, 3);
    assert_int_equal(e->rows[0].input.size, 64);
    assert_int_equal(e->rows[0].run.batch, 5);
    assert_int_equal(e->rows[1].run.batch, 7);
    assert_string_equal(settings_find(&e->rows[0].settings, "input", "size")->file, "b.ini");
    experiment_free(e);
    const char *set[] = { "run.batch=8", "moe.experts=9" };
    e = experiment_load("sub/c.ini", &(experiment_options){ "small", "folder:x", 4, set, 2, NULL, 0 });
    assert_non_null(e);
    assert_int_equal(e->rows[1].run.batch, 8);
    assert_int_equal(e->rows[1].run.seeds, 4);
    char here[200], data[300];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(data, sizeof data, "folder:%s/x", here);
    assert_string_equal(e->rows[1].run.data, data);
    assert_string_equal(settings_find(&e->rows[1].settings, "moe", "experts")->value, "9");
    experiment_free(e);
}

static void test_inherited_rows(void **state)
{
    (void)state;
    file_write_text("b.ini", "base = root.ini\n[row x]\nrun.batch = 3\n[row y]\n");
    file_write_text("a.ini", "base = b.ini\n[run]\nepochs = 1\n");
    experiment *e = load("a.ini", NULL);
    assert_int_equal(e->row_count, 2);
    assert_string_equal(e->rows[0].name, "x");
    assert_int_equal(e->rows[0].run.batch, 3);
    assert_int_equal(e->rows[0].run.epochs, 1);
    experiment_free(e);
}

/* Title, words of the source, caption and note are of one file's report: neither a base's nor its scale section's. */
static void test_a_report_is_described_by_its_own_file(void **state)
{
    (void)state;
    const char *text = "base = root.ini\n[experiment]\ntitle = T\nsays = S\ncaption = All parts.\nnote = N\n[row x]\n"
                       "[scale small]\nexperiment.caption = All small parts.\n";
    file_write_text("b.ini", text);
    experiment *e = load("b.ini", NULL);
    assert_string_equal(e->caption, "All parts.");
    experiment_free(e);
    e = load("b.ini", "small");
    assert_string_equal(e->caption, "All small parts.");
    experiment_free(e);
    file_write_text("a.ini", "base = b.ini\n");
    e = load("a.ini", NULL);
    assert_true(!*e->title && !*e->says && !*e->caption && !*e->note);
    experiment_free(e);
    e = load("a.ini", "small");
    assert_true(!*e->title && !*e->says && !*e->caption);
    assert_string_equal(e->note, "small"); /* the scale's holds for every experiment */
    experiment_free(e);
    file_write_text("a.ini", "base = b.ini\n[experiment]\ncaption = Mine.\n");
    e = load("a.ini", "small");
    assert_string_equal(e->caption, "Mine.");
    experiment_free(e);
}

/* What a base's columns say about its rows is gone with them; which metrics there are is not. */
static void test_own_rows_have_own_columns(void **state)
{
    (void)state;
    file_write_text("b.ini", "base = root.ini\n[columns]\nmetrics = aupro mean\nwords = two:TWO\nlayout = grid\n"
                             "comparable = x: 1 class\n[grid]\nmoe.experts = 1 2\nmoe.top = 1 2\n[printed P]\n");
    file_write_text("a.ini", "base = b.ini\n[row i]\nmodel = one\n");
    experiment *e = load("a.ini", NULL);
    assert_true(e->columns == 2 && e->words == 0 && e->layout == LAYOUT_ROWS && !*e->comparable);
    assert_int_equal(e->printed_count, 0);
    experiment_free(e);
    file_write_text("b.ini", "base = root.ini\n[columns]\nwords = two:TWO\n[row y]\n");
    file_write_text("a.ini", "base = b.ini\n");
    e = load("a.ini", NULL); /* without rows of its own it has the base's, and what is said of them */
    assert_true(e->words == 1 && e->rows[0].tick[0]);
    experiment_free(e);
}

/* A word that no row has is mistyped, be the rows listed or a grid's; --set that deletes it everywhere is no mistake.
 */
static void test_words_of_no_row(void **state)
{
    (void)state;
    refused("base = root.ini\n[columns]\nwords = one:ONE tow:TWO\n[row i]\nmodel = one two\n[row ii]\n",
            "a.ini:3: 'columns.words' names 'tow', which no row's model has; the nearest word is 'two'; correct or "
            "delete it");
    refused("base = root.ini\n[columns]\nwords = on:ONE\n[grid]\nmoe.experts = 1 2\n",
            "a.ini:3: 'columns.words' names 'on', which no row's model has; the nearest word is 'one'; correct or "
            "delete it");
    refused("[columns]\nwords = one:ONE\n[row i]\n",
            "a.ini:2: 'columns.words' names 'one', which no row's model has; correct or delete it");
    refused("[columns]\nwords = one:ONE one:TWO\n[row i]\nmodel = one\n",
            "a.ini:2: 'columns.words' names 'one' twice; delete one");
    const char *set[] = { "run.model=two" };
    file_write_text("a.ini", "base = root.ini\n[columns]\nwords = one:ONE\n[row i]\nmodel = one two\n");
    experiment *e = experiment_load("a.ini", &(experiment_options){ .set = set, .sets = 1 });
    assert_non_null(e);
    assert_false(e->rows[0].tick[0]);
    assert_string_equal(experiment_row_own(&e->rows[0], "run", "model")->value, "one two");
    experiment_free(e);
    file_write_text("b.ini", "base = root.ini\n[run]\nmodel = two\n");
    file_write_text("root.ini", "[columns]\nwords = one:ONE\n[run]\nmodel = one\n");
    experiment_free(load("b.ini", NULL)); /* the base's words are no mistake of this file */
}

static void test_grid(void **state)
{
    (void)state;
    file_write_text("a.ini", "base = root.ini\n[columns]\nmetrics = image_auroc pixel_auroc\n[row none]\nmodel = one\n"
                             "[grid]\nmoe.experts = 1 2 3\nmoe.top = 1 2\nwhere = moe.top <= moe.experts\n"
                             "labels = T K\npaper 3 2 = 98.0 97.3\n");
    experiment *e = load("a.ini", NULL);
    assert_int_equal(e->row_count, 7);
    assert_string_equal(e->rows[1].name, "T=1 K=1");
    assert_true(e->rows[1].applicable);
    assert_string_equal(e->rows[2].name, "T=1 K=2");
    assert_false(e->rows[2].applicable);
    const experiment_row *row = experiment_find_row(e, "T=3 K=2");
    assert_true(row->applicable && row->paper[0].percent == 98.0 && row->paper[1].percent == 97.3);
    assert_string_equal(settings_find(&row->settings, "moe", "experts")->value, "3");
    assert_string_equal(settings_find(&row->settings, "moe", "top")->value, "2");
    assert_true(isnan(e->rows[1].paper[0].percent));
    experiment_free(e);
}

static void test_grid_bars(void **state)
{
    (void)state;
    file_write_text("a.ini", "base = root.ini\n[grid]\nclip.layers = 2 4 6 | 1 2 3\nrun.batch = 1 2\n"
                             "where = run.batch > 1 and run.batch != 3\n");
    experiment *e = load("a.ini", NULL);
    assert_int_equal(e->row_count, 4);
    assert_string_equal(e->rows[3].name, "layers=1 2 3 batch=2");
    assert_int_equal(e->rows[3].run.batch, 2);
    assert_false(e->rows[2].applicable);
    assert_string_equal(settings_find(&e->rows[3].settings, "clip", "layers")->value, "1 2 3");
    experiment_free(e);
}

static const char bundles[] = "base = root.ini\n[grid]\nencoder = small large\ninput.size = 32 64\n"
                              "labels = E S\npaper large 64 = 1 2 3 4 5 6\n"
                              "[encoder small]\nclip.arch = s\nmoe.experts = 2\n"
                              "[encoder  large]\nclip.arch = l\nmodel = one two\n"
                              "[encoder unlisted]\nclip.arch = u\n";

/* An axis whose values stand for several settings, crossed with one of a single setting. */
static void test_bundles(void **state)
{
    (void)state;
    file_write_text("a.ini", bundles);
    experiment *e = load("a.ini", NULL);
    assert_int_equal(e->row_count, 4);
    assert_string_equal(e->rows[1].name, "E=small S=64");
    const experiment_row *small = &e->rows[1], *large = &e->rows[3];
    assert_string_equal(settings_find(&small->settings, "clip", "arch")->value, "s");
    assert_int_equal(settings_find(&small->settings, "clip", "arch")->line, 8);
    assert_string_equal(settings_find(&small->settings, "moe", "experts")->value, "2");
    assert_string_equal(small->run.model, "one two three");
    assert_int_equal(small->input.size, 64);
    assert_string_equal(settings_find(&large->settings, "clip", "arch")->value, "l");
    assert_string_equal(settings_find(&large->settings, "moe", "experts")->value, "5");
    assert_string_equal(large->run.model, "one two");
    assert_true(isnan(small->paper[0].percent) && large->paper[5].percent == 6);
    for (int i = 0; i < large->settings.count; i++)
        assert_null(strchr(large->settings.entry[i].section, ' '));
    experiment_free(e);
}

/* A nearer file changes what a value stands for or, with a grid of its own, drops it; a scale lists other values. */
static void test_bundles_in_chain(void **state)
{
    (void)state;
    file_write_text("b.ini", bundles);
    file_write_text("a.ini", "base = b.ini\n[encoder small]\nclip.arch = t\n");
    experiment *e = load("a.ini", NULL);
    assert_int_equal(e->row_count, 4);
    assert_string_equal(settings_find(&e->rows[0].settings, "clip", "arch")->value, "t");
    assert_string_equal(settings_find(&e->rows[0].settings, "moe", "experts")->value, "2");
    experiment_free(e);
    file_write_text("a.ini", "base = root.ini\n[grid]\npart = x y\n[scale small]\ngrid.part = z\n"
                             "grid.paper z = 1 1 1 1 1 1\n[part x]\n[part y]\n[part z]\nrun.batch = 3\n");
    e = load("a.ini", "small");
    assert_int_equal(e->row_count, 1);
    assert_string_equal(e->rows[0].name, "part=z");
    assert_true(e->rows[0].run.batch == 3 && e->rows[0].paper[0].percent == 1);
    experiment_free(e);
    refused("base = b.ini\n[grid]\nencoder = small\n",
            "a.ini:3: 'encoder' lists small, but there is no section [encoder small]; write it, with what small stands "
            "for, or let the axis be one setting, section.key");
}

static void test_wrong_bundles(void **state)
{
    (void)state;
    refused("[grid]\npart = a\n[prat a]\nrun.batch = 1\n",
            "a.ini:3: [prat a] is no row and belongs to no axis of the grid; the nearest axis is 'part', or write a "
            "section of one word");
    refused("[row i]\n[part a]\n", "a.ini:2: [part a] is no row and belongs to no axis of the grid; there is no axis, "
                                   "or write a section of one word");
    refused("[grid]\nrun.batch = 1\n[run.batch 1]\n",
            "a.ini:3: [run.batch 1] is no row and belongs to no axis of the grid; the nearest axis is 'run.batch', or "
            "write a section of one word");
    refused("[grid]\nrow = 1\n[row 1]\n", "a.ini:2: 'row' is no axis of a grid; write section.key = values");
    refused("[grid]\npart = a\n[part a]\npaper = 1\n",
            "a.ini:4: 'paper' is of one cell, not of [part a]; write 'paper' and a value of each axis in [grid]");
    refused("[grid]\npart = a\n[part a]\nbatch = 1\n",
            "a.ini:4: 'batch' is no key of a row; the nearest is 'paper', and settings are written section.key");
    refused("[grid]\npart = a\n[part a]\nrun.bach = 1\n",
            "a.ini:4: 'run.bach' is no setting; the nearest is 'run.batch'");
    refused("[grid]\npart = a\n[part a]\ncolumns.words = 1\n",
            "a.ini:4: a row cannot change [columns]; move 'words' there");
    refused("[grid]\npart = a\nrun.batch = 1\n[part a]\nrun.batch = 1\n",
            "a.ini:3: 'run.batch' is set by another axis of the grid too, in a.ini:5; delete one of the two");
    file_write_text("scale/small.ini", "[part a]\n");
    refused_with("", &(experiment_options){ .scale = "small" },
                 "scale/small.ini:1: a scale holds for every experiment, so it has no [part a]; move it");
}

static void test_missing_file(void **state)
{
    (void)state;
    assert_null(experiment_load("nowhere.ini", &(experiment_options){ 0 }));
    assert_string_equal(complaint(), "nowhere.ini: there is no such file; give the path of an experiment");
}

static void test_missing_base(void **state)
{
    (void)state;
    char here[200], words[500];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(words, sizeof words,
             "a.ini:2: base '../none.ini' is not there (looked for %.*s/none.ini); correct the path",
             (int)(strrchr(here, '/') - here), here);
    refused("; first\nbase = ../none.ini\n", words);
}

static void test_cyclic_base(void **state)
{
    (void)state;
    refused("base = a.ini\n", "a.ini:1: base 'a.ini' leads back to a.ini; break the circle");
    file_write_text("b.ini", "\nbase = sub/../a.ini\n");
    file_make_directory("sub");
    refused("base = b.ini\n", "b.ini:2: base 'sub/../a.ini' leads back to a.ini; break the circle");
}

static void test_no_scale(void **state)
{
    (void)state;
    experiment_options options = { .scale = "tiny" };
    refused_with("", &options, "there is no scale 'tiny': scale/tiny.ini is missing; choose one that is there");
    options.scale = "../root";
    refused_with("", &options,
                 "'../root' is no name of a scale; give one of the names in scale/, without '/' and .ini");
    refused("[scale tiny]\nrun.epochs = 1\n", "a.ini:1: there is no scale 'tiny': scale/tiny.ini is missing");
    refused("[scale small]\nepochs = 1\n", "a.ini:2: 'epochs=1' must look like section.key=value");
}

static void test_scale_with_rows(void **state)
{
    (void)state;
    experiment_options options = { .scale = "small" };
    file_write_text("scale/small.ini", "[row i]\n");
    refused_with("", &options, "scale/small.ini:1: a scale holds for every experiment, so it has no [row i]; move it");
    file_write_text("scale/small.ini", "base = x\n");
    refused_with("", &options, "scale/small.ini:1: 'base' stands before the first [section]; move it into one");
}

/* A row may be another one at a scale. */
static void test_scale_changes_rows(void **state)
{
    (void)state;
    const char *text = "base = root.ini\n[row a b]\nrun.epochs = 9\n[row c]\n[scale small]\nrow a b.run.epochs = 4\n";
    assert_int_equal(file_write_text("a.ini", text), 0);
    experiment *e = load("a.ini", "small");
    assert_int_equal(e->row_count, 2);
    assert_int_equal(e->rows[0].run.epochs, 4);
    assert_int_equal(e->rows[1].run.epochs, 3); /* the scale's own */
    experiment_free(e);
    e = load("a.ini", NULL);
    assert_int_equal(e->rows[0].run.epochs, 9);
    experiment_free(e);
    experiment_options options = { .scale = "small" };
    refused_with("base = root.ini\n[row a]\n[scale small]\nrow b.run.epochs = 4\n", &options,
                 "a.ini:4: there is no [row b] whose settings this could change");
}

static void test_sectionless(void **state)
{
    (void)state;
    refused("epochs = 3\n",
            "a.ini:1: 'epochs' stands before the first [section], where only 'base' and 'rows' may; move it");
}

static void test_row_twice(void **state)
{
    (void)state;
    refused("[row i]\n[row ii]\n[row i]\n",
            "a.ini:3: [row i] is there twice, first in line 1; join them or rename one");
    refused("[row i]\n[row  i]\n", "a.ini:2: row 'i' is there twice, first at a.ini:1; rename one");
    refused("[row k=1]\n[grid]\nrun.k = 1\n", "a.ini:3: row 'k=1' is there twice, first at a.ini:1; rename one");
}

static void test_row_nameless(void **state)
{
    (void)state;
    refused("[row]\n", "a.ini:1: a row needs a name; write [row NAME]");
}

static void test_key_twice(void **state)
{
    (void)state;
    refused("[run]\nseed = 1\nseed = 2\n", "a.ini:3: 'run.seed' is already set in line 2; delete one of the two");
}

static void test_unknown_key(void **state)
{
    (void)state;
    refused("[run]\nepoch = 1\n", "a.ini:2: 'run.epoch' is no setting; the nearest is 'run.epochs'");
    refused("[experiment]\ntitel = 1\n",
            "a.ini:2: 'experiment.titel' is no setting; the nearest is 'experiment.title'");
    refused("[columns]\nword = a:b\n", "a.ini:2: 'columns.word' is no setting; the nearest is 'columns.words'");
    refused("[row i]\nmodle = a\n",
            "a.ini:2: 'modle' is no key of a row; the nearest is 'model', and settings are written section.key");
    refused("[row i]\nrun.sede = 1\n", "a.ini:2: 'run.sede' is no setting; the nearest is 'run.seed'");
    refused("[row i]\ncolumns.words = 1\n", "a.ini:2: a row cannot change [columns]; move 'words' there");
}

static void test_wrong_value(void **state)
{
    (void)state;
    refused("[run]\nepochs = many\n", "a.ini:2: 'run.epochs' must be an integer from 0 to 1000000; it is 'many'");
    refused("[input]\nsize = 4\n", "a.ini:2: 'input.size' must be an integer from 8 to 4096; it is '4'");
    refused("[optimiser]\nrate = -1\n", "a.ini:2: 'optimiser.rate' must be a number from 0 to 1000; it is '-1'");
    refused("[run]\nprotocol = exactly\n",
            "a.ini:2: 'run.protocol' must be one of exact, ader2024, rd4ad, uniad, diad; it is 'exactly'");
    const char *set[] = { "run.seed=1", "input.resample=cubic" };
    refused_with("", &(experiment_options){ .set = set, .sets = 2 },
                 "--set:2: 'input.resample' must be one of bicubic, bilinear; it is 'cubic'");
    set[0] = "seed=1";
    refused_with("", &(experiment_options){ .set = set, .sets = 1 },
                 "--set:1: 'seed=1' must look like section.key=value");
    refused_with("", &(experiment_options){ .seeds = -2 },
                 "--seeds:1: 'run.seeds' must be an integer from 1 to 1000; it is '-2'");
}

static void test_wrong_paper(void **state)
{
    (void)state;
    const char *head = "[columns]\nmetrics = aupro mean\n[row i]\npaper = ";
    const char *bad[][2] = {
        { "1", "a.ini:4: 'paper' has 1 values, there are 2 columns; write '-' for what is not printed" },
        { "1 2 3", "a.ini:4: 'paper' has 3 values, there are 2 columns; write '-' for what is not printed" },
        { "1 x",
          "a.ini:4: 'paper' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is '1 x'" },
        { "1 nan", "a.ini:4: 'paper' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is "
                   "'1 nan'" },
        { "1 101", "a.ini:4: 'paper' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is "
                   "'1 101'" },
        { "1 2/3", "a.ini:4: 'paper' must be percentages from 0 to 100 with at most 3 decimals, or '-' for none; it is "
                   "'1 2/3'" },
    };
    for (int i = 0; i < 6; i++) {
        char text[200];
        snprintf(text, sizeof text, "%s%s\n", head, bad[i][0]);
        refused(text, bad[i][1]);
    }
}

static void test_wrong_columns(void **state)
{
    (void)state;
    refused("[columns]\nmetrics = auroc\n", "a.ini:2: 'columns.metrics' must be some of image_auroc pixel_auroc aupro "
                                            "image_ap pixel_ap mean, or none; it has 'auroc'");
    refused("[columns]\nmetrics = aupro aupro\n",
            "a.ini:2: 'columns.metrics' must name each column once; it has 'aupro aupro'");
    refused("[columns]\nmetrics = mean\n", "a.ini:2: 'columns.metrics' must name at least one metric; it has 'mean'");
    refused("[columns]\nmetrics =\n", "a.ini:2: 'columns.metrics' must name at least one metric; it has ''");
    refused("[columns]\nwords = a:\n",
            "a.ini:2: 'columns.words' must be a list of word:label, or word:\"a label\"; it has 'a:'");
    refused("[columns]\nwords = a b:c\n",
            "a.ini:2: 'columns.words' must be a list of word:label, or word:\"a label\"; it has 'a b:c'");
    const char *many = "a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b a:b";
    char text[200], words[200];
    snprintf(text, sizeof text, "[columns]\nwords = %s\n", many);
    snprintf(words, sizeof words, "a.ini:2: 'columns.words' may hold 16 words; it has '%s'", many);
    refused(text, words);
}

static void test_wrong_grid(void **state)
{
    (void)state;
    refused("[grid]\n.experts = 1\n", "a.ini:2: '.experts' is no axis of a grid; write section.key = values");
    refused("[grid]\nexperts = 1\n", "a.ini:2: 'experts' lists 1, but there is no section [experts 1]; write it, with "
                                     "what 1 stands for, or let the axis be one setting, section.key");
    refused("[grid]\nm.k =\n", "a.ini:2: 'm.k' lists no value; give one or more");
    refused("[grid]\nm.k = 1 2 1\n", "a.ini:2: 'm.k' lists 1 twice; delete one");
    refused("[grid]\nm.k = 1\nlabels = K T\n", "a.ini:3: 'labels' has 2 words, the grid has 1 axes; give one each");
    refused("[grid]\nwhere = 1 < 2\n", "a.ini:2: the grid has no axis; write section.key = values");
    refused("[grid]\nm.a = 1\nm.b = 1\nm.c = 1\nm.d = 1\nm.e = 1\n", "a.ini:6: a grid has at most 4 axes; delete one");
    refused("[grid]\nm.k = 1\npaper 2 = 1 1 1 1 1 1\n",
            "a.ini:3: 'paper 2' names no cell of the grid; write 'paper' and a value of each axis");
    const char *bad[] = { "m.k", "m.k < ", "m.k << 2", "m.j < 2", "m.k < 2 or m.k > 5", "m.k < 2 and" };
    for (int i = 0; i < 6; i++) {
        char text[200], words[300];
        snprintf(text, sizeof text, "[grid]\nm.k = 1\nwhere = %s\n", bad[i]);
        size_t length = strlen(bad[i]) - (i == 1);
        snprintf(words, sizeof words,
                 "a.ini:3: 'where' must compare axes and numbers, like 'a.x <= b.y and a.x > 1'; it is '%.*s'",
                 (int)length, bad[i]);
        refused(text, words);
    }
}

static void test_large_grid(void **state)
{
    (void)state;
    char text[4096] = "[grid]\n";
    for (int axis = 0; axis < 2; axis++) {
        size_t used = strlen(text);
        used += (size_t)snprintf(text + used, sizeof text - used, "m.%c = 0\n", 'a' + axis);
        for (int i = 1; i < 40; i++)
            used += (size_t)snprintf(text + used, sizeof text - used, "  %d\n", i);
    }
    refused(text, "a.ini:42: the grid has more than 1024 cells; shorten its lists");
    size_t used = 7;
    used += (size_t)snprintf(text + used, sizeof text - used, "m.a = 0\n");
    for (int i = 1; i < 65; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "  %d\n", i);
    refused(text, "a.ini:2: 'm.a' has more than 64 values; shorten the list");
}

/* What a run is known by: blanks, seeds and threads do not matter, values do. */
static void test_identity(void **state)
{
    (void)state;
    char *text[3] = { 0 };
    const char *files[] = { "[run]\nmodel = a  b\n", "[run]\nmodel = a b\nseeds = 4\nthreads = 3\n",
                            "[run]\nmodel = a b\nbatch = 9\n" };
    for (int i = 0; i < 3; i++) {
        settings list = { 0 };
        file_write_text("a.ini", files[i]);
        experiment *e = load("a.ini", NULL);
        assert_int_equal(experiment_row_list(&e->rows[0], 0, &list), 0);
        text[i] = settings_lines(&list);
        settings_free(&list);
        experiment_free(e);
    }
    assert_string_equal(text[0], text[1]);
    assert_string_not_equal(text[1], text[2]);
    assert_non_null(strstr(text[2], "run.model = a b\n"));
    assert_non_null(strstr(text[2], "run.batch = 9\n"));
    for (int i = 0; i < 3; i++)
        free(text[i]);
}

/* A row that needs a setting is there only where that has a value, whoever gives it; not as the twin of another row. */
static void test_rows_that_need_a_setting(void **state)
{
    (void)state;
    static const char text[] = "base = root.ini\n[row i]\nmodel = one\n[row ii, far]\nneeds = far.file\nmodel = far\n"
                               "group = its own\n";
    static const char *const given[] = { "far.file=x" }, *const swap[] = { "one=far" };
    assert_int_equal(file_write_text("a.ini", text), 0);
    experiment *e = load("a.ini", NULL);
    assert_int_equal(e->row_count, 1);
    assert_string_equal(e->absent, "ii, far (far.file)");
    assert_null(experiment_find_row(e, "ii, far"));
    expect_sentence(
        "a.ini: there is no row 'ii, far'; the rows are i; only with the settings named: ii, far (far.file)");
    complaint_clear();
    experiment_free(e);
    for (int swaps = 0; swaps < 2; swaps++) {
        e = experiment_load("a.ini", &(experiment_options){ .set = given, .sets = 1, .swap = swap, .swaps = swaps });
        assert_non_null(e);
        assert_int_equal(e->row_count, 2 - swaps);
        assert_string_equal(e->absent, swaps ? "ii, far (far.file)" : "");
        assert_string_equal(e->rows[0].group, "run here");
        assert_true(swaps || strcmp(e->rows[1].group, "its own") == 0);
        experiment_free(e);
    }
    refused("[row i]\nneeds = file\n", "a.ini:2: 'needs' must name one setting, section.key; it is 'file'");
    refused("[row i]\nneeds = a.b c.d\n", "a.ini:2: 'needs' must name one setting, section.key; it is 'a.b c.d'");
    refused("[row i]\ngroup =\n", "a.ini:2: 'group' has no name; give one, or delete the line");
    refused("[row i]\nneeds = far.file\n",
            "a.ini: each of its rows needs a setting that has no value: i (far.file); give one");
}

/* Other methods before the paper's own; those with an encoder of their own where its file is given. */
static void own_methods(const char *path, const char *scale)
{
    static const char *const files[] = { "resnet.weights=a", "efficientnet.weights=b", "dinov2.weights=c" };
    experiment *e = load(path, scale);
    const experiment_row *last = &e->rows[e->row_count - 1];
    int without = e->row_count;
    assert_true(without >= 3 && *e->absent);
    assert_string_equal(last->name, "CND");
    assert_true(e->rows[0].baseline && e->rows[0].run.seeds == 1);
    for (int r = 0; r < e->row_count; r++)
        assert_string_equal(e->rows[r].group, "same teacher");
    experiment_free(e);
    e = experiment_load(path, &(experiment_options){ .scale = scale, .set = files, .sets = 3 });
    assert_non_null(e);
    assert_string_equal(e->absent, "");
    assert_true(e->row_count > without);
    experiment_free(e);
}

/* The files of the repository itself load at both scales. */
static void test_own_files(void **state)
{
    (void)state;
    assert_int_equal(chdir(start_folder), 0);
    const char *scales[] = { NULL, "mini", "paper" };
    for (int i = 0; i < 3; i++) {
        experiment *e = load("ablations/table2.ini", scales[i]);
        assert_int_equal(e->row_count, 8);
        assert_int_equal(e->columns, 4);
        assert_true(e->rows[0].baseline && isnan(e->rows[0].paper[0].percent) && e->rows[0].run.seeds == 1);
        const experiment_row *row = experiment_find_row(e, "vii");
        assert_true(row->tick[0] && row->tick[1] && row->tick[2]);
        assert_true(row->paper[0].percent == 98.6 && row->paper[3].percent == 96.5);
        assert_int_equal(row->input.size, i == 1 ? 128 : 224);
        experiment_free(e);
        experiment_free(load("experiments/cnc.ini", scales[i]));
        own_methods("experiments/table1.ini", scales[i]);
        own_methods("experiments/table3.ini", scales[i]);
        e = load("ablations/fig4.ini", scales[i]);
        assert_int_equal(e->row_count, 16);
        row = experiment_find_row(e, i == 1 ? "encoder=nano@192px size=128" : "encoder=ViT-L/14* size=224");
        assert_non_null(row);
        assert_string_equal(settings_find(&row->settings, "clip", "arch")->value,
                            i == 1 ? "nano@192px" : "ViT-L/14@336px");
        assert_true(i == 0 ? isnan(row->paper[5].percent) : row->paper[5].percent == 89.0);
        experiment_free(e);
    }
    assert_int_equal(chdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, write_files)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(single),
        TEST(rows),
        TEST(order),
        TEST(inherited_rows),
        TEST(a_report_is_described_by_its_own_file),
        TEST(own_rows_have_own_columns),
        TEST(words_of_no_row),
        TEST(grid),
        TEST(grid_bars),
        TEST(bundles),
        TEST(bundles_in_chain),
        TEST(wrong_bundles),
        TEST(missing_file),
        TEST(missing_base),
        TEST(cyclic_base),
        TEST(no_scale),
        TEST(scale_with_rows),
        TEST(scale_changes_rows),
        TEST(sectionless),
        TEST(row_twice),
        TEST(row_nameless),
        TEST(key_twice),
        TEST(unknown_key),
        TEST(wrong_value),
        TEST(wrong_paper),
        TEST(wrong_columns),
        TEST(wrong_grid),
        TEST(large_grid),
        TEST(identity),
        TEST(rows_that_need_a_setting),
        TEST(own_files),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
