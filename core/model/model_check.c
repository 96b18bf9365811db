#include "model_check.h"
#include "../base/diag.h"
#include "../graph/analysis.h"
#include "../graph/program.h"
#include "../plugin/loader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- gradients ---- */

/* reached[parameters->entries] |= those that the loss reaches; whether there are any. */
static bool reach_parameters(const model *m, const ablate_value *loss, char *values, char *reached)
{
    const graph *g = m->train;
    bool any = false;
    analysis_reached(g, loss, values);
    for (int i = 0; i < g->values; i++)
        for (int e = 0; values[i] && g->value[i]->kind == VALUE_PARAMETER && e < m->parameters->entries; e++)
            if (!m->parameters->entry[e].buffer && m->parameters->entry[e].offset == g->value[i]->offset) {
                reached[e] = 1;
                any = true;
            }
    return any;
}

/* The first loss that reaches no parameter into *lost, or NULL. 0, or -1: complained. */
static int reach(const model *m, char *reached, const graph_term **lost)
{
    const graph *g = m->train;
    char *values = take((size_t)g->values + 1, 1, "an analysis");
    *lost = NULL;
    for (int i = 0; values && i < g->losses; i++)
        if (!reach_parameters(m, g->loss[i].value, values, reached) && !*lost)
            *lost = &g->loss[i];
    free(values);
    return values ? 0 : -1;
}

bool model_trains(const model *m)
{
    return m->train->losses > 0 || m->parameters->entries > 0;
}

static int check_gradients(const model *m)
{
    const graph_term *lost = NULL;
    if (!model_trains(m) && m->map)
        return 0;
    if (m->train->losses == 0)
        return complain_at(m->at.file, m->at.line, "no module of the line '%s' gives a loss; there is nothing to train",
                           m->run->model);
    if (m->parameters->numbers == 0)
        return complain_at(m->at.file, m->at.line,
                           "no module of the line '%s' has a parameter; there is nothing that its loss could train",
                           m->run->model);
    char *reached = take_zeroed((size_t)m->parameters->entries, 1, "an analysis");
    int status = reached ? reach(m, reached, &lost) : -1;
    free(reached);
    if (status == 0 && lost)
        return complain_at(
            m->at.file, m->at.line,
            "the loss '%s' (%s:%d) reaches no parameter; put a module that has some before '%s', or delete "
            "the loss",
            lost->name, lost->value->file, lost->value->line, lost->value->module);
    return status;
}

char *model_idle_parameters(const model *m)
{
    const graph_term *lost;
    char *text = NULL, *reached = take_zeroed((size_t)m->parameters->entries, 1, "an analysis");
    size_t length;
    FILE *to = reached && reach(m, reached, &lost) == 0 ? open_memstream(&text, &length) : NULL;
    for (int e = 0, named = 0; to && e < m->parameters->entries; e++)
        if (!reached[e] && !m->parameters->entry[e].buffer)
            fprintf(to, "%s%s", named++ ? ", " : "", m->parameters->entry[e].name);
    if (to)
        fclose(to);
    else
        complain("out of memory for the names of parameters");
    free(reached);
    return text;
}

/* ---- the board ---- */

/* What the engine itself reads, when it scores. */
static bool is_read(const builder_trail *t)
{
    return t->read || strcmp(t->name, "score") == 0 || strcmp(t->name, "score.image") == 0;
}

/* Is the same thing, put there by the same module, read in that graph? */
static bool is_read_in(const builder *b, const builder_trail *t)
{
    int count;
    bool found = false;
    const builder_trail *list = builder_trails(b, &count);
    for (int i = 0; i < count; i++)
        found = found || (list[i].by == t->by && list[i].index == t->index && strcmp(list[i].name, t->name) == 0 &&
                          is_read(&list[i]));
    return found;
}

/* A module that changes what is there, and nobody after it looks: it stands behind those that it is for. */
static int check_changes(const model *m, const builder *b)
{
    int count;
    const builder_trail *list = builder_trails(b, &count);
    for (int i = 0; i < count; i++) {
        const builder_trail *t = &list[i], *was = t->before < 0 ? NULL : &list[t->before];
        if (!was || was->by == t->by || is_read_in(m->train_builder, t) || is_read_in(m->score_builder, t))
            continue;
        const ablate_module *whom = was->reader[was->reader[0] == t->by];
        const char *reader = whom ? whom->name : NULL;
        return complain_at(
            m->at.file, m->at.line, "'%s' changes '%s' number %d, which no module after it reads; put it before %s%s%s",
            t->by->name, t->name, t->index, reader ? "'" : "one that does", reader ? reader : "", reader ? "'" : "");
    }
    return 0;
}

static bool does_something(const model *m, const ablate_module *module)
{
    const builder *const graphs[] = { m->train_builder, m->score_builder };
    bool does = module->epoch != NULL;
    for (int g = 0; g < 2; g++) {
        int count;
        const builder_trail *list = builder_trails(graphs[g], &count);
        for (int i = 0; i < count; i++)
            does = does || (list[i].by == module && is_read(&list[i]));
    }
    return does;
}

static int check_modules(const model *m)
{
    for (int i = 0; i < m->parts; i++)
        if (!does_something(m, m->part[i].module))
            return complain_at(
                m->at.file, m->at.line,
                "'%s' changes nothing: no module after it reads what it writes, and it gives no loss; put "
                "it before one that does, or delete it",
                m->part[i].module->name);
    return 0;
}

int model_check(const model *m, bool judged)
{
    if (check_gradients(m) < 0)
        return -1;
    if (judged && !m->map)
        return complain_at(
            m->at.file, m->at.line,
            "no module of the line '%s' writes 'score' when scoring, and [columns] asks for metrics; add "
            "one that does, or say metrics = none",
            m->run->model);
    if (check_changes(m, m->train_builder) < 0 || check_changes(m, m->score_builder) < 0 || check_modules(m) < 0)
        return -1;
    return program_check_starts(m->train);
}

static int check_section(const settings *from, const char *section, const char *folders)
{
    const ablate_module *module = module_load(section, folders);
    void *filled = module ? take_zeroed(1, module->settings_size, "a module's settings") : NULL;
    int status = filled ? settings_fill(from, section, module->settings, filled) : -1;
    free(filled);
    return status;
}

int model_check_sections(const settings *from, const char *folders)
{
    module_names known;
    if (module_list_available(folders, &known) < 0)
        return -1;
    int status = 0;
    for (int i = 0; i < from->count && status == 0; i++) {
        bool present = false;
        for (int k = 0; k < known.count && !present; k++)
            present = strcmp(known.name[k], from->entry[i].section) == 0;
        if (present && settings_begins(from, i))
            status = check_section(from, from->entry[i].section, folders);
    }
    if (status == 0)
        status = settings_check_used(from, (const char *const *)known.name, known.count);
    module_names_free(&known);
    return status;
}
