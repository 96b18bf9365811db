/* snapshot.h: trained parameters as files: at the end of a run, and of each of its epochs for whoever asks for it, then
 * with the gradients of some of its steps (gradients.h). */
#ifndef ABLATE_SNAPSHOT_H
#define ABLATE_SNAPSHOT_H
#include "train_step.h"

typedef struct snapshots { /* what is written where; everything pointed at outlives it */
    const parameters *parameters;
    graph *train;
    const char *folder, *experiment, *row;
} snapshots;

/* FOLDER/parameters-epoch-N.safetensors, N from 1; epoch 0: FOLDER/parameters.safetensors, of the end. New memory;
 * NULL: complained. */
char *snapshot_path(const char *folder, int epoch);

/* Writes the parameters of the end. 0, or -1: complained. */
int snapshot_write(const snapshots *, const optimiser *);

/* Sees to it that each epoch's parameters and gradients are kept. */
train_observer snapshot_observer(snapshots *);

/* Are there those of the epochs 1 .. `epochs`, and the file of gradients? */
bool snapshot_complete(const snapshots *, int epochs);

/* Reads such a file into all[parameters->count], host memory. 0, or -1: complained: damaged, or not these parameters in
 * these shapes. */
int snapshot_read(const char *path, const parameters *, float *all);

#endif
