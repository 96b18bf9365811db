/* comparison.h: what differs between two groups of finished runs on the same pictures: B minus A, and how far that may
 * come from the choice of classes and of test pictures. */
#ifndef ABLATE_COMPARISON_H
#define ABLATE_COMPARISON_H
#include "../metrics/compare_bootstrap.h"
#include "../record/compare_runs.h"
#include "finished_run.h"

enum { COMPARISON_SEED = 1 }; /* of the bootstrap */

typedef struct comparison { /* zeroed = empty */
    const compare_runs *runs;
    int classes, samples;
    double *difference; /* (METRICS_KINDS, classes) mean over the pairs */
    double mean[2][METRICS_KINDS];
    int known[METRICS_KINDS];  /* classes that have the metric in all runs */
    bool image[METRICS_KINDS]; /* has an interval over pictures */
    bootstrap_interval over_classes[METRICS_KINDS], over_pictures[METRICS_KINDS];
} comparison;

/* Of the pairs of `runs`, which outlive it, with so many bootstrap samples. For intervals over pictures all runs are
 * opened by these options and score their test pictures again; NULL: there are none, nothing is computed. 0, or -1:
 * complained. comparison_free is allowed after both. */
int comparison_make(comparison *, const compare_runs *runs, int samples, const finished_options *);
void comparison_free(comparison *);

/* Is there an interval over classes? Of one class alone there is nothing to draw from. */
bool comparison_spreads(const comparison *, metrics_kind);

#endif
