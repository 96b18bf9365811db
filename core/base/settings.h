/* settings.h: what may be chosen, read from INI files, merged, poured into structs by schema, and listed again.
 *
 * A `settings` is a list of entries; where two have the same section and key, the later wins. A schema is a {0}-ended
 * list of `ablate_setting` rows (setting.h). Nothing is silently accepted: an unknown key, a wrong type, a value out of
 * range, a key or a section twice in one file are complaints with file:line and what would be right.
 *
 * Format of a file: `[section]`, `key = value` or `key: value`, comments from `;` (first in a line or after a blank) or
 * `#` (first in a line); an indented line continues the value above. */
#ifndef ABLATE_SETTINGS_H
#define ABLATE_SETTINGS_H
#include "../setting.h"
#include "arena.h"
#include "diag.h"
#include <stdio.h>

typedef struct settings_entry { /* an empty key marks the line of a [section] */
    const char *section, *key, *value, *file;
    int line;
    bool used;         /* some schema knows it */
    const char *place; /* of a path: where it leads, once some settings_fill has asked; else NULL */
} settings_entry;

typedef struct settings { /* zeroed = empty */
    settings_entry *entry;
    int count, room;
    arena *memory; /* of the entries and of texts that were read; made with the first unless it is there */
} settings;

/* Releases the memory: the entries and every text that settings_fill handed out. Of lists that share one memory, only
 * one is freed. */
void settings_free(settings *);

/* The list's memory, made if there is none. NULL: complained. */
arena *settings_memory(settings *);

/* Appends the entries of an INI file. 0, or -1: complained. `path` appears in later complaints as it is. */
int settings_read(settings *, const char *path);

/* Appends one entry; the texts must outlive the list. 0, or -1: out of memory. */
int settings_set(settings *, const char *section, const char *key, const char *value, const char *file, int line);
int settings_add(settings *, const settings_entry *);

/* Appends "section.key=value" (of the command line, or of a row), copied. 0, or -1: complained. */
int settings_set_text(settings *, const char *assignment, const char *file, int line);

/* Appends the setting of that name, "section.key", with a value that is printed; copied. 0, or -1: complained. */
int settings_put(settings *, const char *name, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Appends all entries of `from`, with their texts if it has another memory. 0, or -1: out of memory. */
int settings_merge(settings *, const settings *from);

/* The entry that wins, or NULL; does not mark it used. */
const settings_entry *settings_find(const settings *, const char *section, const char *key);

/* The first entry of a section, be it the line of its name or not; NULL: there is none. */
const settings_entry *settings_first(const settings *, const char *section);

/* Is the i-th entry the first of its section? */
bool settings_begins(const settings *, int i);

/* Is the entry one of these, written "section.key", blanks between? NULL: there are none. */
bool settings_named(const settings_entry *, const char *names);

/* Have both lists the same settings of the same values in the same order, but for those named? */
bool settings_same(const settings *, const settings *, const char *but);

/* complain_at for an entry: settings_complain(entry, "...", ...). */
#define settings_complain(entry, ...) complain_at((entry)->file, (entry)->line, __VA_ARGS__)

/* ---- into structs (settings_fill.c) ---- */

/* Fills the struct at `into`: defaults, then the section's values, checked by the rows (NULL: none are allowed). Marks
 * the section's entries used. A TEXT field points into the settings and lives as long; a TEXT without default is "". A
 * PATH field is the same with the absolute path that place_find makes of it.
 * 0, or -1: complained, e.g. "experiments/x.ini:3: 'mix.experts' must be an integer from 1 to 64; it is 'five'". */
int settings_fill(const settings *, const char *section, const ablate_setting *rows, void *into);

/* Complains of the first PATH among them that is relative and leads nowhere, with the places that were looked at. 0 or
 * -1. */
int settings_check_paths(const settings *, const char *section, const ablate_setting *rows);

/* The same of one entry, whose value has the path behind its first `skip` characters. */
int settings_check_path(const settings_entry *, size_t skip);

/* As settings_fill, of `key=value key="a value"` in one text (NULL: all defaults), e.g. the attributes of an operation.
 * `what` names whose they are; `at` says where they stand. *owned receives the memory of the TEXT values, which the
 * caller frees when the struct is no longer needed; it is NULL after -1 (complained). */
int settings_fill_text(const char *attributes, const ablate_setting *rows, void *into, ablate_at at, const char *what,
                       char **owned);

/* 0 if some settings_fill knew every entry; else -1 and the complaint about the first that none did, with the nearest
 * of the `n` known sections. */
int settings_check_used(const settings *, const char *const *known, int n);

/* Words of the row's range: "an integer from 1 to 64", "one of a, b", "yes or no". Returns `text`. */
const char *settings_range(const ablate_setting *, char text[200]);

/* Number of insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
int settings_distance(const char *a, const char *b);

/* The nearest of n words, or NULL if n is 0. */
const char *settings_nearest(const char *word, const char *const *words, int n);

/* ---- and back (settings_print.c) ---- */

/* Can these rows fill a struct of `size` bytes, and is each default allowed? 0, or -1 and `why` in words. */
int settings_check_rows(const ablate_setting *rows, size_t size, char why[160]);

/* Appends an entry a row, in the rows' order, with the value that the filled struct at `from` holds: the resolved
 * settings in canonical form (numbers as number.h writes them, paths within the kit counted from there), for hashes and
 * provenance. `skip`, if not NULL, is a list "a|b" of names left out. 0, or -1: out of memory. */
int settings_list(settings *, const char *section, const ablate_setting *rows, const void *from, const char *skip);

/* The entries as lines "section.key = value"; settings_lines as new memory, NULL: complained. */
void settings_print(const settings *, FILE *);
char *settings_lines(const settings *);

#endif
