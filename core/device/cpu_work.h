/* cpu_work.h: cuts work into pieces of fixed size, so that results never depend on the number of threads. Small work
 * runs in one call without the cost of waking threads. */
#ifndef ABLATE_CPU_WORK_H
#define ABLATE_CPU_WORK_H
#include "../op.h"

enum { WORK_CHUNK = 16384 }; /* numbers a piece of element-wise work */

typedef struct work_span {
    int64_t first, last; /* last is one beyond */
} work_span;

/* How many pieces n numbers make, and which the i-th is. */
static inline int64_t work_pieces(int64_t n, int64_t piece)
{
    return n / piece + (n % piece != 0);
}

static inline work_span work_piece(int64_t i, int64_t n, int64_t piece)
{
    work_span span = { i * piece, n };
    if (n - span.first > piece)
        span.last = span.first + piece;
    return span;
}

/* The i-th piece of element-wise work on n numbers. */
static inline work_span work_chunk(int64_t i, int64_t n)
{
    return work_piece(i, n, WORK_CHUNK);
}

/* Rows of `length` numbers that make one piece. */
static inline int64_t work_rows(int64_t length)
{
    return length >= WORK_CHUNK || length < 1 ? 1 : WORK_CHUNK / length;
}

/* Runs body(context, 0 .. pieces - 1); a single piece without threads. */
static inline void work_run(const ablate_cpu *cpu, int64_t pieces, void (*body)(void *context, int64_t i),
                            const void *context)
{
    if (pieces == 1)
        body((void *)(uintptr_t)context, 0);
    else if (pieces > 1)
        cpu->parallel(pieces, body, (void *)(uintptr_t)context);
}

/* The same for n numbers, or `rows` rows of `length`, cut as above. */
static inline void work_run_chunks(const ablate_cpu *cpu, int64_t n, void (*body)(void *, int64_t), const void *context)
{
    work_run(cpu, work_pieces(n, WORK_CHUNK), body, context);
}

static inline void work_run_rows(const ablate_cpu *cpu, int64_t rows, int64_t length, void (*body)(void *, int64_t),
                                 const void *context)
{
    work_run(cpu, work_pieces(rows, work_rows(length)), body, context);
}

static inline work_span work_row_span(int64_t i, int64_t rows, int64_t length)
{
    return work_piece(i, rows, work_rows(length));
}

/* Rows x width numbers cut into blocks: some whole rows, or a part of one row where rows are long. */
typedef struct work_block {
    int64_t first, last; /* rows */
    int64_t column, n;
} work_block;

static inline int64_t work_blocks(int64_t rows, int64_t width)
{
    int64_t across = work_pieces(width, WORK_CHUNK);
    return across > 1 ? rows * across : work_pieces(rows, work_rows(width));
}

static inline work_block work_block_of(int64_t i, int64_t rows, int64_t width)
{
    int64_t across = work_pieces(width, WORK_CHUNK);
    if (across > 1) {
        work_span columns = work_chunk(i % across, width);
        return (work_block){ i / across, i / across + 1, columns.first, columns.last - columns.first };
    }
    work_span span = work_row_span(i, rows, width);
    return (work_block){ span.first, span.last, 0, width };
}

/* Sum of n numbers: eight interleaved sums in double, added in a fixed order. */
static inline double work_sum(const float *x, int64_t n)
{
    double lane[8] = { 0 };
    int64_t e = 0;
    for (; e + 8 <= n; e += 8)
        for (int i = 0; i < 8; i++)
            lane[i] += (double)x[e + i];
    for (int i = 0; e < n; e++, i++)
        lane[i] += (double)x[e];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* Sum of (x - shift)^2, in the same way. */
static inline double work_sum_square(const float *x, int64_t n, double shift)
{
    double lane[8] = { 0 };
    int64_t e = 0;
    for (; e + 8 <= n; e += 8)
        for (int i = 0; i < 8; i++) {
            double d = (double)x[e + i] - shift;
            lane[i] += d * d;
        }
    for (int i = 0; e < n; e++, i++)
        lane[i] += ((double)x[e] - shift) * ((double)x[e] - shift);
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

#endif
