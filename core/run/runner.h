/* runner.h: one row of an experiment with one seed, from settings to metrics.json; finished ones are not run again. */
#ifndef ABLATE_RUNNER_H
#define ABLATE_RUNNER_H
#include "../data/session.h"
#include "../experiment/experiment.h"
#include "../record/record.h"

typedef struct runner_options {
    const char *out;        /* folder of results; runs go to OUT/runs */
    bool again;             /* run even what has finished */
    int64_t most_steps;     /* 0: all */
    bool timing, keep_maps; /* print seconds by operation; write maps.npz beside metrics.json */
    bool keep_epochs;       /* write parameters-epoch-N.safetensors and gradients.tsv beside it */
} runner_options;

/* Fills the record: from the disk if this very run has finished before, then 1; else by running it, then 0. -1:
 * complained. */
int runner_run(session *, const experiment *, const experiment_row *, int seed, const runner_options *, run_record *);

/* Trains options->most_steps steps with the row's first seed and writes them down (trace.h); neither results nor a
 * checkpoint. 0, or -1: complained. */
int runner_trace(session *, const experiment *, const experiment_row *, const runner_options *, const char *path);

/* What of it costs little and says nothing: settings, modules and graphs fit, the data set is there and large enough.
 * 0, or -1: complained. */
int runner_look(session *, const experiment *, const experiment_row *, const runner_options *);

/* All that runner_run does before the first step: settings, modules, graphs, data list. 0, or -1: complained. */
int runner_check(session *, const experiment *, const experiment_row *);

/* The same, and the record of such a run with the row's first seed as it stands before the first step. The caller frees
 * it after both. */
int runner_describe_row(session *, const experiment *, const experiment_row *, const runner_options *, run_record *);

/* Fills the record with all that the numbers of a row's model depend on, on the session's data; most_steps: the run is
 * stopped after so many, 0: it is not. 0, or -1: complained. */
int runner_describe(session *, const model *, const experiment *, const experiment_row *, int64_t most_steps,
                    run_record *);

#endif
