#include "dataset_spec.h"
#include "../base/diag.h"
#include "../base/place.h"
#include <stdlib.h>
#include <string.h>

/* run.data, if it holds a path, which then begins behind its first `skip` characters; else NULL. */
static settings_entry *find_path(const settings *list, size_t *skip)
{
    const settings_entry *entry = settings_find(list, "run", "data");
    const char *colon = entry ? strchr(entry->value, ':') : NULL;
    *skip = colon ? (size_t)(colon + 1 - entry->value) : 0;
    return colon ? &list->entry[entry - list->entry] : NULL;
}

int dataset_spec_place(const settings *list, const char **spec)
{
    size_t skip;
    settings_entry *entry = find_path(list, &skip);
    if (!entry)
        return 0;
    char *path = entry->place ? NULL : place_find(entry->value + skip, entry->file);
    if (path)
        entry->place = arena_print(list->memory, "%.*s%s", (int)skip, entry->value, path);
    free(path);
    *spec = entry->place;
    return entry->place ? 0 : -1;
}

int dataset_spec_check(const settings *list)
{
    size_t skip;
    const settings_entry *entry = find_path(list, &skip);
    return entry ? settings_check_path(entry, skip) : 0;
}

char *dataset_spec_short(const char *spec)
{
    size_t name = strcspn(spec, ":");
    return spec[name] ? take_text("%.*s:%s", (int)name, spec, place_short(spec + name + 1)) : take_text("%s", spec);
}
