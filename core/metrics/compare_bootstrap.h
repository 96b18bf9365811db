/* compare_bootstrap.h: how far a difference of two models may come from the choice of test pictures. The pictures of
 * each class are drawn again, with replacement, good and defective ones apart (Efron 1979; percentile interval), the
 * same ones for both models and all seeds; the difference of the mean over classes and seeds is computed anew each
 * time. */
#ifndef ABLATE_COMPARE_BOOTSTRAP_H
#define ABLATE_COMPARE_BOOTSTRAP_H
#include <stdbool.h>
#include <stdint.h>

typedef struct bootstrap_scores { /* of one pair of models on the same pictures; the caller's */
    const double *score[2];       /* (pictures), greater = more anomalous */
} bootstrap_scores;

typedef struct bootstrap_request {
    int pictures, classes, pairs, samples;
    const int *class_index; /* (pictures) 0 .. classes - 1 */
    const bool *defective;  /* (pictures) */
    const bootstrap_scores *pair;
    uint64_t seed;
} bootstrap_request;

typedef struct bootstrap_interval { /* of b minus a, fractions */
    double difference, low, high;   /* as measured; 2.5 % and 97.5 % of the samples */
} bootstrap_interval;

enum { BOOTSTRAP_AUROC, BOOTSTRAP_AP, BOOTSTRAP_METRICS };

/* Classes without good or without defective pictures are left out. 0, or -1: complained: no memory, or no class is
 * left. The same request gives the same bits. */
int bootstrap_pictures(const bootstrap_request *, bootstrap_interval out[BOOTSTRAP_METRICS]);

/* The same over classes: their n differences (NaN: left out) are drawn again. 0, or -1: complained. */
int bootstrap_classes(const double *difference, int n, int samples, uint64_t seed, bootstrap_interval *out);

#endif
