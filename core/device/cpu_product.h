/* cpu_product.h: products of small matrices whose numbers lie in the nearest caches, where a library's packing and
 * calling would take longer than the product itself. Each element is summed from k = 0 on, one after the other, so the
 * result depends neither on tiles nor on the width of the processor's vectors (but on whether it fuses multiply and
 * add). */
#ifndef ABLATE_CPU_PRODUCT_H
#define ABLATE_CPU_PRODUCT_H
#include "cpu_vector.h"
#include <stdbool.h>

/* A tile of PRODUCT_ROWS x 2 registers is as many sums as the processor holds. */
enum { PRODUCT_ROWS = VECTOR_PARTS == 1 ? 12 : 6 };

typedef struct product_matrix { /* element (i, j) is at[i * row + j * column] */
    const float *at;
    int64_t row, column;
} product_matrix;

/* C (rows x vectors) = A B, or C += A B; rows and vectors are constants wherever this is inlined. */
__attribute__((always_inline)) static inline void product_tile(int rows, int vectors, const product_matrix *a,
                                                               const float *b, int64_t b_row, float *c, int64_t c_row,
                                                               int64_t depth, bool add)
{
    vector_part sum[PRODUCT_ROWS][2];
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++)
            sum[i][j] = (vector_part){ 0 };
    for (int64_t k = 0; k < depth; k++) {
        vector_part right[2];
        for (int j = 0; j < vectors; j++)
            right[j] = vector_load(b + k * b_row, j);
        for (int i = 0; i < rows; i++) {
            float left = a->at[i * a->row + k * a->column];
            for (int j = 0; j < vectors; j++)
                sum[i][j] += left * right[j];
        }
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < vectors; j++) {
            vector_memory *to = (vector_memory *)(c + i * c_row + j * VECTOR_PART);
            vector_part before = { 0 };
            if (add)
                before = *to;
            *to = before + sum[i][j];
        }
}

/* One column of tiles: A (m x depth), B and C `vectors` vectors wide. */
__attribute__((always_inline)) static inline void product_column(int vectors, product_matrix a, const float *b,
                                                                 int64_t b_row, float *c, int64_t c_row, int64_t m,
                                                                 int64_t depth, bool add)
{
    for (; m >= PRODUCT_ROWS; m -= PRODUCT_ROWS) {
        product_tile(PRODUCT_ROWS, vectors, &a, b, b_row, c, c_row, depth, add);
        a.at += PRODUCT_ROWS * a.row;
        c += PRODUCT_ROWS * c_row;
    }
    for (; m >= 4; m -= 4) {
        product_tile(4, vectors, &a, b, b_row, c, c_row, depth, add);
        a.at += 4 * a.row;
        c += 4 * c_row;
    }
    for (; m > 0; m--) {
        product_tile(1, vectors, &a, b, b_row, c, c_row, depth, add);
        a.at += a.row;
        c += c_row;
    }
}

/* C (m x n) = A (m x depth) B (depth x n), or C += A B; n is a multiple of VECTOR_LANES, rows of B and C are `b_row`
 * and `c_row` numbers apart. */
static inline void product_run(product_matrix a, const float *b, int64_t b_row, float *c, int64_t c_row, int64_t m,
                               int64_t n, int64_t depth, bool add)
{
    int64_t at = 0;
    for (; at + 2 * VECTOR_PART <= n; at += 2 * VECTOR_PART)
        product_column(2, a, b + at, b_row, c + at, c_row, m, depth, add);
    for (; at < n; at += VECTOR_PART)
        product_column(1, a, b + at, b_row, c + at, c_row, m, depth, add);
}

#endif
