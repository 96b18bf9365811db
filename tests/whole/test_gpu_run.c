/* Whole runs on the GPU beside the CPU's: Table 2's rows step by step, the same bits each time, what goes wrong. */
#include "../lab/gpu_run.h"
#include "../lab/trace_file.h"
#include <math.h>

/* ---- Table 2's rows, step by step ---- */

enum { ROUNDED = 6 }; /* runs whose errors are measured */

/* A folder of devices that has the rounded one (tests/devices/rounded.c) beside the CPU. */
static int begin(void **state)
{
    if (gpu_run_begin(state) != 0)
        return -1;
    return shell("mkdir $in/devices && cd $(dirname $ablate) && ln -s $PWD/ablate-cpu.so $PWD/modules "
                 "$PWD/tests/devices/ablate-rounded.so $in/devices");
}

static float *load(const weights *w, const weights_tensor *tensor)
{
    const weights_tensor *own = weights_need(w, tensor->name);
    float *x = take((size_t)tensor->count, sizeof *x, "a test");
    assert_true(own && x && own->count == tensor->count && weights_load(w, tensor->name, x) == 0);
    return x;
}

/* Largest distance of a number of the tensor from the first file's; *largest: the largest number there. */
static double apart(const weights *first, const weights *second, const weights_tensor *tensor, double *largest)
{
    float *a = load(first, tensor), *b = load(second, tensor);
    double worst = 0;
    *largest = 0;
    for (int64_t i = 0; i < tensor->count; i++) {
        *largest = fmax(*largest, fabs((double)a[i]));
        worst = fmax(worst, fabs((double)a[i] - (double)b[i]));
        assert_true(isfinite(a[i]) && isfinite(b[i]));
    }
    free(a);
    free(b);
    return worst;
}

/* What is looked at: all of the first step but the parameters it starts from, and the weighted total of every step.
 * Single losses and gradients of later steps are not: Adam divides gradients that should be zero by their own size, and
 * 1 / tau = 1000 multiplies a rounding of a cosine, on the CPU beside PyTorch no less than here. */
static bool compared(const char *name)
{
    return strncmp(name, "0/parameter/", 12) != 0 && (strncmp(name, "0/", 2) == 0 || strstr(name, "/total") ||
                                                      strstr(name, "/draw/") || strstr(name, "/picture"));
}

typedef struct traces { /* of one row: the CPU's, the GPU's, and those with errors */
    weights *cpu, *gpu, *rounded[ROUNDED];
} traces;

typedef struct distance { /* the largest of some tensors of a row */
    double error, share;  /* of the tensor's largest number; of its bound */
} distance;

/* Pictures, draws and weights of losses are no results: they are the same. Of everything else CPU and GPU are each off
 * from what is right by no more than the rounded runs are off from the CPU, hence twice their largest change. */
static void compare_tensor(const traces *t, const char *row, const weights_tensor *tensor, distance *most)
{
    const char *part = strchr(tensor->name, '/') + 1;
    bool same = strncmp(part, "draw/", 5) == 0 || strcmp(part, "picture") == 0 || strncmp(part, "weight/", 7) == 0;
    double largest, bound = 0, error = apart(t->cpu, t->gpu, tensor, &largest);
    for (int i = 0; i < ROUNDED && !same; i++)
        bound = fmax(bound, 2 * apart(t->cpu, t->rounded[i], tensor, &largest));
    if (!(error <= bound))
        fail_msg("row %s: %s is %.2e apart, bound %.2e; its largest number is %.2e", row, tensor->name, error, bound,
                 largest);
    most->error = fmax(most->error, error > 0 ? error / largest : 0);
    most->share = fmax(most->share, error > 0 ? error / bound : 0);
}

static weights *trace(const char *file, const char *row, int steps, const char *before, const char *device)
{
    char command[900], name[40];
    snprintf(command, sizeof command, "%s $ablate trace %s %s--row %s --steps %d --device %s --out $in/t.%s", before,
             file, GPU_DATA, row, steps, device, device);
    must_work("%s", command);
    snprintf(name, sizeof name, "t.%s", strcmp(device, "$gpu") == 0 ? gpu_name : device);
    return open_file(name);
}

