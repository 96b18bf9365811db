#include "settings.h"
#include "file.h"
#include "words.h"
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

void settings_free(settings *list)
{
    arena_free(list->memory);
    *list = (settings){ 0 };
}

arena *settings_memory(settings *list)
{
    return list->memory ? list->memory : (list->memory = arena_new());
}

static int make_room(settings *list, int entries)
{
    if (entries <= list->room)
        return 0;
    int twice = list->room ? 2 * list->room : 16, room = twice > entries ? twice : entries;
    arena *memory = settings_memory(list);
    settings_entry *more = memory ? arena_take(memory, (size_t)room * sizeof *more) : NULL;
    if (!more)
        return -1;
    if (list->count > 0)
        memcpy(more, list->entry, (size_t)list->count * sizeof *more);
    list->entry = more;
    list->room = room;
    return 0;
}

int settings_set(settings *list, const char *section, const char *key, const char *value, const char *file, int line)
{
    if (list->count == list->room && make_room(list, list->count + 1) < 0)
        return -1;
    list->entry[list->count++] = (settings_entry){ section, key, value, file, line, false, NULL };
    return 0;
}

int settings_add(settings *list, const settings_entry *e)
{
    return settings_set(list, e->section, e->key, e->value, e->file, e->line);
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
    char *section = settings_memory(list) ? arena_text(list->memory, assignment) : NULL;
    if (!section)
        return -1;
    char *equal = strchr(section, '='), *dot = strchr(section, '.');
    if (equal && dot && dot < equal) {
        *equal = *dot = 0;
        char *key = trim(dot + 1);
        section = trim(section);
        if (*section && *key)
            return settings_set(list, section, key, trim(equal + 1), file, line);
    }
    return complain_at(file, line, "'%s' must look like section.key=value", assignment);
}

int settings_put(settings *list, const char *name, const char *format, ...)
{
    const char *dot = strchr(name, '.');
    arena *a = settings_memory(list);
    if (!a || !dot)
        return dot ? -1 : complain("'%s' must look like section.key", name);
    va_list arguments;
    va_start(arguments, format);
    const char *value = arena_print_list(a, format, arguments);
    va_end(arguments);
    const char *section = arena_print(a, "%.*s", (int)(dot - name), name), *key = arena_text(a, dot + 1);
    return value && section && key ? settings_set(list, section, key, value, "", 0) : -1;
}

static int add_copy(settings *list, const settings_entry *e)
{
    arena *a = settings_memory(list);
    const char *section = a ? arena_text(a, e->section) : NULL, *key = section ? arena_text(a, e->key) : NULL;
    const char *value = key ? arena_text(a, e->value) : NULL, *file = value ? arena_text(a, e->file) : NULL;
    return file ? settings_set(list, section, key, value, file, e->line) : -1;
}

int settings_merge(settings *list, const settings *from)
{
    int status = make_room(list, list->count + from->count);
    for (int i = 0; i < from->count && status == 0; i++)
        status = list->memory == from->memory ? settings_add(list, &from->entry[i]) : add_copy(list, &from->entry[i]);
    return status;
}

static const settings_entry *find_since(const settings *list, int first, const char *section, const char *key)
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

const settings_entry *settings_first(const settings *list, const char *section)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->entry[i].section, section) == 0)
            return &list->entry[i];
    return NULL;
}

bool settings_begins(const settings *list, int i)
{
    return settings_first(list, list->entry[i].section) == &list->entry[i];
}

bool settings_named(const settings_entry *e, const char *names)
{
    size_t section = strlen(e->section), key = strlen(e->key), length;
    const char *rest = names ? names : "", *name;
    while ((name = word_next(&rest, " ", &length)))
        if (length == section + 1 + key && name[section] == '.' && memcmp(name, e->section, section) == 0 &&
            memcmp(name + section + 1, e->key, key) == 0)
            return true;
    return false;
}

static const settings_entry *next_but(const settings *list, int *at, const char *but)
{
    while (*at < list->count && settings_named(&list->entry[*at], but))
        ++*at;
    return *at < list->count ? &list->entry[(*at)++] : NULL;
}

bool settings_same(const settings *a, const settings *b, const char *but)
{
    const settings_entry *x, *y;
    int i = 0, j = 0;
    do {
        x = next_but(a, &i, but);
        y = next_but(b, &j, but);
        if (!x != !y || (x && (strcmp(x->section, y->section) != 0 || strcmp(x->key, y->key) != 0 ||
                               strcmp(x->value, y->value) != 0)))
            return false;
    } while (x);
    return true;
}

