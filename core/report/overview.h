/* overview.h: a line of modules as a figure shows it: boxes in the line's order, what they hand each other, losses and
 * results. Everything is read from the modules' records and from the two composed graphs. */
#ifndef ABLATE_OVERVIEW_H
#define ABLATE_OVERVIEW_H
#include "../data/dataset.h"
#include "../model/model.h"

enum { OVERVIEW_BOXES = 64, OVERVIEW_LINES = 9, OVERVIEW_NETS = 256, OVERVIEW_CHIPS = 256 };

typedef enum { OVERVIEW_PLAIN, OVERVIEW_TRAINED, OVERVIEW_FROZEN } overview_kind;

typedef struct overview_box { /* a module; or the part of another's that a module calls as a service */
    overview_kind kind;       /* it has parameters; it has weights and no parameters; it has neither */
    const char *title;
    const char *line[OVERVIEW_LINES]; /* below the title */
    int lines;
    bool training; /* it computes while training only; when scoring, values pass unchanged */
} overview_box;

typedef struct overview_net {        /* one name on the board, from the box that wrote it to those that read it */
    int from;                        /* a box, or -1: an input of the graph */
    const char *name, *shape;        /* "teacher x 3", "8x257x128", with multiplication signs */
    int to[OVERVIEW_BOXES], readers; /* boxes after `from` */
    bool list, training, service;    /* several values; made while training only; functions, not values */
} overview_net;

typedef enum { OVERVIEW_LOSS, OVERVIEW_SCORE, OVERVIEW_VALUE } overview_end;
typedef struct overview_chip { /* what leaves the line at a box: a loss, a score, a value that nobody reads */
    int box;
    overview_end kind;
    const char *name, *detail;
} overview_chip;

typedef struct overview {
    arena *memory; /* of all texts */
    const char *caption;
    overview_box box[OVERVIEW_BOXES];
    overview_net net[OVERVIEW_NETS];
    overview_chip chip[OVERVIEW_CHIPS];
    int boxes, nets, chips;
    bool bad; /* complained */
} overview;

/* Composes both graphs of an open model once more, looking at the board after each module. `title` begins the caption.
 * 0, or -1: complained. overview_close is allowed after both. */
int overview_open(overview *, const model *, const dataset *, const char *title);
void overview_close(overview *);

#endif
