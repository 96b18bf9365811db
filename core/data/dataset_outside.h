/* dataset_outside.h: what a command writes must not become what the next command reads. */
#ifndef ABLATE_DATASET_OUTSIDE_H
#define ABLATE_DATASET_OUTSIDE_H
#include "dataset.h"

/* 0 if the folder that will be written into, which need not be there, is none of those that hold pictures or masks of
 * the data set, nor in one, nor in a folder between these and the one they all lie in; links and dots are followed. -1:
 * complained; `option` names it. */
int dataset_check_outside(const dataset *, const char *option, const char *folder);

/* The same for pictures that are written as CLASS/train/..: not in the folder that the data were asked for, and not
 * over it. */
int dataset_check_export(const dataset *, const char *option, const char *folder);

#endif
