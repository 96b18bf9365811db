/* op.h: the record of an operation, the same for the engine's own (core/ops) and for those a module brings.
 * An operation is arithmetic on contiguous row-major float tensors of up to four axes. Its record says how the result
 * is shaped, how it is computed and differentiated on the CPU, and what it costs; other devices look it up by name. */
#ifndef ABLATE_OP_H
#define ABLATE_OP_H
#include "setting.h"

enum { ABLATE_DIMS = 4, ABLATE_INPUTS = 8 };

typedef struct ablate_shape { /* rank 0 is a scalar */
    int rank;
    int64_t dim[ABLATE_DIMS];
} ablate_shape;

/* Side of the square grid that has n patches; 0: n is no square. */
static inline int64_t ablate_square_side(int64_t n)
{
    int64_t side = 0;
    while (side * side < n)
        side++;
    return n > 0 && side * side == n ? side : 0;
}

typedef struct ablate_layout { /* what a shape rule answers; zeroed before the call */
    ablate_shape out;
    int64_t aux, scratch; /* floats kept from forward to backward; floats of working room during one call */
    bool mixes;           /* row b of the result (first axis) needs more than row b of the inputs: batch statistics */
    char why[160];        /* on misfit, in words: "shapes 4x3 and 5x2 do not fit" */
} ablate_layout;

typedef struct ablate_cpu { /* services for kernels; results never depend on the number of threads */
    /* body(context, 0) ... body(context, n - 1), in any order, on any thread. Work per i should be >= 10 us. */
    void (*parallel)(int64_t n, void (*body)(void *context, int64_t i), void *context);
    /* C (m x n) = alpha op(A) (m x k) op(B) (k x n) + beta C, row-major with row strides; ta/tb: A/B stored transposed.
     * Called inside `parallel` it stays on that thread. An element's bits depend on its row of A and its column of B
     * alone, not on where these lie, so pictures may share a product. */
    void (*gemm)(bool ta, bool tb, int64_t m, int64_t n, int64_t k, float alpha, const float *a, int64_t lda,
                 const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
} ablate_cpu;

typedef struct ablate_call { /* [step] what a kernel sees; every pointer belongs to the engine and lives for the call */
    int n_in;
    const ablate_shape *in_shape, *out_shape;
    const float *const *in; /* backward: NULL where the record forgets it */
    float *out;             /* backward: the result of forward, read only; NULL if forgotten */
    const float *grad_out;  /* backward only, shaped as out */
    float *const *grad_in;  /* backward only; NULL: not wanted */
    unsigned add;           /* bit i: grad_in[i] += ..., else grad_in[i] = ... (all bits set unless `stores`) */
    float *aux, *scratch;
    const void *attr;   /* the op's filled attribute struct, or NULL */
    uint64_t key, step; /* random ops: element e's draw is a function of (key, step, e) and nothing else */
    const ablate_cpu *cpu;
} ablate_call;

/* Runs row(call, 0) ... row(call, rows - 1) on all threads, for kernels whose rows are computed one by one. */
enum { ABLATE_ROWS = 64 }; /* that a thread takes at a time */
typedef void ablate_row(const ablate_call *, int64_t row);
typedef struct ablate_rows {
    const ablate_call *call;
    int64_t rows;
    ablate_row *row;
} ablate_rows;
static inline void ablate_rows_share(void *context, int64_t share)
{
    const ablate_rows *of = (const ablate_rows *)context;
    for (int64_t row = share * ABLATE_ROWS; row < (share + 1) * ABLATE_ROWS && row < of->rows; row++)
        of->row(of->call, row);
}
static inline void ablate_each_row(const ablate_call *call, int64_t rows, ablate_row *row)
{
    ablate_rows of = { call, rows, row };
    call->cpu->parallel((rows + ABLATE_ROWS - 1) / ABLATE_ROWS, ablate_rows_share, &of);
}

typedef struct ablate_op {
    const char *name, *doc; /* a module's own begin with the module's name: "gatefuse.mix" */
    int min_in, max_in;
    int (*shape)(const ablate_shape *in, int n, const void *attr, ablate_layout *); /* [build] 0, or -1 and `why` */
    void (*forward)(const ablate_call *);                                           /* writes all of out (and aux) */
    void (*backward)(const ablate_call *); /* NULL: no gradient passes. Reads grad_out, gives grad_in[i] */
    double (*flops)(const ablate_shape *in, int n, const ablate_shape *out, const void *attr); /* NULL: 1 an element */
    double (*bytes)(const ablate_shape *in, int n, const ablate_shape *out, const void *attr); /* NULL: in + out once */
    uint32_t attr_size;
    const ablate_setting *attrs; /* {0}-ended, or NULL */
    uint32_t forgets;            /* what backward does not read: ABLATE_FORGET(i) | ABLATE_FORGET_OUT */
    bool random;                 /* reads key and step. An op NAME_draw of the same attributes gives the bare draws */
    bool view;                   /* the result is in[0]'s numbers under another shape: memory is shared, nothing runs */
    bool stores;                 /* backward heeds `add`; otherwise it always adds, and the engine zeroes beforehand */
    bool forgoes_aux;            /* forward does without aux (NULL) where no backward follows. Since 1.3 */
} ablate_op;
#define ABLATE_FORGET(i)  (1u << (i))
#define ABLATE_FORGET_OUT (1u << 31)

#endif
