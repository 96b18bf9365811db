/* train_parts.h: what the files of the trainer share, and nobody else. */
#ifndef ABLATE_TRAIN_PARTS_H
#define ABLATE_TRAIN_PARTS_H
#include "../graph/descent.h"
#include "checkpoint.h"
#include "train.h"

typedef struct trainer {
    const train_request *request;
    train_result *result;
    feed *feed;
    program *program;
    int *picture, *order, *batch; /* training pictures; the epoch's permutation; one batch */
    int pictures, steps_each;     /* steps_each: of an epoch */
    uint64_t total;
    checkpoint state; /* log: (epochs + 1, terms), the last row being the losses' weights */
    descent descent;
    uint64_t seen;           /* steps whose terms have been looked at */
    double last_total;       /* weighted sum of the losses of the last of them */
    uint64_t saved;          /* steps in the last checkpoint */
    double saved_at, saving; /* when that was done, and the seconds it took */
} trainer;

enum { TRAIN_LOOK = 64 }; /* steps after which losses are looked at, on a device that runs on by itself */

/* train_step.c: one step of the epoch whose order is t->order. Where the device runs on by itself, losses are looked at
 * only now and then: at the latest before an epoch or the run ends. */
int train_take_step(trainer *);
int train_look_back(trainer *); /* at the losses of all steps so far */

#endif
