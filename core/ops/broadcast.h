/* broadcast.h: numpy's broadcasting, seen as rows: neighbouring axes on which both operands behave alike are merged,
 * and what is left is (up to three outer axes) x (rows of one axis). */
#ifndef ABLATE_OPS_BROADCAST_H
#define ABLATE_OPS_BROADCAST_H
#include "ops.h"
#ifdef __cplusplus
extern "C" {
#endif

typedef struct broadcast {
    int64_t dim[ABLATE_DIMS];       /* of the result; the last is a row's width */
    int64_t stride[2][ABLATE_DIMS]; /* of each operand; 0 where it repeats itself */
    int64_t rows, width;
} broadcast;

/* Shape of the result of broadcasting a against b; -1 with the sentence. */
int broadcast_shape(const ablate_shape *a, const ablate_shape *b, ablate_layout *);

/* Both operands must broadcast to `out` (as broadcast_shape found). */
broadcast broadcast_of(const ablate_shape *out, const ablate_shape *a, const ablate_shape *b);

/* Where an operand's numbers for a row of the result begin; they lie stride[operand][3] (0 or 1) apart. */
static inline int64_t broadcast_offset(const broadcast *g, int operand, int64_t row)
{
    int64_t offset = 0;
    for (int axis = ABLATE_DIMS - 2; axis >= 0; axis--) {
        offset += row % g->dim[axis] * g->stride[operand][axis];
        row /= g->dim[axis];
    }
    return offset;
}

/* to (+)= scale * from, `from` being operand 0 of the geometry and `to` shaped as its result. */
void broadcast_spread(const ablate_cpu *, const broadcast *, double scale, const float *from, float *to, bool add);

/* n numbers of the tensor to be folded, from `column` of `row` on; may be written into `room` or found elsewhere. */
typedef const float *fold_terms(const void *context, int64_t row, int64_t column, int64_t n, float *room);
enum { FOLD_TILE = 512 }; /* the most that is asked for at once */

/* The terms that are a tensor's own numbers; the context is its rows. */
typedef struct fold_rows {
    const float *x;
    int64_t width;
} fold_rows;
fold_terms fold_own;

/* The opposite of spreading: a tensor shaped as the geometry's result is summed, in double and in a fixed order, over
 * the axes on which one operand repeats itself, and lands, times `scale`, in that operand's shape. */
typedef struct fold {
    const ablate_cpu *cpu;
    const broadcast *geometry;
    int operand;
    fold_terms *terms;
    const void *context;
    double scale;
    float *out;
    bool add;       /* out += ..., else out = ... */
    float *scratch; /* fold_scratch floats, 8-byte aligned */
} fold;
void fold_run(const fold *);
int64_t fold_scratch(const broadcast *, int operand);

#ifdef __cplusplus
}
#endif
#endif
