#include "settings.h"
#include "diag.h"
#include "file.h"
#include <ctype.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_LIMIT = 48 }; /* inih silently cuts longer names */

static void entry_free(settings_entry *entry)
{
    free(entry->section);
    free(entry->key);
    free(entry->value);
    free(entry->file);
    free(entry->place);
}

void settings_free(settings *list)
{
    for (int i = 0; i < list->count; i++)
        entry_free(&list->entry[i]);
    free(list->entry);
    *list = (settings){ 0 };
}

int settings_set(settings *list, const char *section, const char *key, const char *value, const char *file, int line)
{
    if (list->count == list->room) {
        int room = list->room ? 2 * list->room : 32;
        settings_entry *more = take_again(list->entry, (size_t)room, sizeof *more, "settings");
        if (!more)
            return -1;
        list->entry = more;
        list->room = room;
    }
    settings_entry new = {
        take_text("%s", section), take_text("%s", key), take_text("%s", value), take_text("%s", file), line, false, NULL
    };
    if (!new.section || !new.key || !new.value || !new.file) {
        entry_free(&new);
        return -1;
    }
    list->entry[list->count++] = new;
    return 0;
}

/* Cuts blanks at both ends, in place. */
static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    char *end = text + strlen(text);
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    *end = 0;
    return text;
}

int settings_set_text(settings *list, const char *assignment, const char *file, int line)
{
    char *copy = take_text("%s", assignment);
    if (!copy)
        return -1;
    char *equal = strchr(copy, '='), *dot = strchr(copy, '.');
    int status;
    if (!equal || !dot || dot > equal) {
        status = complain_at(file, line, "'%s' must look like section.key=value", assignment);
    } else {
        *equal = *dot = 0;
        char *section = trim(copy), *key = trim(dot + 1);
        if (!*section || !*key)
            status = complain_at(file, line, "'%s' must look like section.key=value", assignment);
        else
            status = settings_set(list, section, key, trim(equal + 1), file, line);
    }
    free(copy);
    return status;
}

int settings_merge(settings *list, const settings *from)
{
    for (int i = 0; i < from->count; i++) {
        const settings_entry *e = &from->entry[i];
        if (settings_set(list, e->section, e->key, e->value, e->file, e->line) < 0)
            return -1;
    }
    return 0;
}

static settings_entry *find_since(const settings *list, int first, const char *section, const char *key)
{
    for (int i = list->count - 1; i >= first; i--)
        if (strcmp(list->entry[i].section, section) == 0 && strcmp(list->entry[i].key, key) == 0)
            return &list->entry[i];
    return NULL;
}

const settings_entry *settings_find(const settings *list, const char *section, const char *key)
{
    return find_since(list, 0, section, key);
}

static bool section_is_new(const settings *list, int i)
{
    for (int j = 0; j < i; j++)
        if (strcmp(list->entry[j].section, list->entry[i].section) == 0)
            return false;
    return true;
}

const char *settings_section(const settings *list, int wanted)
{
    for (int i = 0; i < list->count; i++)
        if (section_is_new(list, i) && wanted-- == 0)
            return list->entry[i].section;
    return NULL;
}

/* What the reader and the handler share while inih parses one file: the reader counts the lines, because inih as
 * distributions build it does not tell them, and sees the section lines, because it does not tell those either. */
typedef struct parse_state {
    settings *list;
    const char *path, *at, *end;
    int first, line; /* first entry of this file; line last read */
    bool indented, failed;
} parse_state;

static int parse_fail(parse_state *state)
{
    state->failed = true;
    return 0; /* inih's sign of an error */
}

static int note_section(parse_state *state, const char *start, const char *close)
{
    char *name = take_text("%.*s", (int)(close - start), start);
    if (!name)
        return -1;
    int status;
    const settings_entry *before = find_since(state->list, state->first, trim(name), "");
    if (strlen(name) > NAME_LIMIT)
        status = complain_at(state->path, state->line, "a section's name may have %d characters, this has %zu",
                             (int)NAME_LIMIT, strlen(name));
    else if (before)
        status = complain_at(state->path, state->line, "[%s] is there twice, first in line %d; join them or rename one",
                             trim(name), before->line);
    else
        status = settings_set(state->list, trim(name), "", "", state->path, state->line);
    free(name);
    return status;
}

/* Would this indented line be a key or a section, had it no indentation? */
static bool reads_like_key(const char *line)
{
    while (isspace((unsigned char)*line))
        line++;
    if (*line == '[')
        return true;
    size_t word = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    line += word;
    while (*line == ' ' || *line == '\t')
        line++;
    return word > 0 && *line == '=';
}

