/* predict_threshold.h: the score above which a picture is called defective, chosen from defect-free pictures alone at a
 * stated rate of false alarms.
 *
 * Rule: of n scores the k-th smallest, k = n + 1 - m, where m is the greatest whole number with m / (n + 1) <= rate; a
 * picture is defective if its score is greater. If the n pictures and a new defect-free one are exchangeable, the new
 * one exceeds it with a chance of at most m / (n + 1), hence of at most the rate, whatever the distribution of scores
 * (split conformal prediction: Vovk, Gammerman and Shafer 2005). It needs n >= 1 / rate - 1 pictures. */
#ifndef ABLATE_PREDICT_THRESHOLD_H
#define ABLATE_PREDICT_THRESHOLD_H
#include "predict_score.h"

typedef struct predict_threshold {
    double rate;          /* asked for */
    double image, pixel;  /* of image scores; the same rule for the greatest scores of the maps */
    double calm;          /* median over the pictures of the median of their maps: where heat maps begin */
    int pictures, above;  /* defect-free ones it was chosen from; how many of them are called defective */
    char *from, *warning; /* which they are; what was left out, or NULL */
} predict_threshold;

/* Chooses from the pictures that `good` names (predict_files_add), or from the test pictures of the run's own data that
 * have no defect (NULL). 0 < rate < 1. 0, or -1: complained, for example that they are too few. Released by
 * predict_threshold_free, also then. */
int predict_threshold_choose(predict_run *, const char *good, double rate, predict_threshold *);
void predict_threshold_free(predict_threshold *);

/* The rule alone; sorts the n finite scores. 0, or -1: complained: they are too few for this rate. */
int predict_threshold_rule(double *score, int n, double rate, double *threshold);

#endif
