/* experiment_swap.h: another module in the place of one, in every row's line of words. */
#ifndef ABLATE_EXPERIMENT_SWAP_H
#define ABLATE_EXPERIMENT_SWAP_H
#include "experiment.h"

typedef struct experiment_swap {
    const char *old, *new;
} experiment_swap;

/* "OLD=NEW" into its two words, in memory of the settings. 0, or -1: complained. */
int experiment_swap_read(const settings *, const char *text, experiment_swap *);

/* Lays over the row's line what the options put in the place of its words. 0, or -1: complained. */
int experiment_swap_row(experiment_row *, const experiment_options *);

#endif
