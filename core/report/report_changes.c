#include "report_changes.h"
#include "../base/arena.h"
#include "../base/diag.h"
#include "../base/hash.h"
#include "../plugin/loader.h"
#include "../plugin/module_find.h"
#include <stdlib.h>
#include <string.h>

enum { ROWS_NAMED = 6 };

typedef struct change {
    const char *key, *now, *file; /* file: the value that the files have */
    const char *row[ROWS_NAMED];  /* the first rows in which it is so */
    int rows;
} change;

typedef struct changes {
    change *change;
    int count;
    arena *memory; /* of the texts */
} changes;

static void name_row(change *c, const char *row)
{
    if (c->rows < ROWS_NAMED)
        c->row[c->rows] = row;
    c->rows++;
}

/* Notes that the row's `key` is `now` and not `file`. */
static int add(changes *list, const char *key, const char *now, const char *file, const char *row)
{
    for (int i = 0; i < list->count; i++) {
        change *c = &list->change[i];
        if (strcmp(c->key, key) == 0 && strcmp(c->now, now) == 0 && strcmp(c->file, file) == 0) {
            name_row(c, row);
            return 0;
        }
    }
    if (!TAKE_ROOM(list->change, list->count, "the changes"))
        return -1;
    change *new = &list->change[list->count++];
    *new = (change){ .key = arena_text(list->memory, key),
                     .now = arena_text(list->memory, now),
                     .file = arena_text(list->memory, file) };
    name_row(new, row);
    return new->key &&new->now &&new->file ? 0 : -1;
}

/* ---- settings ---- */

typedef struct schema { /* of a section */
    const ablate_setting *rows;
    size_t size;
} schema;

/* Of the engine's sections or of a module; without rows: nobody knows the section. */
static schema schema_of(const char *section, const char *module_folders)
{
    if (strcmp(section, "run") == 0)
        return (schema){ run_settings_rows, sizeof(run_settings) };
    if (strcmp(section, "input") == 0)
        return (schema){ input_settings_rows, sizeof(input_settings) };
    if (strcmp(section, "optimiser") == 0)
        return (schema){ optimiser_settings_rows, sizeof(optimiser_settings) };
    const ablate_module *module = module_load(section, module_folders);
    if (!module)
        complaint_clear();
    return module ? (schema){ module->settings, module->settings_size } : (schema){ 0 };
}

/* All settings of the section, defaults too. 0, or -1: complained. */
static int resolve(const settings *list, const char *section, const schema *known, settings *into)
{
    char idle[80];
    snprintf(idle, sizeof idle, "seed|%s", run_settings_idle);
    void *filled = take_zeroed(1, known->size, "settings");
    int status = filled ? settings_fill(list, section, known->rows, filled) : -1;
    if (status == 0)
        status = settings_list(into, section, known->rows, filled, strcmp(section, "run") == 0 ? idle : NULL);
    free(filled);
    return status;
}

/* Both lists have the same keys. */
static int compare_values(changes *list, const settings *now, const settings *file, const experiment_row *row)
{
    int status = 0;
    for (int i = 0; i < now->count && status == 0; i++) {
        const settings_entry *e = &now->entry[i];
        if (strcmp(e->value, file->entry[i].value) == 0 || (row->swapped && settings_named(e, "run.model")))
            continue;
        /* where the data lie, not how they were called from some folder */
        const char *value = settings_named(e, "run.data") ? row->run.data : e->value;
        const char *name = arena_print(list->memory, "%s.%s", e->section, e->key);
        status = name ? add(list, name, value, file->entry[i].value, row->name) : -1;
    }
    return status;
}

static int section_changes(const experiment_row *row, const char *section, const char *module_folders, changes *list)
{
    settings files = row->settings, now = { 0 }, then = { 0 };
    files.count = row->own;
    const schema known = schema_of(section, module_folders);
    if (!known.rows)
        return 0;
    int status = resolve(&row->settings, section, &known, &now);
    if (status == 0)
        status = resolve(&files, section, &known, &then);
    if (status == 0)
        status = compare_values(list, &now, &then, row);
    settings_free(&now);
    settings_free(&then);
    return status;
}

