/* program_fold.c: what depends on constants only is computed once, by a small program of its own. */
#include "../base/diag.h"
#include "analysis.h"
#include "program_parts.h"
#include <stdlib.h>
#include <string.h>

/* Marks every result of constants alone, and keeps in `list` those that are used and not known yet. */
static int unknown_folds(program *p, ablate_value **wanted, int wanted_count, ablate_value **list)
{
    const graph *g = p->request.graph;
    dependence *known = take((size_t)g->values, sizeof *known, "an analysis");
    if (!known)
        return -1;
    int count = 0;
    analysis_dependence(g, 1, known);
    for (int i = 0; i < g->values; i++)
        p->stop[i] = (char)(p->stop[i] || (g->value[i]->kind == VALUE_RESULT && known[i] == DEPENDS_ON_NOTHING));
    free(known);
    analysis_needed(g, wanted, wanted_count, p->stop, p->needed);
    for (int i = 0; i < g->values; i++) {
        bool given = false;
        for (int j = 0; j < p->request.given_count; j++)
            given = given || p->request.given[j]->id == i;
        if (!p->needed[i] || !p->stop[i] || given)
            continue;
        hash_digest digest = value_digest(g->value[i]);
        if (!constants_find(p->request.constants, &digest))
            list[count++] = g->value[i];
    }
    return count;
}

static int keep_folds(program *folds, constants *into, ablate_value *const *list, int count)
{
    int status = 0;
    for (int i = 0; i < count && status == 0; i++) {
        int64_t n = shape_size(&list[i]->shape);
        float *data = take((size_t)n, sizeof *data, "a folded constant");
        hash_digest digest = value_digest(list[i]);
        status = data ? program_get(folds, list[i], data) : -1;
        if (status == 0)
            status = constants_put(into, &digest, data, n);
        free(data);
    }
    return status;
}

int program_fold(program *p)
{
    const graph *g = p->request.graph;
    int terms = p->request.differentiate ? g->losses + g->probes : 0, wanted_count = p->request.wanted_count;
    ablate_value **wanted = take((size_t)wanted_count + (size_t)terms, sizeof *wanted, "an analysis");
    ablate_value **list = take((size_t)g->values, sizeof(ablate_value *), "an analysis");
    int status = wanted && list ? 0 : -1;
    if (status == 0) {
        if (wanted_count)
            memcpy(wanted, p->request.wanted, (size_t)wanted_count * sizeof *wanted);
        for (int i = 0; i < terms; i++)
            wanted[wanted_count++] = i < g->losses ? g->loss[i].value : g->probe[i - g->losses].value;
        status = unknown_folds(p, wanted, wanted_count, list);
    }
    if (status > 0) {
        /* What only the folding needs is released with its own store of constants. */
        constants *raw = constants_new(p->request.device);
        program_request request = {
            .graph = g, .device = p->request.device, .constants = raw, .wanted = list, .wanted_count = status
        };
        program *folds = raw ? program_new_unfolded(&request) : NULL;
        int count = status;
        status = folds && program_run(folds, 0) == 0 ? keep_folds(folds, p->request.constants, list, count) : -1;
        program_free(folds);
        constants_free(raw);
    }
    free(wanted);
    free(list);
    return status;
}
