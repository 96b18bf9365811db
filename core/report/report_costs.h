/* report_costs.h: what each row of a report takes of the machine, of the runs that recorded it. */
#ifndef ABLATE_REPORT_COSTS_H
#define ABLATE_REPORT_COSTS_H
#include "document.h"
#include "report_numbers.h"
#include <stdio.h>

/* Adds the sheet "What each costs"; none where no run recorded it. 0, or -1: complained. */
int report_costs(const report_numbers *, document *);

/* The sentences about it, a line each, in the caption. */
void report_costs_say(const report_numbers *, FILE *);

#endif
