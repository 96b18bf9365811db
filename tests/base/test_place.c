/* test_place.c: files that settings name are found from any working directory, counted from where they are named, and a
 * run is the same run wherever its files lie. */
#include "../../core/base/file.h"
#include "../../core/base/place.h"
#include "../../core/base/settings.h"
#include "../../core/finished/predict_files.h"
#include "../lab/program.h"

static char root[1024]; /* the kit: the folder in which the tests run; also $KIT; folder is $T, the program $ABLATE */

/* ---- the rule ---- */

static void found(const char *name, const char *file, const char *expected)
{
    char *place = place_find(name, file), wanted[2100];
    bool whole = *expected == '/';
    snprintf(wanted, sizeof wanted, "%s%s%s", whole ? "" : folder, whole || !*expected ? "" : "/", expected);
    assert_non_null(place);
    assert_string_equal(place, wanted);
    free(place);
}

static void test_where_a_name_leads(void **state)
{
    (void)state;
    char in[300], link[300], kit[1200];
    must_work("cd $T && mkdir -p a/w b/w l/modules && touch a/x.ini a/w/one b/w/two l/modules/mine && "
              "ln -s ../a/x.ini l/y.ini && ln -s ../../b/w/two a/w/linked");
    snprintf(in, sizeof in, "%s/a/x.ini", folder);
    snprintf(link, sizeof link, "%s/l/y.ini", folder);
    snprintf(kit, sizeof kit, "%s/experiments/cnc.ini", root);
    found("w/one", in, "a/w/one");
    found("../b/w/two", in, "b/w/two");
    found("./w/../w/linked", in, "a/w/linked"); /* a link to a file keeps its name */
    found("w", in, "a/w");
    found("w/", in, "a/w");
    found("..", in, "");             /* the folder itself */
    found("w/one", link, "a/w/one"); /* beside what the link leads to */
    found("modules/mine", link, "l/modules/mine");
    found("experiments/cnc.ini", in, kit); /* the kit's */
    found("nowhere/at/all", in, "a/nowhere/at/all");
    found("/nowhere/at/all", in, "/nowhere/at/all");
    assert_int_equal(chdir(folder), 0);
    found("a/w/one", NULL, "a/w/one");
    found("a/w/one", "--set", "a/w/one");
    found("experiments/cnc.ini", "--set", "experiments/cnc.ini"); /* not the kit's: the command line counts from here */
    found("w/one", "a/x.ini", "a/w/one");
    assert_int_equal(chdir(root), 0);
    char *empty = place_find("", in), *looked = place_looked("w/none", link);
    assert_string_equal(empty, "");
    snprintf(kit, sizeof kit, "%s/l/w/none, %s/a/w/none and %s/w/none", folder, folder, root);
    assert_string_equal(looked, kit);
    free(empty);
    free(looked);
}

static void test_how_a_place_is_written_down(void **state)
{
    (void)state;
    char path[1200];
    assert_string_equal(place_kit(), root);
    snprintf(path, sizeof path, "%s/modules/x", root);
    assert_string_equal(place_short(path), "modules/x");
    snprintf(path, sizeof path, "%s-other/x", root);
    assert_string_equal(place_short(path), path);
    assert_string_equal(place_short(root), root);
    assert_string_equal(place_short("/x"), "/x");
}

typedef struct chosen {
    const char *weights, *name;
} chosen;
static const ablate_setting rows[] = { ABLATE_FILE(chosen, weights, "a file"),
                                       ABLATE_WORDS(chosen, name, "w/one", "no file"),
                                       { 0 } };

