/* run_settings.h: section [run]: what is run, how long, and how it is judged. */
#ifndef ABLATE_RUN_SETTINGS_H
#define ABLATE_RUN_SETTINGS_H
#include "../base/settings.h"

typedef enum run_features { RUN_FLOAT32, RUN_FLOAT16 } run_features;

typedef enum run_precision { RUN_PRECISE, RUN_TF32, RUN_BF16 } run_precision;

typedef enum run_initial { RUN_PYTORCH, RUN_NORMAL } run_initial;

typedef enum run_connectivity { RUN_CONNECTED_8, RUN_CONNECTED_4 } run_connectivity;

typedef struct run_settings {
    const char *model, *data;  /* the line of modules; a data module, or "module:argument" */
    int epochs, batch;         /* passes over the training pictures; pictures a step */
    int seed, seeds;           /* the first seed, and how many runs with seed, seed + 1, ... */
    int threads;               /* 0: all cores */
    bool shuffle;              /* a new order of the training pictures each epoch */
    int checkpoint_steps;      /* steps between checkpoints; 0: by time alone */
    double checkpoint_seconds; /* seconds between checkpoints; 0: by steps alone */
    int initial;               /* run_initial: where layers begin */
    int precision;             /* run_precision: of the operands of matrix products */
    int features;              /* run_features: numbers in which the cache keeps rows */
    const char *protocol;      /* how the metrics are estimated, a name of metrics.h */
    int connectivity;          /* run_connectivity, of the masks' defects */
} run_settings;

extern const ablate_setting run_settings_rows[];

/* Settings of [run] that change no result: a list "a|b". */
extern const char run_settings_idle[];

/* Fills the struct from section [run]. Texts belong to the settings; the path within `data` is absolute. 0, or -1:
 * complained. */
int run_settings_fill(const settings *, run_settings *);

/* Appends those that can change a result, see settings_list. 0, or -1: complained. */
int run_settings_list(const run_settings *, settings *);

#endif
