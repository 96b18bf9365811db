/* report_printed.h: what must be said of printed values: where they are from, which of them the report compares, and
 * where a printed mean is none of the numbers that it is printed under. Rounding is allowed for: a mean passes if some
 * numbers that round to the printed ones have a mean that rounds to it. */
#ifndef ABLATE_REPORT_PRINTED_H
#define ABLATE_REPORT_PRINTED_H
#include "report_numbers.h"
#include <stdio.h>

/* Sentences of the caption, a line each. */
void report_printed(const report_numbers *, FILE *);

#endif
