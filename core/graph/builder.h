/* builder.h: the engine's half of module.h while a graph is composed: operations, parameters and the board. */
#ifndef ABLATE_GRAPH_BUILDER_H
#define ABLATE_GRAPH_BUILDER_H
#include "graph.h"

typedef struct builder builder;

/* What the builder asks of its owner; `context` is passed back. Every member may be NULL. */
typedef struct builder_host {
    void *context;
    /* Shape and source of a tensor in a weights file. 0, or -1: complained. */
    int (*weight)(void *context, const char *path, const char *name, ablate_shape *, value_source *);
    const char *(*weight_note)(void *context, const char *path, const char *key); /* see module.h */
    bool (*has_weight)(void *context, const char *path, const char *name);
    int (*add_picture)(void *context, const ablate_picture *);
    int (*unused)(void *context, const char *text); /* what a data module found and does not use */
    /* Gives `made` the shape and the source of what all training pictures give for `value`, or for its rows `which`, or
     * NULL; see module.h. Its context is `collector`. 0, or -1: complained. */
    int (*collect)(void *collector, const graph *, ablate_value *made, const ablate_value *value, ablate_value *which);
    void *collector;
} builder_host;

/* What a run answers and hears while its modules compose; `owner` is passed back. */
typedef struct builder_talk {
    void *owner;
    void (*remark)(void *owner, const char *sentence);              /* the text is copied */
    const char *(*chosen)(void *owner, const char *engine_setting); /* or NULL: unknown */
} builder_talk;

/* The graph may be NULL for a builder that only lists pictures. All of these outlive the builder. NULL: complained. */
builder *builder_new(graph *, const builder_host *, bool training);
void builder_free(builder *);
void builder_listen(builder *, const builder_talk *); /* which outlives the builder; without it none is listened to */
ablate_builder *builder_face(builder *);              /* what modules see */

/* A graph input, put on the board under its name. After a complaint, a poisoned value. */
ablate_value *builder_input(builder *, const char *name, const ablate_shape *);

/* Runs the module's `build` on the board. 0, or -1: complained; then the builder is of no further use. */
int builder_compose(builder *, const ablate_module *, const void *settings);

/* Runs the module's `epoch`, which may change the weights of losses. 0, or -1: complained. */
int builder_epoch(builder *, const ablate_module *, const void *settings, void *state, int epoch);

/* Runs the data module's `list`. */
int builder_list(builder *, const ablate_module *, const void *settings);

/* Runs the data module's `image`; what it made is the caller's even after -1. Each thread has a builder of its own. */
int builder_image(builder *, const ablate_module *, const void *settings, int index, ablate_image *image,
                  ablate_image *mask);

/* Value on the board, -1 for the last of that name; NULL if there is none (no complaint). */
ablate_value *builder_value(const builder *, const char *name, int index);

/* The i-th name on the board, in the order in which they were first written or offered; NULL: there are no more. */
const char *builder_name(const builder *, int i);

/* What a module, or the engine, put on the board: a value, a service, or a loss or probe, which the engine reads. */
typedef struct builder_trail {
    const ablate_module *by;        /* NULL: the engine */
    const ablate_module *reader[2]; /* the last two others that read it, the last first; NULL: none */
    const char *name;
    int index;  /* of the value; -1: no value */
    int before; /* place in this list of what it replaced, or -1 */
    bool read;
} builder_trail;
const builder_trail *builder_trails(const builder *, int *count); /* in order */

/* Whether `name` is one of the words of a declaration such as "teacher bottleneck|perturbed image?". */
bool builder_declares(const char *declaration, const char *name);

#endif
