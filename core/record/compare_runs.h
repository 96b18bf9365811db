/* compare_runs.h: two groups of finished runs side by side, paired by seed: what was set differently, and what came
 * out. */
#ifndef ABLATE_COMPARE_RUNS_H
#define ABLATE_COMPARE_RUNS_H
#include "record.h"
#include <stdbool.h>

enum { COMPARE_SEEDS = 256 };

typedef struct compare_pair { /* two runs; a: of the first group */
    char *folder[2];
    run_record record[2];
} compare_pair;

typedef struct compare_runs { /* zeroed = closed */
    compare_pair pair[COMPARE_SEEDS];
    int pairs;
    int alone; /* runs whose seed the other group lacks: left out */
} compare_runs;

/* Each of `a` and `b`: the folder of a run, or one that holds the folders of several seeds of a row (of several runs of
 * one seed the latest counts). Two single runs are a pair whatever their seeds. 0, or -1: complained: no finished run,
 * no seed in common, or the two were judged on other data or by another protocol. compare_runs_free is allowed after
 * both. */
int compare_runs_open(compare_runs *, const char *a, const char *b);
void compare_runs_free(compare_runs *);

/* Do the runs of one side, 0 or 1, differ in settings other than their seeds? */
bool compare_settings_vary(const compare_runs *, int side);

/* Calls `tell` with each setting that the first pair's runs do not share: its values, NULL where a run has none. Seeds
 * and hashes of code are among them as "code.NAME". */
typedef void compare_teller(void *context, const char *name, const char *a, const char *b);
void compare_settings(const compare_runs *, compare_teller *, void *context);

#endif
