/* train.h: one training run: the same bits for the same seed, wherever it was interrupted. */
#ifndef ABLATE_TRAIN_H
#define ABLATE_TRAIN_H
#include "train_step.h"
#include <stdio.h>

enum { TRAIN_TIMINGS = 64 };

typedef struct train_request { /* all of it outlives the call */
    session *session;          /* with its data set open */
    model *model;
    const optimiser_settings *optimiser;
    const char *label;              /* for the progress line */
    const char *checkpoint;         /* path, or NULL: none */
    hash_digest digest;             /* of the run; a checkpoint of another is said and ignored */
    double began;                   /* when the run did, in seconds_since_start() */
    int64_t most_steps;             /* stop after so many, 0: all epochs */
    int timing;                     /* take the time of each operation, called so often in a row; 0: no */
    const train_observer *observer; /* or NULL */
} train_request;

typedef struct train_result {
    optimiser optimiser;            /* holds the trained parameters */
    uint64_t steps;                 /* done in all */
    double *log;                    /* (epochs, terms): mean over the epoch of each loss, then of each probe */
    int epochs, terms;              /* epochs: those begun, of which most_steps may have cut the last one short */
    double seconds, seconds_a_step; /* of the steps done now; 0: there were none */
    double earlier;                 /* seconds that the run had taken before, by the checkpoint it went on from */
    int64_t earlier_peak;           /* bytes resident at most by then */
    double flops, traffic;          /* of one step; traffic: bytes, every tensor once an operation */
    int64_t bytes;                  /* planned: workspace, frozen tensors, parameters */
    program_timing timing[TRAIN_TIMINGS];
    int timings;
} train_result;

/* 0, or -1: complained: as after every failure if it was asked to stop (stop.h), then with a checkpoint of where it
 * was. The last checkpoint is of the trained state. train_result_free is allowed after both. */
int train_run(const train_request *, train_result *);
void train_result_free(train_result *);

/* What `timing` found, a line an operation and direction, most time first. */
void train_print_timings(const train_result *, FILE *);

/* order[n]: in which an epoch takes its pictures: a permutation of 0 .. n-1 that depends on the run's seed and the
 * epoch only; 0 .. n-1 itself if run.shuffle = no. */
void train_order(const run_settings *, int epoch, int n, int *order);

#endif
