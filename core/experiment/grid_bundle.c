#include "grid_bundle.h"
#include "chain.h"
#include <string.h>

bool grid_bundle_is(const char *section)
{
    return strchr(section, ' ') && !chain_section_rest(section, "row") && !chain_section_rest(section, "printed") &&
           !chain_section_rest(section, "claim");
}

bool grid_bundle_axis(const grid_axis *axis)
{
    return !strchr(axis->key, '.');
}

/* Is the section that of the axis' value? */
static bool is_of(const char *section, const grid_axis *axis, const char *value)
{
    const char *rest = chain_section_rest(section, axis->key);
    return rest && strcmp(rest, value) == 0;
}

static int value_check(const settings *list, const grid_axis *axis, const char *value)
{
    for (int i = 0; i < list->count; i++)
        if (is_of(list->entry[i].section, axis, value))
            return 0;
    return settings_complain(
        axis->entry,
        "'%s' lists %s, but there is no section [%s %s]; write it, with what %s stands for, or let the "
        "axis be one setting, section.key",
        axis->key, value, axis->key, value, value);
}

/* Is the entry's section a bundle of one of the grid's axes, and is it one that every cell may have? */
static int section_check(const grid *g, const settings_entry *e)
{
    const char *words[GRID_AXES];
    if (strcmp(e->key, "paper") == 0)
        return settings_complain(
            e, "'paper' is of one cell, not of [%s]; write 'paper' and a value of each axis in [grid]", e->section);
    for (int a = 0; a < g->axes; a++) {
        if (grid_bundle_axis(&g->axis[a]) && chain_section_rest(e->section, g->axis[a].key))
            return 0;
        words[a] = g->axis[a].key;
    }
    const char *nearest = settings_nearest(e->section, words, g->axes);
    return settings_complain(
        e, "[%s] is no row and belongs to no axis of the grid; %s%s%s, or write a section of one word", e->section,
        nearest ? "the nearest axis is '" : "there is no axis", nearest ? nearest : "", nearest ? "'" : "");
}

int grid_bundle_check(const settings *list, const grid *g)
{
    for (int i = 0; i < list->count; i++)
        if (grid_bundle_is(list->entry[i].section) && section_check(g, &list->entry[i]) < 0)
            return -1;
    for (int a = 0; a < g->axes; a++)
        for (int v = 0; grid_bundle_axis(&g->axis[a]) && v < g->axis[a].count; v++)
            if (value_check(list, &g->axis[a], g->axis[a].values[v]) < 0)
                return -1;
    return 0;
}

int grid_bundle_set(const settings *list, const grid_axis *axis, const char *value, settings *into)
{
    for (int i = 0; i < list->count; i++) {
        const settings_entry *e = &list->entry[i];
        if (*e->key && is_of(e->section, axis, value) && settings_set(into, "", e->key, e->value, e->file, e->line) < 0)
            return -1;
    }
    return 0;
}
