/* comparison.h: what differs between two groups of finished runs on the same pictures: B minus A, and how far that may
 * come from the choice of classes, of test pictures and of the training's seeds. */
#ifndef ABLATE_COMPARISON_H
#define ABLATE_COMPARISON_H
#include "../metrics/bootstrap.h"
#include "../record/compare_runs.h"

typedef struct comparison { /* zeroed = empty */
    const compare_runs *runs;
    int classes;
    double *difference; /* (METRICS_KINDS, classes) mean over the pairs */
    double mean[2][METRICS_KINDS];
    int known[METRICS_KINDS]; /* classes that have the metric in all runs */
    bootstrap_interval over_classes[METRICS_KINDS], over_pictures[METRICS_KINDS];
    bootstrap_interval over_seeds[METRICS_KINDS]; /* and pictures; not known of one pair */
    char *without;                                /* why there is none of these two, in a sentence; NULL: there are */
} comparison;

/* Of the pairs of `runs`, which outlive it. 0, or -1: complained. comparison_free is allowed after both. */
int comparison_make(comparison *, const compare_runs *runs);
void comparison_free(comparison *);

/* Is there an interval over classes? Of one class alone there is nothing to draw from. */
bool comparison_spreads(const comparison *, metrics_kind);

#endif
