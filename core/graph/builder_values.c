/* builder_values.c: operations, parameters, constants and weights enter the graph. */
#include "../base/diag.h"
#include "../base/settings.h"
#include "../device/device.h"
#include "builder_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- operations ---- */

static const ablate_op *find_op(const builder *b, const char *name)
{
    for (const ablate_op *op = b->module ? b->module->ops : NULL; op && op->name; op++)
        if (strcmp(op->name, name) == 0)
            return op;
    return device_find_op(name);
}

static const char *nearest_op(const char *name)
{
    int count = 0;
    const ablate_op *const *all = device_all_ops(&count);
    const char *best = "";
    for (int i = 0, least = 1000; i < count; i++) {
        int distance = settings_distance(name, all[i]->name);
        if (distance < least) {
            least = distance;
            best = all[i]->name;
        }
    }
    return best;
}

/* Attribute texts live as long as the graph, so they are copied into its memory. */
static int keep_texts(graph *g, const ablate_op *op, char *attr)
{
    for (const ablate_setting *row = op->attrs; row && row->name; row++) {
        if (row->type != ABLATE_TEXT && row->type != ABLATE_PATH)
            continue;
        const char **field = (const char **)(void *)(attr + row->offset);
        *field = arena_text(g->memory, *field ? *field : "");
        if (!*field)
            return -1;
    }
    return 0;
}

static void *read_attributes(builder *b, const ablate_op *op, const char *text, const char *file, int line)
{
    char *owned = NULL, *attr = arena_take(b->graph->memory, op->attr_size ? op->attr_size : 1);
    if (!attr || settings_fill_text(text, op->attrs, attr, (ablate_at){ file, line }, op->name, &owned) < 0)
        return NULL;
    int status = keep_texts(b->graph, op, attr);
    free(owned);
    return status < 0 ? NULL : attr;
}

/* A shape rule is anybody's code: what it answers decides how much memory is written. */
static int check_layout(const ablate_op *op, const ablate_shape *in, const ablate_layout *layout, const char *file,
                        int line)
{
    const ablate_shape *out = &layout->out;
    bool empty = false;
    for (int i = 0; i < out->rank && i < ABLATE_DIMS; i++)
        empty = empty || out->dim[i] == 0;
    if (!shape_possible(out))
        return complain_at(file, line,
                           empty ? "%s: the result would be empty (%d axes); look at the shapes of its inputs"
                                 : "%s: its shape rule answers with %d axes or sizes that no tensor has; correct it",
                           op->name, out->rank);
    if (layout->aux < 0 || layout->aux > SHAPE_MOST || layout->scratch < 0 || layout->scratch > SHAPE_MOST)
        return complain_at(file, line,
                           "%s: its shape rule asks for %lld numbers of aux and %lld of scratch; correct it", op->name,
                           (long long)layout->aux, (long long)layout->scratch);
    if (op->view && shape_size(out) != shape_size(in))
        return complain_at(file, line, "%s: it is a view, so its result must have as many numbers as its first input",
                           op->name);
    return 0;
}

static int lay_out(const ablate_op *op, const void *attr, int n, ablate_value *const *in, ablate_layout *layout,
                   const char *file, int line)
{
    ablate_shape shape[ABLATE_INPUTS] = { { 0 } };
    for (int i = 0; i < n; i++)
        shape[i] = in[i]->shape;
    *layout = (ablate_layout){ .why = "" };
    if (op->shape(shape, n, attr, layout) != 0)
        return complain_at(file, line, "%s: %.*s", op->name, (int)sizeof layout->why,
                           layout->why[0] ? layout->why : "the inputs do not fit");
    return check_layout(op, &in[0]->shape, layout, file, line);
}

static ablate_value *append_result(builder *b, const ablate_op *op, void *attr, int n, ablate_value *const *in,
                                   const ablate_layout *layout)
{
    char name[160];
    snprintf(name, sizeof name, "%s:%s:%d", builder_owner(b), op->name, b->ordinal++);
    ablate_value *value = graph_append(b->graph, VALUE_RESULT, name, &layout->out);
    if (!value)
        return NULL;
    value->op = op;
    value->attr = attr;
    value->layout = *layout;
    value->n_in = n;
    memcpy(value->in, in, (size_t)n * sizeof *in);
    return value;
}

