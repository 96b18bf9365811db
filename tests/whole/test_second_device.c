/* test_second_device.c: another device is added by one shared object, without a line of the engine. */
#include "../lab/program.h"

static void run_on(const char *device)
{
    must_work(
        "ABLATE_LIBRARY=$in $ablate run tests/inputs/small.ini --scale mini --row full --seeds 1 --device %s --out "
        "$in/%s --cache $in/cache-%s --set mini.train=1",
        device, device, device);
    must_work("cd $in/%s/runs/small/full/seed-*/ && sha256sum parameters.safetensors losses.tsv && cut -f1-6 "
              "../../../../small.tsv | grep -v '^#'",
              device);
}

/* The same library folder with one more device in it. */
static int begin(void **state)
{
    return make_folder(state) == 0
               ? shell("cd %s && ln -s $PWD/ablate-cpu.so $PWD/modules $PWD/tests/devices/ablate-walled.so $in",
                       build_place())
               : -1;
}

static void test_same_bits_without_touching_its_memory(void **state)
{
    (void)state;
    static char cpu[sizeof said];
    run_on("cpu");
    memcpy(cpu, said, sizeof cpu);
    run_on("walled");
    assert_string_equal(said, cpu);
}

/* Everything behind the header, whose notes name the device. */
static void trace_on(const char *device)
{
    must_work("ABLATE_LIBRARY=$in $ablate trace tests/inputs/small.ini --scale mini --row full --device %s --steps 2 "
              "--out $in/trace --cache $in/cache-%s --set mini.train=1 2>$in/log && cd $in && "
              "tail -c +$(($(od -An -tu8 -N8 trace) + 9)) trace >numbers && wc -c <numbers && sha256sum numbers",
              device, device);
    assert_true(strtol(said, NULL, 10) > 20000000);
}

static void test_same_trace(void **state)
{
    (void)state;
    static char cpu[sizeof said];
    trace_on("cpu");
    memcpy(cpu, said, sizeof cpu);
    trace_on("walled");
    assert_string_equal(said, cpu);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_same_bits_without_touching_its_memory),
                                        cmocka_unit_test(test_same_trace) };
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
