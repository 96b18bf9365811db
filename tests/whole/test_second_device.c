/* test_second_device.c: another device is added by one shared object, without a line of the engine. */
#include "../lab/module_build.h"

static char answer[8192];

static int shell(const char *command)
{
    FILE *from = popen(command, "r");
    assert_non_null(from);
    answer[fread(answer, 1, sizeof answer - 1, from)] = 0;
    return pclose(from);
}

static void run_on(const char *device)
{
    char command[1200];
    const char *build = getenv("ABLATE_BUILD");
    snprintf(
        command, sizeof command,
        "ABLATE_LIBRARY=%s %s/ablate run tests/inputs/small.ini --scale mini --row full --seeds 1 --device %s --out "
        "%s/%s --cache %s/cache-%s --set mini.train=1 2>&1",
        build_folder, build ? build : "build", device, build_folder, device, build_folder, device);
    if (shell(command) != 0)
        fail_msg("%s", answer);
    snprintf(command, sizeof command,
             "cd %s/%s/runs/small/full/seed-*/ && sha256sum parameters.safetensors losses.tsv && cut -f1-6 "
             "../../../../small.tsv | grep -v '^#'",
             build_folder, device);
    assert_int_equal(shell(command), 0);
}

/* The same library folder with one more device in it. */
static int begin(void **state)
{
    char command[1200];
    const char *build = getenv("ABLATE_BUILD");
    if (build_begin(state) != 0)
        return -1;
    snprintf(command, sizeof command,
             "cd %s && ln -s $PWD/ablate-cpu.so $PWD/modules $PWD/tests/devices/ablate-walled.so %s",
             build ? build : "build", build_folder);
    return system(command);
}

static void test_same_bits_without_touching_its_memory(void **state)
{
    (void)state;
    static char cpu[sizeof answer];
    run_on("cpu");
    memcpy(cpu, answer, sizeof cpu);
    run_on("walled");
    assert_string_equal(answer, cpu);
}

/* Everything behind the header, whose notes name the device. */
static void trace_on(const char *device)
{
    char command[1200];
    const char *build = getenv("ABLATE_BUILD");
    snprintf(
        command, sizeof command,
        "ABLATE_LIBRARY=%s %s/ablate trace tests/inputs/small.ini --scale mini --row full --device %s --steps 2 --out "
        "%s/trace --cache %s/cache-%s --set mini.train=1 2>%s/log && cd %s && "
        "tail -c +$(($(od -An -tu8 -N8 trace) + 9)) trace >numbers && wc -c <numbers && sha256sum numbers",
        build_folder, build ? build : "build", device, build_folder, build_folder, device, build_folder, build_folder);
    if (shell(command) != 0)
        fail_msg("%s", answer);
    assert_true(strtol(answer, NULL, 10) > 20000000);
}

static void test_same_trace(void **state)
{
    (void)state;
    static char cpu[sizeof answer];
    trace_on("cpu");
    memcpy(cpu, answer, sizeof cpu);
    trace_on("walled");
    assert_string_equal(answer, cpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_bits_without_touching_its_memory),
                                        cmocka_unit_test(test_same_trace) };
    return cmocka_run_group_tests(tests, begin, build_end);
}
