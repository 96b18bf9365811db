/* cpu_gemm.c: the library's matrix products in tiles over the threads, for operations that modules bring. A product is
 * cut by its shape alone, never by the number of threads, since a kernel may add up an edge of a tile in another order
 * than its middle. The engine's own operations multiply by ops/packed.h, where no edge matters. */
#include "cpu.h"
#include <stdlib.h>
#include <time.h>

typedef struct tile_grid {
    int64_t rows, columns; /* of a tile; those at the far edges are smaller */
    int64_t down, across;  /* number of tiles along each side */
} tile_grid;

/* Number of tiles worth cutting, a power of two: up to 8 of 4 MFLOP or more each, 16 of 24, 64 of 400. More would feed
 * more threads, but each tile packs its operands anew. */
static int64_t tile_count(double flops)
{
    int64_t count = 1;
    while (count < 64 && flops >= (double)(2 * count) * (count < 8 ? 4e6 : count < 16 ? 24e6 : 400e6))
        count *= 2;
    return count;
}

/* Tiles of an m x n product of depth k, nearly square: each halving cuts the longer side, columns at whole registers.
 */
static tile_grid tile_cut(int64_t m, int64_t n, int64_t k)
{
    int64_t down = 1, across = 1, count = tile_count(2.0 * (double)m * (double)n * (double)k);
    for (; down * across < count && (m / down > 32 || n / across > 32);)
        if (m / down >= n / across)
            down *= 2;
        else
            across *= 2;
    tile_grid grid = { .rows = (m + down - 1) / down, .columns = (n + across - 1) / across };
    grid.columns = across > 1 ? (grid.columns + 15) / 16 * 16 : grid.columns;
    grid.down = (m + grid.rows - 1) / grid.rows;
    grid.across = (n + grid.columns - 1) / grid.columns;
    return grid;
}

typedef struct product {
    bool ta, tb;
    int64_t m, n, k, lda, ldb, ldc;
    tile_grid grid;
    float alpha, beta;
    const float *a, *b;
    float *c;
} product;

static void compute_tile(void *context, int64_t i)
{
    const product *p = context;
    int64_t row = i / p->grid.across * p->grid.rows, column = i % p->grid.across * p->grid.columns;
    int64_t m = p->m - row < p->grid.rows ? p->m - row : p->grid.rows;
    int64_t n = p->n - column < p->grid.columns ? p->n - column : p->grid.columns;
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
    p.grid = tile_cut(m, n, k);
    cpu_parallel(p.grid.down * p.grid.across, compute_tile, &p);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { SIDE = 2048 };

typedef struct trial {
    const float *a, *b;
    float *c;
    int64_t bands;
} trial;

static void compute_band(void *context, int64_t i)
{
    const trial *t = context;
    int64_t first = SIDE * i / t->bands, last = SIDE * (i + 1) / t->bands;
    cpu_blas_gemm(false, false, last - first, SIDE, SIDE, 1, t->a + first * SIDE, SIDE, t->b, SIDE, 0,
                  t->c + first * SIDE, SIDE);
}

/* One band a thread, the largest products there can be: the peak is the library's own, not that of our tiles. */
double cpu_gemm_peak(void)
{
    enum { TIMES = 5 };
    size_t count = (size_t)SIDE * SIDE;
    float *room = malloc(3 * count * sizeof *room);
    double best = 0;
    if (!room)
        return 0;
    trial t = { room, room + count, room + 2 * count, cpu_threads() };
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
