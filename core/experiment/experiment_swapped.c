#include "experiment_swapped.h"
#include "../base/diag.h"
#include "../base/words.h"
#include "../plugin/loader.h"
#include "experiment_swap.h"
#include <stdio.h>
#include <string.h>

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
    experiment_swap s;
    bool used = false;
    const ablate_module *module = NULL;
    if (experiment_swap_read(&e->whole, text, &s) < 0 || !(module = module_load(s.new, folders)))
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
