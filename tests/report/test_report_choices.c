/* The table of many choices: which alternative is told from the default, in what order, and what it says of runs that
 * are missing. */
#include "../../core/base/diag.h"
#include "../../core/base/file.h"
#include "../../core/metrics/bootstrap.h"
#include "../../core/record/draws.h"
#include "../../core/report/report_choices.h"
#include "../lab/scratch.h"
#include "../lab/words.h"
#include <glob.h>
#include <math.h>

static experiment *write_and_load(const char *path, const char *text)
{
    assert_int_equal(file_write_text(path, text), 0);
    experiment *e = experiment_load(path, &(experiment_options){ 0 });
    if (!e)
        fail_msg("%s", complaint());
    return e;
}

/* A run whose mean of the two columns is `mean`. */
static run_record record_make(const char *row, int seed, double mean)
{
    run_record r = { .seed = seed };
    r.row = run_record_text(&r, "%s", row);
    for (int k = 0; k < METRICS_KINDS; k++)
        r.mean[k] = NAN;
    r.mean[METRICS_IMAGE_AUROC] = mean + 0.125;
    r.mean[METRICS_AUPRO] = mean - 0.125;
    return r;
}

static void free_records(run_record *r, int count)
{
    for (int i = 0; i < count; i++)
        run_record_free(&r[i]);
}

static char *print_choices(const report_choice *c, int count)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    assert_non_null(to);
    assert_int_equal(report_choices(c, count, ".", "t", to), 0);
    fclose(to);
    return text;
}

#define HEAD "[columns]\nmetrics = image_auroc aupro mean\n[run]\nseeds = 2\n"

/* Keeps draws of runs that do not differ from one another. */
static void keep(const run_record *r, int count)
{
    double *off = take_zeroed((size_t)METRICS_KINDS * BOOTSTRAP_SAMPLES, sizeof *off, "draws");
    assert_non_null(off);
    for (int i = 0; i < count; i++) {
        char *path = run_record_path(&r[i], "./runs");
        assert_non_null(path);
        *strrchr(path, '/') = 0;
        assert_int_equal(file_make_directory(path), 0);
        assert_int_equal(draws_write(path, off), 0);
        free(path);
    }
    free(off);
}

/* Two seeds: the interval reaches 12.706 times half of their distance to each side. Choice a: `far` gains 3.00
 * and 3.01,
 * +- 0.06; `near` 1 and 3, +- 12.7. Choice b: 0 and 20. */
static void test_told_and_order(void **state)
{
    (void)state;
    experiment *a =
        write_and_load("a.ini", HEAD "[experiment]\ntitle = First | choice\nsays = \"x_1\"\n[row plain]\n[row "
                                     "near]\n[row far]\n");
    experiment *b = write_and_load("b.ini", HEAD "[row one]\n[row two]\n");
    run_record of_a[] = { record_make("plain", 0, 0.50), record_make("plain", 1, 0.52), record_make("near", 0, 0.51),
                          record_make("near", 1, 0.55),  record_make("far", 0, 0.53),   record_make("far", 1, 0.5501) };
    run_record of_b[] = { record_make("one", 0, 0.5), record_make("one", 1, 0.5), record_make("two", 0, 0.5),
                          record_make("two", 1, 0.7) };
    const report_choice c[] = { { a, of_a, 6 }, { b, of_b, 4 } };
    keep(of_a, 6);
    keep(of_b, 4);
    free(print_choices(c, 2));
    char *md = read_text("t.md");
    const char *two = strstr(md, "| b |  | one | 50.0 ± 0.0 | two | 60.0 ± 14.1 | +10.0 \\[−117.1, +137.1\\] | no |");
    const char *far = strstr(md, "| First \\| choice | \"x\\_1\" | plain | 51.0 ± 1.4 | far | 54.0 ± 1.4 | **+3.0** "
                                 "\\[+2.9, +3.1\\] | **yes** |");
    const char *near = strstr(md, "| near | 53.0 ± 2.8 | +2.0 \\[−10.7, +14.7\\] | no |");
    if (!two || !far || !near)
        fail_msg("%s", md);
    assert_true(two < far && far < near); /* the greatest change first */
    assert_non_null(strstr(
        md,
        "Of 3 alternatives with two seeds or more, 1 changes the mean of the metrics so that the 95 % interval leaves "
        "zero out; by chance alone about 0 would."));
    free(md);
    char *tsv = read_text("t.tsv");
    assert_non_null(strstr(tsv, "a\tfar\ttold\tyes\n"));
    assert_non_null(strstr(tsv, "a\tfar\tchange_low\t0.029"));
    assert_non_null(strstr(tsv, "b\ttwo\ttold\tno\n"));
    assert_non_null(strstr(tsv, "a\tplain\tmean\t0.51"));
    free(tsv);
    free_records(of_a, 6);
    free_records(of_b, 4);
    experiment_free(a);
    experiment_free(b);
}

/* Of one seed a line has a change, and nothing is counted. */
static void test_one_seed_tells_nothing(void **state)
{
    (void)state;
    experiment *a = write_and_load("one.ini", HEAD "[row plain]\n[row near]\n");
    run_record records[] = { record_make("plain", 0, 0.5), record_make("near", 0, 0.9) };
    const report_choice c = { a, records, 2 };
    keep(records, 2);
    free(print_choices(&c, 1));
    char *md = read_text("t.md");
    if (!strstr(md, "| one seed |") || !strstr(md, "None of these changes can be told") ||
        strstr(md, "by chance alone"))
        fail_msg("%s", md);
    free(md);
    free_records(records, 2);
    experiment_free(a);
}