static int note_line(parse_state *state, const char *line)
{
    const char *start = line + strspn(line, " \t\r\n");
    state->indented = start > line && *start;
    if (state->indented && *start != ';' && *start != '#' && reads_like_key(line))
        return complain_at(state->path, state->line,
                           "an indented line continues the value above, but this one begins a new key or section; "
                           "remove the blanks before it");
    const char *close = *start == '[' ? strchr(start, ']') : NULL;
    return close ? note_section(state, start + 1, close) : 0;
}

static char *parse_line(char *buffer, int size, void *context)
{
    parse_state *state = context;
    if (state->failed || state->at == state->end)
        return NULL;
    const char *newline = memchr(state->at, '\n', (size_t)(state->end - state->at));
    const char *next = newline ? newline + 1 : state->end;
    size_t length = (size_t)(next - state->at);
    state->line++;
    if (length > 190 || length + 1 > (size_t)size) {
        complain_at(state->path, state->line,
                    "the line has %zu characters, 190 are allowed; continue it on an indented line", length);
        parse_fail(state);
        return NULL;
    }
    memcpy(buffer, state->at, length);
    buffer[length] = 0;
    state->at = next;
    if (note_line(state, buffer) < 0) {
        parse_fail(state);
        return NULL;
    }
    return buffer;
}

/* Older versions of inih leave the comment in a continued line. */
static void cut_comment(char *text)
{
    for (char *c = text; *c; c++)
        if (*c == ';' && (c == text || isspace((unsigned char)c[-1])))
            *c = 0;
}

static int continue_value(parse_state *state, const char *value)
{
    settings_entry *last = &state->list->entry[state->list->count - 1];
    char *more = take_text("%s", value);
    if (!more)
        return parse_fail(state);
    cut_comment(more);
    char *joined = take_text("%s%s%s", last->value, *last->value ? " " : "", trim(more));
    free(more);
    if (!joined)
        return parse_fail(state);
    free(last->value);
    last->value = joined;
    return 1;
}

static int parse_entry(void *context, const char *section, const char *key, const char *value)
{
    parse_state *state = context;
    if (state->failed)
        return 0;
    if (state->indented && state->list->count > state->first)
        return continue_value(state, value);
    if (!*key || strlen(key) > NAME_LIMIT) {
        complain_at(state->path, state->line, "a key must have 1 to %d characters; this has %zu", (int)NAME_LIMIT,
                    strlen(key));
        return parse_fail(state);
    }
    char *name = take_text("%s", section);
    if (!name)
        return parse_fail(state);
    const settings_entry *before = find_since(state->list, state->first, trim(name), key);
    int status;
    if (before)
        status = complain_at(state->path, state->line, "'%s%s%s' is already set in line %d; delete one of the two",
                             trim(name), *name ? "." : "", key, before->line);
    else
        status = settings_set(state->list, trim(name), key, value, state->path, state->line);
    free(name);
    return status < 0 ? parse_fail(state) : 1;
}

static int parse_text(settings *list, const char *path, const char *text, size_t size)
{
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* byte order mark */
        text += 3;
        size -= 3;
    }
    if (memchr(text, 0, size))
        return complain("%s: it holds a zero byte, so it is no settings file", path);
    parse_state state = { list, path, text, text + size, list->count, 0, false, false };
    int bad = ini_parse_stream(parse_line, &state, parse_entry, &state);
    if (state.failed)
        return -1;
    if (bad)
        return complain_at(path, bad < 0 ? 1 : bad, "this line is neither '[section]' nor 'key = value'; correct it");
    return 0;
}

int settings_read(settings *list, const char *path)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return -1;
    int status = map.size ? parse_text(list, path, (const char *)map.data, map.size) : 0;
    file_map_close(&map);
    return status;
}

/* Is every real entry of this entry's section unknown, so that the section itself is? */
static bool section_unknown(const settings *list, const char *section)
{
    for (int i = 0; i < list->count; i++)
        if (list->entry[i].used && strcmp(list->entry[i].section, section) == 0)
            return false;
    return true;
}

int settings_check_used(const settings *list, const char *const *known, int n)
{
    for (int i = 0; i < list->count; i++) {
        const settings_entry *e = &list->entry[i];
        if (e->used)
            continue;
        const char *near = settings_nearest(e->section, known, n);
        if (!*e->section)
            return complain_at(e->file, e->line, "'%s' stands before the first [section]; move it into one", e->key);
        if (!section_unknown(list, e->section))
            return complain_at(e->file, e->line, "nobody reads '%s.%s'; delete it", e->section, e->key);
        return complain_at(e->file, e->line, "nobody reads section [%s]%s%s%s", e->section,
                           near ? "; the nearest known one is [" : "; delete it", near ? near : "", near ? "]" : "");
    }
    return 0;
}
