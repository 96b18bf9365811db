/* bench_gpu.c: a training step on a GPU, beside its floor, kernel by kernel, as Markdown: peaks of matrix products and
 * of memory, measured now; each row of the paper's ablation in each precision; what whole runs come to; the encoder.
 *
 *   bench_gpu [SCALE [STEPS [SECTION.KEY=VALUE...]]]        scale paper, 200 steps, device $ABLATE_GPU or cuda */
#include "../../core/base/diag.h"
#include "../../core/base/progress.h"
#include "../../core/experiment/experiment.h"
#include "../../core/graph/single.h"
#include "../../core/run/train.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 200, WARM_UP = 20, REPEATS = 20, KERNEL_STEPS = 3, PRECISIONS = 3, MVTEC_STEPS = 113000, MVTEC = 5354 };

static const char *const precision_name[PRECISIONS] = { "float32", "tf32", "bf16" };

typedef struct bench { /* what is measured, and with what */
    session session;
    experiment *experiment;
    long steps;
    double peak[PRECISIONS], bandwidth; /* FLOP/s of matrix products; bytes/s, read and written */
    double row_ms[PRECISIONS];          /* sum over the rows */
} bench;

/* The best of some passes over more memory than any cache holds: 4 bytes read and 4 written a number. */
static int measure_bandwidth(bench *b)
{
    const device *where = b->session.device;
    const int64_t floats = where->room() / 16 < (int64_t)1 << 28 ? where->room() / 16 / 4 : (int64_t)1 << 28;
    const ablate_shape shape = { 1, { floats } };
    float *from = where->allocate((size_t)floats * sizeof *from), *to = where->allocate((size_t)floats * sizeof *to);
    const float *const in[] = { from };
    single copy = { 0 };
    int status = from && to ? single_open(&copy, where, "affine", "scale=1", 1, &shape) : complain("no memory to copy");
    if (status == 0)
        status = where->clear(from, (size_t)floats * sizeof *from);
    for (int i = 0; i < 10 && status == 0; i++) {
        enum { PASSES = 5 };
        where->synchronise();
        double began = seconds_since_start();
        for (int k = 0; k < PASSES && status == 0; k++)
            status = single_run(&copy, in, to, 0);
        where->synchronise();
        double rate = 8.0 * PASSES * (double)floats / (seconds_since_start() - began);
        b->bandwidth = rate > b->bandwidth ? rate : b->bandwidth;
    }
    single_close(&copy);
    where->release(from);
    where->release(to);
    return status;
}

static int measure_peaks(bench *b)
{
    const device *where = b->session.device;
    printf("| | measured |\n|---|---|\n");
    for (int i = 0; i < PRECISIONS; i++) {
        if (where->choose_precision(precision_name[i]) != 0)
            return complain("%s: no precision %s", where->name, precision_name[i]);
        b->peak[i] = where->gemm_peak();
        printf("| matrix products, %s | %.1f TFLOP/s |\n", precision_name[i], 1e-12 * b->peak[i]);
    }
    if (measure_bandwidth(b) < 0)
        return -1;
    printf("| memory, read and written | %.0f GB/s |\n\n", 1e-9 * b->bandwidth);
    return 0;
}

static double floor_of(const bench *b, int precision, double flops, double bytes)
{
    double by_flops = flops / b->peak[precision], by_bytes = bytes / b->bandwidth;
    return by_flops > by_bytes ? by_flops : by_bytes;
}

/* ---- one row ---- */

static int train(bench *b, const experiment_row *row, int precision, long steps, int timing, train_result *result)
{
    model m = { 0 };
    run_settings run = row->run;
    run.precision = precision;
    const dataset *data = session_data(&b->session, run.data, &row->settings);
    train_request request = { .session = &b->session,
                              .model = &m,
                              .optimiser = &row->optimiser,
                              .label = row->name,
                              .most_steps = steps,
                              .timing = timing };
    const model_request made_of = experiment_row_model(row, &run, data ? data->module : NULL, NULL);
    int status = data ? model_open(&m, &made_of) : -1;
    if (status == 0)
        status = model_place(&m, b->session.device);
    if (status == 0)
        status = train_run(&request, result);
    model_close(&m);
    return status;
}