ablate_value *builder_apply(ablate_builder *face, const char *file, int line, const char *name, const char *attributes,
                            int n, ablate_value *const *in)
{
    builder *b = builder_self(face);
    ablate_layout layout;
    if (!builder_may(b, file, line, IN_BUILD, "apply") || !builder_given(file, line, "apply", name) ||
        !builder_values_fit(b, file, line, name, n, in))
        return builder_poison();
    const ablate_op *op = find_op(b, name);
    if (!op) {
        complain_at(file, line, "there is no operation '%.60s'; the nearest is '%s' (see: ablate ops)", name,
                    nearest_op(name));
        return builder_poison();
    }
    if (n < op->min_in || n > op->max_in) {
        complain_at(file, line, "%s: takes %d to %d inputs, was given %d", name, op->min_in, op->max_in, n);
        return builder_poison();
    }
    void *attr = read_attributes(b, op, attributes, file, line);
    if (!attr || lay_out(op, attr, n, in, &layout, file, line) < 0)
        return builder_poison();
    return builder_place(b, append_result(b, op, attr, n, in, &layout), file, line);
}

/* ---- parameters, constants, weights ---- */

static bool shape_fits(const char *file, int line, const char *name, const ablate_shape *shape)
{
    if (shape->rank < 0 || shape->rank > ABLATE_DIMS)
        complain_at(file, line, "'%.60s' has %d axes; the most is %d", name, shape->rank, ABLATE_DIMS);
    else if (!shape_possible(shape))
        complain_at(file, line,
                    "'%.60s' has the shape %s; every axis must be 1 or more, and their product at most 2^40", name,
                    shape_words(shape).text);
    return !complaint();
}

static ablate_value *enter_kept(builder *b, const char *file, int line, value_kind kind, const char *name,
                                const char *init, const ablate_shape *shape)
{
    char full[200];
    snprintf(full, sizeof full, "%s.%s", builder_owner(b), name);
    const parameter *entry = kind == VALUE_BUFFER ? parameters_enter_buffer(b->graph->parameters, full, init, shape)
                                                  : parameters_enter(b->graph->parameters, full, init, shape);
    ablate_value *value = entry ? graph_append(b->graph, kind, full, shape) : NULL;
    if (value)
        value->offset = entry->offset;
    return builder_place(b, value, file, line);
}

static ablate_value *begin_drawn(builder *b, const char *file, int line, value_kind kind, const char *name,
                                 const char *init, ablate_shape shape)
{
    const char *what = kind == VALUE_BUFFER ? "buffer" : "param";
    if (!builder_may(b, file, line, IN_BUILD, what) || !builder_named(file, line, what, name) ||
        !builder_given(file, line, what, init) || !shape_fits(file, line, name, &shape))
        return builder_poison();
    if (strcmp(init, PARAMETER_START) == 0) {
        complain_at(file, line, "'%s' begins at '%s', which only ablate_%s_from gives", name, init, what);
        return builder_poison();
    }
    return enter_kept(b, file, line, kind, name, init, &shape);
}

ablate_value *builder_param(ablate_builder *face, const char *file, int line, const char *name, const char *init,
                            ablate_shape shape)
{
    return begin_drawn(builder_self(face), file, line, VALUE_PARAMETER, name, init, shape);
}

/* Values that are the same numbers: a weight may be asked for twice. */
static bool same_numbers(const ablate_value *a, const ablate_value *b)
{
    if (!a || !b || a == b)
        return a == b;
    hash_digest of_a = value_digest(a), of_b = value_digest(b);
    return memcmp(of_a.byte, of_b.byte, sizeof of_a.byte) == 0;
}

