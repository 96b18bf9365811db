/* model.h: a line of modules made into two graphs, one for training and one for scoring, over the same parameters. */
#ifndef ABLATE_MODEL_H
#define ABLATE_MODEL_H
#include "../data/feed.h"
#include "../device/device.h"
#include "../graph/builder.h"
#include "../plugin/loader.h"
#include "run_settings.h"
#include "weights_store.h"

typedef struct model_request { /* what a model is made of; all of it but the data outlives the model */
    const run_settings *run;
    const input_settings *input;
    const settings *from; /* what the modules' own settings are filled from */
    const dataset *data;
    const char *module_folders;
    ablate_at at; /* where the line of words stands */
} model_request;

typedef struct model_part {
    const ablate_module *module;
    void *settings, *state; /* filled; zeroed and kept by checkpoints */
} model_part;

enum { MODEL_ANSWERS = 5 };
typedef struct model {
    const run_settings *run;
    const input_settings *input;
    ablate_at at;
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

/* Loads the modules of run->model, fills their settings and composes both graphs for batches of run->batch. 0, or -1:
 * complained. model_close is allowed after both. */
int model_open(model *, const model_request *);
void model_close(model *);

/* Makes the talk that modules have with the model while they compose (model_talk.c). */
void model_listen(model *);

/* Prints the modules' remarks to stderr, a line each: "LABEL: SENTENCE". */
void model_say(const model *, const char *label);

/* The device from now on computes as precisely as the settings say and knows the modules' own operations; before
 * anything of the run is computed or described. 0, or -1: complained. */
int model_place(const model *, const device *);

/* The shared object with a module's operations for that device, DEVICE/NAME.so beside the module's own, or NULL: there
 * is none. The caller frees. */
char *model_device_half(const ablate_module *, const device *);

/* What one of the model's graphs is given for each picture; what is wanted of it, and of which pictures, is still to be
 * said. */
feed_request model_feed_request(session *, const model *, const dataset *, const graph *);

/* Tells every module that an epoch begins. 0, or -1: complained. */
int model_begin_epoch(model *, int epoch);

/* Appends the modules' resolved settings, see settings_list. 0, or -1: complained. */
int model_describe(const model *, settings *);

#endif
