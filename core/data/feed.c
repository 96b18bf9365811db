#include "../base/diag.h"
#include "../base/workers.h"
#include "../graph/analysis.h"
#include "feed_parts.h"
#include <stdlib.h>
#include <string.h>

void feed_free(feed *f)
{
    if (!f)
        return;
    if (f->kept)
        f->request.session->device->release(f->kept);
    free(f->place);
    free(f->row);
    free(f->given);
    free(f->at);
    free(f->staging);
    free(f->room);
    free(f);
}

int64_t feed_numbers(const feed *f, const ablate_value *value)
{
    return shape_size(&value->shape) / f->request.batch;
}

/* ---- what must be given ---- */

static int find_frontier(feed *f)
{
    const feed_request *r = &f->request;
    const graph *g = r->graph;
    int terms = g->losses + g->probes, wanted_count = 0;
    dependence *known = take((size_t)g->values, sizeof *known, "an analysis");
    ablate_value **wanted = take((size_t)r->wanted_count + (size_t)terms, sizeof *wanted, "an analysis");
    f->given = take((size_t)g->values, sizeof(ablate_value *), "an analysis");
    f->at = take((size_t)g->values, sizeof *f->at, "an analysis");
    int status = known && wanted && f->given && f->at ? 0 : -1;
    if (status == 0) {
        for (int i = 0; i < r->wanted_count; i++)
            wanted[wanted_count++] = r->wanted[i];
        for (int i = 0; i < terms; i++)
            wanted[wanted_count++] = i < g->losses ? g->loss[i].value : g->probe[i - g->losses].value;
        analysis_dependence(g, r->batch, known);
        f->given_count = analysis_frontier(g, known, wanted, wanted_count, f->given);
        status = f->given_count < 0 ? -1 : 0;
    }
    free(known);
    free(wanted);
    return status;
}

/* FLOPs of everything below the frontier; -1: complained. */
static double frozen_flops(const feed *f)
{
    const graph *g = f->request.graph;
    double flops = 0;
    char *mark = take_zeroed(2 * ((size_t)g->values + 1), 1, "an analysis");
    char *given = mark, *needed = mark ? mark + g->values + 1 : NULL;
    if (!mark)
        return -1;
    analysis_needed(g, f->given, f->given_count, given, needed);
    for (int i = 0; i < g->values; i++)
        flops += needed[i] ? analysis_flops(g->value[i]) : 0;
    free(mark);
    return flops;
}

/* What is cheaper to compute than to read back is not kept: the program computes it from the inputs at every step. */
static int give_inputs_if_cheap(feed *f)
{
    const graph *g = f->request.graph;
    double floats = 0;
    for (int i = 0; i < f->given_count; i++)
        floats += f->given[i]->kind == VALUE_INPUT ? 0 : (double)shape_size(&f->given[i]->shape);
    double flops = frozen_flops(f);
    if (flops < 0 || flops >= ANALYSIS_CHEAP * floats)
        return flops < 0 ? -1 : 0;
    f->given_count = 0;
    for (int i = 0; i < g->values; i++)
        if (g->value[i]->kind == VALUE_INPUT)
            f->given[f->given_count++] = g->value[i];
    return 0;
}

static void lay_out_rows(feed *f)
{
    for (int i = 0; i < f->given_count; i++) {
        bool input = f->given[i]->kind == VALUE_INPUT;
        f->at[i] = input ? -1 : f->row_floats;
        f->row_floats += input ? 0 : feed_numbers(f, f->given[i]);
    }
}

/* ---- inputs: pictures and what comes with them ---- */

typedef struct input_work {
    const feed *feed;
    const ablate_value *value;
    const int *picture;
    float *out;
} input_work;

static int load_one(void *context, int i)
{
    const input_work *w = context;
    const feed_request *r = &w->feed->request;
    int64_t n = feed_numbers(w->feed, w->value);
    if (strcmp(w->value->name, "image") == 0)
        return dataset_input(r->dataset, w->picture[i], r->input, w->out + i * n);
    memcpy(w->out + i * n, r->dataset->picture[w->picture[i]].inputs, (size_t)n * sizeof(float));
    return 0;
}

int feed_load(const feed *f, const ablate_value *input, const int *pictures, float *out)
{
    input_work work = { f, input, pictures, out };
    return workers_run(f->request.batch, load_one, &work);
}

static int put_input(const feed *f, program *p, const ablate_value *value, const int *pictures)
{
    return feed_load(f, value, pictures, f->staging) < 0 ? -1 : program_put(p, value, f->staging);
}

static int make_staging(feed *f)
{
    int64_t most = 1;
    for (int i = 0; i < f->given_count; i++)
        if (f->at[i] < 0 && shape_size(&f->given[i]->shape) > most)
            most = shape_size(&f->given[i]->shape);
    f->staging = take((size_t)most, sizeof(float), "a batch of pictures");
    return f->staging ? 0 : -1;
}

feed *feed_new(const feed_request *request)
{
    feed *f = take_zeroed(1, sizeof *f, "a feed");
    if (!f)
        return NULL;
    f->request = *request;
    int status = find_frontier(f);
    if (status == 0 && f->given_count > ABLATE_INPUTS * 64)
        status = complain("%d values depend on a picture alone; the most is %d", f->given_count, ABLATE_INPUTS * 64);
    if (status == 0)
        status = give_inputs_if_cheap(f);
    if (status == 0)
        lay_out_rows(f);
    if (status == 0)
        status = make_staging(f);
    phase before = phases_enter(&request->session->phases, PHASE_FEATURES);
    if (status == 0 && f->row_floats > 0)
        status = feed_complete(f);
    phases_enter(&request->session->phases, before);
    if (status == 0)
        return f;
    feed_free(f);
    return NULL;
}

ablate_value *const *feed_given(const feed *f, int *count)
{
    *count = f->given_count;
    return f->given;
}

static int gather_rows(feed *f, program *p, int i, const int *pictures)
{
    for (int k = 0; k < f->request.batch; k++)
        f->row[k] = f->place[pictures[k]];
    return program_gather(p, f->given[i], f->kept + f->at[i], f->row, f->request.batch, f->row_floats);
}

static int put_rows(feed *f, program *p, int i, const int *pictures)
{
    int64_t n = feed_numbers(f, f->given[i]);
    if (f->kept)
        return gather_rows(f, p, i, pictures);
    for (int row = 0; row < f->request.batch; row++) {
        const hash_digest *identity = session_identity(f->request.session, pictures[row]);
        const float *from = cache_read(f->cache, identity, f->at[i], n, f->room);
        if (!from)
            return complain("%s: a row vanished while it was in use", cache_path(f->cache));
        if (program_put_row(p, f->given[i], row * n, from, n) < 0)
            return -1;
    }
    return 0;
}

int feed_fill(feed *f, program *p, const int *pictures)
{
    int status = feed_keep(f);
    for (int i = 0; i < f->given_count && status == 0; i++)
        status = f->at[i] < 0 ? put_input(f, p, f->given[i], pictures) : put_rows(f, p, i, pictures);
    return status;
}
