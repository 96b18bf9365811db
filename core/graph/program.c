/* program.c: making a program: what is computed once, what at each run, and how numbers get in and out. */
#include "program.h"
#include "../base/diag.h"
#include "analysis.h"
#include "program_parts.h"
#include "where.h"
#include <stdlib.h>
#include <string.h>

void program_free(program *p)
{
    if (!p)
        return;
    replay_forget(&p->replay);
    if (p->arena)
        p->request.device->release(p->arena);
    free(p->stop);
    free(p->needed);
    free(p->receives);
    free(p->place);
    free(p->step);
    free(p->buffer);
    free(p);
}

static program *program_blank(const program_request *request)
{
    program *p = take_zeroed(1, sizeof *p, "a program");
    size_t n = (size_t)request->graph->values + 1;
    if (!p)
        return NULL;
    p->request = *request;
    p->replay.device = request->device;
    p->stop = take_zeroed(n, 1, "a program");
    p->needed = take_zeroed(n, 1, "a program");
    p->receives = take_zeroed(n, 1, "a program");
    p->place = take_zeroed(n, sizeof *p->place, "a program");
    if (!p->stop || !p->needed || !p->receives || !p->place) {
        program_free(p);
        return NULL;
    }
    for (int i = 0; i < request->given_count; i++)
        p->stop[request->given[i]->id] = 1;
    return p;
}

static program *program_finish(program *p, int status)
{
    const program_request *r = &p->request;
    if (status == 0 && r->differentiate) {
        analysis_gradients(r->graph, p->needed, p->stop, p->receives);
        status = r->device->clear(r->gradients, (size_t)r->graph->parameters->count * sizeof(float));
    }
    if (status == 0)
        status = program_list_steps(p);
    if (status == 0) {
        program_resolve(p);
        status = program_place(p);
    }
    if (status == 0)
        return p;
    program_free(p);
    return NULL;
}

/* ---- numbers in and out ---- */

static float *data_of(const program *p, const ablate_value *value)
{
    return p->place[p->place[value->id].root].data;
}

bool program_needs(const program *p, const ablate_value *value)
{
    return p->needed[value->id];
}

int program_put_row(program *p, const ablate_value *value, int64_t at, const float *data, int64_t n)
{
    float *to = p->needed[value->id] ? data_of(p, value) : NULL;
    return to ? p->request.device->upload(to + at, data, (size_t)n * sizeof(float)) : 0;
}

int program_gather(program *p, const ablate_value *value, const float *rows, const int64_t *row, int count,
                   int64_t apart)
{
    const device *where = p->request.device;
    float *to = p->needed[value->id] ? data_of(p, value) : NULL;
    if (!to || where->gather(to, rows, row, count, apart, shape_size(&value->shape) / count) == 0)
        return 0;
    return complain("%s: a batch cannot be gathered%s", where->name, where_trouble(where));
}

const float *program_data(const program *p, const ablate_value *value)
{
    return data_of(p, value);
}

int program_put(program *p, const ablate_value *value, const float *data)
{
    return program_put_row(p, value, 0, data, shape_size(&value->shape));
}

int program_get(const program *p, const ablate_value *value, float *out)
{
    const float *from = data_of(p, value);
    if (!from)
        return complain("'%s' was not asked of this program", value->name);
    return p->request.device->download(out, from, (size_t)shape_size(&value->shape) * sizeof(float));
}

/* ---- what depends on constants only is computed once, by a small program of its own ---- */

/* Computes at every run what depends on constants alone, too. */
static program *new_unfolded(const program_request *request)
{
    program *p = program_blank(request);
    if (!p)
        return NULL;
    analysis_needed(request->graph, request->wanted, request->wanted_count, p->stop, p->needed);
    return program_finish(p, 0);
}

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

static int fold_constants(program *p)
{
    const graph *g = p->request.graph;
    int goals = p->request.differentiate ? graph_goals(g) : 0, wanted_count = p->request.wanted_count;
    ablate_value **wanted = take((size_t)wanted_count + (size_t)goals, sizeof *wanted, "an analysis");
    ablate_value **list = take((size_t)g->values, sizeof(ablate_value *), "an analysis");
    int status = wanted && list ? 0 : -1;
    if (status == 0) {
        if (wanted_count)
            memcpy(wanted, p->request.wanted, (size_t)wanted_count * sizeof *wanted);
        for (int i = 0; i < goals; i++)
            wanted[wanted_count++] = graph_goal(g, i);
        status = unknown_folds(p, wanted, wanted_count, list);
    }
    if (status > 0) {
        /* What only the folding needs is released with its own store of constants. */
        constants *raw = constants_new(p->request.device);
        program_request request = {
            .graph = g, .device = p->request.device, .constants = raw, .wanted = list, .wanted_count = status
        };
        program *folds = raw ? new_unfolded(&request) : NULL;
        int count = status;
        status = folds && program_run(folds, 0) == 0 ? keep_folds(folds, p->request.constants, list, count) : -1;
        program_free(folds);
        constants_free(raw);
    }
    free(wanted);
    free(list);
    return status;
}

program *program_new(const program_request *request)
{
    program *p = program_blank(request);
    return p ? program_finish(p, fold_constants(p)) : NULL;
}
