/* What a finished run is known again by, and what of the code is part of it: the version of the numbers, and the
 * sources of modules that are not those of the golden runs; not a comment, and not the files of the program. */
#include "../../core/base/numbers.h"
#include "../lab/finished_run.h"

/* Runs the row again with options: does the program find it finished? */
static bool found_again(const char *library, const char *options)
{
    char command[900];
    const char *build = getenv("ABLATE_BUILD");
    snprintf(
        command, sizeof command,
        "%s %s/ablate run tests/inputs/small.ini --row full --scale mini --seeds 1 --keep-maps --cache %s --out %s "
        "%s >%s/log 2>&1 || { cat %s/log; false; }",
        library, build ? build : "build", finished_cache, finished_folder, options, finished_folder, finished_folder);
    build_run(command);
    snprintf(command, sizeof command, "grep -q '1 runs, of which 1 had finished before' %s/log", finished_folder);
    return system(command) == 0;
}

/* Module mlf with an edit of its source, as the kit's build makes it, into the folder NAME. True: the run is found. */
static bool found_with(const char *name, const char *edit)
{
    char folder[200], sources[500], options[300];
    snprintf(folder, sizeof folder, "%s/%s", finished_folder, name);
    finished_shell("mkdir -p %s && sed '%s' modules/mlf.c >%s/mlf.c && cmp -s modules/mlf.c %s/mlf.c && exit 1; "
                   "scripts/own-numbers mlf %s/mlf.c >%s/own.c",
                   folder, edit, folder, folder, folder, folder);
    snprintf(sources, sizeof sources, "%s/mlf.c %s/own.c", folder, folder);
    build_module(sources, folder, "mlf");
    snprintf(options, sizeof options, "--modules %s", folder);
    return found_again("", options);
}

static void test_a_comment_keeps_a_run(void **state)
{
    (void)state;
    assert_true(found_with("comment", "s|^{$|{ // \"changed\"|;2i /* more\\n   of it */\\n"));
}

/* Of the bits it makes nothing is known until the golden runs are compared; a comment on top changes nothing again. */
static void test_a_changed_module_makes_runs_anew(void **state)
{
    (void)state;
    assert_false(found_with("code", "s/LAYERS_MAX = 8/LAYERS_MAX = 9/"));
    finished_shell("grep -q '\"code.mlf\":' %s/runs/small/full/*/metrics.json", finished_folder);
    finished_shell("! grep -q '\"code.moe\":' %s/runs/small/full/*/metrics.json", finished_folder);
    assert_true(found_with("both", "s/LAYERS_MAX = 8/LAYERS_MAX = 9/;1i /* more */"));
}

/* A file that no build of the kit made counts as a whole. */
static void test_a_module_from_elsewhere_makes_runs_anew(void **state)
{
    (void)state;
    char options[200];
    finished_shell("mkdir %s/else", finished_folder);
    snprintf(options, sizeof options, "%s/else", finished_folder);
    build_module("modules/mlf.c", options, "mlf");
    snprintf(options, sizeof options, "--modules %s/else", finished_folder);
    assert_false(found_again("", options));
    assert_true(found_again("", options));
    finished_shell("rm -r %s/else", finished_folder);
}

/* Whatever does not raise the version of the numbers: other files of the program are found to be the same. */
static void test_another_build_keeps_a_run(void **state)
{
    (void)state;
    char library[300];
    const char *build = getenv("ABLATE_BUILD"), *f = finished_folder;
    build = build ? build : "build";
    finished_shell("mkdir %s/build && strip -g -o %s/build/ablate-cpu.so %s/ablate-cpu.so && "
                   "! cmp -s %s/build/ablate-cpu.so %s/ablate-cpu.so && ln -s $(realpath %s/modules) %s/build/modules",
                   f, f, build, f, build, build, f);
    snprintf(library, sizeof library, "ABLATE_LIBRARY=%s/build", f);
    assert_true(found_again(library, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_comment_keeps_a_run),
        cmocka_unit_test(test_a_changed_module_makes_runs_anew),
        cmocka_unit_test(test_a_module_from_elsewhere_makes_runs_anew),
        cmocka_unit_test(test_another_build_keeps_a_run),
    };
    return cmocka_run_group_tests(tests, finished_begin, finished_end);
}
