/* Whole runs on the GPU beside the CPU's: Table 2's rows step by step, the same bits each time, what goes wrong. */
#include "gpu_run.h"
#include <math.h>

static void must(const char *command)
{
    char whole[1900];
    snprintf(whole, sizeof whole, "gpu=%s; %s", gpu_name, command);
    must_work(whole);
}

/* ---- Table 2's rows, step by step ---- */

/* Largest distance between two tensors, relative to the largest number of the CPU's. */
static double apart(const weights *cpu, const weights *gpu, const weights_tensor *tensor)
{
    const weights_tensor *other = weights_need(gpu, tensor->name);
    float *a = malloc((size_t)tensor->count * sizeof *a), *b = malloc((size_t)tensor->count * sizeof *b);
    double largest = 0, worst = 0;
    assert_non_null(other);
    assert_int_equal(other->count, tensor->count);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(weights_load(cpu, tensor->name, a), 0);
    assert_int_equal(weights_load(gpu, tensor->name, b), 0);
    for (int64_t i = 0; i < tensor->count; i++) {
        largest = fmax(largest, fabs((double)a[i]));
        worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
        assert_true(isfinite(a[i]) && isfinite(b[i]));
    }
    free(a);
    free(b);
    return worst == 0 ? 0 : worst / largest;
}

/* What may be apart. Draws and batches: nothing. Features: a dozen layers of roundings. Gradients of the first step,
 * from the same parameters: two hundred operations, each of which rounds sums of up to a thousand terms in another
 * order: a few 1e-7 of the largest each, added up as they come, 1e-5. The weighted total, over all steps: 1e-4. Single
 * losses and later gradients are not looked at: Adam divides gradients that should be zero by their own size, and 1 /
 * tau = 1000 multiplies a rounding of a cosine, on the CPU beside PyTorch no less than here. */
static double bound_of(const char *name, int64_t numbers)
{
    const char *part = strchr(name, '/') + 1;
    if (strncmp(part, "draw/", 5) == 0 || strcmp(part, "picture") == 0 || strncmp(part, "weight/", 7) == 0)
        return 0;
    if (strncmp(part, "input/", 6) == 0)
        return 5e-6;
    if (strncmp(name, "0/gradient/", 11) == 0)
        return numbers > 1 ? 1e-5 : 1e-3; /* a single number may be a sum that cancels */
    return strcmp(part, "total") == 0 ? 1e-4 : INFINITY;
}

static void check_row(const char *file, const char *row, int steps)
{
    char command[900];
    for (int on_gpu = 0; on_gpu < 2; on_gpu++) {
        snprintf(command, sizeof command, "$ablate trace %s %s--row %s --steps %d --device %s --out $in/%s", file,
                 GPU_DATA, row, steps, on_gpu ? "$gpu" : "cpu", on_gpu ? "gpu.trace" : "cpu.trace");
        must(command);
    }
    weights *cpu = open_file("cpu.trace"), *gpu = open_file("gpu.trace");
    int compared = 0;
    double totals = 0, gradients = 0;
    for (int i = 0; i < weights_count(cpu); i++) {
        const weights_tensor *tensor = weights_at(cpu, i);
        double bound = bound_of(tensor->name, tensor->count);
        if (bound == INFINITY)
            continue;
        double error = apart(cpu, gpu, tensor);
        if (!(error <= bound))
            fail_msg("row %s: %s is %.2e apart, bound %.0e", row, tensor->name, error, bound);
        totals = fmax(totals, strstr(tensor->name, "/total") ? error : 0);
        gradients = fmax(gradients, strstr(tensor->name, "0/gradient/") && tensor->count > 1 ? error : 0);
        compared++;
    }
    print_message("row %s, %d steps: totals at most %.1e apart, the first gradients %.1e\n", row, steps, totals,
                  gradients);
    assert_true(compared > 2 * steps + 20);
    weights_close(cpu);
    weights_close(gpu);
}

/* $GPU_STEPS: how many; by default few, for the emulator's sake. */
static void test_rows_step_by_step(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    static const char *const rows[] = { "i", "ii", "iii", "iv", "v", "vi", "vii" };
    const char *asked = getenv("GPU_STEPS");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row("ablations/table2.ini", rows[i], asked ? (int)strtol(asked, NULL, 10) : 4);
}

