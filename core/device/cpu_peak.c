/* cpu_peak.c: what this machine's matrix products can reach: the yardstick of the bench. It is OpenBLAS's, where that
 * is installed, with the kernels that suit the processor: not our own, or a slow product would look well beside itself.
 */
#include "cpu.h"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { SIDE = 2048 };

typedef void gemm_function(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                           const float *b, int64_t ldb, float beta, float *c, int64_t ldc);

static char yardstick[DEVICE_WHY + 80] = "not measured yet";

typedef struct trial {
    const float *a, *b;
    float *c;
    int64_t bands;
    gemm_function *gemm;
} trial;

static void compute_band(void *context, int64_t i)
{
    const trial *t = context;
    int64_t first = SIDE * i / t->bands, last = SIDE * (i + 1) / t->bands;
    t->gemm(false, false, last - first, SIDE, SIDE, 1, t->a + first * SIDE, SIDE, t->b, SIDE, 0, t->c + first * SIDE,
            SIDE);
}

/* One band a thread, the largest products there can be. */
double cpu_gemm_peak(void)
{
    enum { TIMES = 5 };
    size_t count = (size_t)SIDE * SIDE;
    float *room = malloc(3 * count * sizeof *room);
    double best = 0;
    if (!room)
        return 0;
    char why[DEVICE_WHY];
    bool theirs = cpu_blas_open(why) == 0;
    trial t = { room, room + count, room + 2 * count, cpu_threads(), theirs ? cpu_blas_gemm : cpu_gemm };
    snprintf(yardstick, sizeof yardstick, "%s %s",
             theirs ? cpu_blas_version() : "own kernels:", theirs ? cpu_blas_core() : why);
    for (size_t i = 0; i < 3 * count; i++)
        room[i] = (float)(i % 251) * 0x1p-8f;
    for (int i = 0; i < TIMES; i++) {
        double start = seconds();
        cpu_parallel(t.bands, compute_band, &t);
        double rate = 2.0 * SIDE * SIDE * SIDE / (seconds() - start);
        best = rate > best ? rate : best;
    }
    free(room);
    return best;
}

const char *cpu_yardstick(void)
{
    return yardstick;
}
