/* overview_route.h: boxes in rows, and the way that each arrow takes between them. Rows are read from left to right and
 * follow each other downwards, like text. Column c has the vertical gap c at its left, row r the horizontal channel r
 * above it; the last column and row have one more behind them. Arrows run in gaps and channels alone, so they cannot
 * meet a box; those of different nets never share a track. */
#ifndef ABLATE_OVERVIEW_ROUTE_H
#define ABLATE_OVERVIEW_ROUTE_H
#include "overview.h"

enum { ROUTE_EDGES = 1024 };

typedef struct route_track { /* a net in one gap, or in one channel */
    int net, place;          /* place: which gap, which channel */
    int first, last;         /* half rows (row r is 2 r + 1, channel r is 2 r), or gaps that it passes */
    int track;               /* counted from the left, from above */
} route_track;

typedef struct route_edge { /* from a net's box to one that reads it */
    int net, to;
    int slot;    /* place among the arrows that come from afar, at the reader's left side */
    bool direct; /* straight to the next box in the row; otherwise: */
    int out, in; /* gaps in which it leaves and arrives */
    int channel; /* between them; -1: it is the same gap */
} route_edge;

typedef struct route {
    int columns, rows;
    route_edge edge[ROUTE_EDGES];
    route_track gap[2 * ROUTE_EDGES], channel[ROUTE_EDGES];
    int edges, gaps, channels;          /* lengths of the lists */
    int gap_tracks[OVERVIEW_BOXES + 1]; /* most tracks side by side */
    int channel_tracks[OVERVIEW_BOXES + 1];
    int slot[OVERVIEW_NETS]; /* of a net at its box's right side, counted from above */
    int outs[OVERVIEW_BOXES + 1],
        ins[OVERVIEW_BOXES]; /* slots; outs[0]: of the graph's inputs, outs[i + 1]: of box i */
} route;

/* Finds every arrow's way for so many columns. 0, or -1: complained. */
int route_make(const overview *, int columns, route *);

int route_row(const route *, int box); /* an input (-1) stands before the first box: row 0, column -1 */
int route_column(const route *, int box);

/* Track of a net in a gap, in a channel. It must be there. */
const route_track *route_gap(const route *, int net, int gap);
const route_track *route_channel(const route *, int net, int channel);

#endif
