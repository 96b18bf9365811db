/* report.h: an experiment as rows and columns, from the records of its finished runs: rows by columns, mean and sample
 * deviation over the seeds in percent, best and second best marked, gains over one of the rows here and in the paper,
 * the paper's values, what its claims come to, and a caption that says what data, weights, protocol, kernels, seeds and
 * scale it is from, and what the command line changed. A row that was not run says so, and a row that was not asked
 * for. */
#ifndef ABLATE_REPORT_H
#define ABLATE_REPORT_H
#include "../experiment/experiment.h"
#include "../record/record.h"
#include <stdio.h>

/* Writes FOLDER/NAME.md, .tsv, .tex and, for the page, .sheet, NAME being the experiment's or, so as not to take the
 * place of a report of other settings, another (report_place.h), and says which on stdout. The caller holds the
 * folder's lock. Records of rows that the experiment does not have are left out. 0, or -1: complained. */
int report_write(const experiment *, const run_record *records, int count, const char *folder);

/* Prints the same as plain text, at most about 120 columns wide. 0, or -1: complained. */
int report_print(const experiment *, const run_record *records, int count, const char *folder, FILE *);

#endif
