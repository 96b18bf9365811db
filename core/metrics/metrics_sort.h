/* metrics_sort.h: scores of defect pixels in order. */
#ifndef ABLATE_METRICS_SORT_H
#define ABLATE_METRICS_SORT_H
#include <stdint.h>

typedef struct sort_entry {
    uint64_t key;       /* of the score, metrics_key.h */
    uint32_t component; /* which defect of the class the pixel belongs to */
    uint32_t unused;
} sort_entry;

/* Sorts by ascending key; entries of one key keep their order. Radix sort, least significant digits first, digits that
 * all keys share left out; `spare` is as large as `entries`. Returns where the result lies: one of the two arrays, or
 * NULL: complained, no memory. */
sort_entry *sort_entries(sort_entry *entries, sort_entry *spare, int64_t n);

#endif
