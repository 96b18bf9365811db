/* dataset_check.h: is every picture and mask of a data set whole? */
#ifndef ABLATE_DATASET_CHECK_H
#define ABLATE_DATASET_CHECK_H
#include "dataset.h"
#include <stdio.h>

/* Reads all to the last byte and writes to the stream, a line each, what cannot be used, files of another format than
 * their names say, and what reading changes; then how many there are. 0, or -1: complained, as when any cannot be used.
 */
int dataset_check(const dataset *, FILE *);

#endif
