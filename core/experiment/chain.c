#include "chain.h"
#include "../base/file.h"
#include "../base/place.h"
#include "../base/words.h"
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_LIMIT = 16 };

typedef struct chain_file {
    const char *path, *real;
    settings rows, entries; /* rows: of the file that it names for that */
} chain_file;

typedef struct chain {
    arena *memory; /* of the whole, and so of all texts */
    int count;     /* from the file asked for (0) to the root */
    chain_file file[CHAIN_LIMIT];
} chain;

const char *chain_section_rest(const char *section, const char *kind)
{
    size_t n = strlen(kind);
    if (strncmp(section, kind, n) != 0 || section[n] != ' ')
        return NULL;
    return section + n + strspn(section + n, " ");
}

/* ---- paths ---- */

/* A path without links, or NULL: there is nothing. */
static const char *path_real(arena *memory, const char *path)
{
    return arena_keep(memory, realpath(path, NULL));
}

/* Removes "folder/.." and "./" where that names the same file, so that complaints show a short path. */
static const char *path_tidy(arena *memory, const char *path)
{
    char *tidy = arena_text(memory, path);
    for (char *up; tidy && (up = strstr(tidy, "/../")) && up > tidy;) {
        char *start = up;
        while (start > tidy && start[-1] != '/')
            start--;
        if (strncmp(start, "../", 3) == 0 || strncmp(start, "./", 2) == 0)
            break;
        memmove(start, up + 4, strlen(up + 4) + 1);
    }
    const char *before = path_real(memory, path), *after = tidy ? path_real(memory, tidy) : NULL;
    return before && after && strcmp(before, after) == 0 ? tidy : path;
}

/* The path of a file named in `from`, relative to its folder. NULL: complained. */
static const char *path_beside(arena *memory, const char *from, const char *name)
{
    if (*name == '/')
        return name;
    char *copy = arena_text(memory, from);
    const char *folder = copy ? dirname(copy) : NULL;
    const char *path = !folder || strcmp(folder, ".") == 0 ? name : arena_print(memory, "%s/%s", folder, name);
    return folder && path ? path_tidy(memory, path) : NULL;
}

/* The same if something is there, or else wherever place.h finds it. */
static const char *path_named(arena *memory, const char *from, const char *name)
{
    const char *path = path_beside(memory, from, name);
    if (!path || file_exists(path))
        return path;
    char *other = place_find(name, from);
    if (other && file_exists(other))
        path = arena_text(memory, other);
    free(other);
    return path;
}

/* ---- from the file asked for to the root ---- */

static int check_circle(const chain *c, const chain_file *file, const settings_entry *from)
{
    for (int i = 0; from && i < c->count; i++)
        if (strcmp(c->file[i].real, file->real) == 0)
            return settings_complain(from, "base '%s' leads back to %s; break the circle", from->value,
                                     c->file[i].path);
    return 0;
}

static int complain_missing(const settings_entry *from)
{
    char *looked = place_looked(from->value, from->file);
    int status = looked ? settings_complain(from, "%s '%s' is not there (looked for %s); correct the path", from->key,
                                            from->value, looked)
                        : -1;
    free(looked);
    return status;
}

/* ---- rows of another file ---- */

/* Of a file of rows: is the entry a row's, or a scale's about one? */
static bool is_for_rows(const settings_entry *e)
{
    bool of_scale = chain_section_rest(e->section, "scale") != NULL;
    return chain_section_rest(e->section, "row") || (of_scale && (!*e->key || strncmp(e->key, "row ", 4) == 0));
}

static int check_rows(const settings *rows)
{
    for (int i = 0; i < rows->count; i++) {
        const settings_entry *e = &rows->entry[i];
        if (!*e->section)
            return settings_complain(e,
                                     "'%s' stands before the first [section], where a file of rows has nothing: it "
                                     "names no other file; delete it",
                                     e->key);
        if (!is_for_rows(e))
            return settings_complain(e,
                                     "%s%s%s[%s] is of no row: a file of rows holds [row NAME], and [scale NAME] with "
                                     "keys 'row NAME.section.key'; move it to the file that names this one",
                                     *e->key ? "'" : "", e->key, *e->key ? "' of " : "", e->section);
    }
    return 0;
}

/* The file that `rows = ...` names, if the file has that. */
static int add_rows(const chain *c, chain_file *file)
{
    const settings_entry *from = settings_find(&file->entries, "", "rows");
    const char *path = from ? path_named(c->memory, from->file, from->value) : NULL;
    if (!from)
        return 0;
    if (path && !file_exists(path))
        return complain_missing(from);
    return !path || settings_read(&file->rows, path) < 0 ? -1 : check_rows(&file->rows);
}

/* `from` is the entry that names it, or NULL. */
static int chain_add(chain *c, const char *path, const settings_entry *from)
{
    if (!path)
        return -1;
    if (c->count == CHAIN_LIMIT)
        return settings_complain(from, "the chain of bases has more than %d files; shorten it", (int)CHAIN_LIMIT);
    if (from && !file_exists(path))
        return complain_missing(from);
    chain_file *file = &c->file[c->count];
    *file = (chain_file){ path, path_real(c->memory, path), { .memory = c->memory }, { .memory = c->memory } };
    if (!file->real)
        return complain("%s: there is no such file; give the path of an experiment", path);
    if (check_circle(c, file, from) < 0)
        return -1;
    c->count++;
    return settings_read(&file->entries, path) < 0 ? -1 : add_rows(c, file);
}

