/* finished_run.h: a finished run opened again: what it was made of, its model with the trained parameters, the data set
 * that it was judged on, and the score maps and other numbers that it gives. */
#ifndef ABLATE_FINISHED_RUN_H
#define ABLATE_FINISHED_RUN_H
#include "../model/score.h"
#include "../record/record.h"

typedef struct finished_options { /* zeroed = the defaults; all of it outlives the run */
    const char *device;           /* as session_open has it */
    int threads;                  /* 0: one a core */
    const char *modules;          /* folders in which modules are looked for first, or NULL */
    const char *cache;            /* folder of cached features; NULL: "cache" */
    const char *const *set;       /* "section.key=value", laid over the run's own settings: where a weights file or a */
    int sets;                     /* data set lies now, for example */
} finished_options;

typedef struct finished_run { /* zeroed = closed; must not be moved while it is open */
    char *folder, *file;      /* of the run; its metrics.json */
    const char *place;        /* where its settings stand, for complaints */
    char *label;              /* "EXPERIMENT ROW seed N", for people */
    run_record record;
    settings settings; /* as recorded, with `set` laid over */
    run_settings run;  /* the engine's part of them, with the run's own seed; run.batch pictures at a time */
    input_settings input;
    session session;
    model model;         /* its scoring graph is model.score; model.map and model.image_score may be NULL */
    float *parameters;   /* the trained ones, device memory */
    const dataset *data; /* the session's, once finished_run_data has opened it */
    char **warning;      /* what a reader of new numbers must know, a sentence each: code or device that has changed */
    int warnings;
} finished_run;

/* Opens the run in `folder` (or the folder of that metrics.json). 0, or -1: complained in one sentence: it is not
 * there, unfinished or damaged; a weights file is missing or has other contents than it had; a module refuses the
 * settings; the trained parameters do not fit what the modules compose now. Modules, engine or device that have changed
 * in another way are warnings. finished_run_close is allowed after both. */
int finished_run_open(finished_run *, const char *folder, const finished_options *);
void finished_run_close(finished_run *);

/* Value of the scoring graph by its name on the board ("score", "score.image"), index -1 for the last of that
 * name; its first axis counts the pictures of a batch. NULL: complained, with the names there are. */
ablate_value *finished_run_value(const finished_run *, const char *name, int index);

/* The data set that the run was trained and judged on, opened by its settings; the same one when asked again, also as
 * run->data. NULL: complained: it cannot be opened, or its pictures, states or masks are not those of the run (drawn
 * pictures of a data module whose code has changed are a warning). */
const dataset *finished_run_data(finished_run *);

/* Scores the test pictures of its data set, which is opened. 0, or -1: complained, for example that the run gives no
 * score maps. scores_free is allowed after both. */
int finished_run_scores(finished_run *, scores *);

/* Computes wanted values with the run's parameters: of `pictures` of its data set, which is opened; or of files
 * (pictures NULL), which must be all that is needed. The values and the list outlive it. NULL: complained. */
predictor *finished_run_predictor(finished_run *, ablate_value *const *wanted, int count, const int *pictures,
                                  int picture_count);

/* From now on it has these parameters: all of the model's, host memory. 0, or -1: complained. */
int finished_run_put(finished_run *, const float *all);

/* Adds a sentence to the warnings; says them all on standard error, "WHOSE: SENTENCE". 0, or -1: complained. */
int finished_run_warn(finished_run *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void finished_run_say(const finished_run *, const char *whose);

#endif
