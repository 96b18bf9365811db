/* predict_score.h: score maps and image scores of many pictures by a finished run, batch by batch:
 *
 *   predict_walk w = { .run = run, .files = files, .label = "x" };
 *   while (predict_next(&w))
 *       for (int i = 0; i < w.count; i++) ...; // of picture w.first + i: w.maps, w.score or w.reason
 *   return w.status; */
#ifndef ABLATE_PREDICT_SCORE_H
#define ABLATE_PREDICT_SCORE_H
#include "finished_run.h"
#include "predict_files.h"

typedef struct predict_walk {
    finished_run *run;
    const predict_files *files; /* NULL: these pictures of its own data, see finished_run_data */
    const int *own;
    int owned;
    const char *label;
    /* of the batch */
    int first, count, size;
    float *maps;   /* (count, size, size), greater = more anomalous */
    double *score; /* (count) as the modules give it, else the map's maximum */
    char **reason; /* (count) why a file could not be read, in words; NULL: it has a map and a score */
    int status;    /* 0; set to -1 to end the walk; in the end -1: complained */
    /* its own */
    predictor_walk by;
    ablate_value *wanted[2];
    float *image;
} predict_walk;

/* The next batch; false: all are done, or status is -1: a score is not finite, or nothing can be computed. It must be
 * called until then. Shows progress, and how many pictures are stored turned, under the label. A file that cannot be
 * read stops nothing. */
bool predict_next(predict_walk *);

#endif
