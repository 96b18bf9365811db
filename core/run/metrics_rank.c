#include "metrics_rank.h"
#include "../base/diag.h"
#include "metrics_key.h"
#include <stdlib.h>

enum { RANGE_BITS = 12, CELLS_PER_KEY = 2, BLOCK = 512, LINEAR_MOST = 8, DISTINCT_MOST = 1 << 29 };

/* Place of the first distinct key >= key among [from, to). */
static int64_t lower_bound(const uint64_t *distinct, int64_t from, int64_t to, uint64_t key)
{
    while (from < to) {
        int64_t middle = from + (to - from) / 2;
        if (distinct[middle] < key)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static int64_t range_begin(const rank_index *index, int64_t range)
{
    return lower_bound(index->key, 0, index->distinct, index->key[0] + ((uint64_t)range << index->range_shift));
}

/* Chooses each range's resolution by how many distinct keys lie in it. Returns the number of cells of all. */
static int64_t size_ranges(rank_index *index)
{
    int64_t cells = 0, begin = 0;
    for (int64_t r = 0; r < index->ranges; r++) {
        int64_t end = r + 1 < index->ranges ? range_begin(index, r + 1) : index->distinct;
        int bits = 0;
        while (bits < index->range_shift && (INT64_C(1) << bits) < CELLS_PER_KEY * (end - begin))
            bits++;
        index->range[r] = (rank_range){ (uint32_t)cells, (uint32_t)(index->range_shift - bits) };
        cells += INT64_C(1) << bits;
        begin = end;
    }
    return cells;
}

static inline int64_t cell_of(const rank_index *index, uint64_t distance)
{
    rank_range range = index->range[distance >> index->range_shift];
    uint64_t within = distance & ((UINT64_C(1) << index->range_shift) - 1);
    return (int64_t)(range.first + (within >> range.shift));
}

static void fill_cells(rank_index *index, int64_t cells)
{
    int64_t next = 0;
    for (int64_t place = 0; place < index->distinct; place++) {
        int64_t cell = cell_of(index, index->key[place] - index->key[0]);
        while (next <= cell)
            index->cell[next++] = (uint32_t)place;
    }
    while (next <= cells)
        index->cell[next++] = (uint32_t)index->distinct;
}

int rank_build(rank_index *index, const uint64_t *key, int64_t distinct)
{
    *index = (rank_index){ .key = key, .distinct = distinct };
    if (distinct > DISTINCT_MOST)
        return complain("metrics: a class has %lld distinct scores of defect pixels, more than %d; split it",
                        (long long)distinct, DISTINCT_MOST);
    uint64_t extent = key[distinct - 1] - key[0];
    while (extent >> index->range_shift >> RANGE_BITS)
        index->range_shift++;
    index->ranges = (int64_t)(extent >> index->range_shift) + 1;
    index->range = take((size_t)index->ranges, sizeof *index->range, "ranges of scores");
    if (!index->range)
        return -1;
    int64_t cells = size_ranges(index);
    index->cell = take((size_t)cells + 1, sizeof *index->cell, "cells of scores");
    if (!index->cell)
        return -1;
    fill_cells(index, cells);
    return 0;
}

void rank_free(rank_index *index)
{
    free(index->range);
    free(index->cell);
    *index = (rank_index){ 0 };
}

/* The slot of a key. Keys outside the distinct ones' extent go to its first or last cell and are settled there. */
static inline int64_t slot_of(const rank_index *index, uint64_t key, uint64_t low, uint64_t extent)
{
    uint64_t distance = key < low ? 0 : key - low;
    int64_t cell = cell_of(index, distance > extent ? extent : distance);
    int64_t place = index->cell[cell], end = index->cell[cell + 1];
    if (end - place > LINEAR_MOST)
        place = lower_bound(index->key, place, end, key);
    while (index->key[place] < key)
        place++;
    return 2 * place + (index->key[place] == key);
}

rank_span rank_count(const rank_index *index, const metrics_input *in, int64_t first, int64_t n, uint32_t *count)
{
    uint64_t key[BLOCK], least = UINT64_MAX, greatest = 0;
    uint64_t low = index ? index->key[0] : 0, extent = index ? index->key[index->distinct - 1] - low : 0;
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t now = n - done < BLOCK ? n - done : BLOCK;
        key_fill(in, first + done, now, key);
        for (int64_t i = 0; i < now; i++) {
            least = key[i] < least ? key[i] : least;
            greatest = key[i] > greatest ? key[i] : greatest;
        }
        for (int64_t i = 0; index && i < now; i++)
            count[slot_of(index, key[i], low, extent)]++;
    }
    return (rank_span){ least, greatest };
}
