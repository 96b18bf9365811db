/* run_options.h: the command line shared by the verbs that work on experiment files. */
#ifndef ABLATE_RUN_OPTIONS_H
#define ABLATE_RUN_OPTIONS_H
#include "../experiment/experiment.h"
#include "../run/runner.h"

enum { RUN_OPTIONS_SETS = 64, RUN_OPTIONS_FILES = 64 };

typedef enum { RUN_VERB = 1, CHECK_VERB = 2, TRACE_VERB = 4, GRAPH_VERB = 8 } run_verb;

typedef struct run_options {
    run_verb verb;
    const char *file[RUN_OPTIONS_FILES];
    int files;
    const char *rows[RUN_OPTIONS_FILES]; /* --row; none: all */
    int row_count;
    const char *set[RUN_OPTIONS_SETS];
    experiment_options experiment;
    runner_options runner; /* its `out` is --out, or "results" */
    const char *out;       /* --out, or NULL */
    const char *choices;   /* --choices, or NULL */
    const char *device, *modules, *cache;
    int threads;
    bool dot, overview; /* ablate graph --dot, --overview */
    bool folders;       /* print where the runs are, instead of reports */
    bool help;          /* --help was asked and printed: there is nothing to do */
} run_options;

/* Reads the line; options of the other verbs are refused. 0, or -1: complained. */
int run_options_read(int argc, char **argv, run_verb, const char *doc, run_options *);

/* Whether --row asks for this row (always, without --row). */
bool run_options_wants(const run_options *, const char *row);

#endif
