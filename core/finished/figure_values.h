/* figure_values.h: numbers of the board patch by patch: maps of pictures chosen by a rule, and how normal and defective
 * patches of all test pictures differ. */
#ifndef ABLATE_FIGURE_VALUES_H
#define ABLATE_FIGURE_VALUES_H
#include "figure_runs.h"

enum { FIGURE_VALUES = 16 };

/* Writes what figure_runs_write does, and of each value (figure_patches.h has its grammar) and run that has it: maps of
 * the chosen pictures as PNG, number-value-number-run.png, grey, 0 .. 255, between the numbers beyond which 0.5 % each
 * of all patches of all these runs lie; OUT/values.tsv, that scale, and how often a normal patch has a greater number
 * than a defective one; OUT/histogram.tsv, of the normal and the defective patches of all test pictures. 0, or -1:
 * complained. */
int figure_values(const figure_options *, const char *const *value, int values);

#endif
