/* predictor.h: values of a finished run's scoring graph, computed for batches of pictures: of files of any size, fitted
 * as the run's settings say, or of the run's own data set, from the cache where it has their features.
 *
 *   predict_run run;                                      // score map and another value of a file
 *   predict_run_open(&run, folder, &(predict_options){ 0 });
 *   ablate_value *wanted[] = { run.model.map, predict_run_value(&run, "score.image", 0) };
 *   predictor *p = predictor_new(&run, wanted, 2, NULL, 0);
 *   predictor_read(p, 0, "x.png");
 *   predictor_run(p);
 *   predictor_get(p, wanted[0], maps);                    // (run.run.batch, S, S); the first is of x.png
 *
 * With float16 features (run.features) the cache rounds, so pictures of the data set have slightly other numbers than
 * the same pictures as files. */
#ifndef ABLATE_PREDICTOR_H
#define ABLATE_PREDICTOR_H
#include "predict_run.h"

typedef struct predictor predictor;

/* `wanted`: values of run->model.score, which outlive the predictor, as the run does. `pictures`: those of run->data
 * that will be asked for (predict_run_data first), whose missing features are computed now; NULL: files will be read.
 * NULL: complained, for example because a wanted value needs more than a picture. */
predictor *predictor_new(predict_run *run, ablate_value *const *wanted, int count, const int *pictures,
                         int picture_count);
void predictor_free(predictor *); /* NULL is allowed */

/* Reads and fits a picture into place `slot` (0 .. run.batch - 1) of the next batch; what the others give means
 * nothing. 0, or -1: complained, with the path: then the place is as it was. Several threads may fill different places
 * at once. */
int predictor_read(predictor *, int slot, const char *path);

/* Computes the batch that was read. 0, or -1: complained. */
int predictor_run(predictor *);

/* The same for `count` pictures of run->data, 1 .. run.batch of those announced; the batch is filled up with the last.
 */
int predictor_run_own(predictor *, const int *pictures, int count);

/* A wanted value of the last batch, all of it: run.batch pictures. 0, or -1: complained. */
int predictor_get(const predictor *, const ablate_value *wanted, float *out);

/* Numbers that a value has for one picture. */
int64_t predictor_numbers(const predictor *, const ablate_value *);

#endif
