/* report_part.h: what a report on disk has that no run of its folder stands for any more, as in a copy of the results
 * without the runs. Only report.c includes it. */
#ifndef ABLATE_REPORT_PART_H
#define ABLATE_REPORT_PART_H
#include "report_numbers.h"

/* "row i, seed 1": the first number of PATH.tsv that is of a row of the report, but of none of its runs nor of any
 * other finished run of the row (row->others). "": there is none, or no such file. Returns `text`. */
const char *report_part_lost(const report_numbers *, const char *path, char text[200]);

#endif
