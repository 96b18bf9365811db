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

/* First a line a row with the means over the classes, the rows run here above what others print; what the rows cost;
 * then a line a class with all metrics in one cell, a sheet for each group of rows and one for the printed columns;
 * then a sheet a row with a column a metric and the deviations. Ranks are of one group, or of the printed. */
report_layout report_classes;

/* The grid's first axis down, its second across, all metrics of a row in a cell: a sheet of values, one of gains and,
 * where a row has several seeds, one of deviations. A row outside of the grid is a line of its own, with its values in
 * the first column. */
report_layout report_grid;

/* A document's lines, of report_numbers: also each seed's number, which no sheet shows. */
void report_tsv(const document *, const char *sign, FILE *);

#endif
