#include "experiment_row.h"
#include "../base/stop.h"
#include "../base/words.h"
#include "chain.h"
#include "experiment_claim.h"
#include "experiment_printed.h"
#include "experiment_swap.h"
#include "grid_bundle.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Sections about the experiment as such; all others belong to its runs. */
static bool is_special(const char *section)
{
    return word_listed("experiment columns grid", " ", section) || chain_section_rest(section, "row") ||
           grid_bundle_is(section) || experiment_is_printed(section) || experiment_is_claim(section);
}

/* What all rows have, once for all of them. */
static int list_common(experiment *e)
{
    const settings *whole = &e->whole;
    e->common.memory = whole->memory;
    for (int i = 0; i < whole->count; i++)
        if (!is_special(whole->entry[i].section) && settings_add(&e->common, &whole->entry[i]) < 0)
            return -1;
    return 0;
}

static int baseline_read(experiment_row *row, const settings_entry *entry)
{
    row->baseline = strcmp(entry->value, "yes") == 0;
    return row->baseline || strcmp(entry->value, "no") == 0
               ? 0
               : settings_complain(entry, "'baseline' must be yes or no; it is '%s'", entry->value);
}

static int needs_read(experiment_row *row, const settings_entry *entry)
{
    const char *dot = strchr(entry->value, '.');
    row->needs = entry->value;
    return dot > entry->value && dot[1] && !strpbrk(entry->value, " \t")
               ? 0
               : settings_complain(entry, "'needs' must name one setting, section.key; it is '%s'", entry->value);
}

static int group_read(experiment_row *row, const settings_entry *entry)
{
    row->group = entry->value;
    return *entry->value ? 0 : settings_complain(entry, "'group' has no name; give one, or delete the line");
}

static int row_set_entry(const experiment *e, experiment_row *row, const settings_entry *entry)
{
    static const char *const keys[] = { "model", "paper", "baseline", "needs", "group" };
    if (strcmp(entry->key, "model") == 0)
        return settings_set(&row->settings, "run", "model", entry->value, entry->file, entry->line);
    if (strcmp(entry->key, "paper") == 0)
        return experiment_values_read(entry, e->columns, row->paper);
    if (strcmp(entry->key, "baseline") == 0)
        return baseline_read(row, entry);
    if (strcmp(entry->key, "needs") == 0)
        return needs_read(row, entry);
    if (strcmp(entry->key, "group") == 0)
        return group_read(row, entry);
    const char *dot = strchr(entry->key, '.');
    if (!dot)
        return settings_complain(entry,
                                 "'%s' is no key of a row; the nearest is '%s', and settings are written "
                                 "section.key",
                                 entry->key, settings_nearest(entry->key, keys, 5));
    const char *section = arena_print(row->settings.memory, "%.*s", (int)(dot - entry->key), entry->key);
    if (!section)
        return -1;
    if (is_special(section))
        return settings_complain(entry, "a row cannot change [%s]; move '%s' there", section, dot + 1);
    return settings_set(&row->settings, section, dot + 1, entry->value, entry->file, entry->line);
}

static int row_override(experiment_row *row, const experiment_options *options)
{
    settings *all = &row->settings;
    const char *data = options->data ? arena_text(all->memory, options->data) : NULL;
    const char *seeds = options->seeds ? arena_print(all->memory, "%d", options->seeds) : NULL;
    int status = (options->data && !data) || (options->seeds && !seeds) ? -1 : 0;
    row->own = all->count;
    if (status == 0 && data)
        status = settings_set(all, "run", "data", data, "--data", 1);
    if (status == 0 && seeds)
        status = settings_set(all, "run", "seeds", seeds, "--seeds", 1);
    for (int i = 0; i < options->sets && status == 0; i++)
        status = settings_set_text(all, options->set[i], "--set", i + 1);
    return status == 0 ? experiment_swap_row(row, options) : -1;
}

const settings_entry *experiment_row_own(const experiment_row *row, const char *section, const char *key)
{
    settings files = row->settings;
    files.count = row->own;
    return settings_find(&files, section, key);
}

int experiment_row_list(const experiment_row *row, int seed, settings *into)
{
    run_settings run = row->run;
    run.seed = seed;
    if (run_settings_list(&run, into) < 0 || settings_list(into, "input", input_settings_rows, &row->input, NULL) < 0)
        return -1;
    return settings_list(into, "optimiser", optimiser_settings_rows, &row->optimiser, NULL);
}

model_request experiment_row_model(const experiment_row *row, const run_settings *run, const ablate_module *data,
                                   const char *module_folders)
{
    return (model_request){ run, &row->input, &row->settings, data, module_folders, row->at, NULL, NULL };
}

/* A new row with the common settings; NULL: complained, or `name` is NULL. */
static experiment_row *row_begin(experiment *e, const char *name, const char *file, int line)
{
    for (int i = 0; name && i < e->row_count; i++)
        if (strcmp(e->rows[i].name, name) == 0) {
            complain_at(file, line, "row '%s' is there twice, first at %s:%d; rename one", name, e->rows[i].at.file,
                        e->rows[i].at.line);
            return NULL;
        }
    if (!name || !TAKE_ROOM(e->rows, e->row_count, "rows"))
        return NULL;
    experiment_row *row = &e->rows[e->row_count++];
    *row = (experiment_row){ .name = name, .group = "run here", .applicable = true, .cell = -1, .at = { file, line } };
    row->settings.memory = e->whole.memory;
    for (int c = 0; c < EXPERIMENT_COLUMNS; c++)
        row->paper[c].percent = NAN;
    return settings_merge(&row->settings, &e->common) < 0 ? NULL : row;
}

