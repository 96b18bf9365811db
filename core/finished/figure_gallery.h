/* figure_gallery.h: test pictures chosen by a rule, with masks and the runs' score maps, as files to be drawn. */
#ifndef ABLATE_FIGURE_GALLERY_H
#define ABLATE_FIGURE_GALLERY_H
#include "figure_runs.h"

/* Writes what figure_runs_write does, and the score map of each run and picture as PNG, number-map-run.png: grey, 0 ..
 * 255, between the scores beyond which 0.5 % each of the run's pixels lie over all test pictures of the class;
 * OUT/scales.tsv has these two. *pictures: how many were chosen. 0, or -1: complained. */
int figure_gallery(const figure_options *, int *pictures);

#endif
