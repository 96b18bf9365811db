/* builder.c: the owner's side, and losses, probes and words of modules. */
#include "../base/diag.h"
#include "../base/words.h"
#include "builder_parts.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- losses, probes, words ---- */

static bool has_term(const graph_term *list, int count, const char *name)
{
    bool found = false;
    for (int i = 0; i < count; i++)
        found = found || strcmp(list[i].name, name) == 0;
    return found;
}

/* Losses and probes are columns of one log, so their names differ. */
static bool term_fits(const builder *b, const char *what, const graph_term *term, const char *file, int line)
{
    const graph *g = b->graph;
    if (!builder_may(b, file, line, IN_BUILD, what) || !builder_named(file, line, what, term->name) ||
        !builder_values_fit(b, file, line, what, 1, &term->value))
        return false;
    if (shape_size(&term->value->shape) != 1)
        complain_at(file, line, "%s '%s' is %s; a %s is one number, reduce it first", what, term->name,
                    shape_words(&term->value->shape).text, what);
    else if (has_term(g->loss, g->losses, term->name) || has_term(g->probe, g->probes, term->name))
        complain_at(file, line, "'%s' is there already; choose another name", term->name);
    else if (!isfinite(term->weight))
        complain_at(file, line, "loss '%s' has the weight %g; give it a finite one", term->name, term->weight);
    return !complaint();
}

static void enter_term(builder *b, graph_term **list, int *count, graph_term term)
{
    int at = graph_add_term(b->graph, list, count, term) < 0 ? -1 : builder_leave_trail(b, term.name, -1, -1);
    if (at >= 0)
        b->trail[at].read = true;
}

static void api_loss(ablate_builder *face, const char *file, int line, const char *name, ablate_value *value,
                     double weight)
{
    builder *b = builder_self(face);
    const graph_term term = { name, value, weight };
    if (term_fits(b, "loss", &term, file, line))
        enter_term(b, &b->graph->loss, &b->graph->losses, term);
}

static void api_loss_weight(ablate_builder *face, const char *name, double weight)
{
    const builder *b = builder_self(face);
    if (!builder_may(b, NULL, 0, IN_EPOCH, "loss_weight") || !builder_given(NULL, 0, "loss_weight", name))
        return;
    if (!isfinite(weight))
        complain("'%s' gives the loss '%.60s' the weight %g; give it a finite one", builder_owner(b), name, weight);
    for (int i = 0; i < b->graph->losses && !complaint(); i++)
        if (strcmp(b->graph->loss[i].name, name) == 0) {
            b->graph->loss[i].weight = weight;
            return;
        }
    complain("'%s' weighs the loss '%.60s', which is not there", builder_owner(b), name);
}

static void api_probe(ablate_builder *face, const char *file, int line, const char *name, ablate_value *value)
{
    builder *b = builder_self(face);
    const graph_term term = { name, value, 1 };
    if (term_fits(b, "probe", &term, file, line))
        enter_term(b, &b->graph->probe, &b->graph->probes, term);
}

static int api_fail(ablate_builder *face, const char *file, int line, const char *format, ...)
{
    const builder *b = builder_self(face);
    char words[960] = "";
    va_list arguments;
    va_start(arguments, format);
    if (format)
        vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return words[0] ? complain_at(file, line, "%s", words)
                    : complain_at(file, line, "'%s' refuses without saying why", builder_owner(b));
}

static const char *api_text(ablate_builder *face, const char *format, ...)
{
    char *made = NULL;
    if (!builder_given(NULL, 0, "text", format))
        return "";
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
    if (complaint() || !builder_given(NULL, 0, "next_name", list ? *list : NULL))
        return NULL;
    int found = words_next(list, &name);
    if (found < 0)
        complain("'%s' reads a list with a quote that is not closed, or an escape that is none",
                 builder_owner(builder_self(face)));
    if (found <= 0)
        return NULL;
    const char *kept = arena_text(builder_self(face)->memory, name);
    free(name);
    return kept;
}

static ablate_shape api_shape(const ablate_value *value)
{
    const ablate_value *poisoned = builder_poison();
    if (!value || value == poisoned)
        return poisoned->shape;
    if (builder_knows(value))
        return value->shape;
    complain("`shape` was asked of a value of another graph; values end with their graph");
    return poisoned->shape;
}

