/* train_observer.h: who looks on while a run is trained, step by step. */
#ifndef ABLATE_TRAIN_OBSERVER_H
#define ABLATE_TRAIN_OBSERVER_H
#include "../data/feed.h"
#include "../graph/optimiser.h"

typedef struct train_moment { /* a step as an observer sees it; everything is the trainer's */
    uint64_t step;            /* counted from 0 */
    int steps_each;           /* of an epoch */
    const int *picture;       /* the batch, by place in the data set */
    const feed *feed;         /* what the program is given, and */
    const program *program;
    const optimiser *optimiser;
    double total; /* weighted sum of the losses; in `after` */
} train_moment;

typedef struct train_observer { /* only looks: the run's bits are the same without it */
    void *context;
    /* The batch is in the program, which has not run; parameters as before the step. 0, or -1: complained. */
    int (*before)(void *context, const train_moment *);
    /* The step is done: losses are in the program, gradients and new parameters with the optimiser. 0, or -1. */
    int (*after)(void *context, const train_moment *);
} train_observer;

#endif
