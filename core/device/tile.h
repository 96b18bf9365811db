/* tile.h: how a matrix product is cut into tiles for threads: by its shape alone, never by the number of threads, since
 * a kernel may add up an edge of a tile in another order than its middle. */
#ifndef ABLATE_DEVICE_TILE_H
#define ABLATE_DEVICE_TILE_H
#include <stdint.h>

typedef struct tile_grid {
    int64_t rows, columns; /* of a tile; those at the far edges are smaller */
    int64_t down, across;  /* number of tiles along each side */
} tile_grid;

/* Number of tiles worth cutting, a power of two: up to 8 of 4 MFLOP or more each, 16 of 24, 64 of 400. More would feed
 * more threads, but each tile packs its operands anew. */
static inline int64_t tile_count(double flops)
{
    int64_t count = 1;
    while (count < 64 && flops >= (double)(2 * count) * (count < 8 ? 4e6 : count < 16 ? 24e6 : 400e6))
        count *= 2;
    return count;
}

/* Bands of whole rows of an m x n product of depth k. */
static inline tile_grid tile_bands(int64_t m, int64_t n, int64_t k)
{
    int64_t count = tile_count(2.0 * (double)m * (double)n * (double)k);
    while (count > 1 && m / count < 16)
        count /= 2;
    tile_grid grid = { .rows = (m + count - 1) / count, .columns = n, .across = 1 };
    grid.down = (m + grid.rows - 1) / grid.rows;
    return grid;
}

/* Tiles of an m x n product of depth k, nearly square: each halving cuts the longer side, columns at whole registers.
 */
static inline tile_grid tile_cut(int64_t m, int64_t n, int64_t k)
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

#endif
