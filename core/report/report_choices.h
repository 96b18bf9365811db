/* report_choices.h: many experiments in one report. Each experiment is a choice that a text leaves open: its first row
 * is the default, the others are the alternatives. A line an alternative: what it changes in the mean of the metrics,
 * with an interval over test pictures and seeds (report_gains.h); the greatest change first. */
#ifndef ABLATE_REPORT_CHOICES_H
#define ABLATE_REPORT_CHOICES_H
#include "../experiment/experiment.h"
#include "../record/record.h"
#include <stdio.h>

typedef struct report_choice { /* an experiment and the records of its runs; both must outlive the report */
    const experiment *experiment;
    const run_record *records;
    int count;
} report_choice;

/* Writes FOLDER/NAME.md, .tsv, .tex and .sheet, or under another name where that would take the place of a report of
 * other settings or of more choices (report_place.h), says where, and prints it as plain text. The caller holds the
 * folder's lock. An alternative of which a seed was not run says so. 0, or -1: complained (an experiment with one row,
 * or with other columns than the first). */
int report_choices(const report_choice *, int choices, const char *folder, const char *name, FILE *);

#endif