static int row_end(const experiment *e, experiment_row *row, const experiment_options *options)
{
    const settings *all = &row->settings;
    if (row_override(row, options) < 0 || run_settings_fill(all, &row->run) < 0 ||
        settings_fill(all, "input", input_settings_rows, &row->input) < 0 ||
        settings_fill(all, "optimiser", optimiser_settings_rows, &row->optimiser) < 0)
        return -1;
    for (int i = 0; i < e->words; i++)
        row->tick[i] = word_listed(row->run.model, " ", e->word[i]);
    return 0;
}

/* Has the setting that the row needs a value? Not where --swap puts the setting's module into every line: there the row
 * would be another's twin. 1, 0, or -1: complained. */
static int row_has_needed(const experiment_row *row, const experiment_options *options)
{
    const settings *all = &row->settings;
    const char *dot = row->needs ? strchr(row->needs, '.') : NULL;
    if (!dot)
        return 1;
    const char *section = arena_print(all->memory, "%.*s", (int)(dot - row->needs), row->needs);
    const settings_entry *entry = section ? settings_find(all, section, dot + 1) : NULL;
    for (int i = 0; section && i < options->swaps; i++) {
        experiment_swap s;
        if (experiment_swap_read(all, options->swap[i], &s) < 0)
            return -1;
        entry = strcmp(s.new, section) == 0 ? NULL : entry;
    }
    return !section ? -1 : entry && *entry->value;
}

/* The last row is not there, which is noted. */
static int row_leave_out(experiment *e)
{
    const experiment_row *row = &e->rows[--e->row_count];
    e->absent = arena_print(e->whole.memory, "%s%s%s (%s)", e->absent, *e->absent ? ", " : "", row->name, row->needs);
    return e->absent ? 0 : -1;
}

/* All entries of "row NAME", of whatever file, the nearest file's last. */
static int read_row(experiment *e, const settings_entry *first, const experiment_options *options)
{
    experiment_row *row = row_begin(e, chain_section_rest(first->section, "row"), first->file, first->line);
    if (!row)
        return -1;
    for (int i = 0; i < e->whole.count; i++) {
        const settings_entry *entry = &e->whole.entry[i];
        if (*entry->key && strcmp(entry->section, first->section) == 0 && row_set_entry(e, row, entry) < 0)
            return -1;
    }
    int has = row_end(e, row, options) < 0 ? -1 : row_has_needed(row, options);
    return has == 0 ? row_leave_out(e) : has < 0 ? -1 : 0;
}

static int row_set_cell(const experiment *e, experiment_row *row, int cell)
{
    settings set = { .memory = e->whole.memory };
    int status = grid_set(&e->grid, cell, &set);
    for (int i = 0; status == 0 && i < set.count; i++)
        status = row_set_entry(e, row, &set.entry[i]);
    return status;
}

static int read_cell(experiment *e, int cell, const experiment_options *options)
{
    const settings_entry *axis = e->grid.axis[0].entry, *paper = grid_paper(&e->grid, cell);
    int allowed = grid_allows(&e->grid, cell);
    experiment_row *row = allowed < 0 ? NULL : row_begin(e, grid_name(&e->grid, cell), axis->file, axis->line);
    if (!row || row_set_cell(e, row, cell) < 0)
        return -1;
    row->applicable = allowed;
    row->cell = cell;
    if (paper && experiment_values_read(paper, e->columns, row->paper) < 0)
        return -1;
    return row_end(e, row, options);
}

static int read_grid(experiment *e, const experiment_options *options)
{
    int status = grid_read(&e->whole, &e->grid);
    for (int cell = 0; status == 0 && cell < e->grid.cells; cell++)
        status = read_cell(e, cell, options);
    return status;
}

static bool is_row(const char *section)
{
    return strncmp(section, "row", 3) == 0 && (!section[3] || section[3] == ' ');
}

/* "row NAME.section.key" of a scale's section changes a row that must be there. */
static int read_section(experiment *e, const settings_entry *first, const experiment_options *options)
{
    if (strcmp(first->section, "row") == 0)
        return settings_complain(first, "a row needs a name; write [row NAME]");
    const settings_entry *name = settings_find(&e->whole, first->section, "");
    return name ? read_row(e, name, options)
                : settings_complain(first, "there is no [%s] whose settings this could change", first->section);
}

int experiment_rows_read(experiment *e, const experiment_options *options)
{
    e->absent = "";
    if (list_common(e) < 0)
        return -1;
    for (int i = 0; i < e->whole.count; i++) {
        if (is_row(e->whole.entry[i].section) && settings_begins(&e->whole, i) &&
            read_section(e, &e->whole.entry[i], options) < 0)
            return -1;
        if (stop_asked())
            return stop_complain("the rows of %s were being read; the same command begins with them", e->path);
    }
    if (read_grid(e, options) < 0)
        return -1;
    if (e->row_count > 0)
        return 0;
    if (*e->absent)
        return complain("%s: each of its rows needs a setting that has no value: %s; give one", e->path, e->absent);
    experiment_row *row = row_begin(e, e->name, e->path, 1);
    return row ? row_end(e, row, options) : -1;
}
