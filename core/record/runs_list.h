/* page_runs.h: all finished runs of a folder of results. */
#ifndef ABLATE_PAGE_RUNS_H
#define ABLATE_PAGE_RUNS_H
#include "record.h"
#include <stdio.h>

typedef struct page_run { /* a finished run */
    char *folder;         /* relative to the results: "runs/EXPERIMENT/ROW/seed-N-IDENTITY" */
    run_record record;
} page_run;

typedef struct page_runs {
    page_run *run;
    int count;
} page_runs;

/* All finished runs of RESULTS/runs, by experiment, row, seed. Unfinished ones are left out, and damaged ones, which
 * are named on `say` (NULL: they are not). 0, or -1: complained. */
int page_runs_list(const char *results, FILE *say, page_runs *);
void page_runs_free(page_runs *);

#endif
