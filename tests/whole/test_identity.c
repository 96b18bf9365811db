/* What a finished run is known again by, and what of the code is part of it: the version of the numbers, and the
 * sources of modules that are not those of the golden runs; not a comment, and not the files of the program. */
#include "../lab/finished_run.h"
#include "../lab/module_build.h"

/* Runs the row again, with options and in an environment: does the program find it finished? */
static bool found_again(const char *environment, const char *options)
{
    must_work(
        "%s $ablate run tests/inputs/small.ini --row full --scale mini --seeds 1 --keep-maps --cache %s --out $in %s",
        environment, finished_cache, options);
    return strstr(said, "1 runs, of which 1 had finished before") != NULL;
}

/* Module mlf with an edit of its source, as the kit's build makes it, in a folder of that name. True: the run is found.
 */
static bool found_with(const char *name, const char *edit)
{
    char sources[300];
    must_work("mkdir $in/%s && sed '%s' modules/mlf.c >$in/%s/mlf.c && ! cmp -s modules/mlf.c $in/%s/mlf.c && "
              "cp modules/layers.h $in/%s && cd $in/%s && $OLDPWD/scripts/own-numbers mlf layers.h mlf.c >own.c",
              name, edit, name, name, name, name);
    snprintf(sources, sizeof sources, "%s %s", below("%s/mlf.c", name), below("%s/own.c", name));
    build_module(sources, below("%s", name), "mlf");
    snprintf(sources, sizeof sources, "--modules %s", below("%s", name));
    return found_again("", sources);
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
    must_work("grep -q '\"code.mlf\":' $in/runs/small/full/*/metrics.json");
    assert_true(found_with("both", "s/LAYERS_MAX = 8/LAYERS_MAX = 9/;1i /* more */"));
}

/* A file that no build of the kit made counts as a whole. */
static void test_a_module_from_elsewhere_makes_runs_anew(void **state)
{
    char options[100];
    (void)state;
    must_work("mkdir $in/else");
    build_module("modules/mlf.c", below("else"), "mlf");
    snprintf(options, sizeof options, "--modules %s", below("else"));
    assert_false(found_again("", options));
    assert_true(found_again("", options));
}

/* Whatever does not raise the version of the numbers: other files of the program are found to be the same. */
static void test_another_build_keeps_a_run(void **state)
{
    (void)state;
    must_work("mkdir $in/build && strip -g -o $in/build/ablate-cpu.so %s/ablate-cpu.so && "
              "! cmp -s $in/build/ablate-cpu.so %s/ablate-cpu.so && ln -s $(realpath %s/modules) $in/build/modules",
              build_place(), build_place(), build_place());
    assert_true(found_again("ABLATE_LIBRARY=$in/build", ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_comment_keeps_a_run),
        cmocka_unit_test(test_a_changed_module_makes_runs_anew),
        cmocka_unit_test(test_a_module_from_elsewhere_makes_runs_anew),
        cmocka_unit_test(test_another_build_keeps_a_run),
    };
    return cmocka_run_group_tests(tests, finished_begin, remove_folder);
}
