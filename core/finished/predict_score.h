/* predict_score.h: score maps and image scores of many pictures by a finished run, batch by batch. */
#ifndef ABLATE_PREDICT_SCORE_H
#define ABLATE_PREDICT_SCORE_H
#include "finished_run.h"
#include "predict_files.h"

typedef struct predict_batch { /* pictures first .. first + count - 1 of those asked for; all of it the scorer's */
    int first, count, size;
    const float *maps;         /* (count, size, size), greater = more anomalous */
    const double *score;       /* (count) as the modules give it, else the map's maximum */
    const char *const *reason; /* (count) why a picture could not be read, in words; NULL: it has a map and a score */
} predict_batch;

/* Takes the batches in order. 0 to go on, or -1: complained. */
typedef int predict_taker(void *context, const predict_batch *);

/* Scores files, or pictures of the run's own data (finished_run_data first); shows progress, and how many files are
 * stored turned, under the label. A file that cannot be read stops nothing. 0, or -1: complained: the taker did, a
 * score is not finite, or nothing can be computed. */
int predict_score_files(finished_run *, const predict_files *, const char *label, predict_taker *, void *context);
int predict_score_own(finished_run *, const int *pictures, int count, const char *label, predict_taker *,
                      void *context);

#endif
