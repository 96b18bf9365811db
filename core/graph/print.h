/* print.h: a graph for people: one line a value, or as Graphviz draws it. */
#ifndef ABLATE_GRAPH_PRINT_H
#define ABLATE_GRAPH_PRINT_H
#include "graph.h"
#include <stdio.h>

/* One line a value: when it is computed (once, once a picture, every step), shape, MFLOP and KiB of the forward pass,
 * operation, inputs, and file:line of the module's call; then losses and totals. `batch`: the inputs' first axis. */
int graph_print(const graph *, int64_t batch, FILE *); /* 0, or -1: complained */

/* The same as a dot file, a cluster a module. */
int graph_draw(const graph *, int64_t batch, FILE *);

#endif