/* A module whose operation has a CUDA half of its own: had it none, its fallback could not be recorded, and the run
 * would still be right, so the half is looked for by --timing: the CPU's would need copies. */
static void test_module_of_ones_own(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    must("printf 'base = %s/experiments/cnc.ini\\n[experiment]\\ntitle = gate\\n[row gate]\\nmodel = clip noise "
         "gatefuse "
         "decoder distill\\n' \"$PWD\" >$in/gate.ini");
    check_row("$in/gate.ini", "gate", 2);
    must("grep -q code.gatefuse.$gpu $in/gate/runs/gate/gate/seed-0-*/metrics.json || { $ablate run "
         "$in/gate.ini " GPU_DATA "--row gate --steps 1 --device $gpu --out $in/gate && grep -q code.gatefuse.$gpu "
         "$in/gate/runs/gate/gate/seed-0-*/metrics.json; }");
}

/* ---- the same bits ---- */

#define RUN       "run tests/data/small.ini " GPU_DATA "--device $gpu "
#define SUM(name) "sha256sum <$(echo $in/" name "/runs/small/full/seed-0-*/parameters.safetensors)"

/* Recorded or not, in whatever order threads run, with features on the device or sent batch by batch. */
static void test_same_bits(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    char first[200];
    must("$ablate " RUN "--row full --out $in/first && " SUM("first"));
    char *sum = strrchr(answer, '\n') - 67;
    snprintf(first, sizeof first, "%.64s", sum);
    must("$ablate " RUN "--row full --timing --out $in/timed 2>$in/log && " SUM("timed"));
    assert_memory_equal(strrchr(answer, '\n') - 67, first, 64);
    must("grep -q 'attention.*backward' $in/log");
    if (!gpu_emulated)
        return;
    must("EMULATOR_ORDER=2 $ablate " RUN "--row full --out $in/mixed && " SUM("mixed"));
    assert_memory_equal(strrchr(answer, '\n') - 67, first, 64);
    must("EMULATOR_FAULT=memory=500 $ablate " RUN "--row full --out $in/sent 2>$in/log && " SUM("sent"));
    assert_memory_equal(strrchr(answer, '\n') - 67, first, 64);
    must("grep -q 'do not fit' $in/log");
}

/* A run that a fault ended goes on from its checkpoint and ends with the same bits. */
static void test_goes_on(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    if (!gpu_emulated)
        skip();
    char first[200];
    must("$ablate " RUN
         "--row base --out $in/whole && sha256sum <$(echo $in/whole/runs/small/base/seed-0-*/parameters.*)");
    snprintf(first, sizeof first, "%.64s", strrchr(answer, '\n') - 67);
    must("EMULATOR_FAULT=fault=900 $ablate " RUN "--row base --out $in/broken; test $? = 1 && ls "
         "$in/broken/runs/small/base/seed-0-*/");
    assert_non_null(strstr(answer, "illegal memory access"));
    assert_non_null(strstr(answer, "checkpoint"));
    must("$ablate " RUN
         "--row base --out $in/broken && sha256sum <$(echo $in/broken/runs/small/base/seed-0-*/parameters.*)");
    assert_memory_equal(strrchr(answer, '\n') - 67, first, 64);
}

/* ---- what goes wrong ---- */

/* Numbers that are not finite are named at the step, operation and place that the CPU names, though the GPU has run on.
 */
static void test_not_finite(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    static char said[2][400];
    for (int on_gpu = 0; on_gpu < 2; on_gpu++) {
        char command[600];
        snprintf(command, sizeof command,
                 "$ablate run tests/data/small.ini %s--row base --device %s --set optimiser.rate=1000 "
                 "--set optimiser.decay=1000 --set optimiser.beta1=0 --set optimiser.beta2=0 --set run.epochs=9 --set "
                 "run.checkpoint_steps=100 --out $in/nan; test $? = 1",
                 GPU_DATA, on_gpu ? "$gpu" : "cpu");
        must(command);
        const char *sentence = strstr(answer, "ablate: ");
        assert_non_null(sentence);
        snprintf(said[on_gpu], sizeof said[0], "%s", sentence);
    }
    assert_non_null(strstr(said[0], "not finite"));
    assert_string_equal(said[0], said[1]);
}

