/* report_layouts.h: the forms of an experiment's numbers: sheets, by its layout, and lines for programs. */
#ifndef ABLATE_REPORT_LAYOUTS_H
#define ABLATE_REPORT_LAYOUTS_H
#include "document.h"
#include "report_numbers.h"

/* Adds the sheets of a layout. 0, or -1: complained. */
typedef int report_layout(const report_numbers *, document *);

/* A line a row: ticks, then a column: value, gain over the experiment's row for that, printed value with its gain, and,
 * where the runs are on the data that it is of, the difference. */
report_layout report_rows;

/* A line a class. Each row of the experiment has a sheet of its own with a column a metric; the last sheet has all
 * metrics in one cell, the rows run here beside the columns that others print. */
report_layout report_classes;

/* The grid's first axis down, its second across, all metrics of a row in a cell: a sheet of values, one of gains and,
 * where a row has several seeds, one of deviations. A row outside of the grid is a line of its own, with its values in
 * the first column. */
report_layout report_grid;

/* A document's lines, of report_numbers: also each seed's number, which no sheet shows. */
void report_tsv(const document *, const char *sign, FILE *);

#endif
