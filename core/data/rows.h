/* rows.h: a picture's row, the values at a graph's frontier, computed once and kept by the session's cache. */
#ifndef ABLATE_DATA_ROWS_H
#define ABLATE_DATA_ROWS_H
#include "frontier.h"
#include "session.h"

typedef struct row_request { /* all of it outlives the rows */
    session *session;
    const input_settings *input;
    cache_numbers numbers; /* in which they are kept */
    const graph *graph;
    const frontier *frontier; /* of that graph, with rows */
    const int *pictures;      /* of the session's data set */
    int count;
} row_request;

/* Opens the cache of these rows; computes, batch by batch while the next one's pictures are decoded, and stores those
 * that it lacks. The session's. NULL: complained. */
cache *rows_complete(const row_request *);

/* Adds to a hash all that numbers of the request's graph depend on but the pictures: digests of the values and code of
 * operations that modules brought, how pictures come in, how the device rounds, the version of the numbers. The
 * request's frontier and pictures are not looked at. 0, or -1: complained. */
int rows_hash(const row_request *, const ablate_value *const *, int count, hash_state *);

/* n numbers of a picture's row from the number `at` on, as cache_read gives them. NULL: complained. */
const float *rows_read(const row_request *, const cache *, int picture, int64_t at, int64_t n, float *room);

#endif
