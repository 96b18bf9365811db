/* builder_parts.h: what the files of the builder share, and nobody else. */
#ifndef ABLATE_GRAPH_BUILDER_PARTS_H
#define ABLATE_GRAPH_BUILDER_PARTS_H
#include "board.h"
#include "builder.h"

struct builder {
    ablate_builder face; /* first: modules hold a pointer to it */
    graph *graph;
    const builder_host *host;
    const builder_talk *talk;    /* or NULL */
    const ablate_module *module; /* whose function runs; NULL: the engine */
    const void *settings;
    int ordinal; /* of the module's next operation: part of its stream's name */
    board board;
    arena *memory;
};

static inline builder *builder_self(ablate_builder *face)
{
    return (builder *)(void *)face;
}

const char *builder_owner(const builder *);                /* the module that runs, or "engine" */
ablate_value *builder_poison(void);                        /* what a call returns after a complaint */
bool builder_any_poisoned(int n, ablate_value *const *in); /* NULL counts */
ablate_value *builder_place(builder *, ablate_value *, const char *file, int line); /* NULL becomes poison */

/* The members of ablate_api, see module.h; builder_values.c, builder_board.c, builder_list.c. */
ablate_value *builder_apply(ablate_builder *, const char *file, int line, const char *name, const char *attributes,
                            int n, ablate_value *const *in);
ablate_value *builder_param_from(ablate_builder *, const char *file, int line, const char *name, ablate_value *start);
ablate_value *builder_param(ablate_builder *, const char *file, int line, const char *name, const char *init,
                            ablate_shape);
ablate_value *builder_constant(ablate_builder *, const char *file, int line, ablate_shape, const float *data);
ablate_value *builder_weight(ablate_builder *, const char *file, int line, const char *path, const char *name);
const char *builder_weight_note(ablate_builder *, const char *path, const char *key);
bool builder_has_weight(ablate_builder *, const char *path, const char *name);
ablate_value *builder_read(ablate_builder *, const char *file, int line, const char *names, int index);
void builder_write(ablate_builder *, const char *file, int line, const char *name, int index, ablate_value *);
int builder_count(ablate_builder *, const char *names);
void builder_offer(ablate_builder *, const char *file, int line, const char *name, ablate_service *);
ablate_value *builder_call(ablate_builder *, const char *file, int line, const char *name, const char *argument, int n,
                           ablate_value *const *in);
const ablate_entry *builder_folder(ablate_builder *, const char *path);
int builder_unused(ablate_builder *, const char *format, ...);

#endif
