/* plan.h: static memory plan. Buffers that are never alive together share room in one arena. */
#ifndef ABLATE_GRAPH_PLAN_H
#define ABLATE_GRAPH_PLAN_H
#include <stddef.h>
#include <stdint.h>

typedef struct plan_buffer {
    int64_t bytes;
    int first, last; /* steps, inclusive, during which it holds something; last < first: unused */
    int64_t offset;  /* the answer: 64-byte aligned */
} plan_buffer;

/* Places all buffers, largest first, each at the lowest offset that is free for its whole life. Returns the arena's
 * size in bytes, or -1: complained. */
int64_t plan_place(plan_buffer *, int count);

/* Gives every buffer a place of its own, so that what does not depend on each other may be computed at the same time.
 * Returns the arena's size in bytes. */
int64_t plan_apart(plan_buffer *, int count);

#endif
