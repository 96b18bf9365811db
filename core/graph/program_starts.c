/* program_starts.c: first values of the parameters that begin at frozen values. */
#include "../base/diag.h"
#include "analysis.h"
#include "program.h"
#include <stdlib.h>

/* The starting parameters of a graph, and what they start from. */
typedef struct start_list {
    const ablate_value **parameter;
    ablate_value **from;
    int count;
} start_list;

static int list_starts(const graph *g, start_list *list)
{
    dependence *known = take((size_t)g->values + 1, sizeof *known, "an analysis");
    list->parameter = take((size_t)g->values + 1, sizeof *list->parameter, "an analysis");
    list->from = take((size_t)g->values + 1, sizeof(ablate_value *), "an analysis");
    if (!known || !list->parameter || !list->from) {
        free(known);
        return -1;
    }
    int status = 0;
    analysis_dependence(g, 1, known);
    for (int i = 0; i < g->values && status == 0; i++) {
        ablate_value *value = g->value[i];
        if (!value->start)
            continue;
        if (known[value->start->id] != DEPENDS_ON_NOTHING)
            status = complain_at(value->file, value->line,
                                 "'%s' begins at a value that is not frozen; make that of "
                                 "constants and weights alone",
                                 value->name);
        list->parameter[list->count] = value;
        list->from[list->count++] = value->start;
    }
    free(known);
    return status;
}

static int fetch_starts(const graph *g, const device *where, const start_list *list, float *first)
{
    constants *own = constants_new(where);
    program_request request = {
        .graph = g, .device = where, .constants = own, .wanted = list->from, .wanted_count = list->count
    };
    program *p = own ? program_new(&request) : NULL;
    int status = p ? program_run(p, 0) : -1;
    for (int i = 0; i < list->count && status == 0; i++)
        status = program_get(p, list->from[i], first + value_at(g, list->parameter[i]));
    program_free(p);
    constants_free(own);
    return status;
}

int program_check_starts(const graph *g)
{
    start_list list = { NULL, NULL, 0 };
    int status = list_starts(g, &list);
    free(list.parameter);
    free(list.from);
    return status;
}

int program_starts(const graph *g, const device *where, float *first)
{
    start_list list = { NULL, NULL, 0 };
    int status = list_starts(g, &list);
    if (status == 0 && list.count > 0)
        status = fetch_starts(g, where, &list, first);
    free(list.parameter);
    free(list.from);
    return status;
}
