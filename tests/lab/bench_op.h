/* bench_op.h: one call of an operation at given shapes, to be timed: for benches. */
#ifndef LAB_BENCH_OP_H
#define LAB_BENCH_OP_H
#include "../../core/device/device.h"

enum { BENCH_INPUTS = 5 };

typedef struct bench_op {
    const ablate_op *op;
    ablate_layout layout;
    ablate_call call;
    double flops; /* of forward */
    float *in[BENCH_INPUTS], *grad[BENCH_INPUTS];
    void *attr;
    char *attr_text;
} bench_op;

/* Fills a call of the operation with numbers; `shape` must live as long. 0, or -1: complained. bench_op_close in any
 * case. */
int bench_op_open(bench_op *, const char *name, const char *attributes, int n, const ablate_shape *shape);

/* The shortest of many calls, in seconds: other programs on the machine only ever add. */
double bench_op_time(bench_op *, const device *where, bool backward);

void bench_op_close(bench_op *);

#endif
