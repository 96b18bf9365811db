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
    if (!attr || settings_fill_text(text, op->attrs, attr, file, line, op->name, &owned) < 0)
        return NULL;
    int status = keep_texts(b->graph, op, attr);
    free(owned);
    return status < 0 ? NULL : attr;
}

static int lay_out(const ablate_op *op, const void *attr, int n, ablate_value *const *in, ablate_layout *layout,
                   const char *file, int line)
{
    ablate_shape shape[ABLATE_INPUTS];
    for (int i = 0; i < n; i++)
        shape[i] = in[i]->shape;
    *layout = (ablate_layout){ .why = "" };
    if (op->shape(shape, n, attr, layout) < 0)
        return complain_at(file, line, "%s: %s", op->name, layout->why[0] ? layout->why : "the inputs do not fit");
    if (shape_size(&layout->out) <= 0)
        return complain_at(file, line, "%s: the result would be empty; look at the shapes of its inputs", op->name);
    return 0;
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
    if (complaint() || builder_any_poisoned(n, in))
        return builder_poison();
    const ablate_op *op = find_op(b, name);
    if (!op) {
        complain_at(file, line, "there is no operation '%s'; the nearest is '%s' (see: ablate ops)", name,
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

static int check_shape(const char *file, int line, const char *name, const ablate_shape *shape)
{
    char text[64];
    if (shape->rank < 0 || shape->rank > ABLATE_DIMS)
        return complain_at(file, line, "'%s' has %d axes; the most is %d", name, shape->rank, ABLATE_DIMS);
    for (int i = 0; i < shape->rank; i++)
        if (shape->dim[i] < 1)
            return complain_at(file, line, "'%s' has the shape %s; every axis must be 1 or more", name,
                               shape_print(shape, text));
    return 0;
}

ablate_value *builder_param(ablate_builder *face, const char *file, int line, const char *name, const char *init,
                            ablate_shape shape)
{
    builder *b = builder_self(face);
    char full[200];
    if (complaint() || check_shape(file, line, name, &shape) < 0)
        return builder_poison();
    snprintf(full, sizeof full, "%s.%s", builder_owner(b), name);
    const parameter *entry = parameters_enter(b->graph->parameters, full, init, &shape);
    ablate_value *value = entry ? graph_append(b->graph, VALUE_PARAMETER, full, &shape) : NULL;
    if (value)
        value->offset = entry->offset;
    return builder_place(b, value, file, line);
}

ablate_value *builder_param_from(ablate_builder *face, const char *file, int line, const char *name,
                                 ablate_value *start)
{
    if (complaint() || builder_any_poisoned(1, &start))
        return builder_poison();
    ablate_value *value = builder_param(face, file, line, name, PARAMETER_START, start->shape);
    if (!value->poisoned)
        value->start = start;
    return value;
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
    if (complaint() || check_shape(file, line, "constant", &shape) < 0)
        return builder_poison();
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
    if (complaint())
        return builder_poison();
    if (!b->host->weight) {
        complain_at(file, line, "no weights can be read here");
        return builder_poison();
    }
    if (b->host->weight(b->host->context, path, name, &shape, &source) < 0)
        return builder_poison();
    ablate_value *value = graph_append(b->graph, VALUE_CONSTANT, name, &shape);
    if (value)
        value->source = source;
    return builder_place(b, value, file, line);
}

const char *builder_weight_note(ablate_builder *face, const char *path, const char *key)
{
    const builder_host *host = builder_self(face)->host;
    return host->weight_note ? host->weight_note(host->context, path, key) : NULL;
}

bool builder_has_weight(ablate_builder *face, const char *path, const char *name)
{
    const builder_host *host = builder_self(face)->host;
    return host->has_weight && host->has_weight(host->context, path, name);
}