/* ---- a file ---- */

typedef struct reader { /* of one file, whose text is taken apart in place */
    settings *list;
    const char *path, *section;
    int first, opened; /* first entry of this file, and of this section, which is there once */
    int line;          /* its number */
    char *end;         /* of the value above, which an indented line continues; NULL: there is none */
} reader;

static int complain_line(const reader *r)
{
    return complain_at(r->path, r->line, "this line is neither '[section]' nor 'key = value'; correct it");
}

static int read_section(reader *r, char *name)
{
    char *close = strchr(name, ']');
    if (!close)
        return complain_line(r);
    *close = 0;
    const char *behind = close + 1 + strspn(close + 1, " \t\r");
    if (*behind && *behind != ';' && *behind != '#')
        return complain_at(r->path, r->line, "'%s' stands behind the section [%s]; write it on a line of its own",
                           behind, trim(name));
    r->section = trim(name);
    if (!*r->section)
        return complain_at(r->path, r->line, "[] names no section; write a name between the brackets");
    r->end = NULL;
    const settings_entry *before = find_since(r->list, r->first, r->section, "");
    if (before)
        return complain_at(r->path, r->line, "[%s] is there twice, first in line %d; join them or rename one",
                           r->section, before->line);
    r->opened = r->list->count;
    return settings_set(r->list, r->section, "", "", r->path, r->line);
}

static int read_entry(reader *r, char *line)
{
    char *equal = strpbrk(line, "=:");
    if (!equal)
        return complain_line(r);
    *equal = 0;
    char *key = trim(line), *value = trim(equal + 1);
    r->end = value + strlen(value);
    if (!*key)
        return complain_at(r->path, r->line, "a key must have one character or more; write key = value");
    const settings_entry *before = find_since(r->list, r->opened, r->section, key);
    if (before)
        return complain_at(r->path, r->line, "'%s%s%s' is already set in line %d; delete one of the two", r->section,
                           *r->section ? "." : "", key, before->line);
    return settings_set(r->list, r->section, key, value, r->path, r->line);
}

/* Would this indented line be a key or a section, had it no indentation? */
static bool reads_like_key(const char *line)
{
    size_t word = strspn(line, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    return *line == '[' || (word > 0 && line[word + strspn(line + word, " \t")] == '=');
}

/* Appends to the value above, behind one blank. There is room: at least a line's end and a blank lie between. */
static int continue_value(reader *r, const char *more)
{
    const settings_entry *above = &r->list->entry[r->list->count - 1];
    size_t length = strlen(more);
    if (r->end > above->value)
        *r->end++ = ' ';
    memmove(r->end, more, length + 1);
    r->end += length;
    return 0;
}

/* Ends the line before a comment. */
static void cut_comment(char *line)
{
    for (char *c = strchr(line, ';'); c; c = strchr(c + 1, ';'))
        if (c == line || isspace((unsigned char)c[-1])) {
            *c = 0;
            return;
        }
}

static int read_line(reader *r, char *line)
{
    bool indented = isspace((unsigned char)*line);
    cut_comment(line);
    line = trim(line);
    if (!*line || *line == '#')
        return 0;
    if (indented && reads_like_key(line))
        return complain_at(r->path, r->line,
                           "an indented line continues the value above, but this one begins a new key or section; "
                           "remove the blanks before it");
    if (indented && r->end)
        return continue_value(r, line);
    return *line == '[' ? read_section(r, line + 1) : read_entry(r, line);
}

/* The file in the list's memory, ended by a zero byte. NULL: complained. */
static char *load_text(settings *list, const char *path)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return NULL;
    char *text = settings_memory(list) ? arena_take(list->memory, map.size + 1) : NULL;
    bool binary = map.size && memchr(map.data, 0, map.size);
    if (text && map.size)
        memcpy(text, map.data, map.size);
    file_map_close(&map);
    if (binary)
        complain("%s: it holds a zero byte, so it is no settings file", path);
    return binary ? NULL : text;
}

int settings_read(settings *list, const char *path)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* of the order of bytes, which UTF-8 has not */
    char *rest = load_text(list, path), *line;
    reader r = { .list = list, .section = "", .first = list->count, .opened = list->count };
    if (!rest || !(r.path = arena_text(list->memory, path)))
        return -1;
    if (strncmp(rest, mark, strlen(mark)) == 0)
        rest += strlen(mark);
    int status = 0;
    while (status == 0 && (line = strsep(&rest, "\n")) != NULL) {
        r.line++;
        status = read_line(&r, line);
    }
    return status;
}
