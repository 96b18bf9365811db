/* inputs.h: what comes with a picture into a graph: its pixels, and what the data module lists beside them. */
#ifndef ABLATE_DATA_INPUTS_H
#define ABLATE_DATA_INPUTS_H
#include "../graph/graph.h"
#include "dataset.h"

/* The inputs of a graph, in its order, into list[ABLATE_INPUTS]. Returns how many. */
int inputs_list(const graph *, ablate_value **list);

/* An input for as many pictures of the data set as its first axis counts, into `out`, the whole tensor: decoded and
 * fitted, or as the module lists it. 0, or -1: complained. */
int inputs_load(const dataset *, const input_settings *, const ablate_value *input, const int *pictures, float *out);

#endif
