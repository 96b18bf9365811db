/* collection.h: frozen tensors of what all training pictures give for a value (ablate_collect of module.h): their
 * shapes while a model is composed; their numbers where a finished run keeps them. Who computes them: collect.h. */
#ifndef ABLATE_MODEL_COLLECTION_H
#define ABLATE_MODEL_COLLECTION_H
#include "../data/session.h"
#include "../graph/graph.h"
#include "run_settings.h"

typedef struct collection collection;

typedef struct collections { /* zeroed = empty; must not be moved once something is in it */
    const run_settings *run;
    const input_settings *input;
    const settings *from; /* of the data module */
    session *session;     /* whose training pictures they are of; NULL: there are none */
    const char *kept;     /* folder of a finished run, which has their files; NULL: they are computed */
    collection **one;
    int count;
    /* set by collect_begin */
    int (*compute)(collection *, float *out);
    const void *model;
    const char *folder; /* where their files are written; NULL: nowhere */
    int depth;          /* of collections that need others */
    double seconds;     /* that their computing took */
} collections;

struct collection {
    collections *all;
    const graph *graph;
    ablate_value *made;        /* the frozen tensor */
    const ablate_value *value; /* of which it is */
    ablate_value *which;       /* the rows that are taken, or NULL: all */
    char identity[65];         /* set by collect_begin: hash of all that its numbers depend on */
};

void collections_close(collections *);

/* The `collect` of a builder_host, whose collector is the collections. */
int collections_enter(void *collector, const graph *, ablate_value *made, const ablate_value *value,
                      ablate_value *which);

/* FOLDER/collected.NAME.safetensors, new memory; NULL: complained. */
char *collection_path(const char *folder, const ablate_value *made);

/* Notes of such a file: how many pictures it is of, and its identity; and the digest of its source in a graph, which
 * that stands for. */
#define COLLECTION_PICTURES "pictures"
#define COLLECTION_IDENTITY "identity"
hash_digest collection_digest(const char *identity);

#endif
