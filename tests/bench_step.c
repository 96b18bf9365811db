/* bench_step.c: training steps of every row of the paper's ablation at scale mini: time, floor, and the share of this
 * machine's own GEMM peak, measured before and after in the same process. */
#include "../core/base/diag.h"
#include "../core/run/experiment.h"
#include "../core/run/train.h"
#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 60 };

static int bench_row(session *s, const experiment_row *row, double peak)
{
    model m = { 0 };
    train_result trained = { 0 };
    const dataset *data = session_data(s, row->run.data, &row->settings);
    int status = data ? model_open(&m, &row->run, &row->settings, data, NULL, row->file, row->line) : -1;
    train_request warm = {
        .session = s, .model = &m, .dataset = data, .run = &row->run, .label = "warm", .most_steps = 5
    };
    train_request request = warm;
    request.label = row->name;
    request.most_steps = STEPS;
    request.timing = getenv("ABLATE_TIMING") != NULL;
    if (status == 0)
        status = train_run(&warm, &trained);
    train_result_free(&trained);
    if (status == 0)
        status = train_run(&request, &trained);
    if (status == 0) {
        double rate = trained.flops / trained.seconds_a_step;
        printf("row %-4s %7.1f ms a step  %6.2f GFLOP, floor %6.1f ms  %7.1f GFLOP/s  %5.1f %% of the peak\n",
               row->name, 1e3 * trained.seconds_a_step, 1e-9 * trained.flops, 1e3 * trained.flops / peak, 1e-9 * rate,
               100 * rate / peak);
    }
    train_result_free(&trained);
    model_close(&m);
    return status;
}

int main(int argc, char **argv)
{
    session s = { 0 };
    const experiment_options options = { .scale = "mini" };
    experiment *e = experiment_load("ablations/table2.ini", &options);
    int status = e ? session_open(&s, "cpu", 0, NULL, "cache") : -1;
    double peak = status == 0 ? s.device->gemm_peak() : 0;
    if (status == 0)
        printf("%s\nGEMM peak %.1f GFLOP/s\n", s.device->describe(), 1e-9 * peak);
    for (int i = 0; status == 0 && i < e->row_count; i++)
        if (argc < 2 || experiment_find_row(e, argv[1]) == &e->rows[i])
            status = bench_row(&s, &e->rows[i], peak);
    if (status == 0)
        printf("GEMM peak afterwards %.1f GFLOP/s\n", 1e-9 * s.device->gemm_peak());
    else
        fprintf(stderr, "bench_step: %s\n", complaint());
    session_close(&s);
    experiment_free(e);
    return status == 0 ? 0 : 1;
}
