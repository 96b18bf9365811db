/* run_cost.h: what a run took of the machine, measured when it is done and kept in its record. */
#ifndef ABLATE_RUN_COST_H
#define ABLATE_RUN_COST_H
#include "../model/model.h"
#include "../record/record.h"
#include "train.h"

/* Fills the record's seconds (which are when the run began until now), peak_memory and cost. A few batches are scored
 * for it, from pixels. 0, or -1: complained. */
int run_cost_take(session *, const model *, const train_result *, run_record *);

#endif
