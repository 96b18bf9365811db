/* `ablate modules`, `ablate ops` and `ablate new` as a user meets them: what is printed, and one sentence if it fails.
 */
#include "../lab/module_build.h"
#include <sys/wait.h>

static char output[65536];

/* Runs the built program; its output and errors are in `output`. Returns the exit status. */
static int run(const char *arguments)
{
    char command[600];
    const char *library = getenv("ABLATE_LIBRARY");
    snprintf(command, sizeof command, "%s/ablate %s 2>&1", library ? library : "build", arguments);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    size_t length = fread(output, 1, sizeof output - 1, from);
    output[length] = 0;
    int status = pclose(from);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void expect_output(const char *words)
{
    if (!strstr(output, words))
        fail_msg("'%s' is not in: %s", words, output);
}

static void expect_one_sentence(const char *arguments, const char *words)
{
    assert_int_equal(run(arguments), 1);
    expect_output(words);
    assert_ptr_equal(strchr(output, '\n'), output + strlen(output) - 1);
}

static void modules_are_listed(void **state)
{
    static const char *const names[] = { "cnc",  "clip", "decoder", "distill", "folder", "gatefuse",
                                         "mini", "mlf",  "moe",     "mvtec",   "noise",  "visa" };
    (void)state;
    assert_int_equal(run("modules"), 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char line[40];
        snprintf(line, sizeof line, "\n%s ", names[i]);
        if (strncmp(output, line + 1, strlen(line) - 1) != 0)
            expect_output(line);
    }
    assert_null(strstr(output, "cannot be loaded"));
}

static void module_is_shown(void **state)
{
    (void)state;
    assert_int_equal(run("modules moe"), 0);
    expect_output("reads:  bottleneck|perturbed|teacher\nwrites: bottleneck gates\n");
    expect_output("moe.top        = 2            an integer from 1 to 64\n");
    expect_output("experts that process a token, K <= T");
    expect_output("moe.gate       = softmax      one of softmax, renormalised, top_softmax\n");
    assert_int_equal(run("modules clip"), 0);
    expect_output("clip.train      = no");
    assert_int_equal(run("modules gatefuse"), 0);
    expect_output("operations:\n  gatefuse.mix  2-8 ");
}

static void broken_modules_are_said(void **state)
{
    char arguments[120];
    (void)state;
    build_module("tests/bad_modules/minor.c", build_folder, "minor");
    snprintf(arguments, sizeof arguments, "modules --modules %s", build_folder);
    assert_int_equal(run(arguments), 0);
    expect_output("minor     cannot be loaded: ");
    expect_output("\nmoe "); /* and the others are there */
}

static void operations_are_shown(void **state)
{
    (void)state;
    assert_int_equal(run("ops"), 0);
    expect_output("\nattention ");
    expect_output("\nmatmul ");
    assert_int_equal(run("ops top_k"), 0);
    expect_output("inputs: 1; gradient: yes\n");
    expect_output("renormalize = none         one of none, sum, softmax\n");
    assert_int_equal(run("ops gatefuse.mix"), 0);
    expect_output("gatefuse.mix: weights (..., L)");
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
    return cmocka_run_group_tests(tests, build_begin, build_end);
}
