/* report_gains.h: differences between two rows of a report, with intervals from the draws that their runs keep. */
#ifndef ABLATE_REPORT_GAINS_H
#define ABLATE_REPORT_GAINS_H
#include "../metrics/bootstrap.h"
#include "report_numbers.h"

typedef struct report_gain {
    int pairs;               /* seeds that both rows have; 0: there is no difference */
    bootstrap_interval over; /* of the second row minus the first, fractions; over seeds too if there are several */
} report_gain;

/* Of the mean over the classes, or of the mean of the metrics. Runs are paired by seed; a baseline of one run, which
 * trains nothing, goes with each. Without draws of all runs, or on other data or another protocol, the interval is not
 * known. */
report_gain report_gain_of(const report_numbers *, int from, int row, int column);

/* What is printed of the second row minus the first, with the digits that both have; NaN: not of both. */
experiment_value report_gain_printed(const report_numbers *, int from, int row, int c);

/* Reads the draws of all runs into row->off, from where the runs lie in the folder of results. What is missing or
 * damaged is NULL, and the first reason is kept in t->undrawn. 0, or -1: complained, no memory. */
int report_gains_read(report_numbers *, const char *folder);

#endif
