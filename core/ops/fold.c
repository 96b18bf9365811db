/* fold.c: sums over the axes on which an operand repeats itself. */
#include "../device/cpu_work.h"
#include "broadcast.h"
#include <string.h>

enum { COLUMNS = 64 }; /* columns that one piece sums down the rows */

const float *fold_own(const void *context, int64_t row, int64_t column, int64_t n, float *room)
{
    (void)n, (void)room;
    const fold_rows *rows = context;
    return rows->x + row * rows->width + column;
}

/* How many rows differ in the operand's outer axes, and how many are summed for each. */
static int64_t rows_kept(const broadcast *g, int operand)
{
    int64_t kept = 1;
    for (int axis = 0; axis < ABLATE_DIMS - 1; axis++)
        kept *= g->stride[operand][axis] ? g->dim[axis] : 1;
    return kept;
}

/* The row that is `summed`-th among those of the `kept`-th element. */
static int64_t row_of(const broadcast *g, int operand, int64_t kept, int64_t summed)
{
    int64_t row = 0, size = 1;
    for (int axis = ABLATE_DIMS - 2; axis >= 0; axis--) {
        int64_t *from = g->stride[operand][axis] ? &kept : &summed;
        row += *from % g->dim[axis] * size;
        *from /= g->dim[axis];
        size *= g->dim[axis];
    }
    return row;
}

static void land(const fold *f, int64_t at, double sum)
{
    float value = (float)(f->scale * sum);
    f->out[at] = f->add ? f->out[at] + value : value;
}

/* Nothing is summed. */
static void copy_block(void *context, int64_t i)
{
    const fold *f = context;
    work_block block = work_block_of(i, f->geometry->rows, f->geometry->width);
    float room[FOLD_TILE], scale = (float)f->scale;
    for (int64_t row = block.first; row < block.last; row++)
        for (int64_t done = 0; done < block.n; done += FOLD_TILE) {
            int64_t n = block.n - done < FOLD_TILE ? block.n - done : FOLD_TILE, column = block.column + done;
            const float *term = f->terms(f->context, row, column, n, room);
            float *out = f->out + row * f->geometry->width + column;
            for (int64_t e = 0; e < n; e++)
                out[e] = (f->add ? out[e] : 0.0f) + scale * term[e];
        }
}

/* Rows are summed column by column. */
static void sum_columns(void *context, int64_t i)
{
    const fold *f = context;
    const broadcast *g = f->geometry;
    int64_t tiles = work_pieces(g->width, COLUMNS), kept = i / tiles;
    work_span columns = work_piece(i % tiles, g->width, COLUMNS);
    int64_t n = columns.last - columns.first, summed = g->rows / rows_kept(g, f->operand);
    double sum[COLUMNS] = { 0 };
    float room[FOLD_TILE];
    for (int64_t j = 0; j < summed; j++) {
        int64_t row = row_of(g, f->operand, kept, j);
        const float *term = f->terms(f->context, row, columns.first, n, room);
        for (int64_t e = 0; e < n; e++)
            sum[e] += (double)term[e];
    }
    for (int64_t e = 0; e < n; e++)
        land(f, kept * g->width + columns.first + e, sum[e]);
}

/* Each row, or part of a long row, becomes one number in the scratch. */
static void sum_rows(void *context, int64_t i)
{
    const fold *f = context;
    const broadcast *g = f->geometry;
    work_block block = work_block_of(i, g->rows, g->width);
    int64_t across = work_pieces(g->width, WORK_CHUNK);
    float room[FOLD_TILE];
    for (int64_t row = block.first; row < block.last; row++) {
        double sum = 0;
        for (int64_t done = 0; done < block.n; done += FOLD_TILE) {
            int64_t n = block.n - done < FOLD_TILE ? block.n - done : FOLD_TILE;
            sum += work_sum(f->terms(f->context, row, block.column + done, n, room), n);
        }
        memcpy(f->scratch + 2 * (row * across + block.column / WORK_CHUNK), &sum, sizeof sum);
    }
}

/* Then these numbers are added. */
static void sum_partial(void *context, int64_t i)
{
    const fold *f = context;
    const broadcast *g = f->geometry;
    int64_t kept = rows_kept(g, f->operand), summed = g->rows / kept, across = work_pieces(g->width, WORK_CHUNK);
    work_span span = work_row_span(i, kept, summed * across);
    for (int64_t k = span.first; k < span.last; k++) {
        double sum = 0;
        for (int64_t j = 0; j < summed; j++)
            for (int64_t c = 0; c < across; c++) {
                double part;
                memcpy(&part, f->scratch + 2 * (row_of(g, f->operand, k, j) * across + c), sizeof part);
                sum += part;
            }
        land(f, k, sum);
    }
}

void fold_run(const fold *f)
{
    const broadcast *g = f->geometry;
    int64_t kept = rows_kept(g, f->operand);
    if (!g->stride[f->operand][ABLATE_DIMS - 1]) {
        work_run(f->cpu, work_blocks(g->rows, g->width), sum_rows, f);
        work_run_rows(f->cpu, kept, g->rows / kept * work_pieces(g->width, WORK_CHUNK), sum_partial, f);
    } else if (kept == g->rows) {
        work_run(f->cpu, work_blocks(g->rows, g->width), copy_block, f);
    } else {
        work_run(f->cpu, kept * work_pieces(g->width, COLUMNS), sum_columns, f);
    }
}

int64_t fold_scratch(const broadcast *g, int operand)
{
    bool sums_rows = !g->stride[operand][ABLATE_DIMS - 1];
    return sums_rows ? 2 * g->rows * work_pieces(g->width, WORK_CHUNK) : 0;
}
