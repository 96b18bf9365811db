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
    char *key, *label; /* "section.key", or one word: an axis of bundles */
    char *values[GRID_VALUES];
    int count;
    const settings_entry *entry; /* of the settings it was read from */
} grid_axis;

typedef struct grid {
    grid_axis axis[GRID_AXES];
    int axes, cells; /* 0, 0: there is no [grid] */
    const settings_entry *where;
    const settings *from;
} grid;

/* Reads section [grid]; the settings must outlive the grid. 0, or -1: complained. */
int grid_read(const settings *, grid *);
void grid_free(grid *);

/* Value of an axis in cell 0 .. cells - 1. */
const char *grid_value(const grid *, int axis, int cell);

/* "T=3 K=2", new memory; NULL: complained. */
char *grid_name(const grid *, int cell);

/* Appends what a row of the cell would hold: entries without section, their keys "section.key" or "model". 0, or -1:
 * complained. */
int grid_set(const grid *, int cell, settings *);

/* 1 if `where` allows the cell, 0 if not, -1: complained (it is no comparison of axes and numbers). */
int grid_allows(const grid *, int cell);

/* The `paper ...` entry of the cell, or NULL. */
const settings_entry *grid_paper(const grid *, const settings *, int cell);

/* Complains of the first `paper ...` entry that names no cell. 0 or -1. */
int grid_check_papers(const grid *, const settings *);

#endif
