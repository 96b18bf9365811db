/* experiment_row.h: from the sections [row ...] and [grid] to the rows of an experiment. Only experiment*.c include
 * this. */
#ifndef ABLATE_EXPERIMENT_ROW_H
#define ABLATE_EXPERIMENT_ROW_H
#include "experiment.h"

/* Makes all rows of an experiment whose `whole`, columns and words are read. 0, or -1: complained. */
int experiment_rows_read(experiment *, const experiment_options *);

/* The number of the row of that name; -1: complained, at the entry that names it, or, where it is NULL, of the file. */
int experiment_row_named(const experiment *, const char *name, const settings_entry *);

#endif
