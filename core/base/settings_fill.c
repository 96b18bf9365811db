#include "file.h"
#include "number.h"
#include "place.h"
#include "settings.h"
#include "words.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_LIMIT = 64 }; /* more rows than any schema has: their end is missing */

static int row_count(const ablate_setting *rows)
{
    int n = 0;
    while (rows && n < ROWS_LIMIT && rows[n].name)
        n++;
    return n;
}

static const ablate_setting *row_find(const ablate_setting *rows, const char *name)
{
    for (int i = 0, n = row_count(rows); i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static int smallest(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Optimal string alignment, row by row; words beyond 63 characters are compared by their beginnings. */
int settings_distance(const char *a, const char *b)
{
    int row[3][65];
    int m = (int)strnlen(a, 63), n = (int)strnlen(b, 63);
    for (int j = 0; j <= n; j++)
        row[0][j] = j;
    for (int i = 1; i <= m; i++) {
        int *now = row[i % 3], *up = row[(i + 2) % 3], *up2 = row[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= n; j++) {
            now[j] = smallest(up[j] + 1, now[j - 1] + 1, up[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && up2[j - 2] + 1 < now[j])
                now[j] = up2[j - 2] + 1;
        }
    }
    return row[m % 3][n];
}

const char *settings_nearest(const char *word, const char *const *words, int n)
{
    const char *best = NULL;
    int least = INT_MAX;
    for (int i = 0; i < n; i++) {
        int distance = settings_distance(word, words[i]);
        if (distance < least) {
            least = distance;
            best = words[i];
        }
    }
    return best;
}

static const char *nearest_row(const char *name, const ablate_setting *rows)
{
    const char *words[ROWS_LIMIT];
    int n = row_count(rows);
    for (int i = 0; i < n; i++)
        words[i] = rows[i].name;
    return settings_nearest(name, words, n);
}

static const char *range_number(const ablate_setting *row, const char *noun, char text[200])
{
    bool low = row->min > -1e9, high = row->max < 1e9;
    char least[NUMBER_TEXT], most[NUMBER_TEXT];
    number_text(row->min, least);
    number_text(row->max, most);
    if (low && high)
        snprintf(text, 200, "%s from %s to %s", noun, least, most);
    else if (low)
        snprintf(text, 200, "%s of at least %s", noun, least);
    else if (high)
        snprintf(text, 200, "%s of at most %s", noun, most);
    else
        snprintf(text, 200, "%s", noun);
    return text;
}

const char *settings_range(const ablate_setting *row, char text[200])
{
    if (row->choices) {
        int used = snprintf(text, 200, "one of ");
        for (const char *c = row->choices; *c && used < 190; c++)
            used += snprintf(text + used, 200 - (size_t)used, *c == '|' ? ", " : "%c", *c);
        return text;
    }
    switch (row->type) {
    case ABLATE_INT:
        return range_number(row, "an integer", text);
    case ABLATE_REAL:
        return range_number(row, "a number", text);
    case ABLATE_BOOL:
        snprintf(text, 200, "yes or no");
        return text;
    case ABLATE_PATH:
        snprintf(text, 200, "a path");
        return text;
    case ABLATE_TEXT:
        break;
    }
    snprintf(text, 200, row->def < 1 ? "a text" : "names, \"in double quotes\" if they hold blanks or commas");
    return text;
}

/* The whole text as a plain decimal number. */
static bool number_read(const char *text, double *number)
{
    if (!text || !*text || text[strspn(text, "0123456789+-.eE")])
        return false;
    char *end;
    errno = 0;
    *number = strtod(text, &end);
    return !*end && isfinite(*number);
}

static bool bool_read(const char *text, bool *value)
{
    int i = word_find("no yes false true off on 0 1", " ", text, strlen(text));
    *value = i >= 0 && i % 2 == 1;
    return i >= 0;
}

/* Stores a value in the field; false if the row does not allow it. The field's type is the row's. */
static bool value_store(const ablate_setting *row, const char *text, void *into)
{
    char *field = (char *)into + row->offset;
    double number;
    if (row->choices) {
        int i = word_find(row->choices, "|", text, strlen(text));
        if (i >= 0)
            memcpy(field, &i, sizeof i);
        return i >= 0;
    }
    if (row->type == ABLATE_TEXT || row->type == ABLATE_PATH) {
        memcpy(field, &text, sizeof text);
        return row->def < 1 || words_are_whole(text);
    }
    if (row->type == ABLATE_BOOL) {
        bool value = false;
        bool fits = bool_read(text, &value);
        memcpy(field, &value, sizeof value);
        return fits;
    }
    if (!number_read(text, &number) || !(number >= row->min && number <= row->max))
        return false;
    if (row->type == ABLATE_REAL) {
        memcpy(field, &number, sizeof number);
        return true;
    }
    if (text[strspn(text, "0123456789+-")] || number < INT_MIN || number > INT_MAX)
        return false;
    int whole = (int)number;
    memcpy(field, &whole, sizeof whole);
    return true;
}

/* The range, with the end that the value lies beyond, too, where that is so far off that it goes without saying. */
static const char *range_missed(const ablate_setting *row, const char *value, char text[200])
{
    double number;
    settings_range(row, text);
    if (row->choices || (row->type != ABLATE_INT && row->type != ABLATE_REAL) || !number_read(value, &number))
        return text;
    const bool whole = row->type == ABLATE_INT;
    const double most = whole && row->max > INT_MAX ? INT_MAX : row->max;
    const double least = whole && row->min < INT_MIN ? INT_MIN : row->min;
    const bool above = number > most && row->max >= 1e9, below = number < least && row->min <= -1e9;
    char end[NUMBER_TEXT];
    size_t used = strlen(text);
    number_text(above ? most : least, end);
    if (above || below)
        snprintf(text + used, 200 - used, "%s of at %s %s", strstr(text, " of ") ? " and" : "",
                 above ? "most" : "least", end);
    return text;
}

static void default_store(const ablate_setting *row, void *into)
{
    char *field = (char *)into + row->offset;
    int whole = (int)row->def;
    bool truth = row->def != 0;
    const char *text = row->text ? row->text : "";
    switch (row->type) {
    case ABLATE_INT:
        memcpy(field, &whole, sizeof whole);
        break;
    case ABLATE_REAL:
        memcpy(field, &row->def, sizeof row->def);
        break;
    case ABLATE_BOOL:
        memcpy(field, &truth, sizeof truth);
        break;
    case ABLATE_TEXT:
    case ABLATE_PATH:
        memcpy(field, &text, sizeof text);
        break;
    }
}

static void fill_defaults(const ablate_setting *rows, void *into)
{
    for (int i = 0, n = row_count(rows); i < n; i++)
        default_store(&rows[i], into);
}

static int complain_value(ablate_at at, const char *name, const ablate_setting *row, const char *value)
{
    char range[200];
    return complain_at(at.file, at.line, "%s must be %s; it is '%s'", name, range_missed(row, value, range), value);
}

/* Where the entry's path leads; NULL: complained. */
static const char *find_place(const settings *list, settings_entry *entry)
{
    if (!entry->place)
        entry->place = arena_keep(list->memory, place_find(entry->value, entry->file));
    return entry->place;
}

static int fill_entry(const settings *list, settings_entry *entry, const ablate_setting *rows, void *into)
{
    char name[128];
    snprintf(name, sizeof name, "'%s.%s'", entry->section, entry->key);
    const ablate_setting *row = row_find(rows, entry->key);
    if (!row) {
        const char *near = nearest_row(entry->key, rows);
        if (!near)
            return settings_complain(entry, "%s is no setting: [%s] has none; delete it", name, entry->section);
        return settings_complain(entry, "%s is no setting; the nearest is '%s.%s'", name, entry->section, near);
    }
    const char *value = row->type == ABLATE_PATH ? find_place(list, entry) : entry->value;
    if (!value)
        return -1;
    const ablate_at at = { entry->file, entry->line };
    return value_store(row, value, into) ? 0 : complain_value(at, name, row, entry->value);
}

int settings_fill(const settings *list, const char *section, const ablate_setting *rows, void *into)
{
    fill_defaults(rows, into);
    for (int i = 0; i < list->count; i++) {
        settings_entry *entry = &list->entry[i];
        if (strcmp(entry->section, section) != 0)
            continue;
        if (*entry->key && fill_entry(list, entry, rows, into) < 0)
            return -1;
        entry->used = true;
    }
    return 0;
}

int settings_check_path(const settings_entry *entry, size_t skip)
{
    const char *name = entry->value + skip;
    if (!*name || *name == '/')
        return 0; /* whoever opens it says what is missing */
    char *place = place_find(name, entry->file), *looked = place_looked(name, entry->file);
    int status = !place || !looked ? -1 : 0;
    if (status == 0 && !file_exists(place))
        status = settings_complain(entry,
                                   "'%s.%s' names '%s', which is not there (looked for %s); correct "
                                   "it, or name the place with --set %s.%s=%.*sPATH",
                                   entry->section, entry->key, name, looked, entry->section, entry->key, (int)skip,
                                   entry->value);
    free(place);
    free(looked);
    return status;
}

int settings_check_paths(const settings *list, const char *section, const ablate_setting *rows)
{
    for (int i = 0, n = row_count(rows); i < n; i++) {
        const settings_entry *entry = rows[i].type == ABLATE_PATH ? settings_find(list, section, rows[i].name) : NULL;
        if (entry && settings_check_path(entry, 0) < 0)
            return -1;
    }
    return 0;
}

/* Is every entry of the section unknown, so that the section itself is? */
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
            return settings_complain(e, "'%s' stands before the first [section]; move it into one", e->key);
        if (!section_unknown(list, e->section))
            return settings_complain(e, "nobody reads '%s.%s'; delete it", e->section, e->key);
        return settings_complain(e, "nobody reads section [%s]%s%s%s", e->section,
                                 near ? "; the nearest known one is [" : "; delete it", near ? near : "",
                                 near ? "]" : "");
    }
    return 0;
}

/* ---- attributes ---- */

typedef struct owner { /* whose the attributes are */
    ablate_at at;
    const char *what;
} owner;

/* Splits the next `key=value` off *text, in place; the value may be quoted. 1: found, 0: no more, -1: complained. */
static int attribute_next(char **text, char **key, char **value, const owner *of)
{
    char *c = *text + strspn(*text, " \t\n");
    if (!*c)
        return 0;
    *key = c;
    c += strcspn(c, "= \t\n");
    if (*c != '=' || c == *key)
        return complain_at(of->at.file, of->at.line, "%s: '%.40s' must look like key=value", of->what, *key);
    *c++ = 0;
    bool quoted = *c == '"';
    c += quoted;
    *value = c;
    c += strcspn(c, quoted ? "\"" : " \t\n");
    if (quoted && (!*c || (c[1] && !isspace((unsigned char)c[1]))))
        return complain_at(of->at.file, of->at.line, "%s: the value of '%s' must end in one more '\"' and a blank",
                           of->what, *key);
    *text = *c ? c + 1 : c;
    *c = 0;
    return 1;
}

static int attribute_store(const char *key, const char *value, const ablate_setting *rows, uint64_t *seen, void *into,
                           const owner *of)
{
    char name[160];
    snprintf(name, sizeof name, "%s: '%s'", of->what, key);
    const ablate_setting *row = row_find(rows, key);
    if (!row) {
        const char *near = nearest_row(key, rows);
        if (!near)
            return complain_at(of->at.file, of->at.line, "%s is no attribute: there are none; delete it", name);
        return complain_at(of->at.file, of->at.line, "%s is no attribute; the nearest is '%s'", name, near);
    }
    uint64_t bit = (uint64_t)1 << (row - rows);
    if (*seen & bit)
        return complain_at(of->at.file, of->at.line, "%s is there twice; delete one", name);
    *seen |= bit;
    return value_store(row, value, into) ? 0 : complain_value(of->at, name, row, value);
}

int settings_fill_text(const char *attributes, const ablate_setting *rows, void *into, ablate_at at, const char *what,
                       char **owned)
{
    const owner of = { at, what };
    uint64_t seen = 0;
    *owned = NULL;
    fill_defaults(rows, into);
    if (!attributes || !*attributes)
        return 0;
    char *copy = take_text("%s", attributes), *text = copy, *key = NULL, *value = NULL;
    if (!copy)
        return -1;
    int more;
    while ((more = attribute_next(&text, &key, &value, &of)) > 0)
        if (attribute_store(key, value, rows, &seen, into, &of) < 0) {
            more = -1;
            break;
        }
    if (more < 0)
        free(copy);
    else
        *owned = copy;
    return more;
}
