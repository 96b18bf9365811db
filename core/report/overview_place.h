/* overview_place.h: where every box, chip, arrow and label of an overview lies, in points of the printed page, y
 * downwards from the upper left corner. */
#ifndef ABLATE_OVERVIEW_PLACE_H
#define ABLATE_OVERVIEW_PLACE_H
#include "overview_route.h"

#define PLACE_TITLE 9.0 /* sizes of text, in points */
#define PLACE_TEXT  7.0
#define PLACE_LINE  8.4 /* from line to line */

enum { PLACE_POINTS = 6, PLACE_CARDS = 3 };

typedef struct place_point {
    double x, y;
} place_point;
typedef struct place_rect {
    double x0, y0, x1, y1;
} place_rect;
typedef struct place_wire { /* of route edge i: from the writer's right side to the reader's left */
    place_point point[PLACE_POINTS];
    int points;
} place_wire;
typedef struct place_label { /* text, its place; centred there unless left */
    const char *text;
    place_point at;
    bool left, name; /* name: of a net, not its shape */
} place_label;

typedef struct place {
    route route;
    double width, height;
    place_rect box[OVERVIEW_BOXES]; /* with the cards behind it */
    double card[OVERVIEW_BOXES];    /* how far the front card lies below and left of the last one */
    place_rect chip[OVERVIEW_CHIPS];
    place_wire wire[ROUTE_EDGES];
    place_label label[3 * ROUTE_EDGES];
    place_point dot[2 * ROUTE_EDGES]; /* where a net parts */
    int labels, dots;
} place;

/* Lays an overview out with as many columns as `page` points of width allow, in rows of about equal length; one column
 * may be wider. 0, or -1: complained. */
int place_make(const overview *, double page, place *);

/* The cards drawn for a box: one for each of its layers, PLACE_CARDS at most. */
int place_cards(const overview_box *);

/* How much lower a box's right side begins, and higher it ends, than its left: frozen ones are towers. */
double place_slant(const overview_box *);

#endif
