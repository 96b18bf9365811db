/* builder_parts.h: what the files of the builder share, and nobody else. */
#ifndef ABLATE_GRAPH_BUILDER_PARTS_H
#define ABLATE_GRAPH_BUILDER_PARTS_H
#include "board.h"
#include "builder.h"

enum { BUILDER_VALUES = 64 }; /* most that one call takes */

typedef enum { IN_BUILD, IN_EPOCH, IN_LIST, IN_IMAGE } builder_phase; /* which of the module's functions runs */

struct builder {
    ablate_builder face; /* first: modules hold a pointer to it */
    graph *graph;
    const builder_host *host;
    const builder_talk *talk;    /* or NULL */
    const ablate_module *module; /* whose function runs; NULL: the engine */
    builder_phase phase;         /* if a module's does */
    const void *settings;
    int ordinal; /* of the module's next operation: part of its stream's name */
    int depth;   /* of services that call services */
    bool training;
    const char *file; /* of the last call, in the graph's memory: most calls come from the same */
    board board;
    builder_trail *trail;
    int trails;
    arena *memory;
};

static inline builder *builder_self(ablate_builder *face)
{
    return (builder *)(void *)face;
}

/* builder_guard.c: what a call of a module must be before it does anything. Each is false after a complaint, be it of
 * before; `what` is the call's name in module.h, `file` may be NULL: the call has no place. */
void builder_enter(builder *, const ablate_module *, const void *settings, builder_phase);
int builder_leave(builder *, int status); /* 0, or -1: complained, if only of failing without words */
bool builder_may(const builder *, const char *file, int line, builder_phase, const char *what);
bool builder_named(const char *file, int line, const char *what, const char *name); /* printable, one word, short */
bool builder_given(const char *file, int line, const char *what, const char *text); /* a text at all */
bool builder_values_fit(const builder *, const char *file, int line, const char *what, int n, ablate_value *const *in);
const char *builder_owner(const builder *); /* the module that runs, or "engine" */
ablate_value *builder_poison(void);         /* what a call returns after a complaint */
ablate_value *builder_place(builder *, ablate_value *, const char *file, int line); /* NULL becomes poison */
bool builder_knows(const ablate_value *); /* of the graph that is composed now, or nothing is composed */

/* builder_trail.c. Returns the place in the list, or -1: complained; a place of -1 is nobody's. */
int builder_leave_trail(builder *, const char *name, int index, int before);
void builder_follow_trail(builder *, int at); /* the module that runs reads it */

/* The members of ablate_api, see module.h; builder_values.c, builder_board.c, builder_list.c. */
ablate_value *builder_apply(ablate_builder *, const char *file, int line, const char *name, const char *attributes,
                            int n, ablate_value *const *in);
ablate_value *builder_param_from(ablate_builder *, const char *file, int line, const char *name, ablate_value *start);
ablate_value *builder_param(ablate_builder *, const char *file, int line, const char *name, const char *init,
                            ablate_shape);
ablate_value *builder_buffer(ablate_builder *, const char *file, int line, const char *name, const char *init,
                             ablate_shape);
ablate_value *builder_buffer_from(ablate_builder *, const char *file, int line, const char *name, ablate_value *start);
void builder_update(ablate_builder *, const char *file, int line, ablate_value *buffer, ablate_value *next);
ablate_value *builder_constant(ablate_builder *, const char *file, int line, ablate_shape, const float *data);
ablate_value *builder_weight(ablate_builder *, const char *file, int line, const char *path, const char *name);
const char *builder_weight_note(ablate_builder *, const char *path, const char *key);
bool builder_has_weight(ablate_builder *, const char *path, const char *name);
ablate_value *builder_collect(ablate_builder *, const char *file, int line, const char *name, ablate_value *value,
                              ablate_value *which);
ablate_value *builder_read(ablate_builder *, const char *file, int line, const char *names, int index);
void builder_write(ablate_builder *, const char *file, int line, const char *name, int index, ablate_value *);
int builder_count(ablate_builder *, const char *names);
void builder_offer(ablate_builder *, const char *file, int line, const char *name, ablate_service *);
ablate_value *builder_call(ablate_builder *, const char *file, int line, const char *name, const char *argument, int n,
                           ablate_value *const *in);
const ablate_entry *builder_folder(ablate_builder *, const char *path);
int builder_unused(ablate_builder *, const char *format, ...);

#endif
