/* settings.h: what may be chosen, read from INI files (inih), merged, and poured into structs by schema.
 *
 * A `settings` is a list of entries; where two have the same section and key, the later wins. A schema is a {0}-ended
 * list of `ablate_setting` rows (setting.h). Nothing is silently accepted: an unknown key, a wrong type, a value out of
 * range, a key or a section twice in one file are complaints with file:line and what would be right.
 *
 * Format of a file: `[section]`, `key = value`, comments from `;` (anywhere after a blank) or `#` (first in a line), an
 * indented line continues the value above. Lines have at most 190 characters. */
#ifndef ABLATE_SETTINGS_H
#define ABLATE_SETTINGS_H
#include "../setting.h"
#include <stdio.h>

typedef struct settings_entry { /* an empty key marks the line of a [section] */
    char *section, *key, *value, *file;
    int line;
    bool used;   /* some schema knows it */
    char *place; /* of a path: where it leads, once some settings_fill has asked; else NULL */
} settings_entry;

typedef struct settings { /* zeroed = empty; owns its entries */
    settings_entry *entry;
    int count, room;
} settings;

/* Releases the entries and every text that settings_fill handed out; the list is empty afterwards. */
void settings_free(settings *);

/* Appends the entries of an INI file. 0, or -1: complained. `path` appears in later complaints as it is. */
int settings_read(settings *, const char *path);

/* Appends one entry; all texts are copied. 0, or -1: out of memory. */
int settings_set(settings *, const char *section, const char *key, const char *value, const char *file, int line);

/* Appends "section.key=value" (of the command line, or of a row). 0, or -1: complained. */
int settings_set_text(settings *, const char *assignment, const char *file, int line);

/* Appends copies of all entries of `from`. 0, or -1: out of memory. */
int settings_merge(settings *, const settings *from);

/* The entry that wins, or NULL; does not mark it used. */
const settings_entry *settings_find(const settings *, const char *section, const char *key);

/* The i-th of the distinct sections in order of appearance, or NULL when there are no more. */
const char *settings_section(const settings *, int i);

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

/* The same for `key=value key="a value"` in one text (NULL: all defaults), e.g. the attributes of an operation. `what`
 * names whose they are; `file`, `line` say where they stand. *owned receives the memory of the TEXT values, which the
 * caller frees when the struct is no longer needed; it is NULL after -1 (complained). */
int settings_fill_text(const char *attributes, const ablate_setting *rows, void *into, const char *file, int line,
                       const char *what, char **owned);

/* 0 if some settings_fill knew every entry; else -1 and the complaint about the first that none did, with the nearest
 * of the `n` known sections. */
int settings_check_used(const settings *, const char *const *known, int n);

/* Can these rows fill a struct of `size` bytes, and is each default allowed? 0, or -1 and `why` in words. */
int settings_check_rows(const ablate_setting *rows, size_t size, char why[160]);

/* Writes "section.key = value" lines, one a row in the rows' order, with the value that the filled struct at `from`
 * holds: the resolved settings in canonical form (numbers as number.h writes them, paths within the kit counted from
 * there), for hashes and provenance. `skip`, if not NULL, is a list "a|b" of names left out. */
void settings_print(const char *section, const ablate_setting *rows, const void *from, const char *skip, FILE *);

/* Words of the row's range: "an integer from 1 to 64", "one of a, b", "yes or no". Returns `text`. */
const char *settings_range(const ablate_setting *, char text[200]);

/* Number of insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
int settings_distance(const char *a, const char *b);

/* The nearest of n words, or NULL if n is 0. */
const char *settings_nearest(const char *word, const char *const *words, int n);

#endif
