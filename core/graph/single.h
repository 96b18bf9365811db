/* single.h: one operation run by itself, outside any graph, forward only. */
#ifndef ABLATE_GRAPH_SINGLE_H
#define ABLATE_GRAPH_SINGLE_H
#include "../device/device.h"

typedef struct single {
    const device *device;
    device_step step; /* its aux begins as zeros and keeps what the operation leaves there */
    ablate_shape in_shape[ABLATE_INPUTS];
    ablate_layout layout;
    void *attr; /* of single_open, and the texts in it */
    char *texts;
} single;

/* Prepares the operation of that name for inputs of those shapes. 0, or -1: complained. single_close is allowed after
 * both. */
int single_open(single *, const device *, const char *op, const char *attributes, int inputs, const ablate_shape *in);
void single_close(single *);

/* The same for a record, whose filled attributes outlive it; `file`, `line`: where a misfit is complained of, or NULL.
 */
int single_prepare(single *, const device *, const ablate_op *, const void *attr, int inputs, const ablate_shape *in,
                   const char *file, int line);

/* out (shaped as layout.out) from the inputs; device memory. 0, or -1: complained. */
int single_run(const single *, const float *const *in, float *out, uint64_t step);

#endif