static void check_row(const char *file, const char *row, int steps)
{
    traces t = { .cpu = trace(file, row, steps, "", "cpu"), .gpu = trace(file, row, steps, "", "$gpu") };
    char seed[80];
    int looked = 0;
    distance total = { 0 }, gradient = { 0 }, other = { 0 };
    for (int i = 0; i < ROUNDED; i++) {
        snprintf(seed, sizeof seed, "rm -f $in/t.rounded; ROUNDED_SEED=%d ABLATE_LIBRARY=$in/devices", i);
        t.rounded[i] = trace(file, row, steps, seed, "rounded");
    }
    for (int i = 0; i < weights_count(t.cpu); i++) {
        const weights_tensor *tensor = weights_at(t.cpu, i);
        if (!compared(tensor->name))
            continue;
        compare_tensor(&t, row, tensor,
                       strstr(tensor->name, "/total")       ? &total
                       : strstr(tensor->name, "/gradient/") ? &gradient
                                                            : &other);
        looked++;
    }
    print_message("row %s, %d steps: totals at most %.1e apart (%.0f %% of the bound), the first gradients %.1e (%.0f "
                  "%%), features and losses %.1e (%.0f %%)\n",
                  row, steps, total.error, 100 * total.share, gradient.error, 100 * gradient.share, other.error,
                  100 * other.share);
    assert_true(looked > 2 * steps + 20);
    weights_close(t.cpu);
    weights_close(t.gpu);
    for (int i = 0; i < ROUNDED; i++)
        weights_close(t.rounded[i]);
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
    must_work("printf 'base = %%s/experiments/cnc.ini\\n[experiment]\\ntitle = gate\\n[row gate]\\nmodel = clip noise "
              "gatefuse "
              "decoder distill\\n' \"$PWD\" >$in/gate.ini");
    check_row("$in/gate.ini", "gate", 2);
    must_work("grep -q code.gatefuse.$gpu $in/gate/runs/gate/gate/seed-0-*/metrics.json || { $ablate run "
              "$in/gate.ini " GPU_RUNS
              "--row gate --steps 1 --device $gpu --out $in/gate && grep -q code.gatefuse.$gpu "
              "$in/gate/runs/gate/gate/seed-0-*/metrics.json; }");
}

/* ---- the same bits ---- */

#define RUN       "run tests/inputs/small.ini " GPU_RUNS "--device $gpu "
#define SUM(name) "sha256sum <$(echo $in/" name "/runs/small/full/seed-0-*/parameters.safetensors)"

/* Recorded or not, in whatever order threads run, with features on the device or sent batch by batch. */
static void test_same_bits(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    char first[200];
    must_work("$ablate " RUN "--row full --out $in/first && " SUM("first"));
    char *sum = strrchr(said, '\n') - 67;
    snprintf(first, sizeof first, "%.64s", sum);
    must_work("$ablate " RUN "--row full --timing --out $in/timed 2>$in/log && " SUM("timed"));
    assert_memory_equal(strrchr(said, '\n') - 67, first, 64);
    must_work("grep -q 'attention.*backward' $in/log");
    if (!gpu_emulated)
        return;
    must_work("EMULATOR_ORDER=2 $ablate " RUN "--row full --out $in/mixed && " SUM("mixed"));
    assert_memory_equal(strrchr(said, '\n') - 67, first, 64);
    must_work("EMULATOR_FAULT=memory=500 $ablate " RUN "--row full --out $in/sent 2>$in/log && " SUM("sent"));
    assert_memory_equal(strrchr(said, '\n') - 67, first, 64);
    must_work("grep -q 'do not fit' $in/log");
}

