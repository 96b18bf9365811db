#include "frontier.h"
#include "../base/diag.h"
#include "../base/workers.h"
#include "../graph/analysis.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_GIVEN = ABLATE_INPUTS * 64 };

void frontier_free(frontier *f)
{
    free(f->given);
    free(f->at);
    *f = (frontier){ 0 };
}

int64_t frontier_numbers(const frontier *f, const ablate_value *value)
{
    return shape_size(&value->shape) / f->batch;
}

static int analyse(frontier *f, const graph *g, ablate_value *const *wanted, int count, bool alone)
{
    int goals = alone ? 0 : graph_goals(g);
    dependence *known = take((size_t)g->values, sizeof *known, "an analysis");
    ablate_value **all = take((size_t)count + (size_t)goals, sizeof *all, "an analysis");
    f->given = take((size_t)g->values, sizeof(ablate_value *), "an analysis");
    f->at = take((size_t)g->values, sizeof *f->at, "an analysis");
    int status = known && all && f->given && f->at ? 0 : -1;
    if (status == 0) {
        for (int i = 0; i < count; i++)
            all[i] = wanted[i];
        for (int i = 0; i < goals; i++)
            all[count + i] = graph_goal(g, i);
        analysis_dependence(g, f->batch, known);
        f->count = analysis_frontier(g, known, all, count + goals, alone, f->given);
        status = f->count < 0 ? -1 : 0;
    }
    free(known);
    free(all);
    return status;
}

/* FLOPs of everything below the frontier; -1: complained. */
static double frozen_flops(const frontier *f, const graph *g)
{
    double flops = 0;
    char *mark = take_zeroed(2 * ((size_t)g->values + 1), 1, "an analysis");
    char *given = mark, *needed = mark ? mark + g->values + 1 : NULL;
    if (!mark)
        return -1;
    analysis_needed(g, f->given, f->count, given, needed);
    for (int i = 0; i < g->values; i++)
        flops += needed[i] ? analysis_flops(g->value[i]) : 0;
    free(mark);
    return flops;
}

int frontier_inputs(const graph *g, ablate_value **list)
{
    int count = 0;
    for (int i = 0; i < g->values && count < ABLATE_INPUTS; i++)
        if (g->value[i]->kind == VALUE_INPUT)
            list[count++] = g->value[i];
    return count;
}

static int give_inputs_if_cheap(frontier *f, const graph *g)
{
    double floats = 0;
    for (int i = 0; i < f->count; i++)
        floats += f->given[i]->kind == VALUE_INPUT ? 0 : (double)shape_size(&f->given[i]->shape);
    double flops = frozen_flops(f, g);
    if (flops >= 0 && flops < ANALYSIS_CHEAP * floats)
        f->count = frontier_inputs(g, f->given);
    return flops < 0 ? -1 : 0;
}

static void lay_out_rows(frontier *f)
{
    for (int i = 0; i < f->count; i++) {
        bool input = f->given[i]->kind == VALUE_INPUT;
        f->at[i] = input ? -1 : f->row_floats;
        f->row_floats += input ? 0 : frontier_numbers(f, f->given[i]);
    }
}

int frontier_find(frontier *f, const graph *g, int batch, ablate_value *const *wanted, int count, bool alone)
{
    *f = (frontier){ .batch = batch };
    if (analyse(f, g, wanted, count, alone) < 0)
        return -1;
    if (f->count > MOST_GIVEN)
        return complain("%d values depend on a picture alone; the most is %d", f->count, (int)MOST_GIVEN);
    if (give_inputs_if_cheap(f, g) < 0)
        return -1;
    lay_out_rows(f);
    return 0;
}

/* ---- inputs ---- */

typedef struct input_work {
    const dataset *data;
    const input_settings *to;
    const ablate_value *input;
    const int *picture;
    float *out;
} input_work;

static int load_one(void *context, int i)
{
    const input_work *w = context;
    const int64_t n = shape_size(&w->input->shape) / w->input->shape.dim[0];
    if (strcmp(w->input->name, "image") == 0)
        return dataset_input(w->data, w->picture[i], w->to, w->out + i * n);
    memcpy(w->out + i * n, w->data->picture[w->picture[i]].inputs, (size_t)n * sizeof(float));
    return 0;
}

int frontier_load(const dataset *d, const input_settings *to, const ablate_value *input, const int *pictures,
                  float *out)
{
    input_work work = { d, to, input, pictures, out };
    return workers_run((int)input->shape.dim[0], load_one, &work);
}
