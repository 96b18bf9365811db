/* gradients.h: how strongly each loss pulls at the parameters while they are trained: RUN/gradients.tsv. */
#ifndef ABLATE_GRADIENTS_H
#define ABLATE_GRADIENTS_H
#include "train_step.h"

enum { GRADIENTS_AN_EPOCH = 10 };

/* Before a step, if it is one of the GRADIENTS_AN_EPOCH that are looked at in each epoch: the norm over all parameters
 * of the gradient of each loss of the training graph by itself, as if its weight were 1, and of the weighted sum of all
 * as it is, with that step's batch and draws. Written behind what the file in `folder` says of earlier steps. The
 * graph's weights are as before afterwards, and so is all that the step depends on. 0, or -1: complained. */
int gradients_keep(graph *train, const char *folder, const train_moment *);

/* Is there such a file? */
bool gradients_kept(const char *folder);

#endif
