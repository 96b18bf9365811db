/* hostile_stage.h: a graph with one input, "image" (4, 3), in which a module that means harm is composed. */
#ifndef HOSTILE_STAGE_H
#define HOSTILE_STAGE_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../core/base/diag.h"
#include "../../core/device/device.h"
#include "../../core/graph/builder.h"

typedef struct hostile {
    parameters *parameters;
    graph *graph;
    builder *builder;
    builder_host host;
    ablate_module module; /* `build` and what else is wanted are the caller's to set */
} hostile;

static inline void hostile_open(hostile *h, bool training)
{
    complaint_clear();
    if (!device_load("cpu", 1)) /* brings the operations */
        fail_msg("%s", complaint());
    *h = (hostile){ .parameters = parameters_new(), .module = { .abi = ABLATE_ABI, .name = "hostile" } };
    h->module.reads = "image value? service?";
    h->module.writes = "value service score";
    h->graph = graph_new(h->parameters);
    h->builder = builder_new(h->graph, &h->host, training);
    assert_non_null(h->builder);
    assert_non_null(builder_input(h->builder, "image", &(ablate_shape){ 2, { 4, 3 } }));
}

static inline void hostile_close(hostile *h)
{
    builder_free(h->builder);
    graph_free(h->graph);
    parameters_free(h->parameters);
    complaint_clear();
}

/* A refusal is one sentence with these words in it. */
static inline void expect_words(const char *words)
{
    if (!complaint() || !strstr(complaint(), words) || strchr(complaint(), '\n'))
        fail_msg("expected '%s' in: %s", words, complaint() ? complaint() : "no complaint");
    complaint_clear();
}

#endif
