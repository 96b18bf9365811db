/* grid_bundle.h: values of a grid's axis that stand for several settings each: of the axis `encoder`, the value `a`
 * stands for section [encoder a], which holds what a row may hold. Only grid.c and experiment_row.c call it. */
#ifndef ABLATE_GRID_BUNDLE_H
#define ABLATE_GRID_BUNDLE_H
#include "grid.h"

/* Is this the name of a bundle's section: two words, the first of them not `row`? */
bool grid_bundle_is(const char *section);

/* Does the axis list bundles? Its key is then one word. */
bool grid_bundle_axis(const grid_axis *);

/* Complains of an axis' value without a section, and of a section of an axis that the grid has not. Sections of values
 * that are not listed are allowed: another scale may list them. 0 or -1. */
int grid_bundle_check(const settings *, const grid *);

/* Appends the settings of an axis' value to `into`; `list` is what the grid was read from. 0, or -1: complained. */
int grid_bundle_set(const settings *list, const grid_axis *, const char *value, settings *into);

#endif
