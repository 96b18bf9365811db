/* report_grid.h: the grid's first axis down, its second across, all metrics of a row in a cell. A row outside of the
 * grid is a line of its own, with its values in the first column. */
#ifndef ABLATE_REPORT_GRID_H
#define ABLATE_REPORT_GRID_H
#include "document.h"
#include "report_numbers.h"

/* Adds a sheet of values and, where a row has several seeds, one of deviations. 0, or -1: complained. */
int report_grid(const report_numbers *, document *);

#endif
