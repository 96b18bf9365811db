/* experiment_swap.h: another module in the place of one, in every row's line of words. Rows whose line does not stand
 * then are shown, not run. */
#ifndef ABLATE_EXPERIMENT_SWAP_H
#define ABLATE_EXPERIMENT_SWAP_H
#include "experiment.h"

/* Lays over the row's line what the options put in the place of its words. 0, or -1: complained. */
int experiment_swap_row(experiment_row *, const experiment_options *);

/* Notes in each row whose line has changed and does not stand why it does not (`lacks`), and takes it for not
 * applicable. A word that no line has, or a line that does not stand as the file has it, is a mistake. 0, or -1:
 * complained. */
int experiment_swap_check(experiment *, const experiment_options *, const char *module_folders);

#endif
