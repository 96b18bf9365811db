/* nearest.c: the distance of each row to the nearest of a bank of rows. Who is nearest is found by matrix products, as
 * |x - y|^2 = |x|^2 - (2 x.y - |y|^2), a part of the bank at a time; that form loses digits where both are long and
 * close together, so the distance itself is then computed from the differences. What was lost can only let another row
 * of the bank win whose distance is the same up to that loss. */
#include "nearest.h"
#include "../device/cpu_packed.h"
#include "../device/cpu_vector.h"
#include "rows.h"
#include <math.h>

enum { SLOTS = NEAREST_PART / PACKED_COLUMNS }; /* blocks of columns of a part */

typedef struct nearest_best { /* of one row among the columns that are the same block's in every part */
    float closeness;          /* 2 x.y - |y|^2 */
    int32_t index;
} nearest_best;
_Static_assert(sizeof(nearest_best) == 2 * sizeof(float), "kept in scratch as two floats");

typedef struct nearest_work {
    const ablate_call *call;
    nearest_sizes size;
    work_span part;           /* of the bank, at hand */
    float *products, *square; /* (rows, size.part), and the lengths |y|^2 of the part */
    nearest_best *best;       /* (rows, SLOTS) */
} nearest_work;

static packed_product product_of(const nearest_sizes *s, const float *x, const float *part, int64_t count)
{
    return (packed_product){ .batches = 1,
                             .rows = s->rows,
                             .columns = count,
                             .depth = s->width,
                             .left = { x, s->width, 1, 0 },
                             .right = { part, 1, s->width, 0 },
                             .out_row = s->part };
}

static int nearest_shape(const ablate_shape *in, int n, const void *attr, ablate_layout *layout)
{
    (void)n, (void)attr;
    if (in[0].rank < 1 || in[1].rank != 2 || in[0].dim[in[0].rank - 1] != in[1].dim[1])
        return misfit(layout, "x (..., C) and a bank (M, C) are needed; the shapes are %s and %s",
                      shape_words(&in[0]).text, shape_words(&in[1]).text);
    if (in[1].dim[0] > INT32_MAX)
        return misfit(layout, "a bank %s has too many rows", shape_words(&in[1]).text);
    const nearest_sizes s = nearest_sizes_of(in);
    const packed_product p = product_of(&s, NULL, NULL, s.part);
    layout->out = in[0];
    layout->out.rank--;
    layout->scratch = s.rows * (s.part + 2 * SLOTS) + s.part + packed_room(&p, 1);
    layout->mixes = in[0].rank == 1 || rows_alike(&in[1], &layout->out);
    return size_check(&in[0], layout);
}

/* ---- who is nearest ---- */

static void square_rows(void *context, int64_t piece)
{
    const nearest_work *w = context;
    const work_span rows = work_row_span(piece, w->part.last - w->part.first, w->size.width);
    for (int64_t r = rows.first; r < rows.last; r++)
        w->square[r] = vector_sum_squares(w->call->in[1] + (w->part.first + r) * w->size.width, 0, w->size.width);
}

/* The products of one row with n rows of the bank become closenesses; those that are no number are never the best. */
static void closeness_write(float *restrict product, const float *restrict square, int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        float closeness = 2.0f * product[i] - square[i];
        product[i] = closeness >= -INFINITY ? closeness : -INFINITY;
    }
}

/* The first of equals: parts and columns come in order. */
static void keep_best(const void *context, const packed_block *b)
{
    const nearest_work *w = context;
    const int64_t n = b->last_column - b->column;
    for (int64_t row = b->row; row < b->last_row; row++) {
        float *closeness = w->products + row * w->size.part + b->column;
        nearest_best *best = &w->best[row * SLOTS + b->column / PACKED_COLUMNS];
        closeness_write(closeness, w->square + b->column, n);
        float most = vector_largest(closeness, n);
        if (!(most > best->closeness))
            continue;
        int64_t at = 0;
        while (closeness[at] != most)
            at++;
        *best = (nearest_best){ most, (int32_t)(w->part.first + b->column + at) };
    }
}

/* ---- how far it is ---- */

static float squared_distance(const float *x, const float *y, int64_t n)
{
    VECTOR_SUM(n, (vector_load(x + i, j) - vector_load(y + i, j)) * (vector_load(x + i, j) - vector_load(y + i, j)),
               (x[i] - y[i]) * (x[i] - y[i]));
}

static void measure_rows(void *context, int64_t piece)
{
    const nearest_work *w = context;
    const int64_t width = w->size.width;
    const work_span rows = work_row_span(piece, w->size.rows, width);
    for (int64_t r = rows.first; r < rows.last; r++) {
        nearest_best best = w->best[r * SLOTS];
        for (int slot = 1; slot < SLOTS; slot++) {
            const nearest_best other = w->best[r * SLOTS + slot];
            if (other.closeness > best.closeness || (other.closeness == best.closeness && other.index < best.index))
                best = other;
        }
        w->call->out[r] =
            sqrtf(squared_distance(w->call->in[0] + r * width, w->call->in[1] + best.index * width, width));
    }
}

static void nearest_forward(const ablate_call *call)
{
    nearest_work w = { .call = call, .size = nearest_sizes_of(call->in_shape) };
    float *room = call->scratch;
    w.best = (nearest_best *)(void *)room;
    w.products = room + w.size.rows * 2 * SLOTS;
    w.square = w.products + w.size.rows * w.size.part;
    for (int64_t i = 0; i < w.size.rows * SLOTS; i++)
        w.best[i] = (nearest_best){ -INFINITY, 0 };
    for (int64_t part = 0; part < work_pieces(w.size.bank, w.size.part); part++) {
        w.part = work_piece(part, w.size.bank, w.size.part);
        packed_product p =
            product_of(&w.size, call->in[0], call->in[1] + w.part.first * w.size.width, w.part.last - w.part.first);
        p.out = w.products;
        p.finish = keep_best;
        p.context = &w;
        work_run_rows(call->cpu, p.columns, w.size.width, square_rows, &w);
        packed_run(call->cpu, &p, w.square + w.size.part);
    }
    work_run_rows(call->cpu, w.size.rows, w.size.width, measure_rows, &w);
}

/* 2 C for each pair of rows, and the two that make it a closeness. */
OP_COST(nearest_flops, (2.0 * (double)in[1].dim[1] + 2) * (double)in[1].dim[0] * (double)shape_size(out))

static const ablate_op nearest_record = {
    .doc = "x (..., C), bank (M, C) -> (...): Euclidean distance of each row to the nearest row of the bank; NaN rows "
           "of the bank are nobody's nearest. No gradient passes",
    OP_FORWARD(nearest, nearest_shape),
    OP_TAKES(2),
    .flops = nearest_flops,
};
OP_RECORD(nearest_record);
