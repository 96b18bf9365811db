/* score.h: a trained model's score maps of the session's test pictures, and their evaluation. */
#ifndef ABLATE_SCORE_H
#define ABLATE_SCORE_H
#include "../metrics/metrics.h"
#include "predictor.h"

typedef struct scores { /* of the test pictures, in their order in the data set */
    int count, size;
    int *picture;  /* index in the data set */
    float *maps;   /* (count, size, size) */
    double *image; /* (count), or NULL: taken from the maps as the protocol does */
} scores;

/* Does the model give score maps? 0, or -1: complained, of `whose` line. */
int scores_possible(const model *, const char *whose);

/* Runs the scoring graph over all test pictures; `parameters` is device memory. 0, or -1: complained. scores_free is
 * allowed after both. */
int scores_make(session *, const model *, float *parameters, const char *label, scores *);
void scores_free(scores *);

/* The score of test picture i: as the model gives it, else the greatest of its map. */
double scores_picture(const scores *, int i);

/* The masks that the run's protocol judges by, see session_masks; asked for before the training, so that a damaged one
 * is told then. NULL: complained. */
const uint8_t *scores_masks(session *, const model *);

/* The five metrics by class under run.protocol; and, unless `off` is NULL, draws of the test pictures, see
 * metrics/bootstrap.h. 0, or -1: complained. */
int scores_evaluate(session *, const model *, const scores *, metrics_result *, double *off);

/* Writes an archive of the maps and of all that any protocol evaluates beside them, as `ablate metrics` reads it: maps
 * (N,H,W), masks (N,H,W; fractions, resized bilinearly), masks_nearest (N,H,W; 0/1), labels, classes and names (N), and
 * scores (N) if the model gives them. 0, or -1: complained. */
int scores_write(session *, const model *, const scores *, const char *path);

/* Means of the scoring graph's probes over all whole batches of test pictures: mean[m->score->probes]. 0, or -1. */
int scores_probe(session *, const model *, float *parameters, const char *label, double *mean);

#endif
