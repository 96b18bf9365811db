/* analysis.h: what each value of a graph depends on, and which values receive gradients. */
#ifndef ABLATE_GRAPH_ANALYSIS_H
#define ABLATE_GRAPH_ANALYSIS_H
#include "graph.h"

typedef enum {
    DEPENDS_ON_NOTHING, /* constants only: computed once a run */
    DEPENDS_ON_PICTURE, /* constants and one row of the inputs: computed once a picture and kept on disk */
    DEPENDS_ON_RUN      /* parameters, random draws or other rows of the batch: computed at every step */
} dependence;

/* FLOPs a number below which keeping a value costs more than computing it again. */
enum { ANALYSIS_CHEAP = 64 };

/* FLOPs of computing this one value; 0 for views and what is not computed. */
double analysis_flops(const ablate_value *);

/* Bytes that computing it reads and writes at least, every tensor once; 0 for views and what is not computed. */
double analysis_bytes(const ablate_value *);

/* out[graph->values]. `batch` is the length of the inputs' first axis. */
void analysis_dependence(const graph *, int64_t batch, dependence *out);

/* needed[graph->values]: 1 for the values that must exist to compute the `n` wanted ones, stopping below values for
 * which given[id] is 1. */
void analysis_needed(const graph *, ablate_value *const *wanted, int n, const char *given, char *needed);

/* receives[graph->values]: 1 for the values through which some loss reaches a parameter, restricted to needed ones and
 * not going below given ones. */
void analysis_gradients(const graph *, const char *needed, const char *given, char *receives);

/* reached[graph->values]: 1 for all that a gradient of this value comes down to. */
void analysis_reached(const graph *, const ablate_value *from, char *reached);

/* The values that depend on a picture alone and that something else (or `wanted`) uses, or with `alone` that `wanted`
 * needs: the place to cut the graph.
 * What is cheap to compute from one such value alone is left to the users' side, so that graphs which differ only in
 * that are cut at the same place. list[graph->values]; returns their number, or -1: complained. */
int analysis_frontier(const graph *, const dependence *, ablate_value *const *wanted, int n, bool alone,
                      ablate_value **list);

#endif