/* A run that a fault ended goes on from its checkpoint and ends with the same bits. */
static void test_goes_on(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    if (!gpu_emulated)
        skip();
    char first[200];
    must_work("$ablate " RUN
              "--row base --out $in/whole && sha256sum <$(echo $in/whole/runs/small/base/seed-0-*/parameters.*)");
    snprintf(first, sizeof first, "%.64s", strrchr(said, '\n') - 67);
    must_work("EMULATOR_FAULT=fault=900 $ablate " RUN "--row base --out $in/broken; test $? = 1 && ls "
              "$in/broken/runs/small/base/seed-0-*/");
    assert_non_null(strstr(said, "illegal memory access"));
    assert_non_null(strstr(said, "checkpoint"));
    must_work("$ablate " RUN
              "--row base --out $in/broken && sha256sum <$(echo $in/broken/runs/small/base/seed-0-*/parameters.*)");
    assert_memory_equal(strrchr(said, '\n') - 67, first, 64);
}

/* ---- what goes wrong ---- */

/* Numbers that are not finite are named at the step, operation and place, though the GPU has run on: in the words of
 * the CPU, and the same each time. Not at the CPU's step: a run that diverges makes of the last bit another run, and
 * where it overflows is chance (of other pictures the same step, of these steps 7 and 5). */
static void test_not_finite(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    static char told[3][400];
    for (int on_gpu = 0; on_gpu < 3; on_gpu++) {
        char command[600];
        snprintf(command, sizeof command,
                 "$ablate run tests/inputs/small.ini %s--row base --device %s --set optimiser.rate=1000 "
                 "--set optimiser.decay=1000 --set optimiser.beta1=0 --set optimiser.beta2=0 --set run.epochs=9 --set "
                 "run.checkpoint_steps=100 --out $in/nan; test $? = 1",
                 GPU_RUNS, on_gpu ? "$gpu" : "cpu");
        must_work("%s", command);
        const char *sentence = strstr(said, "ablate: ");
        assert_non_null(sentence);
        snprintf(told[on_gpu], sizeof told[0], "%s", sentence);
        for (int i = 0; i < 4; i++)
            assert_non_null(strstr(told[on_gpu], (const char *const[]){ "ablate: modules/", "is not finite (element ",
                                                                        " in module 'decoder' at step ",
                                                                        "; lower optimiser.rate" }[i]));
    }
    assert_string_equal(told[1], told[2]);
}

static void must_say(const char *fault, const char *more, const char *words)
{
    if (shell("%s $ablate run tests/inputs/small.ini %s--row base --device $gpu %s --out $in/none; s=$?; rm -rf "
              "$in/none; "
              "test $s = 1",
              fault, GPU_RUNS, more) != 0)
        fail_msg("%s: it should have failed: %s", fault, said);
    const char *sentence = strstr(said, "ablate: ");
    if (!sentence || !strstr(sentence, words) || strchr(sentence, '\n')[1])
        fail_msg("%s: expected one sentence with '%s', got %s", fault, words, said);
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
    must_say("EMULATOR_FAULT=fault=60", "", "ablate: modules/");
    must_say("EMULATOR_FAULT=fault=600", "", "--timing");
    must_say("EMULATOR_FAULT=fault=600", "--timing", "ablate: modules/");
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
            "$ablate run tests/inputs/small.ini %s--row base --device $gpu --set run.precision=%s --set run.epochs=1 "
            "--out $in/%s",
            GPU_RUNS, names[i], names[i]);
        must_work("%s", command);
        snprintf(command, sizeof command, "grep -o '%s products' $in/%s/runs/small/base/seed-0-*/metrics.json",
                 names[i], names[i]);
        must_work("%s", command);
        assert_non_null(strstr(said, names[i]));
    }
    if (shell("$ablate run tests/inputs/small.ini " GPU_RUNS
              "--row base --device cpu --set run.precision=bf16 --out $in/no") != 1)
        fail_msg("%s", said);
    assert_non_null(strstr(said, "multiplies in float32 only"));
}

/* Where there is no GPU `auto` takes the CPU and says why. */
static void test_auto(void **state)
{
    (void)state;
    GPU_RUN_NEEDED();
    if (!gpu_emulated)
        skip();
    must_work("env -u ABLATE_DEVICE $ablate run tests/inputs/small.ini " GPU_RUNS
              "--row base --steps 1 --out $in/auto");
    assert_non_null(strstr(said, "device cpu: own kernels"));
    assert_non_null(strstr(said, "; not cuda: "));
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
    return cmocka_run_group_tests(tests, begin, remove_folder);
}
