/* hostile_stage.h: a graph with one input, "image" (4, 3), in which a module that means harm is composed. */
#ifndef LAB_HOSTILE_STAGE_H
#define LAB_HOSTILE_STAGE_H
#include "../../core/device/device.h"
#include "../../core/graph/builder.h"
#include "words.h"

typedef struct hostile {
    parameters *parameters;
    graph *graph;
    builder *builder;
    builder_host host;
    ablate_module module; /* `build` and what else is wanted are the caller's to set */
} hostile;

/* The graph; complaints of before are forgotten. */
void hostile_open(hostile *h, bool training);
void hostile_close(hostile *h);

#endif
