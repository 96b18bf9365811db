/* cpu_packed.h: matrix products too large for the nearest caches (those that fit: cpu_product.h). The right matrix is
 * first laid into panels as wide as two registers; the result is cut into blocks of one size, which threads take.
 *
 * Each element is summed by itself, in runs of PACKED_DEPTH terms from the first on, whatever block, row or column it
 * is. So its bits depend on its own row, its own column and on whether the processor fuses multiply and add: not on the
 * other rows (other pictures of a batch), nor on threads or the width of vectors. A library's kernels promise less:
 * OpenBLAS's for AVX2 add the first six of twelve rows in another order than the last six. */
#ifndef ABLATE_CPU_PACKED_H
#define ABLATE_CPU_PACKED_H
#include "../op.h"

/* COLUMNS: of a block, which begins at a multiple of them. SPARE: see `lay`. */
enum { PACKED_DEPTH = 256, PACKED_COLUMNS = 512, PACKED_SPARE = 16 };

typedef struct packed_matrix { /* element (i, j) of batch b is at[b * step + i * row + j * column] */
    const float *at;
    int64_t row, column, step;
} packed_matrix;

typedef struct packed_block { /* rows and columns of the result; last is one beyond */
    int64_t batch, row, last_row, column, last_column;
} packed_block;

typedef struct packed_part { /* of a left matrix: `rows` rows from `row` on, of which `terms` terms from `term` on */
    int64_t batch, row, rows, term, terms;
} packed_part;

typedef struct packed_product {
    int64_t batches, rows, columns, depth;
    packed_matrix left, right; /* (rows, depth), (depth, columns); right.step 0: one for all batches */
    /* A left matrix that lies nowhere: lays a part of it, row i from to + i * row on and after those before it; it may
     * write up to PACKED_SPARE numbers behind each. Or NULL. across: it lays the transposed matrix, whose rows are
     * terms. */
    void (*lay)(const void *source, const packed_part *, float *to, int64_t row);
    const void *source;
    bool across;
    float *out;                                                /* (batches, rows, columns) */
    int64_t out_row, out_step;                                 /* numbers from row to row, from batch to batch */
    bool add;                                                  /* to what is in `out` */
    void (*finish)(const void *context, const packed_block *); /* called for each block that is done, or NULL */
    const void *context;
} packed_product;

/* Floats of `room` that packed_run needs for the most demanding of n products; their numbers may be NULL. */
int64_t packed_room(const packed_product *, int n);

/* Computes it on all threads; inside a piece of work, on the calling one. */
void packed_run(const ablate_cpu *, const packed_product *, float *room);

/* out = scale left right + keep out, of one batch and without room: each block lays its part of the right matrix into
 * panels of its own. keep 0: what is in `out` is not looked at. p->out and what follows are not used. */
void packed_scaled(const ablate_cpu *, const packed_product *, float scale, float keep, float *out, int64_t out_row);

#endif
