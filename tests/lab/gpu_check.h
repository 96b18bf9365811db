/* gpu_check.h: an operation on the GPU beside the same on the CPU.
 *
 *     gpu_check("matmul", "transpose_b=1", 7u, 40, OP_SHAPES({ 2, { 3, 4 } }, { 2, { 5, 4 } }, { 1, { 5 } }));
 *
 * or step by step: gpu_open, op_fill (or write c.in[i] yourself), gpu_compare, op_close. The device is $ABLATE_GPU
 * ("cuda" by `make test-gpu`), by default the emulated one, on which every case runs in three orders of its threads and
 * must give the same bits. Where there is neither, gpu_begin skips the test program with the reason. */
#ifndef LAB_GPU_CHECK_H
#define LAB_GPU_CHECK_H
#include "op_check.h"

#define GPU_SHAPE(...)                                                                                                 \
    (ablate_shape)                                                                                                     \
    {                                                                                                                  \
        (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)),                                                   \
        {                                                                                                              \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

extern const device *gpu_device; /* behind the test's memory */

/* A group's setup: cmocka_run_group_tests(tests, gpu_begin, NULL). */
int gpu_begin(void **state);

/* Every test of such a group begins so. */
#define GPU_NEEDED()                                                                                                   \
    do {                                                                                                               \
        if (!gpu_device)                                                                                               \
            skip();                                                                                                    \
    } while (0)

/* As op_open; the case's device is the CPU until gpu_compare changes it. */
void gpu_open(op_case *c, const char *name, const char *attributes, int n, const ablate_shape *shapes);

/* The caller's. */
float *gpu_copy(const float *x, int64_t n);

/* Fails where `got` is not `want` within ulps units of the largest finite number of `want`, or NaN where it is not. */
void gpu_near(const op_case *c, const char *what, int input, const float *got, const float *want, int64_t n,
              double factor, double ulps);

/* Forward and the wanted gradients on the CPU, kept for comparison. */
typedef struct gpu_reference {
    float *out, *grad[ABLATE_INPUTS];
} gpu_reference;

/* On that device; the case's from now on. */
gpu_reference gpu_run(op_case *c, const device *where, unsigned wanted);

void gpu_release(gpu_reference *r);

/* The whole comparison, of the result and of the gradients whose bit is in `wanted`. ulps: how many units in the last
 * place of the largest number the two may be apart; say in the test where it comes from. */
void gpu_compare(op_case *c, unsigned wanted, double ulps);

/* The comparison on standard normal inputs. */
void gpu_check(const char *name, const char *attributes, unsigned wanted, double ulps, int n,
               const ablate_shape *shapes);

/* The gradient check of op_check, on the GPU: small shapes only. */
void gpu_check_gradients(const char *name, const char *attributes, unsigned wanted, int n, const ablate_shape *shapes);

#endif
