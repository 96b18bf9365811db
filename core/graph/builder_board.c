/* builder_board.c: modules read, write, offer and call by name. */
#include "../base/diag.h"
#include "builder_parts.h"
#include <stdio.h>
#include <string.h>

/* ---- the board ---- */

/* Whether [word, word + length) is one of the alternatives declared; `?` and blanks are marks. */
static bool declares_word(const char *declaration, const char *word, size_t length)
{
    for (const char *at = declaration; at && *at;) {
        at += strspn(at, " |?");
        size_t n = strcspn(at, " |?");
        if (n == length && memcmp(at, word, n) == 0)
            return true;
        at += n;
    }
    return false;
}

bool builder_declares(const char *declaration, const char *name)
{
    return declares_word(declaration, name, strlen(name));
}

/* Every alternative of `names` must have been declared, or what the loader checked and printed would be untrue. */
static int check_declared(builder *b, const char *declaration, const char *names, const char *verb, const char *file,
                          int line)
{
    for (const char *word = names; b->module && *word;) {
        size_t length = strcspn(word, "|");
        if (!declares_word(declaration, word, length))
            return complain_at(file, line, "'%s' %s '%.*s' without declaring it; add it to `%s` of its entry",
                               builder_owner(b), verb, (int)length, word, verb);
        word += length + (word[length] == '|');
    }
    return 0;
}

ablate_value *builder_read(ablate_builder *face, const char *file, int line, const char *names, int index)
{
    builder *b = builder_self(face);
    if (complaint() || check_declared(b, b->module ? b->module->reads : "", names, "reads", file, line) < 0)
        return builder_poison();
    const board_entry *entry = board_choose(&b->board, names);
    int at = entry && index < 0 ? entry->count + index : index;
    if (!entry || at < 0 || at >= entry->count || !entry->value[at]) {
        complain_at(file, line, "'%s' reads '%s' number %d, which no module before it writes", builder_owner(b), names,
                    index);
        return builder_poison();
    }
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
    if (complaint() || check_declared(b, b->module ? b->module->writes : "", name, "writes", file, line) < 0)
        return;
    board_entry *entry = board_enter(&b->board, b->memory, name);
    if (!entry)
        return;
    if (index < 0 || index >= BOARD_VALUES || index > entry->count) {
        complain_at(file, line, "'%s' writes '%s' number %d; the next free number is %d, the last %d", builder_owner(b),
                    name, index, entry->count, BOARD_VALUES - 1);
        return;
    }
    entry->value[index] = value;
    label(b, value, name, index);
    if (index == entry->count)
        entry->count++;
}

int builder_count(ablate_builder *face, const char *names)
{
    const board_entry *entry = board_choose(&builder_self(face)->board, names);
    return entry ? entry->count : 0;
}

void builder_offer(ablate_builder *face, const char *file, int line, const char *name, ablate_service *service)
{
    builder *b = builder_self(face);
    if (complaint() || check_declared(b, b->module ? b->module->writes : "", name, "writes", file, line) < 0)
        return;
    board_entry *entry = board_enter(&b->board, b->memory, name);
    if (!entry)
        return;
    entry->service = service;
    entry->owner = b->module;
    entry->settings = b->settings;
}

/* The service's operations count as the calling module's, so that its complaints and streams carry the caller's name;
 * what it reads and writes is checked against its own declaration. */
ablate_value *builder_call(ablate_builder *face, const char *file, int line, const char *name, const char *argument,
                           int n, ablate_value *const *in)
{
    builder *b = builder_self(face);
    if (complaint() || builder_any_poisoned(n, in) ||
        check_declared(b, b->module ? b->module->reads : "", name, "reads", file, line) < 0)
        return builder_poison();
    const board_entry *entry = board_find(&b->board, name);
    if (!entry || !entry->service) {
        complain_at(file, line, "'%s' calls '%s', which no module before it offers", builder_owner(b), name);
        return builder_poison();
    }
    const ablate_module *caller = b->module;
    const void *chosen = b->settings;
    b->module = entry->owner;
    b->settings = entry->settings;
    ablate_value *value = entry->service(face, entry->settings, argument, n, in);
    b->module = caller;
    b->settings = chosen;
    return value ? value : builder_poison();
}
