#include "chain.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/place.h"
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { CHAIN_LIMIT = 16 };

typedef struct chain {
    int count; /* from the file asked for (0) to the root */
    struct chain_file {
        char *path, *real;
        settings entries;
    } file[CHAIN_LIMIT];
} chain;

static void chain_free(chain *c)
{
    for (int i = 0; i < c->count; i++) {
        free(c->file[i].path);
        free(c->file[i].real);
        settings_free(&c->file[i].entries);
    }
}

const char *chain_section_rest(const char *section, const char *kind)
{
    size_t n = strlen(kind);
    if (strncmp(section, kind, n) != 0 || section[n] != ' ')
        return NULL;
    return section + n + strspn(section + n, " ");
}

const settings_entry *chain_section_first(const settings *list, const char *section)
{
    for (int i = 0; i < list->count; i++)
        if (strcmp(list->entry[i].section, section) == 0)
            return &list->entry[i];
    return NULL;
}

/* Removes "folder/.." and "./" where that names the same file, so that complaints show a short path. */
static char *path_tidy(char *path)
{
    char *tidy = take_text("%s", path), *before = realpath(path, NULL);
    for (char *up; tidy && (up = strstr(tidy, "/../")) && up > tidy;) {
        char *start = up;
        while (start > tidy && start[-1] != '/')
            start--;
        if (strncmp(start, "../", 3) == 0 || strncmp(start, "./", 2) == 0)
            break;
        memmove(start, up + 4, strlen(up + 4) + 1);
    }
    char *after = tidy ? realpath(tidy, NULL) : NULL;
    bool same = before && after && strcmp(before, after) == 0;
    free(before);
    free(after);
    free(same ? path : tidy);
    return same ? tidy : path;
}

/* The path of a file named in `from`, relative to its folder. New memory, or NULL. */
static char *path_beside(const char *from, const char *name)
{
    if (*name == '/')
        return take_text("%s", name);
    char *copy = take_text("%s", from);
    if (!copy)
        return NULL;
    const char *folder = dirname(copy);
    char *path = strcmp(folder, ".") == 0 ? take_text("%s", name) : take_text("%s/%s", folder, name);
    free(copy);
    return path ? path_tidy(path) : NULL;
}

static int check_circle(const chain *c, const struct chain_file *file, const settings_entry *from)
{
    for (int i = 0; from && i < c->count; i++)
        if (strcmp(c->file[i].real, file->real) == 0)
            return complain_at(from->file, from->line, "base '%s' leads back to %s; break the circle", from->value,
                               c->file[i].path);
    return 0;
}

/* The same if something is there, or else wherever place.h finds it. */
static char *path_named(const char *from, const char *name)
{
    char *path = path_beside(from, name), *other = NULL;
    if (!path || file_exists(path) || !(other = place_find(name, from)) || !file_exists(other)) {
        free(other);
        return path;
    }
    free(path);
    return other;
}

static int complain_base(const settings_entry *from)
{
    char *looked = place_looked(from->value, from->file);
    int status = looked ? complain_at(from->file, from->line,
                                      "base '%s' is not there (looked for %s); correct the path", from->value, looked)
                        : -1;
    free(looked);
    return status;
}

/* Takes over `path`. `from` is the entry that names it, or NULL. */
static int chain_add(chain *c, char *path, const settings_entry *from)
{
    struct chain_file file = { .path = path };
    int status = -1;
    if (path && from && c->count == CHAIN_LIMIT)
        complain_at(from->file, from->line, "the chain of bases has more than %d files; shorten it", (int)CHAIN_LIMIT);
    else if (path && from && !file_exists(path))
        complain_base(from);
    else if (path && !(file.real = realpath(path, NULL)))
        complain("%s: there is no such file; give the path of an experiment", path);
    else if (path)
        status = check_circle(c, &file, from);
    if (status == 0)
        status = settings_read(&file.entries, path);
    if (status < 0) {
        free(file.path);
        free(file.real);
        settings_free(&file.entries);
        return -1;
    }
    c->file[c->count++] = file;
    return 0;
}

static int chain_follow(chain *c, const char *path)
{
    if (chain_add(c, take_text("%s", path), NULL) < 0)
        return -1;
    const settings_entry *base;
    while ((base = settings_find(&c->file[c->count - 1].entries, "", "base")))
        if (chain_add(c, path_named(base->file, base->value), base) < 0)
            return -1;
    return 0;
}

static int check_scale_name(const char *root, const char *name, const settings_entry *from)
{
    if (!*name || strchr(name, '/'))
        return complain("'%s' is no name of a scale; give one of the names in scale/, without '/' and .ini", name);
    char *relative = take_text("scale/%s.ini", name), *path = relative ? path_named(root, relative) : NULL;
    free(relative);
    if (!path)
        return -1;
    int status = 0;
    if (!file_exists(path))
        status = from ? complain_at(from->file, from->line, "there is no scale '%s': %s is missing", name, path)
                      : complain("there is no scale '%s': %s is missing; choose one that is there", name, path);
    free(path);
    return status;
}

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

