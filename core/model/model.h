/* model.h: a line of modules made into two graphs, one for training and one for scoring, over the same parameters. */
#ifndef ABLATE_MODEL_H
#define ABLATE_MODEL_H
#include "../data/feed.h"
#include "../device/device.h"
#include "../graph/builder.h"
#include "../plugin/loader.h"
#include "collection.h"
#include "model_talk.h"
#include "run_settings.h"
#include "weights_store.h"
#include <stdio.h>

typedef struct model_part {
    const ablate_module *module;
    void *settings, *state; /* filled; zeroed and kept by checkpoints */
} model_part;

typedef struct model_request { /* all of it outlives the model */
    const run_settings *run;   /* with the line of words, and the run's own seed */
    const input_settings *input;
    const settings *from;       /* has the modules' sections */
    const ablate_module *data;  /* the data module: what it gives beside a picture is on the board */
    const char *module_folders; /* as module_load has them */
    ablate_at at;               /* where the line of words stands, for complaints */
    session *session;           /* whose training pictures modules may collect from; NULL: nobody's */
    const char *kept;           /* or the folder of a finished run, which keeps what it collected; NULL: none */
} model_request;

typedef struct model { /* zeroed = closed; must not be moved while it is open */
    const run_settings *run;
    const input_settings *input;
    ablate_at at; /* where its line stands */
    model_part part[MODULE_LINE];
    int parts;
    weights_store *weights;
    builder_host host;
    model_talk talk;
    collections collected;
    parameters *parameters;
    graph *train, *score;
    builder *train_builder, *score_builder;
    ablate_value *map, *image_score; /* of the scoring graph: (B, S, S) and (B); NULL if no module scores */
} model;

/* Loads the modules of the line, fills their settings and composes both graphs for batches of run->batch. 0, or -1:
 * complained. model_close is allowed after both. */
int model_open(model *, const model_request *);
void model_close(model *);

/* The device from now on computes as precisely as the settings say and knows the modules' own operations; before
 * anything of the run is computed or described. 0, or -1: complained. */
int model_place(const model *, const device *);

/* The shared object with a module's operations for that device, DEVICE/NAME.so beside the module's own, or NULL: there
 * is none. The caller frees. */
char *model_device_half(const ablate_module *, const device *);

/* What one of the model's graphs is given for each picture; what is wanted of it, and of which pictures, is still to be
 * said. */
feed_request model_feed_request(session *, const model *, const graph *);

/* A builder of `g` with the inputs of the model on its board, on which its modules can compose, once more if need be.
 * The caller frees. NULL: complained. */
builder *model_begin(const model *, const ablate_module *data, graph *g, bool training);

/* Tells every module that an epoch begins. 0, or -1: complained. */
int model_begin_epoch(model *, int epoch);

/* The parameters as training begins, into all[parameters->count], host memory: drawn, or as far as that graph has them
 * at frozen values where they begin at such, computed by the device. 0, or -1: complained. */
int model_draw(const model *, const graph *, const device *, float *all);

/* Appends the modules' resolved settings, see settings_list. 0, or -1: complained. */
int model_describe(const model *, settings *);

#endif