static int chain_follow(chain *c, const char *path)
{
    const settings_entry *base = NULL;
    int status = chain_add(c, path, NULL);
    while (status == 0 && (base = settings_find(&c->file[c->count - 1].entries, "", "base")))
        status = chain_add(c, path_named(c->memory, base->file, base->value), base);
    return status;
}

/* The path of a scale's file, which is there. `from` is the entry that names it, or NULL. NULL: complained. */
static const char *find_scale(const chain *c, const char *name, const settings_entry *from)
{
    if (!*name || strchr(name, '/')) {
        complain("'%s' is no name of a scale; give one of the names in scale/, without '/' and .ini", name);
        return NULL;
    }
    const char *relative = arena_print(c->memory, "scale/%s.ini", name);
    const char *path = relative ? path_named(c->memory, c->file[c->count - 1].path, relative) : NULL;
    if (!path || file_exists(path))
        return path;
    if (from)
        settings_complain(from, "there is no scale '%s': %s is missing", name, path);
    else
        complain("there is no scale '%s': %s is missing; choose one that is there", name, path);
    return NULL;
}

/* ---- laid over each other ---- */

static bool is_row(const char *section)
{
    return chain_section_rest(section, "row") || strcmp(section, "grid") == 0;
}

/* Sections of two words are what an axis of a grid stands for. */
static bool is_of_rows(const char *section)
{
    return is_row(section) || strchr(section, ' ');
}

static bool has_rows(const settings *list)
{
    for (int i = 0; i < list->count; i++)
        if (is_row(list->entry[i].section))
            return true;
    return false;
}

/* What a file says about its own report holds for no other's. */
static bool is_of_report(const settings_entry *e)
{
    return strcmp(e->section, "experiment") == 0 && word_listed("title says caption note", " ", e->key);
}

/* What is said about rows goes with them. */
static bool goes_with_rows(const settings_entry *e)
{
    return is_of_rows(e->section) ||
           (strcmp(e->section, "columns") == 0 && word_listed("words layout comparable gain", " ", e->key));
}

/* A file's rows replace those of its base. */
static void drop_rows(settings *whole)
{
    int kept = 0;
    for (int i = 0; i < whole->count; i++)
        if (!goes_with_rows(&whole->entry[i]))
            whole->entry[kept++] = whole->entry[i];
    whole->count = kept;
}

/* Lays entries over `whole`; `base`: they are not of the file asked for. */
static int lay_entries(const chain *c, const settings *file, bool base, settings *whole)
{
    for (int i = 0; i < file->count; i++) {
        const settings_entry *e = &file->entry[i];
        const char *wanted = chain_section_rest(e->section, "scale");
        if (!*e->section && !word_listed("base rows", " ", e->key))
            return settings_complain(
                e, "'%s' stands before the first [section], where only 'base' and 'rows' may; move it", e->key);
        if (!*e->section || (base && is_of_report(e)))
            continue;
        if (!wanted && settings_add(whole, e) < 0)
            return -1;
        if (wanted && !*e->key && !find_scale(c, wanted, e))
            return -1;
    }
    return 0;
}

/* Lays one file over `whole`, first the rows that it takes from another. */
static int lay_file(const chain *c, const chain_file *file, bool base, settings *whole)
{
    if (file->rows.count > 0 || has_rows(&file->entries))
        drop_rows(whole);
    return lay_entries(c, &file->rows, base, whole) < 0 ? -1 : lay_entries(c, &file->entries, base, whole);
}

/* Lays the file's section for the chosen scale over `whole`; those of other scales are looked at all the same. */
static int lay_scale_section(const settings *file, const char *scale, bool base, settings *whole)
{
    for (int i = 0; i < file->count; i++) {
        const settings_entry *e = &file->entry[i];
        const char *wanted = chain_section_rest(e->section, "scale");
        if (!wanted || !*e->key)
            continue;
        const char *assignment = arena_print(whole->memory, "%s=%s", e->key, e->value);
        if (!assignment || settings_set_text(whole, assignment, e->file, e->line) < 0)
            return -1;
        if (!scale || strcmp(wanted, scale) != 0 || (base && is_of_report(&whole->entry[whole->count - 1])))
            whole->count--;
    }
    return 0;
}

/* A scale fits every experiment, so it has no rows and no base. */
static int check_scale_file(const settings *file)
{
    for (int i = 0; i < file->count; i++) {
        const settings_entry *e = &file->entry[i];
        if (is_of_rows(e->section) || strcmp(e->section, "columns") == 0)
            return settings_complain(e, "a scale holds for every experiment, so it has no [%s]; move it", e->section);
        if (!*e->section)
            return settings_complain(e, "'%s' stands before the first [section]; move it into one", e->key);
    }
    return 0;
}

static int lay_scale_file(const chain *c, const char *scale, settings *whole)
{
    settings file = { .memory = c->memory };
    const char *path = find_scale(c, scale, NULL);
    if (!path || settings_read(&file, path) < 0 || check_scale_file(&file) < 0)
        return -1;
    return settings_merge(whole, &file);
}

int chain_read(const char *path, const char *scale, settings *whole)
{
    chain c = { .memory = whole->memory };
    int status = chain_follow(&c, path);
    for (int i = c.count - 1; status == 0 && i >= 0; i--) {
        status = lay_file(&c, &c.file[i], i > 0, whole);
        if (status == 0 && i == c.count - 1 && scale)
            status = lay_scale_file(&c, scale, whole);
        if (status == 0)
            status = lay_scale_section(&c.file[i].rows, scale, i > 0, whole);
        if (status == 0)
            status = lay_scale_section(&c.file[i].entries, scale, i > 0, whole);
    }
    return status;
}
