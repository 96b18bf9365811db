#include "metrics_rank.h"
#include "../base/diag.h"
#include "metrics_key.h"
#include <stdlib.h>

enum { RANGE_BITS = 12, CELLS_PER_KEY = 2, BLOCK = 512, DISTINCT_MOST = 1 << 29 };

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

/* The cells of a block of keys. Keys outside the distinct ones' extent go to the first or last cell. */
static void find_cells(const rank_index *index, const uint64_t *key, int64_t n, uint32_t *cell)
{
    uint64_t low = index->key[0], extent = index->key[index->distinct - 1] - low;
    for (int64_t i = 0; i < n; i++) {
        uint64_t distance = key[i] < low ? 0 : key[i] - low;
        cell[i] = (uint32_t)cell_of(index, distance > extent ? extent : distance);
    }
}

/* The places of a block of keys, given their cells in `place`: at least the first of the cell or, without a branch that
 * nothing could foretell, the one after it. */
static void find_places(const rank_index *index, const uint64_t *key, int64_t n, uint32_t *place)
{
    for (int64_t i = 0; i < n; i++)
        place[i] = index->cell[place[i]];
    for (int64_t i = 0; i < n; i++)
        place[i] += index->key[place[i]] < key[i];
}

/* Counts a block of keys from places that may still be too low. */
static void count_places(const rank_index *index, const uint64_t *key, int64_t n, const uint32_t *place,
                         uint32_t *count)
{
    for (int64_t i = 0; i < n; i++) {
        int64_t at = place[i], step = 1;
        if (index->key[at] < key[i]) {
            while (at + step < index->distinct && index->key[at + step] < key[i])
                step *= 2;
            at = lower_bound(index->key, at, at + step < index->distinct ? at + step : index->distinct, key[i]);
        }
        count[index->key[at] == key[i] ? index->distinct + 1 + at : at]++;
    }
}

rank_span rank_count(const rank_index *index, const metrics_input *in, int64_t first, int64_t n, uint32_t *count)
{
    uint64_t key[BLOCK], least = UINT64_MAX, greatest = 0;
    uint32_t place[BLOCK];
    for (int64_t done = 0; done < n; done += BLOCK) {
        int64_t now = n - done < BLOCK ? n - done : BLOCK;
        key_fill(in, first + done, now, key);
        for (int64_t i = 0; i < now; i++) {
            least = key[i] < least ? key[i] : least;
            greatest = key[i] > greatest ? key[i] : greatest;
        }
        if (index) {
            find_cells(index, key, now, place);
            find_places(index, key, now, place);
            count_places(index, key, now, place, count);
        }
    }
    return (rank_span){ least, greatest };
}
