/* draws.h: the bare random numbers behind a random operation of a graph, for whoever computes the same step elsewhere.
 * They are what the operation NAME_draw gives for the inputs' shapes, the attributes, the stream and the step of the
 * operation NAME: of `noise` the standard normals, of `dropout` a mask of 0 and 1. NAME_draw reads no input's numbers.
 */
#ifndef ABLATE_GRAPH_DRAWS_H
#define ABLATE_GRAPH_DRAWS_H
#include "../device/device.h"
#include "graph.h"

typedef struct draws draws;

/* `value`: of a random operation; `bare`: the record NAME_draw. Both and the device outlive the draws; `seed`: as the
 * program's. NULL: complained. */
draws *draws_new(const device *, const ablate_value *value, const ablate_op *bare, uint64_t seed);
void draws_free(draws *); /* NULL is allowed */

const ablate_shape *draws_shape(const draws *);

/* The draws of a step into out, host memory. 0, or -1: complained. */
int draws_get(const draws *, uint64_t step, float *out);

#endif
