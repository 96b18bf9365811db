/* builder_guard.c: what a module's call must be before it does anything: in its time, on the builder it was given, with
 * texts that are there and values of the graph that is composed; and what it returns where it is not. */
#include "../base/crash.h"
#include "../base/diag.h"
#include "builder_parts.h"
#include <stdio.h>
#include <string.h>

enum { NAME_MOST = 120 };

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
    if (!b->file || strcmp(b->file, file ? file : "") != 0)
        b->file = arena_text(b->graph->memory, file ? file : "");
    value->module = builder_owner(b);
    value->file = b->file;
    value->line = line;
    return b->file ? value : &poison;
}

/* Whose module runs on this thread; a call on any other builder is of a module that kept one. */
static _Thread_local builder *running;

static const char *const phase_names[] = { "build", "epoch", "list", "image" };

void builder_enter(builder *b, const ablate_module *module, const void *settings, builder_phase phase)
{
    b->face.training = b->training; /* whatever the module before has written there */
    b->module = module;
    b->settings = settings;
    b->phase = phase;
    b->ordinal = 0;
    b->depth = 0;
    running = b;
    crash_calling("module '%s' in its `%s`", module->name, phase_names[phase]);
}

int builder_leave(builder *b, int status)
{
    running = NULL;
    crash_called();
    if (status != 0 && !complaint())
        complain("module '%s' failed in `%s` without saying why", builder_owner(b), phase_names[b->phase]);
    b->module = NULL;
    return complaint() ? -1 : 0;
}

bool builder_may(const builder *b, const char *file, int line, builder_phase phase, const char *what)
{
    if (complaint())
        return false;
    if (running && running != b)
        complain_at(file, line, "'%s' calls `%s` on a builder that it has kept; use the one that this `%s` was given",
                    builder_owner(running), what, phase_names[running->phase]);
    else if (b->module && b->phase != phase)
        complain_at(file, line, "'%s' calls `%s` in its `%s`; that belongs in `%s`", builder_owner(b), what,
                    phase_names[b->phase], phase_names[phase]);
    else if (phase == IN_BUILD && !b->graph)
        complain_at(file, line, "`%s` is called where no graph is composed", what);
    return !complaint();
}

bool builder_given(const char *file, int line, const char *what, const char *text)
{
    if (!text)
        complain_at(file, line, "`%s` was given NULL where a text must be", what);
    return text != NULL;
}

/* Names become heads of columns, keys of files and parts of other names. */
bool builder_named(const char *file, int line, const char *what, const char *name)
{
    if (!builder_given(file, line, what, name))
        return false;
    size_t length = strnlen(name, NAME_MOST + 1);
    bool fits = length > 0 && length <= NAME_MOST;
    for (size_t i = 0; i < length; i++)
        fits = fits && name[i] > ' ' && name[i] < 0x7f && !strchr("\"\\|?", name[i]);
    if (!fits)
        complain_at(file, line,
                    "`%s`: '%.60s' is no name; take 1 to %d printable characters, no blank, quote, '\\', '|' or '?'",
                    what, name, (int)NAME_MOST);
    return fits;
}

bool builder_values_fit(const builder *b, const char *file, int line, const char *what, int n, ablate_value *const *in)
{
    if (n < 0 || n > BUILDER_VALUES || (n > 0 && !in)) {
        complain_at(file, line, "`%s` was given %d values%s; it takes 0 to %d", what, n, in ? "" : " at NULL",
                    (int)BUILDER_VALUES);
        return false;
    }
    for (int i = 0; i < n && !complaint(); i++)
        if (!in[i] || in[i] == builder_poison())
            complain_at(file, line, "`%s` was given no value as number %d; give it one that this `build` made or read",
                        what, i);
        else if (!graph_owns(b->graph, in[i]))
            complain_at(file, line, "`%s` was given a value of another graph as number %d; values end with their graph",
                        what, i);
    return !complaint();
}

bool builder_knows(const ablate_value *value)
{
    return !running || (running->graph && graph_owns(running->graph, value));
}
