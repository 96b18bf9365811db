/* metrics_rank.h: counting scores between the distinct scores of defect pixels, without sorting them.
 *
 * With the distinct keys k_0 < k_1 < ... < k_{D-1}, counts are kept of the keys between k_{j-1} and k_j (below k_0 for
 * j = 0, above k_{D-1} for j = D) and of those equal to k_j. The place of a key is found through an index of two
 * levels: the leading bits of its distance from k_0 choose a range, the range's own resolution a cell of about half a
 * key. */
#ifndef ABLATE_METRICS_RANK_H
#define ABLATE_METRICS_RANK_H
#include "metrics.h"

typedef struct rank_range {
    uint32_t first; /* of its cells */
    uint32_t shift; /* a cell is 2^shift keys wide */
} rank_range;

typedef struct rank_index {
    const uint64_t *key; /* (distinct + 1) ascending, the last UINT64_MAX; the caller's */
    int64_t distinct;
    int range_shift;   /* a range is 2^range_shift keys wide */
    rank_range *range; /* (ranges) */
    uint32_t *cell;    /* (cells + 1) place of the first distinct key in or after the cell */
    int64_t ranges;
} rank_index;

/* Builds the index over `distinct` >= 1 keys. 0, or -1: complained, no memory. Released by rank_free, also then. */
int rank_build(rank_index *, const uint64_t *key, int64_t distinct);
void rank_free(rank_index *);

typedef struct rank_span {
    uint64_t least, greatest; /* keys met */
} rank_span;

/* Adds n pixels of the input, from pixel `first`, to count (2D + 2): the D + 1 counts between keys, then the D counts
 * equal to one, then one for UINT64_MAX, which no finite score has. Says what keys it met; with a NULL index only that.
 */
rank_span rank_count(const rank_index *, const metrics_input *, int64_t first, int64_t n, uint32_t *count);

#endif
