/* single.h: one operation run by itself, outside any graph, forward only. */
#ifndef ABLATE_GRAPH_SINGLE_H
#define ABLATE_GRAPH_SINGLE_H
#include "../device/device.h"

typedef struct single {
    const device *device;
    const ablate_op *op;
    void *attr;
    ablate_shape in_shape[ABLATE_INPUTS];
    int inputs;
    ablate_layout layout;
    float *aux, *scratch; /* device memory; aux begins as zeros and keeps what the operation leaves there */
    int64_t scratch_floats;
} single;

/* Prepares the operation of that name for inputs of those shapes. 0, or -1: complained. single_close is allowed after
 * both. */
int single_open(single *, const device *, const char *op, const char *attributes, int inputs, const ablate_shape *in);
void single_close(single *);

/* out (shaped as layout.out) from the inputs; device memory. 0, or -1: complained. */
int single_run(const single *, const float *const *in, float *out, uint64_t step);

#endif
