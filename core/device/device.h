/* device.h: where arithmetic runs. A device is a shared object (ablate-NAME.so) that exports `ablate_device_entry`;
 * the CPU's also exports `ops_all`, the records of every operation. A device that lacks an operation says so in
 * `supports`; the executor then runs the CPU's kernel on copies. Calls come from the main thread. */
#ifndef ABLATE_DEVICE_H
#define ABLATE_DEVICE_H
#include "../op.h"

#define DEVICE_VERSION 1u

typedef struct device {
    uint32_t version;                        /* DEVICE_VERSION; read before anything else */
    const char *name;                        /* "cpu" */
    int (*open)(int threads, char why[160]); /* threads 0: all. 0, or -1 and why */
    const char *(*describe)(void);           /* after open: "OpenBLAS 0.3.21 SkylakeX, 2 threads" */
    const char *(*core_type)(void);          /* the kernel set chosen for this processor: "SkylakeX" */
    int (*threads)(void);
    void *(*allocate)(size_t bytes); /* 64-byte aligned, device memory; NULL when out of it */
    void (*release)(void *);
    int (*upload)(void *to, const void *from, size_t bytes);   /* host to device; 0 or -1 */
    int (*download)(void *to, const void *from, size_t bytes); /* device to host */
    int (*clear)(void *, size_t bytes);                        /* zero fill */
    bool (*supports)(const ablate_op *, bool backward);
    int (*run)(const ablate_op *, bool backward, ablate_call *); /* pointers are device memory; sets call->cpu */
    int (*synchronise)(void);                                    /* waits; -1: an earlier call failed */
    double (*gemm_peak)(void); /* measured now: best of several large products, FLOP/s */
} device;

/* Loads ablate-NAME.so from the folder of the program (or $ABLATE_LIBRARY) and opens it. NULL: complained.
 * The object stays loaded and open until the process ends; asking again gives the same one. */
const device *device_load(const char *name, int threads);

/* Record of a built-in operation by name, from the CPU's object (device_load("cpu") comes first); NULL: no such one. */
const ablate_op *device_find_op(const char *name);
const ablate_op *const *device_all_ops(int *count);

#endif
