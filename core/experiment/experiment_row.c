#include "experiment_row.h"
#include "../base/diag.h"
#include "chain.h"
#include "experiment_printed.h"
#include "grid.h"
#include "grid_bundle.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void experiment_row_free(experiment_row *row)
{
    free(row->name);
    settings_free(&row->settings);
}

/* Sections about the experiment as such; all others belong to its runs. */
static bool is_special(const char *section)
{
    return strcmp(section, "experiment") == 0 || strcmp(section, "columns") == 0 || strcmp(section, "grid") == 0 ||
           chain_section_rest(section, "row") || grid_bundle_is(section) || experiment_is_printed(section);
}

static int copy_common(const settings *whole, settings *into)
{
    for (int i = 0; i < whole->count; i++) {
        const settings_entry *e = &whole->entry[i];
        if (!is_special(e->section) && settings_set(into, e->section, e->key, e->value, e->file, e->line) < 0)
            return -1;
    }
    return 0;
}

static int row_set_entry(const experiment *e, experiment_row *row, const settings_entry *entry)
{
    static const char *const keys[] = { "model", "paper" };
    if (strcmp(entry->key, "model") == 0)
        return settings_set(&row->settings, "run", "model", entry->value, entry->file, entry->line);
    if (strcmp(entry->key, "paper") == 0)
        return experiment_values_read(entry, e->columns, row->paper);
    const char *dot = strchr(entry->key, '.');
    if (!dot)
        return complain_at(entry->file, entry->line,
                           "'%s' is no key of a row; the nearest is '%s', and settings are written "
                           "section.key",
                           entry->key, settings_nearest(entry->key, keys, 2));
    char *section = take_text("%.*s", (int)(dot - entry->key), entry->key);
    if (!section)
        return -1;
    int status;
    if (is_special(section))
        status = complain_at(entry->file, entry->line, "a row cannot change [%s]; move '%s' there", section, dot + 1);
    else
        status = settings_set(&row->settings, section, dot + 1, entry->value, entry->file, entry->line);
    free(section);
    return status;
}

static int row_override(experiment_row *row, const experiment_options *options)
{
    char seeds[16];
    row->own = row->settings.count;
    snprintf(seeds, sizeof seeds, "%d", options->seeds);
    if (options->data && settings_set(&row->settings, "run", "data", options->data, "--data", 1) < 0)
        return -1;
    if (options->seeds && settings_set(&row->settings, "run", "seeds", seeds, "--seeds", 1) < 0)
        return -1;
    for (int i = 0; i < options->sets; i++)
        if (settings_set_text(&row->settings, options->set[i], "--set", i + 1) < 0)
            return -1;
    return 0;
}

const settings_entry *experiment_row_own(const experiment_row *row, const char *section, const char *key)
{
    settings files = row->settings;
    files.count = row->own;
    return settings_find(&files, section, key);
}

int experiment_row_print(const experiment_row *row, int seed, FILE *to)
{
    run_settings run = row->run;
    run.seed = seed;
    if (run_settings_print(&run, to) < 0)
        return -1;
    settings_print("input", input_settings_rows, &row->input, NULL, to);
    settings_print("optimiser", optimiser_settings_rows, &row->optimiser, NULL, to);
    return 0;
}

model_request experiment_row_model(const experiment_row *row, const run_settings *run, const dataset *data,
                                   const char *module_folders)
{
    return (model_request){ run, &row->input, &row->settings, data, module_folders, { row->file, row->line } };
}

bool experiment_line_holds(const char *line, const char *word)
{
    size_t length = strlen(word);
    for (const char *c = line + strspn(line, " "); *c; c += strspn(c, " ")) {
        size_t n = strcspn(c, " ");
        if (n == length && memcmp(c, word, n) == 0)
            return true;
        c += n;
    }
    return false;
}

