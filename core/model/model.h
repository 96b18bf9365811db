/* model.h: a line of modules made into two graphs, one for training and one for scoring, over the same parameters. */
#ifndef ABLATE_MODEL_H
#define ABLATE_MODEL_H
#include "../data/dataset.h"
#include "../device/device.h"
#include "../graph/builder.h"
#include "../plugin/loader.h"
#include "run_settings.h"
#include "weights_store.h"

typedef struct model_part {
    const ablate_module *module;
    void *settings, *state; /* filled; zeroed and kept by checkpoints */
} model_part;

enum { MODEL_ANSWERS = 5 };
typedef struct model {
    model_part part[MODULE_LINE];
    int parts;
    weights_store *weights;
    builder_host host;
    builder_talk talk;
    parameters *parameters;
    graph *train, *score;
    builder *train_builder, *score_builder;
    char **remark; /* of the modules: what a reader of the results must know, a sentence each, none twice */
    int remarks;
    char answer[MODEL_ANSWERS][80];  /* how pictures come in, for modules that ask */
    ablate_value *map, *image_score; /* of the scoring graph: (B, S, S) and (B); NULL if no module scores */
} model;

/* Loads the modules of run->model, fills their settings from `from` and composes both graphs for batches of run->batch.
 * `file`, `line`: where the line of words stands. 0, or -1: complained. model_close is allowed after both. */
int model_open(model *, const run_settings *run, const settings *from, const dataset *, const char *module_folders,
               const char *file, int line);
void model_close(model *);

/* Makes the talk that modules have with the model while they compose (model_talk.c). */
void model_listen(model *, const run_settings *);

/* Prints the modules' remarks to stderr, a line each: "LABEL: SENTENCE". */
void model_say(const model *, const char *label);

/* The device from now on computes as precisely as the settings say and knows the modules' own operations; before
 * anything of the run is computed or described. 0, or -1: complained. */
int model_place(const model *, const run_settings *, const device *);

/* The shared object with a module's operations for that device, DEVICE/NAME.so beside the module's own, or NULL: there
 * is none. The caller frees. */
char *model_device_half(const ablate_module *, const device *);

/* Tells every module that an epoch begins. 0, or -1: complained. */
int model_begin_epoch(model *, int epoch);

/* All that decides a result but the data: resolved settings of engine and modules, the modules' code, the weights. */
int model_describe(const model *, const run_settings *, FILE *);
int model_digest(const model *, const run_settings *, hash_digest *);

#endif