/* A report of fewer choices does not take the place of one of more; of more, it does. */
static void test_fewer_choices_have_another_name(void **state)
{
    (void)state;
    experiment *a = write_and_load("a.ini", HEAD "[row plain]\n[row near]\n");
    experiment *b = write_and_load("b.ini", HEAD "[row one]\n[row two]\n");
    run_record runs[] = { record_make("plain", 0, 0.5), record_make("near", 0, 0.9) };
    const report_choice one[] = { { a, runs, 2 } }, both[] = { { a, runs, 2 }, { b, NULL, 0 } };
    free(print_choices(one, 1));
    free(print_choices(both, 2)); /* takes the place of the first */
    char *before = read_text("t.tsv");
    assert_non_null(strstr(before, "\nb\tone\tmean\tnot run\n"));
    free(print_choices(one, 1));
    char *after = read_text("t.tsv");
    assert_string_equal(after, before);
    glob_t found;
    assert_int_equal(glob("t-no-scale-????????.tsv", 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    char *aside = read_text(found.gl_pathv[0]);
    assert_non_null(strstr(aside, "\na\tplain\tmean\t0.5\n"));
    assert_null(strstr(aside, "\nb\t"));
    free(before);
    free(after);
    free(aside);
    globfree(&found);
    free_records(runs, 2);
    experiment_free(a);
    experiment_free(b);
}

static void test_missing_runs(void **state)
{
    (void)state;
    experiment *a = write_and_load("a.ini", HEAD "[row plain]\n[row near]\n[row never]\n");
    run_record runs[] = { record_make("plain", 0, 0.5), record_make("plain", 1, 0.5), record_make("near", 0, 0.9) };
    const report_choice c = { a, runs, 3 };
    char *plain = print_choices(&c, 1);
    assert_non_null(strstr(plain, "not run"));
    free(plain);
    char *md = read_text("t.md");
    assert_non_null(strstr(md, "| near | 90.0 (1 of 2 seeds) | +40.0 | one seed |"));
    assert_non_null(strstr(md, "| never | not run |  |  |"));
    free(md);
    free_records(runs, 3);
    experiment_free(a);
}

static void refused(const report_choice *c, int count, const char *words)
{
    unlink("t.md");
    assert_int_equal(report_choices(c, count, ".", "t", stdout), -1);
    expect_sentence(words);
    assert_false(file_exists("t.md"));
}

static void test_refusals(void **state)
{
    (void)state;
    experiment *a = write_and_load("a.ini", HEAD "[row plain]\n");
    experiment *b = write_and_load("b.ini", "[columns]\nmetrics = aupro\n[row one]\n[row two]\n");
    refused(&(report_choice){ a, NULL, 0 }, 1,
            "a.ini has no alternative; a choice needs a row for the default and one for each other");
    experiment_free(a);
    a = write_and_load("a.ini", HEAD "[row plain]\n[row other]\n");
    const report_choice both[] = { { a, NULL, 0 }, { b, NULL, 0 } };
    refused(both, 2, "b.ini has other columns than a.ini; one report needs the same");
    experiment_free(a);
    experiment_free(b);
}

/* Does the row set this as the complete experiment does? */
static void check_default(const experiment *choice, const settings *complete, const char *section, const char *key)
{
    const settings_entry *own = settings_find(&choice->rows[0].settings, section, key);
    const settings_entry *whole = settings_find(complete, section, key);
    bool size = strcmp(choice->name, "position") == 0 && strcmp(key, "size") == 0; /* can matter at another size only */
    if (!own || !whole || (strcmp(own->value, whole->value) != 0 && !size))
        fail_msg("%s: the first row has %s.%s = %s, the complete experiment %s", choice->path, section, key,
                 own ? own->value : "none", whole ? whole->value : "none");
}

/* The repository's own: a file a choice, which says what the paper says; the default first; at both scales. */
static void test_own_choices(void **state)
{
    (void)state;
    glob_t found;
    assert_int_equal(chdir(start_folder), 0);
    assert_int_equal(glob("ablations/unstated/*.ini", 0, NULL, &found), 0);
    assert_true(found.gl_pathc > 20);
    for (size_t i = 0; i < 2 * found.gl_pathc; i++) {
        experiment_options options = { .scale = i % 2 ? "paper" : "mini" };
        experiment *root = experiment_load("experiments/cnc.ini", &options);
        experiment *choice = root ? experiment_load(found.gl_pathv[i / 2], &options) : NULL;
        if (!choice) {
            fail_msg("%s", complaint());
            return;
        }
        assert_true(choice->row_count > 1 && *choice->title && *choice->says);
        const settings *own = &choice->rows[0].settings;
        for (int k = 0; k < own->count; k++)
            if (*own->entry[k].key)
                check_default(choice, &root->rows[0].settings, own->entry[k].section, own->entry[k].key);
        experiment_free(root);
        experiment_free(choice);
    }
    globfree(&found);
    assert_int_equal(chdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_seed_tells_nothing, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_told_and_order, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_fewer_choices_have_another_name, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_missing_runs, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_refusals, enter_folder, leave_folder),
        cmocka_unit_test_setup_teardown(test_own_choices, enter_folder, leave_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
