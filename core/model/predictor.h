/* predictor.h: values of a model's scoring graph, computed for batches of pictures: of files of any size, fitted as the
 * settings say, or of the session's data set, from the cache where it has their features.
 *
 *   ablate_value *wanted[] = { m->map, m->image_score };
 *   predictor *p = predictor_new(&(predictor_request){ session, m, parameters, wanted, 2, list, n });
 *   predictor_walk w = { .predictor = p, .pictures = list, .total = n, .label = "x", .stopped = "were scored" };
 *   while (predictor_next(&w))
 *       w.status = predictor_get(p, m->map, maps); // (batch, S, S); w.count are of list[w.first], list[w.first + 1]
 * ...
 *
 * With float16 features (run.features) the cache rounds, so pictures of the data set have slightly other numbers than
 * the same pictures as files. */
#ifndef ABLATE_PREDICTOR_H
#define ABLATE_PREDICTOR_H
#include "../base/progress.h"
#include "../data/session.h"
#include "model.h"

typedef struct predictor predictor;

typedef struct predictor_request { /* all of it outlives the predictor */
    session *session;
    const model *model;
    float *parameters;           /* device memory */
    ablate_value *const *wanted; /* of the graph */
    int wanted_count;
    const int *pictures; /* of the session's data set: those that will be asked for, whose missing features are computed
                          * now; NULL: files will be read */
    int picture_count;
    const graph *graph; /* of the model; NULL: its scoring graph */
} predictor_request;

predictor *predictor_new(const predictor_request *); /* NULL: complained */
void predictor_free(predictor *);                    /* NULL is allowed */

/* A file is a picture and nothing else: does what is wanted need no other input? 0, or -1: complained, of `whose`
 * modules. */
int predictor_check_files(const predictor *, const char *whose);

/* Reads and fits a picture into place `slot` (0 .. batch - 1) of the next batch of files; what the others give means
 * nothing. 0, or -1: complained, with the path: then the place is as it was. Several threads may fill different places
 * at once. */
int predictor_read(predictor *, int slot, const char *path);

/* The numbers of an input beside the pictures, for the next batches of files. 0, or -1: complained. */
int predictor_put(predictor *, const ablate_value *input, const float *numbers);

/* Computes the batch that was read. 0, or -1: complained. */
int predictor_run(predictor *);

/* The same for `count` pictures of the data set, 1 .. batch of those announced; the batch is filled up with the last.
 */
int predictor_run_own(predictor *, const int *pictures, int count);

/* A wanted value of the last batch, all of it. 0, or -1: complained. */
int predictor_get(const predictor *, const ablate_value *wanted, float *out);

program_cost predictor_cost(const predictor *); /* of one batch */

typedef struct predictor_walk { /* through a list of pictures, batch by batch, under a bar of progress */
    predictor *predictor;
    const int *pictures; /* of the data set; NULL: the caller reads files and computes each batch */
    int total;
    const char *label, *note; /* of the bar; note: "" or NULL: none */
    const char *stopped;      /* what is said when it is asked to stop: "LABEL: 8 of 30 pictures STOPPED" */
    int first, count;         /* the batch: pictures first .. first + count - 1 of the list */
    int status;               /* 0; set to -1 to end the walk; in the end -1: complained */
    progress bar;
    bool begun;
} predictor_walk;

/* Computes the next batch. false: all are done, or status is -1. It must be called until then. */
bool predictor_next(predictor_walk *);

#endif