/* Is the key one of the list, which ends with NULL? */
static bool is_one_of(const char *const *keys, const char *key)
{
    while (*keys && strcmp(*keys, key) != 0)
        keys++;
    return *keys != NULL;
}

/* What a file says about its own report holds for no other's. */
static bool is_of_report(const settings_entry *e)
{
    static const char *const keys[] = { "title", "says", "caption", "note", NULL };
    return strcmp(e->section, "experiment") == 0 && is_one_of(keys, e->key);
}

/* What is said about rows goes with them. */
static bool goes_with_rows(const settings_entry *e)
{
    static const char *const keys[] = { "words", "layout", "comparable", NULL };
    return is_of_rows(e->section) || (strcmp(e->section, "columns") == 0 && is_one_of(keys, e->key));
}

/* A file's rows replace those of its base. */
static int drop_rows(settings *whole)
{
    settings kept = { 0 };
    for (int i = 0; i < whole->count; i++) {
        const settings_entry *e = &whole->entry[i];
        if (!goes_with_rows(e) && settings_set(&kept, e->section, e->key, e->value, e->file, e->line) < 0) {
            settings_free(&kept);
            return -1;
        }
    }
    settings_free(whole);
    *whole = kept;
    return 0;
}

/* Lays one file over `whole`; `base`: it is not the file asked for. */
static int lay_file(const settings *file, const char *root, bool base, settings *whole)
{
    if (has_rows(file) && drop_rows(whole) < 0)
        return -1;
    for (int i = 0; i < file->count; i++) {
        const settings_entry *e = &file->entry[i];
        const char *wanted = chain_section_rest(e->section, "scale");
        if (!*e->section && strcmp(e->key, "base") != 0)
            return complain_at(e->file, e->line,
                               "'%s' stands before the first [section], where only 'base' may; move it", e->key);
        if (!*e->section || (base && is_of_report(e)))
            continue;
        if (!wanted && settings_set(whole, e->section, e->key, e->value, e->file, e->line) < 0)
            return -1;
        if (wanted && !*e->key && check_scale_name(root, wanted, e) < 0)
            return -1;
    }
    return 0;
}

/* Lays the file's section for the chosen scale over `whole`. */
static int lay_scale_section(const settings *file, const char *scale, bool base, settings *whole)
{
    for (int i = 0; i < file->count; i++) {
        const settings_entry *e = &file->entry[i];
        const char *wanted = chain_section_rest(e->section, "scale");
        if (!wanted || !*e->key)
            continue;
        char *assignment = take_text("%s=%s", e->key, e->value);
        settings one = { 0 };
        bool chosen = scale && strcmp(wanted, scale) == 0;
        int status = assignment ? settings_set_text(&one, assignment, e->file, e->line) : -1;
        if (status == 0 && chosen && !(base && is_of_report(&one.entry[0])))
            status = settings_merge(whole, &one);
        settings_free(&one);
        free(assignment);
        if (status < 0)
            return -1;
    }
    return 0;
}

/* A scale fits every experiment, so it has no rows and no base. */
static int check_scale_file(const settings *file)
{
    for (int i = 0; i < file->count; i++) {
        const settings_entry *e = &file->entry[i];
        bool refused = is_of_rows(e->section) || strcmp(e->section, "columns") == 0;
        if (refused)
            return complain_at(e->file, e->line, "a scale holds for every experiment, so it has no [%s]; move it",
                               e->section);
        if (!*e->section)
            return complain_at(e->file, e->line, "'%s' stands before the first [section]; move it into one", e->key);
    }
    return 0;
}

static int lay_scale_file(const char *root, const char *scale, settings *whole)
{
    if (check_scale_name(root, scale, NULL) < 0)
        return -1;
    char *relative = take_text("scale/%s.ini", scale), *path = relative ? path_named(root, relative) : NULL;
    settings file = { 0 };
    int status = path ? settings_read(&file, path) : -1;
    if (status == 0)
        status = check_scale_file(&file);
    if (status == 0)
        status = settings_merge(whole, &file);
    settings_free(&file);
    free(relative);
    free(path);
    return status;
}

int chain_read(const char *path, const char *scale, settings *whole)
{
    chain c = { 0 };
    int status = chain_follow(&c, path);
    for (int i = c.count - 1; status == 0 && i >= 0; i--) {
        const char *root = c.file[c.count - 1].path;
        status = lay_file(&c.file[i].entries, root, i > 0, whole);
        if (status == 0 && i == c.count - 1 && scale)
            status = lay_scale_file(root, scale, whole);
        if (status == 0)
            status = lay_scale_section(&c.file[i].entries, scale, i > 0, whole);
    }
    chain_free(&c);
    return status;
}