/* A new row with the common settings. Takes over `name`. */
static experiment_row *row_begin(experiment *e, char *name, const char *file, int line)
{
    if (!name)
        return NULL;
    for (int i = 0; i < e->row_count; i++)
        if (strcmp(e->rows[i].name, name) == 0) {
            complain_at(file, line, "row '%s' is there twice, first at %s:%d; rename one", name, e->rows[i].file,
                        e->rows[i].line);
            free(name);
            return NULL;
        }
    experiment_row *more = take_again(e->rows, (size_t)e->row_count + 1, sizeof *more, "rows");
    if (!more) {
        free(name);
        return NULL;
    }
    e->rows = more;
    experiment_row *row = &e->rows[e->row_count++];
    *row = (experiment_row){ .name = name, .applicable = true, .cell = -1, .file = file, .line = line };
    for (int c = 0; c < EXPERIMENT_COLUMNS; c++)
        row->paper[c].percent = NAN;
    return copy_common(&e->whole, &row->settings) < 0 ? NULL : row;
}

static int row_end(const experiment *e, experiment_row *row, const experiment_options *options)
{
    const settings *all = &row->settings;
    if (row_override(row, options) < 0 || run_settings_fill(all, &row->run) < 0 ||
        settings_fill(all, "input", input_settings_rows, &row->input) < 0 ||
        settings_fill(all, "optimiser", optimiser_settings_rows, &row->optimiser) < 0)
        return -1;
    for (int i = 0; i < e->words; i++)
        row->tick[i] = experiment_line_holds(row->run.model, e->word[i]);
    return 0;
}

/* All entries of "row NAME", of whatever file, the nearest file's last. */
static int read_row(experiment *e, const char *section, const settings_entry *first, const experiment_options *options)
{
    experiment_row *row = row_begin(e, take_text("%s", chain_section_rest(section, "row")), first->file, first->line);
    if (!row)
        return -1;
    for (int i = 0; i < e->whole.count; i++) {
        const settings_entry *entry = &e->whole.entry[i];
        if (*entry->key && strcmp(entry->section, section) == 0 && row_set_entry(e, row, entry) < 0)
            return -1;
    }
    return row_end(e, row, options);
}

static int row_set_cell(const experiment *e, experiment_row *row, const grid *g, int cell)
{
    settings set = { 0 };
    int status = grid_set(g, cell, &set);
    for (int i = 0; status == 0 && i < set.count; i++)
        status = row_set_entry(e, row, &set.entry[i]);
    settings_free(&set);
    return status;
}

static int read_cell(experiment *e, int cell, const experiment_options *options)
{
    const grid *g = &e->grid;
    const settings_entry *axis = g->axis[0].entry, *paper = grid_paper(g, &e->whole, cell);
    int allowed = grid_allows(g, cell);
    experiment_row *row = allowed < 0 ? NULL : row_begin(e, grid_name(g, cell), axis->file, axis->line);
    if (!row || row_set_cell(e, row, g, cell) < 0)
        return -1;
    row->applicable = allowed;
    row->cell = cell;
    if (paper && experiment_values_read(paper, e->columns, row->paper) < 0)
        return -1;
    return row_end(e, row, options);
}

static int read_grid(experiment *e, const experiment_options *options)
{
    if (grid_read(&e->whole, &e->grid) < 0)
        return -1;
    int status = grid_check_papers(&e->grid, &e->whole);
    for (int cell = 0; status == 0 && cell < e->grid.cells; cell++)
        status = read_cell(e, cell, options);
    return status;
}

static int read_single(experiment *e, const experiment_options *options)
{
    experiment_row *row = row_begin(e, take_text("%s", e->name), e->path, 1);
    return row ? row_end(e, row, options) : -1;
}

/* "row NAME.section.key" of a scale's section changes a row that must be there. */
static int complain_no_row(const experiment *e, const char *section)
{
    const settings_entry *first = chain_section_first(&e->whole, section);
    return complain_at(first->file, first->line, "there is no [%s] whose settings this could change", section);
}

int experiment_rows_read(experiment *e, const experiment_options *options)
{
    const char *section;
    for (int i = 0; (section = settings_section(&e->whole, i)); i++) {
        const char *name = chain_section_rest(section, "row");
        const settings_entry *first = name ? settings_find(&e->whole, section, "") : NULL;
        if (first ? read_row(e, section, first, options) < 0 : name && complain_no_row(e, section) < 0)
            return -1;
        if (strcmp(section, "row") == 0)
            return complain_at(chain_section_first(&e->whole, section)->file,
                               chain_section_first(&e->whole, section)->line, "a row needs a name; write [row NAME]");
    }
    if (read_grid(e, options) < 0)
        return -1;
    return e->row_count > 0 ? 0 : read_single(e, options);
}
