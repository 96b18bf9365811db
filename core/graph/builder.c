/* builder.c: the owner's side, and losses, probes and words of modules. */
#include "../base/diag.h"
#include "../base/words.h"
#include "builder_parts.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ablate_value poison = { .poisoned = true, .shape = { 1, { 1 } }, .name = "poison" };

ablate_value *builder_poison(void)
{
    return &poison;
}

const char *builder_owner(const builder *b)
{
    return b->module ? b->module->name : "engine";
}

ablate_value *builder_place(builder *b, ablate_value *value, const char *file, int line)
{
    if (!value)
        return &poison;
    value->module = builder_owner(b);
    value->file = file;
    value->line = line;
    return value;
}

bool builder_any_poisoned(int n, ablate_value *const *in)
{
    bool found = false;
    for (int i = 0; i < n; i++)
        found = found || !in[i] || in[i]->poisoned;
    return found;
}

/* ---- losses, probes, words ---- */

static void add_term(builder *b, graph_term **list, int *count, graph_term term, const char *file, int line)
{
    if (complaint() || builder_any_poisoned(1, &term.value))
        return;
    for (int i = 0; i < *count; i++)
        if (strcmp((*list)[i].name, term.name) == 0) {
            complain_at(file, line, "'%s' is there already; choose another name", term.name);
            return;
        }
    graph_add_term(b->graph, list, count, term);
}

static void api_loss(ablate_builder *face, const char *file, int line, const char *name, ablate_value *value,
                     double weight)
{
    builder *b = builder_self(face);
    char text[64];
    if (value && !value->poisoned && shape_size(&value->shape) != 1)
        complain_at(file, line, "loss '%s' is %s; a loss is one number, reduce it first", name,
                    shape_print(&value->shape, text));
    add_term(b, &b->graph->loss, &b->graph->losses, (graph_term){ name, value, weight }, file, line);
}

static void api_loss_weight(ablate_builder *face, const char *name, double weight)
{
    graph *g = builder_self(face)->graph;
    for (int i = 0; i < g->losses; i++)
        if (strcmp(g->loss[i].name, name) == 0) {
            g->loss[i].weight = weight;
            return;
        }
    complain("'%s' weighs the loss '%s', which is not there", builder_owner(builder_self(face)), name);
}

static void api_probe(ablate_builder *face, const char *file, int line, const char *name, ablate_value *value)
{
    builder *b = builder_self(face);
    add_term(b, &b->graph->probe, &b->graph->probes, (graph_term){ name, value, 1 }, file, line);
}

static int api_fail(ablate_builder *face, const char *file, int line, const char *format, ...)
{
    (void)face;
    char words[960];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return complain_at(file, line, "%s", words);
}

static const char *api_text(ablate_builder *face, const char *format, ...)
{
    char *made = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&made, format, arguments);
    va_end(arguments);
    char *kept = length >= 0 ? arena_text(builder_self(face)->memory, made) : NULL;
    if (length >= 0)
        free(made);
    else
        complain("out of memory for text");
    return kept ? kept : "";
}

/* The settings were checked when they were read, so that a list can be read to its end. */
static const char *api_next_name(ablate_builder *face, const char **list)
{
    char *name;
    if (words_next(list, &name) <= 0)
        return NULL;
    const char *kept = arena_text(builder_self(face)->memory, name);
    free(name);
    return kept;
}

static ablate_shape api_shape(const ablate_value *value)
{
    return value ? value->shape : builder_poison()->shape;
}

static int api_add_picture(ablate_builder *face, const ablate_picture *picture)
{
    const builder_host *host = builder_self(face)->host;
    if (!host->add_picture)
        return complain("'%s' adds pictures outside of `list`", builder_owner(builder_self(face)));
    return host->add_picture(host->context, picture);
}

static void api_remark(ablate_builder *face, const char *format, ...)
{
    const builder_talk *talk = builder_self(face)->talk;
    char words[960];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (talk)
        talk->remark(talk->owner, words);
}

static const char *api_chosen(ablate_builder *face, const char *engine_setting)
{
    const builder_talk *talk = builder_self(face)->talk;
    return talk ? talk->chosen(talk->owner, engine_setting) : NULL;
}

static const ablate_api api = { sizeof(ablate_api), builder_apply,       builder_param,      builder_constant,
                                builder_weight,     builder_weight_note, builder_has_weight, builder_read,
                                builder_write,      builder_count,       builder_offer,      builder_call,
                                api_loss,           api_loss_weight,     api_probe,          api_fail,
                                api_text,           api_shape,           api_add_picture,    builder_param_from,
                                api_remark,         api_chosen,          builder_folder,     builder_unused,
                                api_next_name };

/* ---- the owner's side ---- */

builder *builder_new(graph *g, const builder_host *host, bool training)
{
    builder *b = take_zeroed(1, sizeof *b, "a builder");
    if (!b || !(b->memory = arena_new())) {
        free(b);
        return NULL;
    }
    b->face = (ablate_builder){ &api, training };
    b->graph = g;
    b->host = host;
    return b;
}

void builder_free(builder *b)
{
    if (!b)
        return;
    arena_free(b->memory);
    free(b);
}

void builder_listen(builder *b, const builder_talk *talk)
{
    b->talk = talk;
}

ablate_builder *builder_face(builder *b)
{
    return &b->face;
}

ablate_value *builder_input(builder *b, const char *name, const ablate_shape *shape)
{
    b->module = NULL;
    ablate_value *value = graph_append(b->graph, VALUE_INPUT, name, shape);
    if (!value)
        return NULL;
    builder_write(&b->face, "input", 0, name, 0, value);
    return builder_place(b, value, "input", 0);
}

static void enter_module(builder *b, const ablate_module *module, const void *chosen)
{
    b->module = module;
    b->settings = chosen;
    b->ordinal = 0;
}

static int lacks(const ablate_module *module, const char *what)
{
    return complain("module '%s' has no `%s`; it cannot be used for that", module->name, what);
}

/* A module that fails without words still stops the run. */
static int leave_module(builder *b, int status, const char *what)
{
    if (status != 0 && !complaint())
        complain("module '%s' failed in `%s` without saying why", b->module->name, what);
    b->module = NULL;
    return complaint() ? -1 : 0;
}

int builder_compose(builder *b, const ablate_module *module, const void *chosen)
{
    if (!module->build)
        return lacks(module, "build");
    enter_module(b, module, chosen);
    return leave_module(b, module->build(&b->face, chosen), "build");
}

int builder_epoch(builder *b, const ablate_module *module, const void *chosen, void *state, int epoch)
{
    if (!module->epoch)
        return 0;
    enter_module(b, module, chosen);
    return leave_module(b, module->epoch(&b->face, chosen, state, epoch), "epoch");
}

int builder_list(builder *b, const ablate_module *module, const void *chosen)
{
    if (!module->list)
        return lacks(module, "list");
    enter_module(b, module, chosen);
    return leave_module(b, module->list(&b->face, chosen), "list");
}

ablate_value *builder_value(const builder *b, const char *name, int index)
{
    for (int i = 0; i < b->board.entries; i++) {
        const board_entry *entry = &b->board.entry[i];
        if (strcmp(entry->name, name) != 0 || entry->count == 0)
            continue;
        int at = index < 0 ? entry->count + index : index;
        return at >= 0 && at < entry->count ? entry->value[at] : NULL;
    }
    return NULL;
}

const char *builder_name(const builder *b, int i)
{
    return i >= 0 && i < b->board.entries ? b->board.entry[i].name : NULL;
}
