/* bench_step.c: training steps of every row of the paper's ablation: time, the floors of its FLOPs and bytes, and the
 * share of this machine's own GEMM peak, measured before and after in the process.
 *
 *   bench_step [ROW [SCALE [STEPS [SECTION.KEY=VALUE...]]]]        all rows at scale mini, 60 steps */
#include "../../core/base/diag.h"
#include "../../core/base/progress.h"
#include "../../core/experiment/experiment.h"
#include "../../core/run/train.h"
#include "../lab/yardstick.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 60, WARM_UP = 5 };

typedef struct machine {
    double flops, bandwidth; /* a second: of large matrix products; of copying, bytes read and written */
} machine;

static int bench_row(session *s, const experiment_row *row, long steps, machine peak)
{
    model m = { 0 };
    train_result trained = { 0 };
    const dataset *data = session_data(s, row->run.data, &row->settings);
    const model_request made_of = experiment_row_model(row, &row->run, data ? data->module : NULL, NULL);
    int status = data ? model_open(&m, &made_of) : -1;
    train_request warm = {
        .session = s, .model = &m, .optimiser = &row->optimiser, .label = "warm", .most_steps = WARM_UP
    };
    train_request request = warm;
    request.label = row->name;
    request.most_steps = steps;
    request.timing = getenv("ABLATE_TIMING") != NULL;
    if (status == 0)
        status = train_run(&warm, &trained);
    train_result_free(&trained);
    if (status == 0)
        status = train_run(&request, &trained);
    train_print_timings(&trained, stderr);
    if (status == 0) {
        double rate = trained.flops / trained.seconds_a_step;
        printf("row %-4s %7.1f ms a step  %6.2f GFLOP, floor %6.1f ms  %7.1f GFLOP/s  %5.1f %% of the peak  "
               "%4.0f MB, floor %4.1f ms\n",
               row->name, 1e3 * trained.seconds_a_step, 1e-9 * trained.flops, 1e3 * trained.flops / peak.flops,
               1e-9 * rate, 100 * rate / peak.flops, 1e-6 * trained.traffic, 1e3 * trained.traffic / peak.bandwidth);
    }
    train_result_free(&trained);
    model_close(&m);
    return status;
}

int main(int argc, char **argv)
{
    session s = { 0 };
    const char *scale = argc > 2 ? argv[2] : "mini";
    const long steps = argc > 3 ? strtol(argv[3], NULL, 10) : STEPS;
    const experiment_options options = { .scale = scale,
                                         .set = (const char *const *)argv + 4,
                                         .sets = argc > 4 ? argc - 4 : 0 };
    experiment *e = experiment_load("ablations/table2.ini", &options);
    int status = e ? session_open(&s, "cpu", 0, NULL, "cache") : -1;
    machine peak = { 0, 0 };
    if (status == 0) {
        peak = (machine){ yardstick_peak(s.device), yardstick_copying() };
        printf("%s\nGEMM peak of %s: %.1f GFLOP/s, copying %.1f GB/s\n", s.device->describe(), yardstick_name(),
               1e-9 * peak.flops, 1e-9 * peak.bandwidth);
    }
    for (int i = 0; status == 0 && i < e->row_count; i++)
        if (argc < 2 || experiment_find_row(e, argv[1]) == &e->rows[i])
            status = bench_row(&s, &e->rows[i], steps, peak);
    if (status == 0)
        printf("GEMM peak afterwards %.1f GFLOP/s\n", 1e-9 * yardstick_peak(s.device));
    else
        fprintf(stderr, "bench_step: %s\n", complaint());
    session_close(&s);
    experiment_free(e);
    return status == 0 ? 0 : 1;
}
