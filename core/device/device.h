/* device.h: where arithmetic runs. A device is a shared object (ablate-NAME.so) that exports `ablate_device_entry`;
 * the CPU's also exports `ops_all`, the records of every operation. A device that lacks an operation says so in
 * `resolve`; the executor then runs the CPU's kernel on copies. Calls come from the main thread. They happen in the
 * order in which they are made, but a device may return before they have; `download` and `synchronise` wait. */
#ifndef ABLATE_DEVICE_H
#define ABLATE_DEVICE_H
#include "../op.h"

#define DEVICE_VERSION 5u
enum { DEVICE_WHY = 240 }; /* bytes of a sentence */

/* A call of an operation that is made any number of times: filled in by its owner, resolved once, then run. */
typedef struct device_step {
    const ablate_op *op;
    bool backward;
    ablate_call call;   /* pointers are device memory; `cpu` and `step` are set when it is run */
    int64_t aux;        /* floats of call.aux: as the shape rule says */
    int64_t scratch;    /* floats of call.scratch: as the shape rule says, and after `resolve` what is needed */
    const void *kernel; /* of the device, found by `resolve`: what computes it; NULL: nothing does */
    const void *pair;   /* of the device, found by `pair`: what computes this step and the next as one, or NULL */
} device_step;

typedef struct device {
    uint32_t version;                               /* DEVICE_VERSION; read before anything else */
    const char *name;                               /* "cpu" */
    int (*open)(int threads, char why[DEVICE_WHY]); /* threads 0: all. 0, or -1 and why */
    const char *(*describe)(void);                  /* after open: "own kernels for AVX2, ..., 2 threads" */
    const char *(*core_type)(void); /* after open: what rounding depends on, "fused multiply-add, gcc 12.2.0, ..." */
    int (*threads)(void);
    void *(*allocate)(size_t bytes); /* 64-byte aligned, device memory; NULL when out of it */
    void (*release)(void *);
    int (*upload)(void *to, const void *from, size_t bytes);   /* host to device; `from` is free again. 0 or -1 */
    int (*download)(void *to, const void *from, size_t bytes); /* device to host */
    int (*clear)(void *, size_t bytes);                        /* zero fill */
    /* Whether it computes such a step: then `kernel` and `scratch` are set. Of the call it looks at shapes (NULL: it
     * leaves `scratch`), attributes and which gradients are wanted. */
    bool (*resolve)(device_step *);
    int (*run)(device_step *, uint64_t step); /* a resolved one. 0 or -1 */
    int (*synchronise)(void);                 /* waits; -1: an earlier call failed */
    double (*gemm_peak)(void); /* measured now: best of several large products, FLOP/s. NULL: it measures none */

    /* What follows may be NULL; then the executor does without, in the way that is said. */

    /* What went wrong when a call last failed, as a clause: "an illegal memory access was encountered". Not there, or
     * NULL: unknown. */
    const char *(*trouble)(void);
    /* Precision of the operands of matrix products from now on: float32, tf32, bf16; part of core_type. 0, or -1: it
     * has none of that name. Not there: float32 only. */
    int (*choose_precision)(const char *name);
    int (*fill)(float *to, float value); /* one number. Not there: an upload */
    /* to[i * floats + j] = rows[row[i] * apart + j]; row: host memory. Not there: uploads. */
    int (*gather)(float *to, const float *rows, const int64_t *row, int count, int64_t apart, int64_t floats);
    /* ring[(step % rows) * count + i] = *value[i]; all but the array `value` is device memory. Not there: downloads. */
    int (*note)(float *ring, int rows, const float *const *value, int count, uint64_t step);
    int64_t (*room)(void); /* bytes of device memory that are free. Not there: nothing is kept in it beyond need */
    /* Has body(context) called without running what it calls, keeps that, and runs it at each `replay` with another
     * step: one launch in place of many. Within the body memory may neither be moved to or from the host nor allocated.
     * NULL: it failed. Not there: bodies are called each time. */
    void *(*record)(int (*body)(void *context), void *context);
    int (*replay)(void *recording, uint64_t step);
    void (*forget)(void *recording);
    /* Whether it does two resolved steps, which are run one after the other, as one: then `pair` of the first is set.
     * Forward, the next takes what the step makes; backward, the step gives the gradient of what the next one made, and
     * this gradient, which nobody else reads, need not be there afterwards. Looks at what `resolve` looks at. Not
     * there: one by one. */
    bool (*pair)(device_step *, const device_step *next);
    int (*run_pair)(device_step *, device_step *next, uint64_t step); /* 0 or -1 */
    /* Adds the operations of a shared object, such as a module's own. 0, or -1 and why. Not there: they are for the
     * CPU. */
    int (*extend)(const char *path, char why[DEVICE_WHY]);
} device;

/* `ops_all` of the CPU's object: the records of all operations; *count receives their number. */
typedef const ablate_op *const *device_records(int *count);

/* Loads ablate-NAME.so from the folder of the program (or $ABLATE_LIBRARY) and opens it. NULL: complained.
 * The object stays loaded and open until the process ends; asking again gives the same one. */
const device *device_load(const char *name, int threads);

/* The fastest device that opens, "cuda" before "cpu", and in `why` the reason if it is not the first. "auto" may be
 * given to device_load as well. NULL: complained. */
const device *device_choose(int threads, char why[DEVICE_WHY]);

/* Loads the CPU's object for its records alone, without opening it: a program that computes elsewhere needs none of its
 * libraries. 0, or -1: complained. */
int device_load_records(void);

/* Record of a built-in operation by name, once the records are loaded; NULL: no such one. */
const ablate_op *device_find_op(const char *name);
const ablate_op *const *device_all_ops(int *count);

#endif
