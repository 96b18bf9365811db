/* graph.h: tensors and the operations between them. A graph is built once, by appending: a value only ever refers to
 * earlier ones, so the order of creation is an order of execution. All tensors are float32, row-major, contiguous. */
#ifndef ABLATE_GRAPH_H
#define ABLATE_GRAPH_H
#include "../base/hash.h"
#include "../module.h"
#include "../shape.h"
#include "parameters.h"

/* A buffer is kept from step to step as a parameter is, but not trained. The numbers are part of digests. */
typedef enum { VALUE_INPUT, VALUE_PARAMETER, VALUE_CONSTANT, VALUE_RESULT, VALUE_BUFFER } value_kind;

/* Where a constant's numbers come from. They are fetched when a program first needs them, so that weights which only
 * the cached part of a graph uses are never read. */
typedef struct value_source {
    int (*fetch)(void *context, float *out); /* fills the whole tensor; 0, or -1: complained */
    void *context;                           /* lives as long as the graph */
    hash_digest digest;                      /* of what would be fetched */
} value_source;

struct ablate_value {
    int id; /* position in the graph */
    value_kind kind;
    bool poisoned;
    ablate_shape shape;
    const char *name;  /* "image"; "decoder.0.ln_1.weight"; results: "decoder:layer_norm:0" */
    const char *label; /* results: where on the board it was first put: "teacher.0"; NULL: nowhere */
    const char *module, *file;
    int line;
    /* results */
    const ablate_op *op;
    void *attr;
    int n_in;
    ablate_value *in[ABLATE_INPUTS];
    ablate_layout layout;
    /* constants */
    value_source source;
    /* parameters and buffers: see parameters_at; frozen value it begins at, or NULL: drawn */
    int64_t offset;
    ablate_value *start;
};

typedef struct graph_term { /* a loss or a probe */
    const char *name;
    ablate_value *value;
    double weight;
} graph_term;

typedef struct graph_update { /* after a step the buffer holds what `next` was in it */
    const ablate_value *buffer;
    ablate_value *next;
} graph_update;

typedef struct graph {
    arena *memory;
    ablate_value **value;
    int values;
    parameters *parameters;
    graph_term *loss, *probe;
    graph_update *update;
    int losses, probes, updates;
} graph;

/* Is it a part of the array of all parameters? */
static inline bool value_is_kept(const ablate_value *value)
{
    return value->kind == VALUE_PARAMETER || value->kind == VALUE_BUFFER;
}

/* The same tensor, taken twice. */
static inline bool value_same_kept(const ablate_value *a, const ablate_value *b)
{
    return value_is_kept(a) && a->kind == b->kind && a->offset == b->offset;
}

/* Where a kept value begins in the array of all parameters. */
static inline int64_t value_at(const graph *g, const ablate_value *value)
{
    return parameters_at(g->parameters, value->kind == VALUE_BUFFER, value->offset);
}

/* Losses and probes, which are noted and logged one after the other. */
static inline int graph_terms(const graph *g)
{
    return g->losses + g->probes;
}

/* What a step computes: the i-th of its losses, probes, and next values of buffers. */
static inline int graph_goals(const graph *g)
{
    return graph_terms(g) + g->updates;
}

static inline ablate_value *graph_goal(const graph *g, int i)
{
    int probe = i - g->losses, update = probe - g->probes;
    return probe < 0 ? g->loss[i].value : update < 0 ? g->probe[probe].value : g->update[update].next;
}

graph *graph_new(parameters *); /* the parameters outlive the graph */
void graph_free(graph *);
/* A new value of that kind with a copy of `name`; NULL: complained. */
ablate_value *graph_append(graph *, value_kind kind, const char *name, const ablate_shape *shape);
bool graph_owns(const graph *, const ablate_value *); /* compares addresses alone: it may point anywhere */
int graph_add_term(graph *, graph_term **list, int *count, graph_term term);
int graph_add_update(graph *, graph_update); /* 0, or -1: complained */

/* Hash of everything a value's numbers depend on but the parameters' values and the inputs' contents. */
hash_digest value_digest(const ablate_value *);

/* 0 .. ABLATE_DIMS axes of 1 or more, and at most SHAPE_MOST numbers: what a tensor can be. */
bool shape_possible(const ablate_shape *);
#define SHAPE_MOST ((int64_t)1 << 40)

#endif