static int api_add_picture(ablate_builder *face, const ablate_picture *picture)
{
    const builder *b = builder_self(face);
    if (!builder_may(b, NULL, 0, IN_LIST, "add_picture"))
        return -1;
    if (!picture || !b->host->add_picture)
        return complain("'%s' adds %s", builder_owner(b),
                        picture ? "pictures where none are listed" : "a picture NULL");
    return b->host->add_picture(b->host->context, picture);
}

static void api_remark(ablate_builder *face, const char *format, ...)
{
    const builder_talk *talk = builder_self(face)->talk;
    char words[960];
    va_list arguments;
    if (!builder_may(builder_self(face), NULL, 0, IN_BUILD, "remark") || !builder_given(NULL, 0, "remark", format))
        return;
    va_start(arguments, format);
    vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (talk)
        talk->remark(talk->owner, words);
}

static const char *api_chosen(ablate_builder *face, const char *engine_setting)
{
    const builder *b = builder_self(face);
    const builder_talk *talk = b->talk;
    if (!builder_may(b, NULL, 0, IN_BUILD, "chosen") || !builder_given(NULL, 0, "chosen", engine_setting))
        return NULL;
    return talk ? talk->chosen(talk->owner, engine_setting) : NULL;
}

static const ablate_api api = { sizeof(ablate_api), builder_apply,       builder_param,      builder_constant,
                                builder_weight,     builder_weight_note, builder_has_weight, builder_read,
                                builder_write,      builder_count,       builder_offer,      builder_call,
                                api_loss,           api_loss_weight,     api_probe,          api_fail,
                                api_text,           api_shape,           api_add_picture,    builder_param_from,
                                api_remark,         api_chosen,          builder_folder,     builder_unused,
                                api_next_name,      builder_collect,     builder_buffer,     builder_buffer_from,
                                builder_update };

/* ---- the owner's side ---- */

builder *builder_new(graph *g, const builder_host *host, bool training)
{
    builder *b = take_zeroed(1, sizeof *b, "a builder");
    if (!b || !(b->memory = arena_new())) {
        free(b);
        return NULL;
    }
    b->face = (ablate_builder){ &api, training };
    b->training = training;
    b->graph = g;
    b->host = host;
    return b;
}

void builder_free(builder *b)
{
    if (!b)
        return;
    arena_free(b->memory);
    free(b->trail);
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
    if (!shape_possible(shape))
        complain("input '%.60s' has the shape %s; every axis must be 1 or more, and their product at most 2^40", name,
                 shape_words(shape).text);
    ablate_value *value = complaint() ? NULL : graph_append(b->graph, VALUE_INPUT, name, shape);
    if (value)
        builder_write(&b->face, "input", 0, name, 0, value);
    return builder_place(b, value, "input", 0);
}

static int lacks(const ablate_module *module, const char *what)
{
    return complain("module '%s' has no `%s`; it cannot be used for that", module->name, what);
}

int builder_compose(builder *b, const ablate_module *module, const void *chosen)
{
    if (!module->build)
        return lacks(module, "build");
    builder_enter(b, module, chosen, IN_BUILD);
    return builder_leave(b, module->build(&b->face, chosen));
}

int builder_epoch(builder *b, const ablate_module *module, const void *chosen, void *state, int epoch)
{
    if (!module->epoch)
        return 0;
    builder_enter(b, module, chosen, IN_EPOCH);
    return builder_leave(b, module->epoch(&b->face, chosen, state, epoch));
}

int builder_list(builder *b, const ablate_module *module, const void *chosen)
{
    if (!module->list)
        return lacks(module, "list");
    builder_enter(b, module, chosen, IN_LIST);
    return builder_leave(b, module->list(&b->face, chosen));
}

int builder_image(builder *b, const ablate_module *module, const void *chosen, int index, ablate_image *image,
                  ablate_image *mask)
{
    if (!module->image)
        return lacks(module, "image");
    builder_enter(b, module, chosen, IN_IMAGE);
    return builder_leave(b, module->image(&b->face, chosen, index, image, mask));
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
