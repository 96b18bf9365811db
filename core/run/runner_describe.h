/* runner_describe.h: where a run's numbers come from. */
#ifndef ABLATE_RUNNER_DESCRIBE_H
#define ABLATE_RUNNER_DESCRIBE_H
#include "../data/session.h"
#include "../experiment/experiment.h"
#include "../model/model.h"
#include "../record/record.h"

/* Fills the record with all that the numbers of a row's model depend on, on the session's data; most_steps: the run is
 * stopped after so many, 0: it is not. 0, or -1: complained. */
int runner_describe(session *, const model *, const experiment *, const experiment_row *, int64_t most_steps,
                    run_record *);

#endif
