/* report_classes.h: a line a class. Each row of the experiment has a sheet of its own with a column a metric; the last
 * sheet has all metrics in one cell, the rows run here beside the columns that others print. */
#ifndef ABLATE_REPORT_CLASSES_H
#define ABLATE_REPORT_CLASSES_H
#include "document.h"
#include "report_numbers.h"

/* Adds the sheets. 0, or -1: complained. */
int report_classes(const report_numbers *, document *);

#endif
