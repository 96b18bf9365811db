#include "graph.h"
#include "../base/diag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool shape_possible(const ablate_shape *shape)
{
    int64_t left = SHAPE_MOST;
    bool possible = shape->rank >= 0 && shape->rank <= ABLATE_DIMS;
    for (int i = 0; possible && i < shape->rank; i++) {
        possible = shape->dim[i] >= 1 && shape->dim[i] <= left;
        left /= possible ? shape->dim[i] : 1;
    }
    return possible;
}

graph *graph_new(parameters *shared)
{
    graph *g = take_zeroed(1, sizeof *g, "a graph");
    if (!g)
        return NULL;
    g->memory = arena_new();
    g->parameters = shared;
    if (!g->memory) {
        free(g);
        return NULL;
    }
    return g;
}

void graph_free(graph *g)
{
    if (!g)
        return;
    arena_free(g->memory);
    free(g->value);
    free(g->loss);
    free(g->probe);
    free(g->update);
    free(g);
}

ablate_value *graph_append(graph *g, value_kind kind, const char *name, const ablate_shape *shape)
{
    ablate_value *value = TAKE_ROOM(g->value, g->values, "a graph") ? arena_take(g->memory, sizeof *value) : NULL;
    if (!value)
        return NULL;
    value->name = arena_text(g->memory, name);
    if (!value->name)
        return NULL;
    value->kind = kind;
    value->shape = *shape;
    value->id = g->values;
    g->value[g->values++] = value;
    return value;
}

/* From the end: what a call is given was mostly made shortly before. */
bool graph_owns(const graph *g, const ablate_value *value)
{
    for (int i = g->values - 1; i >= 0; i--)
        if (g->value[i] == value)
            return true;
    return false;
}

int graph_add_term(graph *g, graph_term **list, int *count, graph_term term)
{
    term.name = TAKE_ROOM(*list, *count, "a graph") ? arena_text(g->memory, term.name) : NULL;
    if (!term.name)
        return -1;
    (*list)[(*count)++] = term;
    return 0;
}

int graph_add_update(graph *g, graph_update update)
{
    if (!TAKE_ROOM(g->update, g->updates, "a graph"))
        return -1;
    g->update[g->updates++] = update;
    return 0;
}

static void add_shape(hash_state *state, const ablate_shape *shape)
{
    hash_add_text(state, shape_words(shape).text);
}

/* Attributes are hashed field by field: padding and the addresses of texts mean nothing. */
static void add_attributes(hash_state *state, const ablate_op *op, const char *attr)
{
    for (const ablate_setting *row = op->attrs; row && row->name; row++) {
        const char *field = attr + row->offset;
        hash_add_text(state, row->name);
        if (row->type == ABLATE_TEXT || row->type == ABLATE_PATH)
            hash_add_text(state, *(const char *const *)(const void *)field);
        else
            hash_add(state, field,
                     row->type == ABLATE_REAL  ? sizeof(double)
                     : row->type == ABLATE_INT ? sizeof(int)
                                               : 1);
    }
}

static void add_result(hash_state *state, const ablate_value *value, const hash_digest *known)
{
    hash_add_text(state, value->op->name);
    add_attributes(state, value->op, value->attr);
    for (int i = 0; i < value->n_in; i++)
        hash_add(state, known[value->in[i]->id].byte, 32);
    if (value->op->random)
        hash_add_text(state, value->name);
}

static hash_digest digest_one(const ablate_value *value, const hash_digest *known)
{
    hash_state state;
    hash_begin(&state);
    hash_add(&state, &value->kind, sizeof value->kind);
    if (value->kind == VALUE_RESULT) {
        add_result(&state, value, known);
    } else {
        hash_add_text(&state, value->kind == VALUE_CONSTANT ? "" : value->name);
        add_shape(&state, &value->shape);
        if (value->kind == VALUE_CONSTANT)
            hash_add(&state, value->source.digest.byte, 32);
    }
    return hash_end(&state);
}

static void digest_below(const ablate_value *value, hash_digest *known, char *done)
{
    if (done[value->id])
        return;
    for (int i = 0; i < value->n_in; i++)
        digest_below(value->in[i], known, done);
    known[value->id] = digest_one(value, known);
    done[value->id] = 1;
}

hash_digest value_digest(const ablate_value *value)
{
    hash_digest result = { { 0 } };
    size_t n = (size_t)value->id + 1;
    hash_digest *known = take(n, sizeof *known, "hashes of a graph");
    char *done = take_zeroed(n, 1, "hashes of a graph");
    if (known && done) {
        digest_below(value, known, done);
        result = known[value->id];
    }
    free(known);
    free(done);
    return result;
}
