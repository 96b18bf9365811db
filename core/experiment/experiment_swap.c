#include "experiment_swap.h"
#include "../base/diag.h"
#include "../base/words.h"
#include "../plugin/loader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct swap {
    const char *old, *new;
} swap;

/* "OLD=NEW" into its two words, in memory of the settings. 0, or -1: complained. */
static int swap_read(const settings *all, const char *text, swap *read)
{
    const char *equal = strchr(text, '=');
    int old = equal ? (int)(equal - text) : 0;
    *read = (swap){ arena_print(all->memory, "%.*s", old, text), arena_text(all->memory, equal ? equal + 1 : "") };
    if (!read->old || !read->new)
        return -1;
    if (*read->old && *read->new && !strpbrk(read->old, " \t") && !strpbrk(read->new, " \t="))
        return 0;
    return complain("--swap %.80s: give two modules, the line's and the one in its place: OLD=NEW", text);
}

/* The line with `new` wherever it has `old`; NULL: complained, or it has none (*found). */
static const char *line_swapped(const settings *all, const char *line, const swap *s, bool *found)
{
    const char *made = "", *word;
    size_t length;
    *found = word_listed(line, " \t\n", s->old);
    for (const char *next = line; *found && made && (word = word_next(&next, " \t\n", &length));) {
        bool this = length == strlen(s->old) && strncmp(word, s->old, length) == 0;
        made = arena_print(all->memory, "%s%s%.*s", made, *made ? " " : "", this ? (int)strlen(s->new) : (int)length,
                           this ? s->new : word);
    }
    return *found ? made : NULL;
}

int experiment_swap_row(experiment_row *row, const experiment_options *options)
{
    settings *all = &row->settings;
    for (int i = 0; i < options->swaps; i++) {
        swap s;
        bool found;
        const settings_entry *now = settings_find(all, "run", "model");
        if (swap_read(all, options->swap[i], &s) < 0)
            return -1;
        const char *line = now ? line_swapped(all, now->value, &s, &found) : NULL;
        if (now && found && (!line || settings_set(all, "run", "model", line, now->file, now->line) < 0))
            return -1;
        row->swapped = row->swapped || line;
    }
    return 0;
}

/* ---- which rows stand ---- */

/* Does this line, on the board of the row's data? 0, or -1: complained. */
static int line_check(const experiment_row *row, const char *line, const char *folders)
{
    const ablate_module *module[MODULE_LINE], *data;
    char name[80], inputs[200];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(row->run.data, ":"), row->run.data);
    if (!(data = module_load(name, folders)))
        return -1;
    snprintf(inputs, sizeof inputs, "image %s", data->inputs ? data->inputs : "");
    return module_load_line(line, inputs, folders, row->at.file, row->at.line, module) < 0 ? -1 : 0;
}

/* Why it does not stand, without where, in memory of the settings; NULL: complained. */
static const char *reason(const experiment_row *row)
{
    char where[400];
    const char *said = complaint();
    snprintf(where, sizeof where, "%s:%d: ", row->at.file, row->at.line);
    size_t skip = said && strncmp(said, where, strlen(where)) == 0 ? strlen(where) : 0;
    said = said ? said + skip : "";
    const char *why =
        arena_print(row->settings.memory, "%.*s", (int)strcspn(said, ";"), said); /* what to do is left out */
    complaint_clear();
    return why;
}

static int row_check(experiment_row *row, const char *folders)
{
    const settings_entry *own = experiment_row_own(row, "run", "model");
    if (!row->applicable || !row->swapped || line_check(row, row->run.model, folders) == 0)
        return 0;
    row->lacks = reason(row);
    row->applicable = false;
    return row->lacks && own ? line_check(row, own->value, folders) : -1;
}

/* Says in e->swapped what stands where, and what it is. */
static int swap_note(experiment *e, const char *text, const char *folders)
{
    swap s;
    bool used = false;
    const ablate_module *module = NULL;
    if (swap_read(&e->whole, text, &s) < 0 || !(module = module_load(s.new, folders)))
        return -1;
    for (int i = 0; i < e->row_count && !used; i++) {
        const settings_entry *own = experiment_row_own(&e->rows[i], "run", "model");
        used = own && word_listed(own->value, " \t\n", s.old);
    }
    e->swapped = arena_print(e->whole.memory, "%s%s%s in the place of %s (%s)", e->swapped ? e->swapped : "",
                             e->swapped ? ", " : "", s.new, s.old, module->doc);
    if (used)
        return e->swapped ? 0 : -1;
    return complain("--swap %s: no row of %s has '%s' in its line", text, e->path, s.old);
}

int experiment_swap_check(experiment *e, const experiment_options *options, const char *folders)
{
    int stand = 0;
    for (int i = 0; i < options->swaps; i++)
        if (swap_note(e, options->swap[i], folders) < 0)
            return -1;
    for (int i = 0; i < e->row_count; i++) {
        if (row_check(&e->rows[i], folders) < 0)
            return -1;
        stand += e->rows[i].applicable;
    }
    if (stand > 0 || options->swaps == 0)
        return 0;
    return complain("%s: with --swap %s no row stands: %s", e->path, options->swap[0],
                    e->rows[0].lacks ? e->rows[0].lacks : "");
}
