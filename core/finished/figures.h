/* figures.h: test pictures chosen by a rule, with the runs' score maps or with numbers of the board patch by patch, as
 * files to be drawn. */
#ifndef ABLATE_FIGURES_H
#define ABLATE_FIGURES_H
#include "figure_runs.h"

/* Writes what figure_runs_write does, and the score map of each run and picture as PNG, number-map-run.png: grey, 0 ..
 * 255, between the scores beyond which 0.5 % each of the run's pixels lie over all test pictures of the class;
 * OUT/scales.tsv has these two. *pictures: how many were chosen. 0, or -1: complained. */
int figure_gallery(const figure_options *, int *pictures);

enum { FIGURE_VALUES = 16 };

/* Writes what figure_runs_write does, and of each value (figure_patches.h has its grammar) and run that has it: maps of
 * the chosen pictures as PNG, number-value-number-run.png, grey, 0 .. 255, between the numbers beyond which 0.5 % each
 * of all patches of all these runs lie; OUT/values.tsv, that scale, and how often a normal patch has a greater number
 * than a defective one; OUT/histogram.tsv, of the normal and the defective patches of all test pictures. 0, or -1:
 * complained. */
int figure_values(const figure_options *, const char *const *value, int values);

#endif
