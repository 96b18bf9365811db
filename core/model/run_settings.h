/* run_settings.h: what the engine itself lets a file choose: sections [run], [input] and [optimiser]. */
#ifndef ABLATE_RUN_SETTINGS_H
#define ABLATE_RUN_SETTINGS_H
#include "../base/settings.h"

typedef enum run_fit { RUN_SQUARE, RUN_CROP } run_fit;
typedef enum run_resample { RUN_BICUBIC, RUN_BILINEAR } run_resample;
typedef enum run_statistics { RUN_OPENAI, RUN_IMAGENET } run_statistics;

typedef enum run_features { RUN_FLOAT32, RUN_FLOAT16 } run_features;

typedef enum run_precision { RUN_PRECISE, RUN_TF32, RUN_BF16 } run_precision;

typedef enum run_initial { RUN_PYTORCH, RUN_NORMAL } run_initial;

typedef enum run_connectivity { RUN_CONNECTED_8, RUN_CONNECTED_4 } run_connectivity;

typedef enum run_schedule { RUN_CONSTANT, RUN_COSINE } run_schedule;

typedef struct run_settings {
    /* [run] */
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
    /* [input] */
    int size;       /* pixels of a side */
    int fit;        /* run_fit */
    int resample;   /* run_resample */
    int statistics; /* run_statistics */
    /* [optimiser]: Adam */
    double rate, beta1, beta2, eps, decay;
    int warmup, schedule; /* steps; run_schedule */
} run_settings;

/* The schemas, {0}-ended, each for the whole struct. */
typedef struct run_section {
    const char *name;
    const ablate_setting *rows;
} run_section;
extern const run_section run_sections[]; /* ends with a NULL name */

/* Fills the struct from the three sections. Texts belong to the settings; the path within `data` is absolute. 0, or -1:
 * complained. */
int run_settings_fill(const settings *, run_settings *);

/* Writes every setting that can change a result as "section.key = value" lines; how many seeds and threads there are
 * and how often a checkpoint is written are not among them. 0, or -1: complained. */
int run_settings_print(const run_settings *, FILE *);

/* Complains if the path of run.data is relative and leads nowhere. 0 or -1. */
int run_settings_check_data(const settings *);

/* "folder:PATH" as it is written down, see place_short. New memory; NULL: complained. */
char *run_settings_data_short(const char *data);

#endif
