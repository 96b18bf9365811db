/* experiment_printed.h: what others print, class by class. A section a column of theirs, all with the same classes:
 *
 *   [printed NAME]
 *   source = where it is from
 *   CLASS = 98.6 98.0 -      a value a column of [columns] in percent, '-' for none; CLASS without its data's prefix
 *   mean = 98.6 98.0 -       the means over the classes that they print
 *   TOTAL = 98.3             the mean of those means that they print; TOTAL as `total` of [columns] calls it
 *
 * Of these two each may be missing. Only experiment*.c include this. */
#ifndef ABLATE_EXPERIMENT_PRINTED_H
#define ABLATE_EXPERIMENT_PRINTED_H
#include "experiment.h"

/* Reads the sections of an experiment whose `whole` and columns are read. 0, or -1: complained. */
int experiment_printed_read(experiment *);

/* Is it a section [printed NAME], or lacks only the name? */
bool experiment_is_printed(const char *section);

/* Percentages of an entry, one a column. 0, or -1: complained (number of values, range, more than 3 decimals). */
int experiment_values_read(const settings_entry *, int columns, experiment_value *);

#endif
