/* report_found.h: the finished runs of a folder that belong into a report, whoever asked for them. */
#ifndef ABLATE_REPORT_FOUND_H
#define ABLATE_REPORT_FOUND_H
#include "../experiment/experiment.h"
#include "../run/runner.h"

/* Appends to the `count` records, which runs of the rows gave just now, copies of those finished runs of OUT/runs that
 * a row of the experiment has with the same settings, data, weights and code: of rows and seeds that nobody asked for
 * now. Of two that differ in their kernels only, the one of this device is taken. Fills row->others. The new number of
 * records, or -1: complained; *records is the caller's to free after both. */
int report_found(session *, experiment *, const runner_options *, run_record **records, int count);

#endif
