/* experiment_claim.h: what the paper says of two rows, by the numbers that it prints of them:
 *
 *   [claim NAME]
 *   says = what it says, in its words
 *   rows = i "the other"         the row it begins with, and the one that is said to be better
 *   metrics = image_auroc aupro  of which columns; both rows have printed values there. None: of all where they have
 *
 * Only experiment*.c include this. */
#ifndef ABLATE_EXPERIMENT_CLAIM_H
#define ABLATE_EXPERIMENT_CLAIM_H
#include "experiment.h"

/* Reads the sections of an experiment whose rows are read. 0, or -1: complained. */
int experiment_claims_read(experiment *);

/* Is it a section [claim NAME], or lacks only the name? */
bool experiment_is_claim(const char *section);

#endif
