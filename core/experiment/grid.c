#include "grid.h"
#include "../base/words.h"
#include "grid_bundle.h"
#include <stdlib.h>
#include <string.h>

static bool is_paper(const char *key)
{
    return strncmp(key, "paper", 5) == 0 && (key[5] == ' ' || key[5] == 0);
}

/* The next item of a list: up to a blank, or up to '|' without the blanks around it. Empty: no more. */
static const char *item_next(const char **at, bool bars, int *length)
{
    const char *start = *at + strspn(*at, bars ? " |" : " \t");
    size_t n = strcspn(start, bars ? "|" : " \t");
    *at = start + n;
    while (n > 0 && start[n - 1] == ' ')
        n--;
    *length = (int)n;
    return start;
}

static int axis_value_add(grid_axis *axis, arena *memory, const char *text, int length)
{
    const settings_entry *e = axis->entry;
    if (axis->count == GRID_VALUES)
        return settings_complain(e, "'%s' has more than %d values; shorten the list", e->key, (int)GRID_VALUES);
    const char *value = arena_print(memory, "%.*s", length, text);
    if (!value)
        return -1;
    for (int i = 0; i < axis->count; i++)
        if (strcmp(axis->values[i], value) == 0)
            return settings_complain(e, "'%s' lists %s twice; delete one", e->key, value);
    axis->values[axis->count++] = value;
    return 0;
}

static int axis_read(grid *g, const settings_entry *e)
{
    const char *dot = strchr(e->key, '.');
    if (dot == e->key || (dot && !dot[1]) || strcmp(e->key, "row") == 0 || strcmp(e->key, "scale") == 0)
        return settings_complain(e, "'%s' is no axis of a grid; write section.key = values", e->key);
    if (g->axes == GRID_AXES)
        return settings_complain(e, "a grid has at most %d axes; delete one", (int)GRID_AXES);
    grid_axis *axis = &g->axis[g->axes++];
    *axis = (grid_axis){ .key = e->key, .label = dot ? dot + 1 : e->key, .entry = e };
    const char *at = e->value, *item;
    int length;
    while (*(item = item_next(&at, strchr(e->value, '|') != NULL, &length)))
        if (axis_value_add(axis, g->from->memory, item, length) < 0)
            return -1;
    if (axis->count == 0)
        return settings_complain(e, "'%s' lists no value; give one or more", e->key);
    return 0;
}

static int labels_read(grid *g, const settings_entry *e)
{
    const char *at = e->value, *word;
    size_t length;
    int n = 0;
    for (; (word = word_next(&at, " \t", &length)); n++)
        if (n < g->axes && !(g->axis[n].label = arena_print(g->from->memory, "%.*s", (int)length, word)))
            return -1;
    if (n != g->axes)
        return settings_complain(e, "'labels' has %d words, the grid has %d axes; give one each", n, g->axes);
    return 0;
}

/* Entries overridden by a nearer file are skipped: the last of a key counts, at the place of the first. */
static int read_axes(grid *g)
{
    const settings *list = g->from;
    for (int i = 0; i < list->count; i++) {
        const settings_entry *e = &list->entry[i];
        bool other =
            strcmp(e->section, "grid") != 0 || !*e->key || is_paper(e->key) || word_listed("where labels", " ", e->key);
        bool seen = false;
        for (int a = 0; a < g->axes; a++)
            seen |= strcmp(g->axis[a].key, e->key) == 0;
        if (!other && !seen && axis_read(g, settings_find(list, "grid", e->key)) < 0)
            return -1;
    }
    return 0;
}

/* Value of an axis in cell 0 .. cells - 1. */
static const char *value_of(const grid *g, int axis, int cell)
{
    for (int a = g->axes - 1; a > axis; a--)
        cell /= g->axis[a].count;
    return g->axis[axis].values[cell % g->axis[axis].count];
}

const char *grid_name(const grid *g, int cell)
{
    const char *name = "";
    for (int a = 0; name && a < g->axes; a++)
        name = arena_print(g->from->memory, "%s%s%s=%s", name, a ? " " : "", g->axis[a].label, value_of(g, a, cell));
    return name;
}

/* Complains if an entry from `first` on sets what one before it sets. */
static int check_apart(const settings *set, int first)
{
    for (int i = first; i < set->count; i++)
        for (int j = 0; j < first; j++)
            if (strcmp(set->entry[i].key, set->entry[j].key) == 0)
                return settings_complain(&set->entry[i],
                                         "'%s' is set by another axis of the grid too, in %s:%d; delete one of the two",
                                         set->entry[i].key, set->entry[j].file, set->entry[j].line);
    return 0;
}

