/* predict_threshold.h: the score above which a picture is called defective, chosen from defect-free pictures alone at a
 * stated rate of false alarms.
 *
 * Rule: of n scores the k-th smallest, k = n + 1 - m, where m is the greatest whole number with m / (n + 1) <= rate; a
 * picture is defective if its score is greater. If the n pictures and a new defect-free one are exchangeable, the new
 * one exceeds it with a chance of at most m / (n + 1), hence of at most the rate, whatever the distribution of scores
 * (split conformal prediction: Vovk, Gammerman and Shafer 2005). It needs n >= 1 / rate - 1 pictures. */
#ifndef ABLATE_PREDICT_THRESHOLD_H
#define ABLATE_PREDICT_THRESHOLD_H
#include "predict_class.h"
#include "predict_score.h"

typedef struct predict_limit {
    double image, pixel; /* of image scores; the same rule for the greatest scores of the maps */
    double calm;         /* median over the pictures of the median of their maps: where heat maps begin */
    int pictures, above; /* defect-free ones it was chosen from; how many of them are called defective */
    double
        rate; /* chance of a new one to lie above, at most: what was asked for, or the least that so few can promise */
} predict_limit;

typedef struct predict_threshold {
    double rate;       /* asked for */
    predict_limit all; /* of all classes together: where the class of a picture is not known, or has none */
    predict_limit *of; /* by class of the run */
    int classes;
    int common; /* of the pictures that are judged, those that the thresholds were chosen from */
    char *from; /* which they are */
} predict_threshold;

typedef struct predict_good { /* the pictures without a defect */
    const char *path;         /* what names them (predict_files_add); NULL: the run's own data, its test pictures */
    int named;                /* class of those whose path does not say it; -1: unknown */
    double rate;              /* 0 < rate < 1 */
} predict_good;

/* Chooses for each class from its own pictures, be they too few for the rate: then for the least rate that they can
 * promise, since the scores of other classes say less; and for all classes from all of them; `judged` are the pictures
 * that will be judged. What is left out becomes a warning of the run. 0, or -1: complained, for example that all of
 * them are too few. Released by predict_threshold_free, also then. */
int predict_threshold_choose(finished_run *, const predict_files *judged, const predict_good *, predict_threshold *);
void predict_threshold_free(predict_threshold *);

/* The limit by which pictures of this class are judged, -1: not known. */
const predict_limit *predict_threshold_of(const predict_threshold *, int class_index);

/* The least rate that n pictures can choose a threshold for, rounded up to three digits; n >= 1. */
double predict_threshold_least(int n);

/* The rule alone; sorts the n finite scores. 0, or -1: complained: they are too few for this rate, and for which they
 * are enough. */
int predict_threshold_rule(double *score, int n, double rate, double *threshold);

/* What a reader of scores must know of how they came about, added to the run's warnings: files of folders that are not
 * scored, pictures named twice, classes whose threshold is of all classes or cannot keep the rate, with the option that
 * would help, and pictures that chose the thresholds themselves. 0, or -1: complained. */
int predict_remark(finished_run *, const predict_files *, const predict_threshold *);

#endif
