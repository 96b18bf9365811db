/* bootstrap.h: how far a number may come from the choice of test pictures, and a difference of two models from that of
 * the training's seeds too.
 *
 * The pictures of each class are drawn again, with replacement, good and defective ones apart (Efron 1979), and the
 * means over the classes computed anew, BOOTSTRAP_SAMPLES times. A draw depends on nothing but its number and the
 * picture's place, so two runs on the same pictures have the same draws: a difference of theirs is drawn by
 * subtracting, draw by draw, and that of the means of several seeds by averaging.
 *
 * What is kept of a draw is how far it is off: its metrics minus those of the pictures as they are, both of scores that
 * metrics_levels.h rounds. The means themselves stay exact. */
#ifndef ABLATE_BOOTSTRAP_H
#define ABLATE_BOOTSTRAP_H
#include "metrics.h"

enum { BOOTSTRAP_SAMPLES = 1000, BOOTSTRAP_SEED = 1 };

/* Fills off (METRICS_KINDS, BOOTSTRAP_SAMPLES), fractions; NaN where no class has the metric. Labels, scores and
 * connectivity count as the protocol says, everything else as `exact` has it. 0, or -1: complained, no memory. Uses
 * OpenMP's threads, of which no bit depends. */
int bootstrap_pictures(const metrics_input *, const metrics_protocol *, double *off);

typedef struct bootstrap_pair { /* two runs of one seed, b minus a */
    double difference;          /* of what is compared, as measured */
    const double *off[2];       /* of both, as bootstrap_pictures has it; the caller's */
} bootstrap_pair;

typedef struct bootstrap_interval { /* fractions */
    double difference, low, high;   /* as measured, the mean of the pairs; 95 %. NaN: it is not known */
} bootstrap_interval;

/* The mean of the pairs, of one metric or, with several bits of `kinds` (1 << metrics_kind), of their mean. Over
 * pictures: the middle 95 % of the draws. Over seeds too: the draws are widened by Student's t of pairs - 1 degrees of
 * freedom with the deviation of the pairs' differences; drawing n seeds again from n would cover too little for the few
 * that there are (of three, 75 % at most). One pair has no such interval. */
bootstrap_interval bootstrap_over_pictures(const bootstrap_pair *, int pairs, unsigned kinds);
bootstrap_interval bootstrap_over_seeds(const bootstrap_pair *, int pairs, unsigned kinds);

/* Over classes: their n differences (NaN: left out) are drawn again. Not known if none is left. */
bootstrap_interval bootstrap_over_classes(const double *difference, int n);

/* Does the interval leave zero out? */
bool bootstrap_is_told(const bootstrap_interval *);

#endif
