/* metrics_levels.h: the scores of a class counted picture by picture, so that the same pictures, each any number of
 * times, can be evaluated again at once: by curves of their weighted counts.
 *
 * Pixels' scores are rounded down to at most LEVELS_MOST levels, half of them at even ranks of the defect pixels'
 * scores and half of the others'; a class that has no more pixels of either kind than that keeps its scores. Pictures'
 * scores are not rounded. */
#ifndef ABLATE_METRICS_LEVELS_H
#define ABLATE_METRICS_LEVELS_H
#include "metrics.h"
#include "metrics_curve.h"

enum { LEVELS_MOST = 512 };

typedef struct levels { /* zeroed = empty */
    int pictures, levels;
    uint32_t *all, *positive; /* (pictures, levels) scores there, and those of the defective among them */
    double *weight;           /* (pictures, levels) sum over these of 1 / area of their defect; NULL for pictures */
    int64_t *defects;         /* (pictures); NULL for pictures */
    uint32_t *sum[2];         /* (levels) of `all` and `positive`, each as often as it is drawn */
    double *sum_weight;       /* (levels); NULL for pictures */
    uint32_t *between;        /* (levels + 1) */
} levels;

/* Of the pixels of n pictures, `picture` their places in the input; defects by `connectivity`. 0, or -1: complained. */
int levels_of_pixels(levels *, const metrics_input *, const int64_t *picture, int n, int connectivity);

/* Of n pictures, each with its score, defective or not. 0, or -1: complained. */
int levels_of_pictures(levels *, const double *score, const bool *defective, int n);

/* What the pictures come to, picture i `times[i]` times: counts that live in the levels until the next call. */
curve_counts levels_count(levels *, const uint32_t *times);

void levels_free(levels *);

#endif
