#include "grid.h"
#include "../base/diag.h"
#include "grid_bundle.h"
#include <stdlib.h>
#include <string.h>

void grid_free(grid *g)
{
    for (int a = 0; a < g->axes; a++) {
        for (int v = 0; v < g->axis[a].count; v++)
            free(g->axis[a].values[v]);
        free(g->axis[a].key);
        free(g->axis[a].label);
    }
    *g = (grid){ 0 };
}

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

static int axis_value_add(grid_axis *axis, const char *text, int length)
{
    const settings_entry *e = axis->entry;
    if (axis->count == GRID_VALUES)
        return complain_at(e->file, e->line, "'%s' has more than %d values; shorten the list", e->key,
                           (int)GRID_VALUES);
    char *value = take_text("%.*s", length, text);
    if (!value)
        return -1;
    axis->values[axis->count++] = value;
    for (int i = 0; i + 1 < axis->count; i++)
        if (strcmp(axis->values[i], value) == 0)
            return complain_at(e->file, e->line, "'%s' lists %s twice; delete one", e->key, value);
    return 0;
}

static int axis_read(grid *g, const settings_entry *e)
{
    const char *dot = strchr(e->key, '.');
    if (dot == e->key || (dot && !dot[1]) || strcmp(e->key, "row") == 0 || strcmp(e->key, "scale") == 0)
        return complain_at(e->file, e->line, "'%s' is no axis of a grid; write section.key = values", e->key);
    if (g->axes == GRID_AXES)
        return complain_at(e->file, e->line, "a grid has at most %d axes; delete one", (int)GRID_AXES);
    grid_axis *axis = &g->axis[g->axes++];
    axis->entry = e;
    axis->key = take_text("%s", e->key);
    axis->label = take_text("%s", dot ? dot + 1 : e->key);
    if (!axis->key || !axis->label)
        return -1;
    const char *at = e->value, *item;
    int length;
    while (*(item = item_next(&at, strchr(e->value, '|') != NULL, &length)))
        if (axis_value_add(axis, item, length) < 0)
            return -1;
    if (axis->count == 0)
        return complain_at(e->file, e->line, "'%s' lists no value; give one or more", e->key);
    return 0;
}

static int labels_read(grid *g, const settings_entry *e)
{
    const char *at = e->value, *item;
    int length, n = 0;
    while (*(item = item_next(&at, false, &length))) {
        char *label = n < g->axes ? take_text("%.*s", length, item) : NULL;
        if (label) {
            free(g->axis[n].label);
            g->axis[n].label = label;
        }
        n++;
    }
    if (n != g->axes)
        return complain_at(e->file, e->line, "'labels' has %d words, the grid has %d axes; give one each", n, g->axes);
    return 0;
}

/* Entries overridden by a nearer file are skipped: the last of a key counts, at the place of the first. */
static int read_axes(const settings *list, grid *g)
{
    for (int i = 0; i < list->count; i++) {
        const settings_entry *e = &list->entry[i];
        bool other = strcmp(e->section, "grid") != 0 || !*e->key || is_paper(e->key) || strcmp(e->key, "where") == 0 ||
                     strcmp(e->key, "labels") == 0;
        bool seen = false;
        for (int a = 0; a < g->axes; a++)
            seen |= strcmp(g->axis[a].key, e->key) == 0;
        if (!other && !seen && axis_read(g, settings_find(list, "grid", e->key)) < 0)
            return -1;
    }
    return 0;
}