/* The same tensor may be taken twice, but begins once. */
static bool begins_once(const graph *g, const ablate_value *added, const ablate_value *start)
{
    bool once = true;
    for (int i = 0; once && i < g->values; i++) {
        const ablate_value *other = g->value[i];
        bool same = other != added && value_same_kept(other, added);
        once = !same || same_numbers(other->start, start);
    }
    return once;
}

static ablate_value *begin_at(builder *b, const char *file, int line, value_kind kind, const char *name,
                              ablate_value *start)
{
    const char *what = kind == VALUE_BUFFER ? "buffer_from" : "param_from";
    if (!builder_may(b, file, line, IN_BUILD, what) || !builder_named(file, line, what, name) ||
        !builder_values_fit(b, file, line, what, 1, &start))
        return builder_poison();
    ablate_value *value = enter_kept(b, file, line, kind, name, PARAMETER_START, &start->shape);
    if (value->poisoned)
        return value;
    if (!begins_once(b->graph, value, start)) {
        complain_at(file, line, "%s '%s' begins at two values; give one of them another name",
                    kind == VALUE_BUFFER ? "buffer" : "parameter", value->name);
        return builder_poison();
    }
    value->start = start;
    return value;
}

ablate_value *builder_param_from(ablate_builder *face, const char *file, int line, const char *name,
                                 ablate_value *start)
{
    return begin_at(builder_self(face), file, line, VALUE_PARAMETER, name, start);
}

/* ---- buffers ---- */

ablate_value *builder_buffer(ablate_builder *face, const char *file, int line, const char *name, const char *init,
                             ablate_shape shape)
{
    return begin_drawn(builder_self(face), file, line, VALUE_BUFFER, name, init, shape);
}

ablate_value *builder_buffer_from(ablate_builder *face, const char *file, int line, const char *name,
                                  ablate_value *start)
{
    return begin_at(builder_self(face), file, line, VALUE_BUFFER, name, start);
}

static bool update_fits(const builder *b, const char *file, int line, const ablate_value *buffer,
                        const ablate_value *next)
{
    if (buffer->kind != VALUE_BUFFER)
        complain_at(file, line, "`update` was given '%s', which is no buffer; make one with ablate_buffer",
                    buffer->name);
    else if (!b->training)
        complain_at(file, line, "'%s' is updated in the scoring graph, which only reads it; ask b->training",
                    buffer->name);
    else if (!shape_same(&buffer->shape, &next->shape))
        complain_at(file, line, "buffer '%s' is %s, what it is to hold next %s; reshape or reduce that", buffer->name,
                    shape_words(&buffer->shape).text, shape_words(&next->shape).text);
    for (int i = 0; i < b->graph->updates && !complaint(); i++)
        if (value_same_kept(b->graph->update[i].buffer, buffer))
            complain_at(file, line, "buffer '%s' is updated twice; give one of them another name", buffer->name);
    return !complaint();
}

/* Does its memory belong to the array of parameters, which has changed when buffers are stored? */
static bool lies_among_kept(const ablate_value *value)
{
    while (value->kind == VALUE_RESULT && value->op->view)
        value = value->in[0];
    return value_is_kept(value);
}

void builder_update(ablate_builder *face, const char *file, int line, ablate_value *buffer, ablate_value *next)
{
    builder *b = builder_self(face);
    ablate_value *const given[] = { buffer, next };
    if (!builder_may(b, file, line, IN_BUILD, "update") || !builder_values_fit(b, file, line, "update", 2, given) ||
        !update_fits(b, file, line, buffer, next))
        return;
    if (lies_among_kept(next))
        next = builder_apply(face, file, line, "affine", NULL, 1, &next);
    if (!next->poisoned)
        graph_add_update(b->graph, (graph_update){ buffer, next });
}

typedef struct inline_data {
    size_t bytes;
    float data[];
} inline_data;

static int fetch_inline(void *context, float *out)
{
    const inline_data *from = context;
    memcpy(out, from->data, from->bytes);
    return 0;
}

