/* runs_list.h: finished runs, as they lie in a folder of results. */
#ifndef ABLATE_RUNS_LIST_H
#define ABLATE_RUNS_LIST_H
#include "record.h"
#include <stdbool.h>
#include <time.h>

typedef struct listed_run { /* a finished run */
    char *folder;           /* "RESULTS/runs/EXPERIMENT/ROW/seed-N-IDENTITY" */
    run_record record;
    struct timespec when; /* it was written */
} listed_run;

typedef struct runs_list { /* zeroed = empty */
    listed_run *run;
    int count;
} runs_list;

/* Appends the run that finished in `folder`. 1; 0: none finished there; -1: complained, as of a damaged one. */
int runs_list_add(runs_list *, const char *folder);

/* All finished runs of RESULTS/runs, by experiment, row, seed. Unfinished ones are left out, and damaged ones, which
 * are said on stderr to be left out of `what` (NULL: nothing is said). 0, or -1: complained. */
int runs_list_read(const char *results, const char *what, runs_list *);
void runs_list_free(runs_list *);
void listed_run_free(listed_run *);

/* Was the first written after the other? */
bool runs_later(const listed_run *, const listed_run *);

#endif