/* Floors and times of each operation; *sum receives the floors' sum in seconds. */
static void print_kernels(const bench *b, int precision, const train_result *r, double *sum)
{
    printf("| operation | | calls | ms | GFLOP | MB | TFLOP/s | GB/s | over its floor "
           "|\n|---|---|---|---|---|---|---|---|---|\n");
    *sum = 0;
    for (int i = 0; i < r->timings; i++) {
        const program_timing *t = &r->timing[i];
        double each = 1.0 / KERNEL_STEPS, least = floor_of(b, precision, t->flops, t->bytes) * each;
        printf("| %s | %s | %d | %.4f | %.2f | %.1f | %.2f | %.0f | %.2f |\n", t->op,
               t->backward ? "backward" : "forward", t->calls / KERNEL_STEPS, 1e3 * t->seconds * each,
               1e-9 * t->flops * each, 1e-6 * t->bytes * each, 1e-12 * t->flops / t->seconds,
               1e-9 * t->bytes / t->seconds, least > 0 ? t->seconds * each / least : 0);
        *sum += least;
    }
    printf("\n");
}

static int bench_row(bench *b, const experiment_row *row, int precision, bool kernels)
{
    train_result warm = { 0 }, timed = { 0 }, split = { 0 };
    double least = 0;
    int status = train(b, row, precision, WARM_UP, 0, &warm);
    if (status == 0)
        status = train(b, row, precision, b->steps, 0, &timed);
    if (status == 0 && kernels)
        status = train(b, row, precision, KERNEL_STEPS, REPEATS, &split);
    if (status == 0) {
        double ms = 1e3 * timed.seconds_a_step;
        b->row_ms[precision] += ms;
        printf("Row %s, %s: %.3f ms a step, %.1f GFLOP: %.1f %% of the peak.\n\n", row->name, precision_name[precision],
               ms, 1e-9 * timed.flops, 100 * timed.flops / timed.seconds_a_step / b->peak[precision]);
        if (kernels) {
            print_kernels(b, precision, &split, &least);
            printf("Sum of the floors %.3f ms: the step is %.2f times that. %d steps (250 epochs of MVTec AD): %.1f "
                   "min.\n\n",
                   1e3 * least, timed.seconds_a_step / least, MVTEC_STEPS, MVTEC_STEPS * timed.seconds_a_step / 60);
        }
    }
    train_result_free(&warm);
    train_result_free(&timed);
    train_result_free(&split);
    return status;
}

static int bench_rows(bench *b)
{
    int status = 0;
    for (int p = 0; p < PRECISIONS && status == 0; p++) {
        double before = b->session.phases.seconds[PHASE_FEATURES];
        int64_t computed = b->session.rows_computed;
        printf("## %s\n\n", precision_name[p]);
        for (int i = 0; i < b->experiment->row_count && status == 0; i++)
            status = bench_row(b, &b->experiment->rows[i], p, i + 1 == b->experiment->row_count);
        double spent = b->session.phases.seconds[PHASE_FEATURES] - before;
        double pictures = (double)(b->session.rows_computed - computed);
        if (pictures > 0)
            printf("Features of %.0f pictures, decoding included: %.1f pictures/s; %d (MVTec AD): %.1f min.\n\n",
                   pictures, pictures / spent, MVTEC, MVTEC / (pictures / spent) / 60);
        printf("All %d rows: %.2f ms; %d steps of each: %.1f min.\n\n", b->experiment->row_count, b->row_ms[p],
               MVTEC_STEPS, MVTEC_STEPS * 1e-3 * b->row_ms[p] / 60);
    }
    return status;
}

int main(int argc, char **argv)
{
    static bench b;
    const char *scale = argc > 1 ? argv[1] : "paper", *name = getenv("ABLATE_GPU");
    const experiment_options options = { .scale = scale,
                                         .set = (const char *const *)argv + 3,
                                         .sets = argc > 3 ? argc - 3 : 0 };
    b.steps = argc > 2 ? strtol(argv[2], NULL, 10) : STEPS;
    b.experiment = experiment_load("ablations/table2.ini", &options);
    int status =
        b.experiment ? session_open(&b.session, name && *name ? name : "cuda", 0, NULL, "build/bench-gpu") : -1;
    if (status == 0) {
        printf("# Training steps on a GPU, scale %s\n\n%s. %ld steps after %d that do not count.\n\n", scale,
               b.session.device->describe(), b.steps, WARM_UP);
        status = measure_peaks(&b);
    }
    if (status == 0)
        status = bench_rows(&b);
    if (status != 0)
        fprintf(stderr, "bench_gpu: %s\n", complaint());
    session_close(&b.session);
    experiment_free(b.experiment);
    return status == 0 ? 0 : 1;
}
