/* builder_board.c: modules read, write, offer and call by name. */
#include "../base/diag.h"
#include "../base/words.h"
#include "builder_parts.h"
#include <stdio.h>
#include <string.h>

#define DECLARATION " |?" /* what is between the words of a module's `reads` and `writes` */

enum { DEPTH_MOST = 16 }; /* of services that call services */

/* ---- the board ---- */

bool builder_declares(const char *declaration, const char *name)
{
    return word_listed(declaration, DECLARATION, name);
}

/* Every alternative of `names` must have been declared, or what the loader checked and printed would be untrue. */
static int check_declared(builder *b, const char *declaration, const char *names, const char *verb, const char *file,
                          int line)
{
    size_t length;
    const char *word;
    while (b->module && (word = word_next(&names, "|", &length)))
        if (word_find(declaration, DECLARATION, word, length) < 0)
            return complain_at(file, line, "'%s' %s '%.*s' without declaring it; add it to `%s` of its entry",
                               builder_owner(b), verb, (int)length, word, verb);
    return 0;
}

ablate_value *builder_read(ablate_builder *face, const char *file, int line, const char *names, int index)
{
    builder *b = builder_self(face);
    if (!builder_may(b, file, line, IN_BUILD, "read") || !builder_given(file, line, "read", names) ||
        check_declared(b, b->module ? b->module->reads : "", names, "reads", file, line) < 0)
        return builder_poison();
    board_entry *entry = board_choose(&b->board, names);
    int at = entry && index < 0 ? entry->count + index : index;
    if (!entry || at < 0 || at >= entry->count || !entry->value[at]) {
        complain_at(file, line, "'%s' reads '%.60s' number %d, which no module before it writes", builder_owner(b),
                    names, index);
        return builder_poison();
    }
    builder_follow_trail(b, entry->trail[at]);
    return entry->value[at];
}

/* The first word that a module gives its result is what people know it by. */
static void label(const builder *b, ablate_value *value, const char *name, int index)
{
    char text[160];
    if (!value || value->kind != VALUE_RESULT || value->label)
        return;
    snprintf(text, sizeof text, "%s.%d", name, index);
    value->label = arena_text(b->graph->memory, text);
}

void builder_write(ablate_builder *face, const char *file, int line, const char *name, int index, ablate_value *value)
{
    builder *b = builder_self(face);
    if (!builder_may(b, file, line, IN_BUILD, "write") || !builder_named(file, line, "write", name) ||
        !builder_values_fit(b, file, line, "write", 1, &value) ||
        check_declared(b, b->module ? b->module->writes : "", name, "writes", file, line) < 0)
        return;
    board_entry *entry = board_enter(&b->board, b->memory, name);
    if (!entry)
        return;
    if (index < 0 || index >= BOARD_VALUES || index > entry->count) {
        complain_at(file, line, "'%s' writes '%s' number %d; the next free number is %d, the last %d", builder_owner(b),
                    name, index, entry->count, BOARD_VALUES - 1);
        return;
    }
    entry->trail[index] = builder_leave_trail(b, name, index, index < entry->count ? entry->trail[index] : -1);
    entry->value[index] = value;
    label(b, value, name, index);
    if (index == entry->count)
        entry->count++;
}

int builder_count(ablate_builder *face, const char *names)
{
    const builder *b = builder_self(face);
    if (!builder_may(b, NULL, 0, IN_BUILD, "count") || !builder_given(NULL, 0, "count", names))
        return 0;
    const board_entry *entry = board_choose(&builder_self(face)->board, names);
    return entry ? entry->count : 0;
}

void builder_offer(ablate_builder *face, const char *file, int line, const char *name, ablate_service *service)
{
    builder *b = builder_self(face);
    if (!builder_may(b, file, line, IN_BUILD, "offer") || !builder_named(file, line, "offer", name) ||
        check_declared(b, b->module ? b->module->writes : "", name, "writes", file, line) < 0)
        return;
    board_entry *entry = board_enter(&b->board, b->memory, name);
    if (!entry)
        return;
    if (!service || entry->service) {
        complain_at(file, line, service ? "'%s' offers '%s', which '%s' offers already" : "'%s' offers '%s' as NULL",
                    builder_owner(b), name, entry->owner ? entry->owner->name : "engine");
        return;
    }
    entry->service_trail = builder_leave_trail(b, name, -1, -1);
    entry->service = service;
    entry->owner = b->module;
    entry->settings = b->settings;
}

/* Gives the service as many places as it could look at: those beyond `n` hold no value. */
static ablate_value *serve(builder *b, const board_entry *entry, const char *argument, int n, ablate_value *const *in)
{
    ablate_value *given[BUILDER_VALUES];
    const ablate_module *caller = b->module;
    const void *chosen = b->settings;
    for (int i = 0; i < BUILDER_VALUES; i++)
        given[i] = i < n ? in[i] : builder_poison();
    builder_follow_trail(b, entry->service_trail);
    b->module = entry->owner;
    b->settings = entry->settings;
    b->depth++;
    ablate_value *value = entry->service(&b->face, entry->settings, argument ? argument : "", n, given);
    b->depth--;
    b->module = caller;
    b->settings = chosen;
    return value;
}

/* The service's operations count as its owner's, so that its complaints and streams carry the owner's name; what it
 * reads and writes is checked against the owner's declaration. */
ablate_value *builder_call(ablate_builder *face, const char *file, int line, const char *name, const char *argument,
                           int n, ablate_value *const *in)
{
    builder *b = builder_self(face);
    if (!builder_may(b, file, line, IN_BUILD, "call") || !builder_given(file, line, "call", name) ||
        !builder_values_fit(b, file, line, "call", n, in) ||
        check_declared(b, b->module ? b->module->reads : "", name, "reads", file, line) < 0)
        return builder_poison();
    const board_entry *entry = board_find(&b->board, name);
    ablate_value *value = NULL;
    if (!entry || !entry->service)
        complain_at(file, line, "'%s' calls '%.60s', which no module before it offers", builder_owner(b), name);
    else if (b->depth == DEPTH_MOST)
        complain_at(file, line, "'%s' calls '%s' from within %d other services; let none call itself", builder_owner(b),
                    name, (int)DEPTH_MOST);
    else
        value = serve(b, entry, argument, n, in);
    if (complaint() || !builder_values_fit(b, file, line, name, 1, &value))
        return builder_poison();
    return value;
}
