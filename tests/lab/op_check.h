/* op_check.h: runs one operation's record directly and checks its gradients, for tests of operations.
 *
 *     op_check("matmul", "transpose_b=1", 7u, OP_SHAPES({ 2, { 3, 4 } }, { 2, { 5, 4 } }, { 1, { 5 } }));
 *
 * or step by step: op_open, op_fill (or write c.in[i] yourself), op_forward, look at c.out, op_check_gradients,
 * op_close. Everything fails the running cmocka test with a sentence. Buffers have exactly their size (so that a
 * sanitizer sees each step beyond) and are NaN before they are written, so that what a kernel leaves out is noticed. */
#ifndef LAB_OP_CHECK_H
#define LAB_OP_CHECK_H
#include "../../core/base/diag.h"
#include "../../core/base/random.h"
#include "../../core/base/settings.h"
#include "../../core/device/device.h"
#include "op_device.h"
#include "test.h"
#include <math.h>

#define OP_EPS 1.1920928955078125e-7 /* FLT_EPSILON, as a double */

#define OP_SHAPES(...)                                                                                                 \
    (int)(sizeof((ablate_shape[]){ __VA_ARGS__ }) / sizeof(ablate_shape)), (const ablate_shape[])                      \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

typedef struct op_case { /* one record with attributes, inputs and room for everything else; owned until op_close */
    const device *device;
    const ablate_op *op; /* may be replaced by a mutant after op_open */
    void *attr;
    char *attr_text;
    int n;
    ablate_shape shape[ABLATE_INPUTS];
    ablate_layout layout;
    float *in[ABLATE_INPUTS], *out, *aux, *scratch;
    float *grad_out, *grad_in[ABLATE_INPUTS]; /* grad_in of op_backward */
    uint64_t key, step;
    bool quiet; /* mistakes are counted, not printed: they are expected */
} op_case;

/* Makes them NaN. */
void op_poison(float *x, int64_t n);

/* n numbers, all NaN; the caller's. */
float *op_room(int64_t n);

void op_close(op_case *c);

/* 0 if the shapes are refused, with the reason in `why`; the length of `why` is checked to be a sentence. */
int op_refuses(const char *name, const char *attributes, char why[160], int n, const ablate_shape *shapes);

/* The record of that name with these attributes and input shapes, on the CPU or on $ABLATE_OP_DEVICE. */
void op_open(op_case *c, const char *name, const char *attributes, int n, const ablate_shape *shapes);

/* Standard normal numbers times `scale`, plus `shift`: a function of (seed, position) only. */
void op_normal(float *x, int64_t n, uint64_t seed, float scale, float shift);

/* An input of such numbers. */
void op_fill(op_case *c, int input, float scale, float shift);

/* The call that runs the case forward. */
ablate_call op_call(op_case *c);

/* Computes c->out, which keeps its old numbers for records that work in place (see op_forward). */
void op_forward_in_place(op_case *c);

/* Computes c->out, c->aux. */
void op_forward(op_case *c);

/* Gradients of the inputs whose bit is in `wanted` into c->grad_in. again: add to what is there; else the first time,
 * as the engine does it: over NaN if the record stores, over zeros if it always adds. */
void op_backward(op_case *c, unsigned wanted, bool again);

/* Mistakes in the gradients of the inputs whose bit is in `wanted`, for a random projection of the result: asked for
 * together, a second time into the same buffers (twice the first), and each alone (the same). 0: all is well. */
int64_t op_count_mistakes(op_case *c, unsigned wanted, double h, double ulps);

/* The same as an assertion. h about 0.03 for smooth functions of numbers near 1; ulps: how many units in the last place
 * each result may be off, about sqrt(length of the sums). */
void op_check_gradients(op_case *c, unsigned wanted, double h, double ulps);

/* Gradient check of an operation on standard normal inputs. */
void op_check(const char *name, const char *attributes, unsigned wanted, int n, const ablate_shape *shapes);

#endif
