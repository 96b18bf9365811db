/* overview_look.h: what a line of modules did while it was composed: who wrote what on the board, who used it. Between
 * overview.c and overview_look.c alone. */
#ifndef ABLATE_OVERVIEW_LOOK_H
#define ABLATE_OVERVIEW_LOOK_H
#include "../graph/board.h"
#include "overview.h"

enum { LOOK_SLOTS = BOARD_NAMES * BOARD_VALUES };

typedef struct look_piece { /* the operations of one module, or those of a service that it calls */
    int owner, caller;      /* places in the line; they differ for a service */
    int64_t parameters, frozen;
    double flops;                  /* of the training graph, forward */
    int operations[2];             /* that compute something, when scoring [0] and training [1] */
    bool every_step;               /* something of it must be computed at every step */
    ablate_shape answer, question; /* service: the largest value that it gave, and was given; rank 0: none */
} look_piece;

typedef struct look_link { /* a name on the board since one module wrote it */
    const char *name;
    int writer;                  /* place in the line; -1: the engine */
    ablate_shape shape;          /* of its last value */
    unsigned written, read;      /* bit i: value i was */
    bool made[2], there[2];      /* by scoring [0], training [1]: computed by the writer; on the board */
    char reader[OVERVIEW_BOXES]; /* 1: that piece reads it */
} look_link;

typedef struct look_slot {
    const char *name;
    int index, link; /* link: of whoever wrote it last */
    ablate_value *value;
} look_slot;

typedef struct look_loss {
    const char *name;
    int part;
    double first, last; /* weight in the first epoch, in the last */
    int changes, epoch; /* how often it changes, and the first epoch of the last change, from 0 */
} look_loss;

typedef struct look { /* zeroed; memory is the owner's */
    arena *memory;
    const model *model;
    const dataset *data;
    look_piece piece[OVERVIEW_BOXES];
    look_link link[OVERVIEW_NETS];
    look_loss loss[OVERVIEW_CHIPS];
    int pieces, links, losses;
    const char *service[BOARD_NAMES]; /* names of the services offered, and by which module */
    int offered_by[BOARD_NAMES], services;
    double flops;       /* of the whole training graph, forward */
    int64_t parameters; /* trainable numbers in all */
} look;

/* Composes the line of the model for training and for scoring. 0, or -1: complained. */
int look_at(look *);

/* The piece of those operations; -1: there is none. */
int look_piece_of(const look *, int owner, int caller);

/* Where among the names that module `part` declares to read this one stands; SIZE_MAX: nowhere. */
size_t look_declared_at(const look *, int part, const char *name);

#endif