/* Of each section that the command line has something for. */
static int row_changes(const experiment_row *row, const char *module_folders, changes *list)
{
    const settings_entry *entry = row->settings.entry;
    int status = 0;
    for (int i = row->own; i < row->settings.count && status == 0; i++) {
        bool seen = false;
        for (int k = row->own; k < i && !seen; k++)
            seen = strcmp(entry[k].section, entry[i].section) == 0;
        if (!seen)
            status = section_changes(row, entry[i].section, module_folders, list);
    }
    return status;
}

/* ---- modules ---- */

/* Is there a module of that name in the library too, and with other bytes than the one that is taken? */
static int module_changes(const char *name, const char *folders, const char *row, changes *list)
{
    char *taken = module_find(name, folders), *own = module_find(name, NULL);
    hash_digest a, b;
    int status = 0;
    complaint_clear(); /* a module that only one of both has changes none */
    if (taken && own && strcmp(taken, own) != 0)
        status = hash_file(taken, &a) < 0 || hash_file(own, &b) < 0 ? -1 : 0;
    if (status == 0 && taken && own && strcmp(taken, own) != 0 && memcmp(&a, &b, sizeof a) != 0) {
        const char *key = arena_print(list->memory, "module %s", name);
        status = key ? add(list, key, taken, "the library's own", row) : -1;
    }
    free(taken);
    free(own);
    return status;
}

/* The words of the row's line, and its data module. */
static int row_modules(const experiment_row *row, const char *folders, changes *list)
{
    char *rest = arena_print(list->memory, "%s %.*s", row->run.model, (int)strcspn(row->run.data, ":"), row->run.data);
    char *word;
    int status = rest ? 0 : -1;
    while (status == 0 && (word = strsep(&rest, " \t")) != NULL)
        if (*word)
            status = module_changes(word, folders, row->name, list);
    return status;
}

/* ---- all of them ---- */

static int compare_keys(const void *a, const void *b)
{
    const change *x = a, *y = b;
    int by_key = strcmp(x->key, y->key), by_file = strcmp(x->file, y->file);
    return by_key ? by_key : by_file ? by_file : strcmp(x->row[0], y->row[0]);
}

/* `rows`: how many rows there are, which need not be named where all have the change. */
static char *text_of(const changes *list, int rows)
{
    char *text = NULL;
    size_t length;
    FILE *to = open_memstream(&text, &length);
    for (int i = 0; to && i < list->count; i++) {
        const change *c = &list->change[i];
        fprintf(to, "%s%s = %s (the file has %s", i ? "; " : "", c->key, c->now, *c->file ? c->file : "none");
        for (int r = 0; c->rows < rows && r < c->rows && r < ROWS_NAMED; r++)
            fprintf(to, "%s%s", r ? ", " : c->rows > 1 ? " in rows " : " in row ", c->row[r]);
        if (c->rows < rows && c->rows > ROWS_NAMED)
            fprintf(to, " and %d more", c->rows - ROWS_NAMED);
        fputc(')', to);
    }
    if (to && fclose(to) == 0)
        return text;
    complain("out of memory for the changed settings");
    return NULL;
}

int report_changes_find(experiment *e, const runner_options *options, const char *module_folders)
{
    changes list = { .memory = arena_new() };
    char steps[24];
    int status = list.memory ? 0 : -1, rows = 0;
    snprintf(steps, sizeof steps, "%lld", (long long)options->most_steps);
    for (int i = 0; i < e->row_count && status == 0; i++) {
        const experiment_row *row = &e->rows[i];
        if (!row->applicable)
            continue;
        rows++;
        status = row_changes(row, module_folders, &list);
        if (status == 0 && options->most_steps > 0)
            status = add(&list, "--steps", steps, "no such limit", row->name);
        if (status == 0 && module_folders)
            status = row_modules(row, module_folders, &list);
    }
    if (list.count > 1)
        qsort(list.change, (size_t)list.count, sizeof *list.change, compare_keys);
    free(e->changes);
    e->changes = status == 0 ? text_of(&list, rows) : NULL;
    free(list.change);
    arena_free(list.memory);
    return e->changes ? 0 : -1;
}
