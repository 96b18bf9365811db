/* predict_run.h: a finished run opened again: what it was made of, its model with the trained parameters, and the data
 * set that it was judged on. predictor.h computes with it. */
#ifndef ABLATE_PREDICT_RUN_H
#define ABLATE_PREDICT_RUN_H
#include "../data/session.h"
#include "../model/model.h"
#include "../record/record.h"

typedef struct predict_options { /* zeroed = the defaults; all of it outlives the run */
    const char *device;          /* as session_open has it */
    int threads;                 /* 0: one a core */
    const char *modules;         /* folders in which modules are looked for first, or NULL */
    const char *cache;           /* folder of cached features; NULL: "cache" */
    const char *const *set;      /* "section.key=value", laid over the run's own settings: where a weights file or a */
    int sets;                    /* data set lies now, for example */
} predict_options;

typedef struct predict_run { /* zeroed = closed; must not be moved while it is open */
    char *folder, *file;     /* of the run; its metrics.json */
    char *label;             /* "EXPERIMENT ROW seed N", for people */
    run_record record;
    settings settings; /* as recorded, with `set` laid over */
    run_settings run;  /* the engine's part of them, with the run's own seed; run.batch pictures at a time */
    input_settings input;
    session session;
    model model;         /* its scoring graph is model.score; model.map and model.image_score may be NULL */
    float *parameters;   /* the trained ones, device memory */
    const dataset *data; /* once predict_run_data has opened it */
    char **warning;      /* what a reader of new numbers must know, a sentence each: code or device that has changed */
    int warnings;
} predict_run;

/* Opens the run in `folder` (or the folder of that metrics.json). 0, or -1: complained in one sentence: it is not
 * there, unfinished or damaged; a weights file is missing or has other contents than it had; a module refuses the
 * settings; the trained parameters do not fit what the modules compose now. Modules, engine or device that have changed
 * in another way are warnings. predict_run_close is allowed after both. */
int predict_run_open(predict_run *, const char *folder, const predict_options *);
void predict_run_close(predict_run *);

/* Value of the scoring graph by its name on the board ("score", "score.image"), index -1 for the last of that
 * name; its first axis counts the pictures of a batch. NULL: complained, with the names there are. */
ablate_value *predict_run_value(const predict_run *, const char *name, int index);

/* The data set that the run was trained and judged on, opened by its settings; the same one when asked again, also as
 * run->data. Its masks: session_masks, its score maps all at once: scores_make (score.h). NULL: complained: it cannot
 * be opened, or its pictures, states or masks are not those of the run (drawn pictures of a data module whose code has
 * changed are a warning). */
const dataset *predict_run_data(predict_run *);

/* Adds a sentence to the warnings. 0, or -1: complained. */
int predict_run_warn(predict_run *, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
