/* routing.h: which rows go to which expert. Entries (row, expert), one for each non-zero gate, are sorted by expert and
 * within an expert by row, so that each expert's rows are one matrix. */
#ifndef ABLATE_OPS_ROUTING_H
#define ABLATE_OPS_ROUTING_H
#include "ops.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct routing {         /* lives in memory of the caller's */
    int64_t rows, experts, most; /* `most` entries a row */
    int32_t *row, *expert;       /* of each entry */
    int32_t *entry;              /* [rows][most]: a row's entries by ascending expert, then -1 */
    int32_t *begin;              /* [experts + 2]: entries begin[t] .. begin[t + 1] - 1 are expert t's */
} routing;

/* Floats of memory for it, a multiple of 16. */
int64_t routing_size(int64_t rows, int64_t experts, int64_t most);

/* Lays the arrays out in `room`; their contents are what is there. */
routing routing_at(float *room, int64_t rows, int64_t experts, int64_t most);

/* Fills them from gates (rows, experts). Of a row with more than `most` non-zero gates the first are taken. */
void routing_fill(const routing *, const float *gates);

static inline int64_t routing_count(const routing *r) /* number of entries */
{
    return r->begin[r->experts];
}

#ifdef __cplusplus
}
#endif
#endif
