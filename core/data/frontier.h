/* frontier.h: what a program of a graph must be given of each picture: the values that the picture alone decides, which
 * lie one after the other in a row of numbers, and inputs of the graph. */
#ifndef ABLATE_DATA_FRONTIER_H
#define ABLATE_DATA_FRONTIER_H
#include "../graph/graph.h"
#include "dataset.h"

typedef struct frontier { /* zeroed = empty */
    ablate_value **given;
    int count, batch;
    int64_t *at;        /* by given value: its first number in a row; -1: it is an input of the graph */
    int64_t row_floats; /* 0: inputs are all that is given */
} frontier;

/* Of a graph for batches of that many pictures, whose losses, probes, updates and `wanted` values are to be computed,
 * or, with `alone`, these values and nothing else. What is cheaper to compute than to read back is not kept: then the
 * inputs are given. 0, or -1: complained. frontier_free is allowed after both. */
int frontier_find(frontier *, const graph *, int batch, ablate_value *const *wanted, int count, bool alone);
void frontier_free(frontier *);

/* Numbers that a value has for one picture. */
int64_t frontier_numbers(const frontier *, const ablate_value *);

/* The inputs of a graph, in its order, into list[ABLATE_INPUTS]. Returns how many. */
int frontier_inputs(const graph *, ablate_value **list);

/* An input for as many pictures of the data set as its first axis counts, into `out`, the whole tensor: decoded and
 * fitted, or as the module lists it. 0, or -1: complained. */
int frontier_load(const dataset *, const input_settings *, const ablate_value *input, const int *pictures, float *out);

#endif
