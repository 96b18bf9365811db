/* experiment_swapped.h: which rows stand with another module in their line; those that do not are shown, not run. */
#ifndef ABLATE_EXPERIMENT_SWAPPED_H
#define ABLATE_EXPERIMENT_SWAPPED_H
#include "experiment.h"

/* Notes in each row whose line has changed and does not stand why it does not (`lacks`), and takes it for not
 * applicable. A word that no line has, or a line that does not stand as the file has it, is a mistake. 0, or -1:
 * complained. */
int experiment_swap_check(experiment *, const experiment_options *, const char *module_folders);

#endif
