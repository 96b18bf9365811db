/* runner_parts.h: what the files of the runner share, and nobody else. */
#ifndef ABLATE_RUNNER_PARTS_H
#define ABLATE_RUNNER_PARTS_H
#include "../model/score.h"
#include "runner.h"
#include "train.h"

typedef struct runner { /* everything one run needs */
    session *session;
    const runner_options *options;
    const experiment *experiment;
    const experiment_row *row;
    run_settings run;
    const dataset *data;
    model model;
    char *metrics, *folder, *label, *checkpoint, *maps; /* metrics: path of metrics.json; maps: of maps.npz */
    char identity[65];
} runner;

/* runner_describe.c: fills the record with all that the run's numbers depend on. 0, or -1: complained. */
int runner_describe(const runner *, run_record *);

#endif