int grid_read(const settings *list, grid *g)
{
    *g = (grid){ .from = list };
    int status = read_axes(list, g);
    if (status == 0)
        status = grid_bundle_check(list, g);
    const settings_entry *labels = settings_find(list, "grid", "labels");
    if (status == 0 && labels)
        status = labels_read(g, labels);
    g->where = settings_find(list, "grid", "where");
    if (status == 0 && g->where && g->axes == 0)
        status = complain_at(g->where->file, g->where->line, "the grid has no axis; write section.key = values");
    int64_t cells = g->axes > 0;
    for (int a = 0; status == 0 && a < g->axes; a++) {
        cells *= g->axis[a].count;
        if (cells > GRID_CELLS)
            status = complain_at(g->axis[a].entry->file, g->axis[a].entry->line,
                                 "the grid has more than %d cells; shorten its lists", (int)GRID_CELLS);
    }
    g->cells = (int)cells;
    if (status < 0)
        grid_free(g);
    return status;
}

const char *grid_value(const grid *g, int axis, int cell)
{
    for (int a = g->axes - 1; a > axis; a--)
        cell /= g->axis[a].count;
    return g->axis[axis].values[cell % g->axis[axis].count];
}

char *grid_name(const grid *g, int cell)
{
    char *name = take_text("%s", "");
    for (int a = 0; name && a < g->axes; a++) {
        char *longer = take_text("%s%s%s=%s", name, a ? " " : "", g->axis[a].label, grid_value(g, a, cell));
        free(name);
        name = longer;
    }
    return name;
}

/* Complains if an entry from `first` on sets what one before it sets. */
static int check_apart(const settings *set, int first)
{
    for (int i = first; i < set->count; i++)
        for (int j = 0; j < first; j++)
            if (strcmp(set->entry[i].key, set->entry[j].key) == 0)
                return complain_at(set->entry[i].file, set->entry[i].line,
                                   "'%s' is set by another axis of the grid too, in %s:%d; delete one of the two",
                                   set->entry[i].key, set->entry[j].file, set->entry[j].line);
    return 0;
}

int grid_set(const grid *g, int cell, settings *into)
{
    for (int a = 0; a < g->axes; a++) {
        const grid_axis *axis = &g->axis[a];
        const settings_entry *e = axis->entry;
        const char *value = grid_value(g, a, cell);
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
            word = grid_value(g, a, cell);
    char *end;
    *value = strtod(word, &end);
    return end > word && !*end;
}

static bool compare(double left, const char *operator, double right, bool *known)
{
    static const char *const operators[] = { "<", "<=", ">", ">=", "==", "!=" };
    const bool holds[] = { left<right, left <= right, left> right, left >= right, left == right, left != right };
    for (int i = 0; i < 6; i++)
        if (strcmp(operator, operators[i]) == 0)
            return holds[i];
    *known = false;
    return false;
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
        return complain_at(g->where->file, g->where->line,
                           "'where' must compare axes and numbers, like 'a.x <= b.y and a.x > 1'; it is '%s'",
                           g->where->value);
    return holds;
}

/* Does "paper 3 2" name this cell? */
static bool paper_names(const grid *g, const char *key, int cell)
{
    char wanted[512] = "paper";
    for (int a = 0; a < g->axes; a++) {
        size_t used = strlen(wanted);
        snprintf(wanted + used, sizeof wanted - used, " %s", grid_value(g, a, cell));
    }
    return strcmp(key, wanted) == 0;
}

const settings_entry *grid_paper(const grid *g, const settings *list, int cell)
{
    for (int i = list->count - 1; i >= 0; i--)
        if (strcmp(list->entry[i].section, "grid") == 0 && paper_names(g, list->entry[i].key, cell))
            return &list->entry[i];
    return NULL;
}

int grid_check_papers(const grid *g, const settings *list)
{
    for (int i = 0; i < list->count; i++) {
        const settings_entry *e = &list->entry[i];
        if (strcmp(e->section, "grid") != 0 || !is_paper(e->key))
            continue;
        bool found = false;
        for (int cell = 0; cell < g->cells && !found; cell++)
            found = paper_names(g, e->key, cell);
        if (!found)
            return complain_at(e->file, e->line,
                               "'%s' names no cell of the grid; write 'paper' and a value of each axis", e->key);
    }
    return 0;
}