static void must_say(const char *fault, const char *more, const char *words)
{
    char command[700];
    snprintf(command, sizeof command,
             "gpu=%s; %s $ablate run tests/data/small.ini %s--row base --device %s %s --out $in/none; s=$?; rm -rf "
             "$in/none; test $s = 1",
             gpu_name, fault, GPU_DATA, gpu_name, more);
    if (shell(command) != 0)
        fail_msg("%s: it should have failed: %s", fault, answer);
    const char *sentence = strstr(answer, "ablate: ");
    if (!sentence || !strstr(sentence, words) || strchr(sentence, '\n')[1])
        fail_msg("%s: expected one sentence with '%s', got %s", fault, words, answer);
}

static void test_faults_are_sentences(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    must_say("ABLATE_CUBLASLT=/nowhere/libcublasLt.so", "", "ABLATE_CUBLASLT");
    if (!gpu_emulated)
        return;
    must_say("EMULATOR_FAULT=no_driver", "", "no NVIDIA driver on this machine; use --device cpu");
    must_say("EMULATOR_FAULT=old_driver", "", "runs CUDA up to 12.2, this program needs 13.0; install a newer driver");
    must_say("EMULATOR_FAULT=no_device", "", "no CUDA-capable device");
    must_say("EMULATOR_FAULT=old_chip", "", "compute capability 7.5; 8.0 or later is needed");
    must_say("EMULATOR_FAULT=memory=20", "", "emulated GPU cannot be opened: a workspace: out of memory");
    must_say("EMULATOR_FAULT=memory=40", "", "MiB were asked for and");
    must_say("EMULATOR_FAULT=launch=20", "", "invalid configuration argument");
    must_say("EMULATOR_FAULT=fault=20", "", "an illegal memory access was encountered");
    must_say("EMULATOR_BLAS=nothing", "", "cuBLASLt has no way to multiply");
}

/* The operation that a fault happens in is named with the place of the module's call: in the first step always, later,
 * when a recorded step breaks, with --timing, as the sentence says. */
static void test_faults_name_the_operation(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    if (!gpu_emulated)
        skip();
    must_say("EMULATOR_FAULT=fault=60", "", "the device could not run it (");
    must_say("EMULATOR_FAULT=fault=60", "", ".c:");
    must_say("EMULATOR_FAULT=fault=600", "", "--timing");
    must_say("EMULATOR_FAULT=fault=600", "--timing", ".c:");
}

static void test_precision(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    static const char *const names[] = { "tf32", "bf16" };
    for (int i = 0; i < 2; i++) {
        char command[600];
        snprintf(
            command, sizeof command,
            "$ablate run tests/data/small.ini %s--row base --device $gpu --set run.precision=%s --set run.epochs=1 "
            "--out $in/%s",
            GPU_DATA, names[i], names[i]);
        must(command);
        snprintf(command, sizeof command, "grep -o '%s products' $in/%s/runs/small/base/seed-0-*/metrics.json",
                 names[i], names[i]);
        must(command);
        assert_non_null(strstr(answer, names[i]));
    }
    if (shell("$ablate run tests/data/small.ini " GPU_DATA
              "--row base --device cpu --set run.precision=bf16 --out $in/no") != 256)
        fail_msg("%s", answer);
    assert_non_null(strstr(answer, "multiplies in float32 only"));
}

/* Where there is no GPU `auto` takes the CPU and says why. */
static void test_auto(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    if (!gpu_emulated)
        skip();
    must("env -u ABLATE_DEVICE $ablate run tests/data/small.ini " GPU_DATA "--row base --steps 1 --out $in/auto");
    assert_non_null(strstr(answer, "device cpu: own kernels"));
    assert_non_null(strstr(answer, "; not cuda: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows_step_by_step),
                                        cmocka_unit_test(test_module_of_ones_own),
                                        cmocka_unit_test(test_same_bits),
                                        cmocka_unit_test(test_goes_on),
                                        cmocka_unit_test(test_not_finite),
                                        cmocka_unit_test(test_faults_are_sentences),
                                        cmocka_unit_test(test_faults_name_the_operation),
                                        cmocka_unit_test(test_precision),
                                        cmocka_unit_test(test_auto) };
    return cmocka_run_group_tests(tests, gpu_run_begin, build_end);
}
