/* report_rows.h: a line a row: ticks, then value, printed value and difference a column. */
#ifndef ABLATE_REPORT_ROWS_H
#define ABLATE_REPORT_ROWS_H
#include "document.h"
#include "report_numbers.h"

/* Adds the sheet. 0, or -1: complained. */
int report_rows(const report_numbers *, document *);

#endif
