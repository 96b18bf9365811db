/* cpu_gemm.c: matrix products in tiles over the threads. */
#include "cpu.h"
#include <stdlib.h>
#include <time.h>

typedef struct product {
    bool ta, tb;
    int64_t m, n, k, lda, ldb, ldc, tile_m, tile_n, across;
    float alpha, beta;
    const float *a, *b;
    float *c;
} product;

/* Tile sizes from the shape alone: about 8 tiles, each large enough that packing its operands costs little. */
static void choose_tiles(product *p)
{
    p->tile_m = p->m;
    p->tile_n = p->n;
    if ((double)p->m * (double)p->n * (double)p->k < 1e5)
        return; /* below some 2 us: the threads would cost more */
    int64_t pieces = 8;
    while (pieces > 1) { /* halve the longer side, by whole kernels' widths */
        if (p->tile_m >= p->tile_n)
            p->tile_m = ((p->tile_m + 1) / 2 + 15) / 16 * 16;
        else
            p->tile_n = ((p->tile_n + 1) / 2 + 15) / 16 * 16;
        pieces /= 2;
    }
}

static void compute_tile(void *context, int64_t i)
{
    const product *p = context;
    int64_t row = i / p->across * p->tile_m, column = i % p->across * p->tile_n;
    int64_t m = p->m - row < p->tile_m ? p->m - row : p->tile_m;
    int64_t n = p->n - column < p->tile_n ? p->n - column : p->tile_n;
    cpu_blas_gemm(p->ta, p->tb, m, n, p->k, p->alpha, p->a + (p->ta ? row : row * p->lda), p->lda,
                  p->b + (p->tb ? column * p->ldb : column), p->ldb, p->beta, p->c + row * p->ldc + column, p->ldc);
}

void cpu_gemm(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
              const float *b, int64_t ldb, float beta, float *c, int64_t ldc)
{
    if (m <= 0 || n <= 0)
        return;
    if (cpu_inside()) {
        cpu_blas_gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
        return;
    }
    product p = { .ta = ta,
                  .tb = tb,
                  .m = m,
                  .n = n,
                  .k = k,
                  .lda = lda,
                  .ldb = ldb,
                  .ldc = ldc,
                  .alpha = alpha,
                  .beta = beta,
                  .a = a,
                  .b = b,
                  .c = c };
    choose_tiles(&p);
    p.across = (n + p.tile_n - 1) / p.tile_n;
    cpu_parallel((m + p.tile_m - 1) / p.tile_m * p.across, compute_tile, &p);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double cpu_gemm_peak(void)
{
    enum { SIDE = 2048, TIMES = 5 };
    size_t count = (size_t)SIDE * SIDE;
    float *room = malloc(3 * count * sizeof *room);
    double best = 0;
    if (!room)
        return 0;
    for (size_t i = 0; i < 3 * count; i++)
        room[i] = (float)(i % 251) * 0x1p-8f;
    for (int i = 0; i < TIMES; i++) {
        double start = seconds();
        cpu_gemm(false, false, SIDE, SIDE, SIDE, 1, room, SIDE, room + count, SIDE, 0, room + 2 * count, SIDE);
        double rate = 2.0 * SIDE * SIDE * SIDE / (seconds() - start);
        best = rate > best ? rate : best;
    }
    free(room);
    return best;
}