static void test_settings_that_are_paths(void **state)
{
    (void)state;
    settings list = { 0 }, printed = { 0 };
    chosen c;
    char file[200], why[160], expected[400];
    snprintf(file, sizeof file, "%s/a/x.ini", folder);
    assert_int_equal(settings_check_rows(rows, sizeof c, why), 0);
    assert_int_equal(settings_fill(&list, "some", rows, &c), 0);
    assert_string_equal(c.weights, "");
    assert_int_equal(settings_set(&list, "some", "weights", "w/one", file, 3), 0);
    assert_int_equal(settings_fill(&list, "some", rows, &c), 0);
    snprintf(expected, sizeof expected, "%s/a/w/one", folder);
    assert_string_equal(c.weights, expected);
    assert_string_equal(c.name, "w/one");
    assert_int_equal(settings_check_paths(&list, "some", rows), 0);
    assert_int_equal(settings_list(&printed, "some", rows, &c, NULL), 0);
    assert_string_equal(settings_find(&printed, "some", "weights")->value, expected);
    assert_string_equal(settings_find(&printed, "some", "name")->value, "w/one");
    settings_free(&printed);
    assert_int_equal(settings_set(&list, "some", "weights", "w/no", file, 7), 0); /* the later wins */
    assert_int_equal(settings_check_paths(&list, "some", rows), -1);
    snprintf(expected, sizeof expected,
             "%s:7: 'some.weights' names 'w/no', which is not there (looked for %s/a/w/no and ", file, folder);
    expect_complaint(expected);
    settings_free(&list);
}

/* Lines of a list of pictures: from here, or else from the list's folder. */
static void test_lists_of_pictures(void **state)
{
    (void)state;
    predict_files files = { 0 };
    char list[300], beside[300];
    must_work("cd $T/b && touch w/p.png w/q.png && printf 'w/p.png\\nw/q.png\\n' >list.txt && mkdir -p $T/here/w && "
              "touch $T/here/w/q.png");
    snprintf(list, sizeof list, "@%s/b/list.txt", folder);
    snprintf(beside, sizeof beside, "%s/b/w/p.png", folder);
    assert_int_equal(chdir(folder) | chdir("here"), 0);
    int status = predict_files_add(&files, list);
    assert_int_equal(chdir(root), 0);
    assert_int_equal(status, 0);
    assert_int_equal(files.count, 2);
    assert_string_equal(files.file[0].path, beside);
    assert_string_equal(files.file[1].path, "w/q.png");
    predict_files_free(&files);
}

/* ---- runs ---- */

/* What the shell says after those words, "$ABLATE ..." within "cd WHERE". */
static void says(const char *where, const char *words, const char *expected)
{
    shell("cd %s && %s", where, words);
    if (!strstr(said, expected))
        fail_msg("in %s, %s: expected '%s', got: %s", where, words, expected, said);
}

static void run_says(const char *where, const char *file, const char *more, const char *expected)
{
    char words[1500];
    snprintf(words, sizeof words,
             "$ABLATE run %s --scale mini --row base --seeds 1 --set run.epochs=1 --out $T/out --cache $T/cache %s",
             file, more);
    says(where, words, expected);
}

/* That words of a complaint are said, $T being the folder. */
static void run_names(const char *where, const char *file, const char *more, const char *format)
{
    char expected[900];
    const char *at = strstr(format, "$T");
    snprintf(expected, sizeof expected, "%.*s%s%s", (int)(at - format), format, folder, at + 2);
    run_says(where, file, more, expected);
}

/* An experiment in one folder, its base in a second, weights beside the base, data beside the experiment. */
static void lay_out_experiment(void)
{
    must_work("mkdir -p $T/mine/sub $T/bases/w && cp $KIT/modules/encoders/clip/nano.safetensors $T/bases/w/");
    must_work("$ABLATE data mini --set mini.train=2 --set mini.good=1 --set mini.each=1 --export $T/mine/pictures "
              ">/dev/null");
    must_work(
        "printf 'base = %%s/tests/inputs/small.ini\\n[clip]\\nweights = w/nano.safetensors\\n' $KIT >$T/bases/mid.ini");
    must_work("printf 'base = ../bases/mid.ini\\n[run]\\ndata = folder:pictures\\n' >$T/mine/x.ini");
}

static void test_one_run_from_any_folder(void **state)
{
    (void)state;
    const char *other = "--set clip.weights=w.safetensors --data folder:../../copied";
    lay_out_experiment();
    run_says("$T/mine", "x.ini", "", "1 runs, of which 0 had finished before");
    run_says("$T/mine/sub", "../x.ini", "", "1 runs, of which 1 had finished before;");
    must_work("ln -s ../mine/x.ini $T/bases/x.ini");
    run_says("$T/bases", "x.ini", "", "1 runs, of which 1 had finished before;");
    /* the same weights and pictures by other names are the same run */
    must_work("cp -r $T/mine/pictures $T/copied && cp $T/bases/w/nano.safetensors $T/mine/sub/w.safetensors");
    run_says("$T/mine/sub", "../x.ini", other, "1 runs, of which 1 had finished before;");
    must_work("cd $(ls -d $T/copied/*/train/good | head -n 1) && cp 000.png more.png"); /* another is another run */
    run_says("$T/mine/sub", "../x.ini", other, "1 runs, of which 0 had finished before;");
}

