/* program.h: a part of a graph, planned and ready to run any number of times without allocating. */
#ifndef ABLATE_GRAPH_PROGRAM_H
#define ABLATE_GRAPH_PROGRAM_H
#include "constants.h"

typedef struct program program;

typedef struct program_request { /* everything pointed at outlives the program */
    const graph *graph;
    const device *device;
    constants *constants;
    ablate_value *const *wanted; /* kept to the end of a run, for program_get */
    int wanted_count;
    ablate_value *const *given; /* supplied by program_put before each run */
    int given_count;
    bool differentiate; /* adds the graph's losses, probes and updates to `wanted` and the backward pass */
    float *parameters;  /* device memory, [graph->parameters->count]; may be NULL if none are needed */
    float *gradients;   /* the same, for differentiate; every element is written by each run */
    uint64_t seed;      /* of the random operations */
} program_request;

program *program_new(const program_request *); /* NULL: complained */
void program_free(program *);

bool program_needs(const program *, const ablate_value *); /* does anything that it computes come from this value? */
int program_put(program *, const ablate_value *given, const float *data); /* the whole tensor; 0 or -1 */
/* A part of it: n floats from element `at` on. */
int program_put_row(program *, const ablate_value *given, int64_t at, const float *data, int64_t n);
/* After a run; of a given value, before it. The whole tensor into out; 0, or -1: complained. */
int program_get(const program *, const ablate_value *wanted, float *out);
/* to[i] = row[i] of a given value's rows in device memory, `apart` floats from each other; `count`: its first axis. The
 * device has `gather`. 0, or -1: complained. */
int program_gather(program *, const ablate_value *given, const float *rows, const int64_t *row, int count,
                   int64_t apart);
/* Device memory of a given or wanted value, a loss, a probe or an update; it stays for as long as the program. */
const float *program_data(const program *, const ablate_value *);
int program_run(program *, uint64_t step); /* and waits. 0, or -1: complained */

/* Makes the calls of a run without waiting for them, for callers that put them into a recording with others, see
 * replay.h; and whether they can be recorded: not where the device lacks an operation. Losses' weights are recorded as
 * they are. 0, or -1: complained. */
int program_call(program *, uint64_t step);
bool program_recordable(const program *);

/* Runs the step again, looking at every result and gradient as it appears. Complains of the first that is not finite,
 * naming operation, place and step; returns -1. 0: all are finite. */
int program_find_nonfinite(program *, uint64_t step);

/* Do all those of the graph's parameters that begin at values begin at frozen ones? 0, or -1: complained. */
int program_check_starts(const graph *);

/* Fills those of the graph's parameters that begin at frozen values (ablate_param_from); parameters: host memory, all
 * of them. 0, or -1: complained. */
int program_starts(const graph *, const device *, float *first);

typedef struct program_cost {
    double flops, bytes;                  /* of one run, forward and backward, from the records */
    int64_t arena, constants, parameters; /* bytes: planned workspace; frozen tensors; parameters and gradients */
    int forward, backward;                /* operations */
} program_cost;
program_cost program_cost_of(const program *);

/* Seconds spent by operation since the program was made, most first. `bytes`: what its tensors come to, each once. */
typedef struct program_timing {
    const char *op;
    bool backward;
    int calls;
    double seconds, flops, bytes;
} program_timing;
/* From now on each operation is waited for and its time taken; 0: no more. With `repeats` above 1 each is called so
 * often in a row and a call's share is taken, which leaves out what one launch alone costs; the numbers computed mean
 * nothing then, since gradients are added again and again. */
void program_time(program *, int repeats);
int program_timings(const program *, program_timing *list, int room); /* returns how many were written */

#endif