int grid_set(const grid *g, int cell, settings *into)
{
    for (int a = 0; a < g->axes; a++) {
        const grid_axis *axis = &g->axis[a];
        const settings_entry *e = axis->entry;
        const char *value = value_of(g, a, cell);
        int first = into->count;
        int status = grid_bundle_axis(axis) ? grid_bundle_set(g->from, axis, value, into)
                                            : settings_set(into, "", axis->key, value, e->file, e->line);
        if (status < 0 || check_apart(into, first) < 0)
            return -1;
    }
    return 0;
}

/* An axis' value in the cell, or a number. */
static bool operand_value(const grid *g, int cell, const char *word, double *value)
{
    for (int a = 0; a < g->axes; a++)
        if (strcmp(word, g->axis[a].key) == 0)
            word = value_of(g, a, cell);
    char *end;
    *value = strtod(word, &end);
    return end > word && !*end;
}

static bool compare(double left, const char *operator, double right, bool *known)
{
    const bool holds[] = { left<right, left <= right, left> right, left >= right, left == right, left != right };
    int i = word_find("< <= > >= == !=", " ", operator, strlen(operator));
    *known = i >= 0;
    return *known && holds[i];
}

/* One comparison, or several joined by `and`. */
static int condition_holds(const grid *g, int cell, const char *text, bool *valid)
{
    bool all = true;
    int used = 0;
    *valid = false;
    do {
        char left[100], operator[4], right[100], joint[4] = "";
        double a, b;
        int length = 0;
        if (sscanf(text, "%99s %3s %99s%n", left, operator, right, &length) < 3)
            return 0;
        text += length;
        used = sscanf(text, "%3s%n", joint, &length);
        bool known = operand_value(g, cell, left, &a) && operand_value(g, cell, right, &b);
        if (!known || (used == 1 && strcmp(joint, "and") != 0))
            return 0;
        all &= compare(a, operator, b, &known);
        if (!known)
            return 0;
        text += used == 1 ? length : 0;
    } while (used == 1);
    *valid = true;
    return all;
}

int grid_allows(const grid *g, int cell)
{
    if (!g->where)
        return 1;
    bool valid;
    int holds = condition_holds(g, cell, g->where->value, &valid);
    if (!valid)
        return settings_complain(g->where,
                                 "'where' must compare axes and numbers, like 'a.x <= b.y and a.x > 1'; it is '%s'",
                                 g->where->value);
    return holds;
}

/* Does "paper 3 2" name this cell? */
static bool paper_names(const grid *g, const char *key, int cell)
{
    if (!is_paper(key))
        return false;
    key += strlen("paper");
    for (int a = 0; a < g->axes; a++) {
        const char *value = value_of(g, a, cell);
        size_t length = strlen(value);
        if (*key++ != ' ' || strncmp(key, value, length) != 0)
            return false;
        key += length;
    }
    return !*key;
}

const settings_entry *grid_paper(const grid *g, int cell)
{
    for (int i = g->from->count - 1; i >= 0; i--) {
        const settings_entry *e = &g->from->entry[i];
        if (strcmp(e->section, "grid") == 0 && paper_names(g, e->key, cell))
            return e;
    }
    return NULL;
}

static int check_papers(const grid *g)
{
    for (int i = 0; i < g->from->count; i++) {
        const settings_entry *e = &g->from->entry[i];
        bool found = strcmp(e->section, "grid") != 0 || !is_paper(e->key);
        for (int cell = 0; cell < g->cells && !found; cell++)
            found = paper_names(g, e->key, cell);
        if (!found)
            return settings_complain(e, "'%s' names no cell of the grid; write 'paper' and a value of each axis",
                                     e->key);
    }
    return 0;
}

int grid_read(const settings *list, grid *g)
{
    *g = (grid){ .from = list };
    int status = read_axes(g);
    if (status == 0)
        status = grid_bundle_check(list, g);
    const settings_entry *labels = settings_find(list, "grid", "labels");
    if (status == 0 && labels)
        status = labels_read(g, labels);
    g->where = settings_find(list, "grid", "where");
    if (status == 0 && g->where && g->axes == 0)
        status = settings_complain(g->where, "the grid has no axis; write section.key = values");
    int64_t cells = g->axes > 0;
    for (int a = 0; status == 0 && a < g->axes; a++) {
        cells *= g->axis[a].count;
        if (cells > GRID_CELLS)
            status = settings_complain(g->axis[a].entry, "the grid has more than %d cells; shorten its lists",
                                       (int)GRID_CELLS);
    }
    g->cells = (int)cells;
    return status < 0 ? -1 : check_papers(g);
}