ablate_value *builder_constant(ablate_builder *face, const char *file, int line, ablate_shape shape, const float *data)
{
    builder *b = builder_self(face);
    if (!builder_may(b, file, line, IN_BUILD, "constant") || !shape_fits(file, line, "constant", &shape))
        return builder_poison();
    if (!data) {
        complain_at(file, line, "a constant was given NULL for its numbers");
        return builder_poison();
    }
    size_t bytes = (size_t)shape_size(&shape) * sizeof(float);
    inline_data *copy = arena_take(b->graph->memory, sizeof *copy + bytes);
    ablate_value *value = copy ? graph_append(b->graph, VALUE_CONSTANT, "constant", &shape) : NULL;
    if (!value)
        return builder_poison();
    copy->bytes = bytes;
    memcpy(copy->data, data, bytes);
    hash_state state;
    hash_begin(&state);
    hash_add(&state, data, bytes);
    value->source = (value_source){ fetch_inline, copy, hash_end(&state) };
    return builder_place(b, value, file, line);
}

ablate_value *builder_weight(ablate_builder *face, const char *file, int line, const char *path, const char *name)
{
    builder *b = builder_self(face);
    ablate_shape shape = { 0 };
    value_source source = { 0 };
    if (!builder_may(b, file, line, IN_BUILD, "weight") || !builder_given(file, line, "weight", path) ||
        !builder_given(file, line, "weight", name))
        return builder_poison();
    if (!b->host->weight) {
        complain_at(file, line, "no weights can be read here");
        return builder_poison();
    }
    if (b->host->weight(b->host->context, path, name, &shape, &source) < 0 || !shape_fits(file, line, name, &shape))
        return builder_poison();
    ablate_value *value = graph_append(b->graph, VALUE_CONSTANT, name, &shape);
    if (value)
        value->source = source;
    return builder_place(b, value, file, line);
}

/* Values of one graph that are collected have names of their own: a run keeps them by these. */
static bool is_taken(const graph *g, const char *name)
{
    for (int i = 0; i < g->values; i++)
        if (g->value[i]->kind == VALUE_CONSTANT && strcmp(g->value[i]->name, name) == 0)
            return true;
    return false;
}

ablate_value *builder_collect(ablate_builder *face, const char *file, int line, const char *name, ablate_value *value,
                              ablate_value *which)
{
    builder *b = builder_self(face);
    ablate_value *const given[] = { value, which };
    char full[200];
    if (!builder_may(b, file, line, IN_BUILD, "collect") || !builder_named(file, line, "collect", name) ||
        !builder_values_fit(b, file, line, "collect", which ? 2 : 1, given))
        return builder_poison();
    snprintf(full, sizeof full, "%s.%s", builder_owner(b), name);
    if (!b->host->collect || is_taken(b->graph, full)) {
        complain_at(file, line,
                    b->host->collect ? "'%s' is collected twice; choose another name"
                                     : "'%s' cannot be collected: there are no training pictures here",
                    full);
        return builder_poison();
    }
    ablate_value *made = builder_place(b, graph_append(b->graph, VALUE_CONSTANT, full, &value->shape), file, line);
    if (made->poisoned || b->host->collect(b->host->collector, b->graph, made, value, which) < 0 ||
        !shape_fits(file, line, full, &made->shape))
        return builder_poison();
    return made;
}

/* Questions about weights have no place in the module's source. */
static const builder_host *may_ask(const builder *b, const char *what, const char *path, const char *name)
{
    bool may = builder_may(b, NULL, 0, IN_BUILD, what) && builder_given(NULL, 0, what, path) &&
               builder_given(NULL, 0, what, name);
    return may ? b->host : NULL;
}

const char *builder_weight_note(ablate_builder *face, const char *path, const char *key)
{
    const builder_host *host = may_ask(builder_self(face), "weight_note", path, key);
    return host && host->weight_note ? host->weight_note(host->context, path, key) : NULL;
}

bool builder_has_weight(ablate_builder *face, const char *path, const char *name)
{
    const builder_host *host = may_ask(builder_self(face), "has_weight", path, name);
    return host && host->has_weight && host->has_weight(host->context, path, name);
}
