/* single.h: one operation run by itself, outside any graph, forward only. */
#ifndef ABLATE_GRAPH_SINGLE_H
#define ABLATE_GRAPH_SINGLE_H
#include "../device/device.h"

typedef struct single {
    const device *device;
    const ablate_op *op;
    void *attr;
    ablate_shape in_shape;
    ablate_layout layout;
    float *aux, *scratch; /* device memory */
} single;

/* Prepares the operation of that name for one input of that shape. 0, or -1: complained. single_close is allowed after
 * both. */
int single_open(single *, const device *, const char *op, const char *attributes, const ablate_shape *in);
void single_close(single *);

/* out (shaped as layout.out) from in; device memory. 0, or -1: complained. */
int single_run(const single *, const float *in, float *out, uint64_t step);

#endif
