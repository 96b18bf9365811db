/* report_chance.h: which classes a row judges worse than a coin would. */
#ifndef ABLATE_REPORT_CHANCE_H
#define ABLATE_REPORT_CHANCE_H
#include "report_numbers.h"
#include <stdio.h>

/* A sentence that names each class, row and metric whose area under the ROC curve is below one half, as the mean over
 * the row's seeds: means over classes hide it. Nothing where there is none. */
void report_chance(const report_numbers *, FILE *);

#endif
