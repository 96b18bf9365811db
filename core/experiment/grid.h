/* grid.h: rows that are the product of lists of values. Section [grid]:
 *
 *   first.key = 1 2 3            an axis: a setting and its values (between '|' if a value holds blanks)
 *   encoder = small large        an axis of bundles: section [encoder small] holds what `small` stands for, as a row's
 *                                section would: several settings, a model line. Up to GRID_AXES axes in all; the
 *                                last varies fastest, and no two may set the same
 *   where = second.key <= first.key and first.key < 3      the other combinations are shown as not applicable
 *   labels = T K                 a word an axis for the rows' names: "T=3 K=2"; else the key's own
 *   paper 3 2 = 98.0 97.3        the printed values of one combination */
#ifndef ABLATE_GRID_H
#define ABLATE_GRID_H
#include "../base/settings.h"

enum { GRID_AXES = 4, GRID_VALUES = 64, GRID_CELLS = 1024 };

typedef struct grid_axis {
    const char *key, *label; /* "section.key", or one word: an axis of bundles */
    const char *values[GRID_VALUES];
    int count;
    const settings_entry *entry; /* of the settings it was read from */
} grid_axis;

typedef struct grid { /* all texts are in the memory of the settings */
    grid_axis axis[GRID_AXES];
    int axes, cells; /* 0, 0: there is no [grid] */
    const settings_entry *where;
    const settings *from;
} grid;

/* Reads section [grid]; the settings must outlive the grid. 0, or -1: complained. */
int grid_read(const settings *, grid *);

/* "T=3 K=2"; NULL: complained. */
const char *grid_name(const grid *, int cell);

/* Appends what a row of the cell would hold: entries without section, their keys "section.key" or "model". 0, or -1:
 * complained. */
int grid_set(const grid *, int cell, settings *);

/* 1 if `where` allows the cell, 0 if not, -1: complained (it is no comparison of axes and numbers). */
int grid_allows(const grid *, int cell);

/* The `paper ...` entry of the cell, or NULL. */
const settings_entry *grid_paper(const grid *, int cell);

#endif
