/* bench_encoder.c: how long a row's modules take for a batch of pictures: everything they put on the board, computed by
 * the scoring graph. Beside PyTorch: tests/golden/convnets_torch.py.
 *
 *   bench_encoder ROW.ini PICTURE [TIMES [THREADS]]        the batch is the row's; 20 times, on all processors */
#include "../../core/base/diag.h"
#include "../../core/base/progress.h"
#include "../../core/experiment/experiment.h"
#include "../../core/model/predictor.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { MOST_VALUES = 64, MOST_TIMES = 1000 };

typedef struct bench {
    session session;
    model model;
    predictor *predictor;
    ablate_value *value[MOST_VALUES];
    int values, times;
} bench;

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int open_bench(bench *b, const experiment *e, const char *path)
{
    static const ablate_module no_data = { 0 };
    model_request made_of = experiment_row_model(&e->rows[0], &e->rows[0].run, &no_data, NULL);
    made_of.session = &b->session;
    if (model_open(&b->model, &made_of) < 0 || model_place(&b->model, b->session.device) < 0)
        return -1;
    const builder *board = b->model.score_builder;
    const char *name;
    for (int i = 0; (name = builder_name(board, i)); i++) {
        ablate_value *value;
        for (int k = 0; (value = builder_value(board, name, k)) && b->values < MOST_VALUES; k++)
            b->value[b->values++] = value;
    }
    const predictor_request wanted = { &b->session, &b->model, NULL, b->value, b->values, NULL, 0, NULL };
    b->predictor = predictor_new(&wanted);
    for (int slot = 0; b->predictor && slot < e->rows[0].run.batch; slot++)
        if (predictor_read(b->predictor, slot, path) < 0)
            return -1;
    return b->predictor ? 0 : -1;
}

static int larger(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int measure(const bench *b)
{
    static double wall[MOST_TIMES], busy[MOST_TIMES];
    for (int i = -2; i < b->times; i++) { /* two that do not count */
        double began = seconds_since_start(), used = processor_seconds();
        if (predictor_run(b->predictor) < 0)
            return -1;
        if (i >= 0) {
            wall[i] = 1e3 * (seconds_since_start() - began);
            busy[i] = 1e3 * (processor_seconds() - used);
        }
    }
    qsort(wall, (size_t)b->times, sizeof *wall, larger);
    qsort(busy, (size_t)b->times, sizeof *busy, larger);
    printf("best %.1f ms, median %.1f ms; of all processors best %.1f ms, median %.1f ms\n", wall[0],
           wall[b->times / 2], busy[0], busy[b->times / 2]);
    return 0;
}

int main(int argc, char **argv)
{
    bench b = { .times = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 20 };
    int threads = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
    if (argc < 3 || b.times < 1 || b.times > MOST_TIMES) {
        fprintf(stderr, "usage: bench_encoder ROW.ini PICTURE [TIMES [THREADS]]\n");
        return 2;
    }
    const experiment_options options = { 0 };
    experiment *e = experiment_load(argv[1], &options);
    int status = e ? session_open(&b.session, "cpu", threads, NULL, "cache") : -1;
    if (status == 0)
        status = open_bench(&b, e, argv[2]) < 0 ? -1 : measure(&b);
    if (status < 0)
        fprintf(stderr, "bench_encoder: %s\n", complaint());
    predictor_free(b.predictor);
    model_close(&b.model);
    session_close(&b.session);
    experiment_free(e);
    return status == 0 ? 0 : 1;
}