static void test_what_is_missing_is_named_with_its_places(void **state)
{
    (void)state;
    run_names("$T/mine/sub", "../x.ini", "--set clip.weights=w/nano.safetensors",
              "'clip.weights' names 'w/nano.safetensors', which is not there (looked for "
              "$T/mine/sub/w/nano.safetensors)");
    run_names(
        "$T/mine/sub", "../x.ini", "--data folder:pictures",
        "--data:1: 'run.data' names 'pictures', which is not there (looked for $T/mine/sub/pictures); correct it, "
        "or name the place with --set run.data=folder:PATH");
    must_work("printf 'base = ../bases/no.ini\\n' >$T/mine/bad.ini");
    run_names("/", "$T/mine/bad.ini", "",
              "mine/bad.ini:1: base '../bases/no.ini' is not there (looked for $T/bases/no.ini)");
}

/* The kit as it is installed, called by a link, and moved, with the results. */
static void test_installed_and_moved(void **state)
{
    (void)state;
    must_work("scripts/install-files ${ABLATE_BUILD:-build} $T/prefix $T/prefix 1 >/dev/null");
    must_work("unset ABLATE_LIBRARY; ln -s $T/prefix/bin/ablate $T/called && cd / && $T/called check "
              "ablations/table2.ini --scale mini 2>/dev/null | grep -q '8 rows are in order'");
    must_work("unset ABLATE_LIBRARY; cd / && $T/called run ablations/table2.ini --scale mini --row i --seeds 1 "
              "--set run.epochs=1 --set mini.train=2 --set mini.good=1 --set mini.each=1 --out $T/moving "
              "--cache $T/cache >$T/log 2>&1 || { cat $T/log; false; }");
    must_work("cd $T && mv prefix elsewhere && mv moving moved");
    must_work("unset ABLATE_LIBRARY; cd / && $T/elsewhere/bin/ablate gallery $T/moved/runs/table2/i/seed-0-* "
              "--out $T/gallery --cache $T/cache >/dev/null 2>$T/log || { cat $T/log; false; }");
}

/* A run whose files lie outside of the kit, and are no longer there: what is missing is named, and what replaces it. */
static void test_a_run_whose_files_are_gone(void **state)
{
    (void)state;
    const char *gallery = "$ABLATE gallery $(ls -dtr out/runs/x/base/seed-0-* | head -n 1) --out other --cache cache ";
    char words[500];
    must_work("cd $T && mv bases/w bases/v && mv mine/pictures mine/photographs && rm -r copied");
    says("$T", gallery, "bases/w/nano.safetensors that it was trained with is not there");
    snprintf(words, sizeof words, "%s --set clip.weights=bases/v/nano.safetensors", gallery);
    says("$T", words, "name its place with --set run.data=folder:PATH");
    snprintf(words, sizeof words,
             "%s --set clip.weights=bases/v/nano.safetensors --set "
             "run.data=folder:mine/photographs",
             gallery);
    says("$T", words, "pictures written to other");
}

static int begin(void **state)
{
    char program[2100];
    if (!getcwd(root, sizeof root) || make_folder(state) < 0)
        return -1;
    bool whole = *build_place() == '/';
    snprintf(program, sizeof program, "%s%s%s/ablate", whole ? "" : root, whole ? "" : "/", build_place());
    return setenv("KIT", root, 1) | setenv("T", folder, 1) | setenv("ABLATE", program, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_where_a_name_leads),      cmocka_unit_test(test_how_a_place_is_written_down),
        cmocka_unit_test(test_settings_that_are_paths), cmocka_unit_test(test_lists_of_pictures),
        cmocka_unit_test(test_one_run_from_any_folder), cmocka_unit_test(test_what_is_missing_is_named_with_its_places),
        cmocka_unit_test(test_installed_and_moved),     cmocka_unit_test(test_a_run_whose_files_are_gone),
    };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
