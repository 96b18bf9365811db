#include "experiment_printed.h"
#include "../base/words.h"
#include "chain.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DECIMALS = 3 };

bool experiment_is_printed(const char *section)
{
    return strcmp(section, "printed") == 0 || chain_section_rest(section, "printed");
}

/* "98.6" or "-", up to a blank. false: it is neither. */
static bool value_read(const char *text, size_t length, experiment_value *value)
{
    if (length == 1 && *text == '-') {
        *value = (experiment_value){ .percent = NAN };
        return true;
    }
    size_t whole = strspn(text, "0123456789");
    size_t decimals = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    if (whole == 0 || decimals > MOST_DECIMALS || whole + (text[whole] == '.') + decimals != length)
        return false;
    *value = (experiment_value){ strtod(text, NULL), (int)decimals };
    return value->percent <= 100;
}

int experiment_values_read(const settings_entry *entry, int columns, experiment_value *value)
{
    int n = 0;
    size_t length;
    for (const char *next = entry->value, *c; (c = word_next(&next, " ", &length)); n++) {
        experiment_value got;
        if (!value_read(c, length, &got))
            return settings_complain(
                entry,
                "'%s' must be percentages from 0 to 100 with at most %d decimals, or '-' for none; "
                "it is '%s'",
                entry->key, (int)MOST_DECIMALS, entry->value);
        if (n < columns)
            value[n] = got;
    }
    if (n != columns)
        return settings_complain(entry, "'%s' has %d values, there are %d columns; write '-' for what is not printed",
                                 entry->key, n, columns);
    return 0;
}

static const struct experiment_line *line_of(const experiment_printed *p, const char *class_name)
{
    for (int i = 0; i < p->lines; i++)
        if (strcmp(p->line[i].class_name, class_name) == 0)
            return &p->line[i];
    return NULL;
}

/* A nearer file's entry takes the place of a farther one's. */
static int class_read(const experiment *e, const settings_entry *entry, experiment_printed *p)
{
    if (line_of(p, entry->key))
        return 0;
    struct experiment_line *line = &p->line[p->lines++];
    line->class_name = entry->key;
    return experiment_values_read(entry, e->columns, line->value);
}

static int entry_read(const experiment *e, const settings_entry *entry, experiment_printed *p)
{
    if (strcmp(entry->key, "source") == 0)
        p->source = entry->value;
    else if (strcmp(entry->key, "mean") == 0)
        return experiment_values_read(entry, e->columns, p->mean);
    else if (strcmp(entry->key, e->total) == 0)
        return experiment_values_read(entry, 1, &p->total);
    else
        return class_read(e, entry, p);
    return 0;
}

static size_t section_size(const settings *list, const char *section)
{
    size_t size = 0;
    for (int i = 0; i < list->count; i++)
        size += strcmp(list->entry[i].section, section) == 0;
    return size;
}

/* Into the next of e->printed, which has room for it. */
static int section_read(experiment *e, const char *section, const char *name)
{
    const settings *whole = &e->whole;
    experiment_printed *p = &e->printed[e->printed_count++];
    *p = (experiment_printed){ .name = name, .source = "", .total.percent = NAN };
    for (int c = 0; c < EXPERIMENT_COLUMNS; c++)
        p->mean[c].percent = NAN;
    p->line = arena_take(whole->memory, section_size(whole, section) * sizeof *p->line);
    for (int i = 0; p->line && i < whole->count; i++) {
        const char *key = whole->entry[i].key;
        if (*key && strcmp(whole->entry[i].section, section) == 0 &&
            entry_read(e, settings_find(whole, section, key), p) < 0)
            return -1;
    }
    return p->line ? 0 : -1;
}

static const settings_entry *section_entry(const experiment *e, const char *name, const char *key)
{
    for (int i = 0; i < e->whole.count; i++) {
        const settings_entry *entry = &e->whole.entry[i];
        const char *rest = chain_section_rest(entry->section, "printed");
        if (rest && strcmp(rest, name) == 0 && strcmp(entry->key, key) == 0)
            return entry;
    }
    return NULL;
}

/* A class that one of two sections lacks is most likely mistyped in the other. */
static int same_classes(const experiment *e, const experiment_printed *p, const experiment_printed *other)
{
    for (int i = 0; i < p->lines; i++)
        if (!line_of(other, p->line[i].class_name)) {
            const settings_entry *entry = section_entry(e, p->name, p->line[i].class_name);
            return settings_complain(entry,
                                     "[printed %s] has no line for '%s'; correct the name, or give it a line there",
                                     other->name, p->line[i].class_name);
        }
    return 0;
}

int experiment_printed_read(experiment *e)
{
    const settings *whole = &e->whole;
    size_t sections = 0;
    for (int i = 0; i < whole->count; i++)
        sections += experiment_is_printed(whole->entry[i].section) && settings_begins(whole, i);
    e->printed = arena_take(whole->memory, sections * sizeof *e->printed);
    if (!e->printed)
        return -1;
    for (int i = 0; i < whole->count; i++) {
        const settings_entry *first = &whole->entry[i];
        const char *name = chain_section_rest(first->section, "printed");
        if (!experiment_is_printed(first->section) || !settings_begins(whole, i))
            continue;
        if (!name)
            return settings_complain(first, "printed values need a name; write [printed NAME]");
        if (section_read(e, first->section, name) < 0)
            return -1;
    }
    for (int i = 1; i < e->printed_count; i++)
        if (same_classes(e, &e->printed[i], &e->printed[0]) < 0 || same_classes(e, &e->printed[0], &e->printed[i]) < 0)
            return -1;
    return 0;
}
