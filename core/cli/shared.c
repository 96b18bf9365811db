#include "shared.h"
#include "../base/diag.h"
#include "../base/stop.h"
#include "../experiment/experiment_swapped.h"
#include <string.h>

const line_option shared_experiment[] = {
    { .doc = "Of experiment files:" },
    SHARED_SET("lay this over every row (repeatable)"),
    OPTION(verb_line, swap, "swap", 0, "OLD=NEW", "module NEW in the place of OLD in every line (repeatable)",
           .repeats = true),
    OPTION(verb_line, scale, "scale", 0, "NAME", "lay scale/NAME.ini over the base"),
    { 0 }
};

const line_option shared_row[] = { OPTION(verb_line, row, "row", 'r', "ROW", "this row (the first)"), { 0 } };

const line_option shared_rows[] = {
    OPTION(verb_line, row, "row", 'r', "ROW", "only this row (repeatable)", .repeats = true), { 0 }
};

const line_option shared_seeds[] = {
    OPTION(verb_line, seeds, "seeds", 0, "N", "runs with N seeds", .least = 1, .most = 1000), { 0 }
};

const line_option shared_data[] = {
    OPTION(verb_line, data, "data", 0, "MODULE[:PATH]", "another data set, e.g. folder:PATH"), { 0 }
};

const line_option shared_runs[] = {
    { .doc = "Of finished runs:" },
    SHARED_SET("lay this over their settings, e.g. where their data or weights lie now (repeatable)"),
    { 0 }
};

const line_option shared_modules[] = { { .doc = "Of this machine:" },
                                       OPTION_TAKEN(option_folders, verb_line, modules, "modules", 'm', "DIR",
                                                    "look for modules here first (DIR:DIR for more)"),
                                       { 0 } };

const line_option shared_cache[] = { OPTION(verb_line, cache, "cache", 0, "DIR", "folder of cached features (cache)"),
                                     { 0 } };

const line_option shared_device[] = {
    OPTION(verb_line, device, "device", 0, "NAME", "cpu, cuda, or auto: cuda where it opens (auto)"),
    OPTION(verb_line, threads, "threads", 0, "N", "threads, 0: one a core", .least = 0, .most = 4096),
    { 0 }
};

finished_options shared_opening(const verb_line *l)
{
    return (finished_options){ .device = l->device,
                               .threads = l->threads,
                               .modules = l->modules,
                               .cache = l->cache,
                               .set = l->set.text,
                               .sets = l->set.count };
}

int shared_session(const verb_line *l, session *s)
{
    return session_open(s, l->device, l->threads, l->modules, l->cache ? l->cache : "cache");
}

int shared_applicable(const experiment *e, const experiment_row *row)
{
    return row->applicable ? 0
                           : complain("%s: row '%s' cannot be run: %s; choose another", e->path, row->name,
                                      row->lacks ? row->lacks : "the grid's `where` excludes it");
}

experiment *shared_load(const verb_line *l, int i)
{
    const experiment_options over = { l->scale,     l->data,      l->seeds,     l->set.text,
                                      l->set.count, l->swap.text, l->swap.count };
    experiment *e = experiment_load(l->word[i], &over);
    if (e && experiment_swap_check(e, &over, l->modules) < 0) {
        experiment_free(e);
        return NULL;
    }
    for (int k = 0; e && k < l->row.count; k++) {
        const experiment_row *row = experiment_find_row(e, l->row.text[k]);
        if (!row || shared_applicable(e, row) < 0) {
            experiment_free(e);
            return NULL;
        }
    }
    return e;
}

int shared_stop(const experiment *e)
{
    return stop_asked()
               ? stop_complain("the rows of %s were being looked at; the same command begins with them", e->path)
               : 0;
}

bool shared_wants(const verb_line *l, const char *row)
{
    for (int i = 0; i < l->row.count; i++)
        if (strcmp(l->row.text[i], row) == 0)
            return true;
    return l->row.count == 0;
}

const experiment_row *shared_row_of(const verb_line *l, const experiment *e)
{
    return l->row.count > 0 ? experiment_find_row(e, l->row.text[0]) : &e->rows[0];
}
