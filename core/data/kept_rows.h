/* kept_rows.h: rows in the device's memory, from which it gathers its own batches. */
#ifndef ABLATE_DATA_KEPT_ROWS_H
#define ABLATE_DATA_KEPT_ROWS_H
#include "../graph/program.h"
#include "rows.h"

typedef struct kept_rows { /* zeroed = not tried yet */
    bool tried;
    float *rows;    /* (pictures of the request, row_floats) in the device's memory; NULL: it does not keep them */
    int64_t *place; /* by picture of the data set: its row */
    int64_t *batch; /* rows of the pictures of a batch */
} kept_rows;

/* Copies all rows of the request there, if the device gathers from its memory and there is room; `room`: of one row.
 * 0, or -1: complained. kept_rows_free is allowed after both. */
int kept_rows_make(kept_rows *, const row_request *, const cache *, float *room);
void kept_rows_free(kept_rows *, const row_request *);

/* Gathers a given value of the frontier for a batch of pictures. 0, or -1: complained. */
int kept_rows_put(kept_rows *, const row_request *, program *, int given, const int *pictures);

#endif
