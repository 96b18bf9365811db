/* `ablate modules`, `ablate ops` and `ablate new` as a user meets them: what is printed, and one sentence if it fails.
 */
#include "../lab/module_build.h"

static int run(const char *arguments)
{
    return shell("$ablate %s", arguments);
}

static void expect_one_sentence(const char *arguments, const char *words)
{
    assert_int_equal(run(arguments), 1);
    expect_words(said, words);
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

static void modules_are_listed(void **state)
{
    static const char *const names[] = { "cnc",  "clip", "decoder", "distill", "efficientnet", "folder", "gatefuse",
                                         "mini", "mlf",  "moe",     "mvtec",   "noise",        "visa" };
    (void)state;
    assert_int_equal(run("modules"), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[40];
        snprintf(line, sizeof line, "\n%s ", names[i]);
        if (strncmp(said, line + 1, strlen(line) - 1) != 0)
            expect_words(said, line);
    }
    assert_null(strstr(said, "cannot be loaded"));
}

static void module_is_shown(void **state)
{
    (void)state;
    assert_int_equal(run("modules moe"), 0);
    expect_words(said, "reads:  bottleneck|perturbed|teacher\nwrites: bottleneck gates\n");
    expect_words(said, "moe.top        = 2            an integer from 1 to 64\n");
    expect_words(said, "experts that process a token, K <= T");
    expect_words(said, "moe.gate       = softmax      one of softmax, renormalised, top_softmax\n");
    assert_int_equal(run("modules clip"), 0);
    expect_words(said, "clip.train      = no");
    assert_int_equal(run("modules gatefuse"), 0);
    expect_words(said, "operations:\n  gatefuse.mix  2-8 ");
}

static void broken_modules_are_said(void **state)
{
    (void)state;
    build_module("tests/bad_modules/minor.c", folder, "minor");
    assert_int_equal(run("modules --modules $in"), 0);
    expect_words(said, "\nminor ");
    expect_words(said, " cannot be loaded: ");
    expect_words(said, "\nmoe "); /* and the others are there */
}

static void operations_are_shown(void **state)
{
    (void)state;
    assert_int_equal(run("ops"), 0);
    expect_words(said, "\nattention ");
    expect_words(said, "\nmatmul ");
    assert_int_equal(run("ops top_k"), 0);
    expect_words(said, "inputs: 1; gradient: yes\n");
    expect_words(said, "renormalize = none         one of none, sum, softmax\n");
    assert_int_equal(run("ops gatefuse.mix"), 0);
    expect_words(said, "gatefuse.mix: weights (..., L)");
}

static void mistakes_are_one_sentence(void **state)
{
    (void)state;
    expect_one_sentence("modules moo", "ablate: there is no module 'moo'; the nearest is 'moe' (see: ablate modules)");
    expect_one_sentence("ops matmull", "ablate: there is no operation 'matmull'; the nearest is 'matmul'");
    expect_one_sentence("ops gatefuse.mux", "ablate: there is no operation 'gatefuse.mux'");
    expect_one_sentence("modules moe mlf", "ablate: ablate modules: 'mlf' is one argument too many; it takes [NAME]");
    expect_one_sentence("modules --wrong", "ablate: ablate modules: option '--wrong' is not known");
    expect_one_sentence("new", "ablate: ablate new: name the module: ablate new NAME [--in DIR]");
    assert_int_equal(run("modules >/dev/full"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modules_are_listed),        cmocka_unit_test(module_is_shown),
        cmocka_unit_test(broken_modules_are_said),   cmocka_unit_test(operations_are_shown),
        cmocka_unit_test(mistakes_are_one_sentence),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
