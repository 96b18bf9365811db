/* train_step.h: the steps of a training, each with its batch, and what is looked at afterwards. */
#ifndef ABLATE_TRAIN_STEP_H
#define ABLATE_TRAIN_STEP_H
#include "../data/feed.h"
#include "../graph/descent.h"
#include "../model/model.h"

typedef struct train_moment { /* a step as an observer sees it; everything is the trainer's */
    uint64_t step;            /* counted from 0 */
    int steps_each;           /* of an epoch */
    const int *picture;       /* the batch, by place in the data set */
    feed *feed;               /* what the program is given, and */
    program *program;         /* whoever runs it gives it the batch before and after */
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

typedef struct train_steps { /* zeroed = closed */
    /* set by the caller, and outliving it */
    const model *model;
    feed *feed;
    program *program; /* of model->train */
    optimiser *optimiser;
    const train_observer *observer; /* or NULL */
    const int *picture, *order;     /* the training pictures; in which order the epoch takes them */
    int each;                       /* steps of an epoch */
    uint64_t total;                 /* steps of the whole training */
    bool only_timed;                /* operations are repeated to take their time: the numbers mean nothing */
    double *log;                    /* (epochs, terms): means of losses and probes, added to as steps are looked at */
    /* where it is */
    uint64_t done, seen; /* steps; seen: those that have been looked at */
    double last_total;   /* weighted sum of the losses of the last of them */
    /* its own */
    int *batch;
    descent descent;
} train_steps;

/* 0, or -1: complained; train_steps_close is allowed after both. */
int train_steps_open(train_steps *);
void train_steps_close(train_steps *);

/* Takes the next step. Where the device runs on by itself, losses are looked at only now and then: at the latest before
 * an epoch or the training ends. 0, or -1: complained, for example of a loss that is not finite. */
int train_steps_take(train_steps *);
int train_steps_look_back(train_steps *); /* at the losses of all steps so far */

#endif
