#include "feed.h"
#include "../base/diag.h"
#include "../graph/analysis.h"
#include "progress.h"
#include "workers.h"
#include <stdlib.h>
#include <string.h>

struct feed {
    feed_request request;
    ablate_value **given;
    int64_t *at; /* by given value: first float in a row, or -1 for an input of the graph */
    int given_count;
    int64_t row_floats;
    cache *cache;
    float *staging; /* one batch of the widest input */
};

void feed_free(feed *f)
{
    if (!f)
        return;
    free(f->given);
    free(f->at);
    free(f->staging);
    free(f);
}

static int64_t row_of(const feed *f, const ablate_value *value)
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
        f->row_floats += input ? 0 : row_of(f, f->given[i]);
    }
}

static hash_digest key_of(const feed *f)
{
    const run_settings *run = f->request.run;
    int input[4] = { run->size, run->fit, run->resample, run->statistics };
    hash_state state;
    hash_begin(&state);
    hash_add(&state, f->request.session->code.byte, 32);
    hash_add_text(&state, f->request.session->device->name);
    hash_add_text(&state, f->request.session->device->core_type()); /* other kernels round otherwise */
    hash_add(&state, input, sizeof input);
    for (int i = 0; i < f->given_count; i++) {
        if (f->at[i] < 0)
            continue;
        hash_digest value = value_digest(f->given[i]);
        hash_add(&state, value.byte, sizeof value.byte);
    }
    return hash_end(&state);
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
    int64_t n = row_of(w->feed, w->value);
    if (strcmp(w->value->name, "image") == 0)
        return dataset_input(r->dataset, w->picture[i], r->run, w->out + i * n);
    memcpy(w->out + i * n, r->dataset->picture[w->picture[i]].inputs, (size_t)n * sizeof(float));
    return 0;
}

static int put_input(feed *f, program *p, const ablate_value *value, const int *pictures)
{
    input_work work = { f, value, pictures, f->staging };
    if (workers_run(f->request.batch, load_one, &work) < 0)
        return -1;
    return program_put(p, value, f->staging);
}

/* The staging area must hold the widest input of the graph, whether given or below the frontier. */
static int make_staging(feed *f)
{
    int64_t most = 1;
    for (int i = 0; i < f->request.graph->values; i++) {
        const ablate_value *value = f->request.graph->value[i];
        if (value->kind == VALUE_INPUT && shape_size(&value->shape) > most)
            most = shape_size(&value->shape);
    }
    f->staging = take((size_t)most, sizeof(float), "a batch of pictures");
    return f->staging ? 0 : -1;
}

/* ---- rows that the cache lacks ---- */

static int find_missing(feed *f, int *missing, int *count)
{
    const feed_request *r = &f->request;
    *count = 0;
    for (int i = 0; i < r->picture_count; i++) {
        const hash_digest *identity = session_identity(r->session, r->pictures[i]);
        if (!identity)
            return -1;
        if (!cache_row(f->cache, identity))
            missing[(*count)++] = r->pictures[i];
    }
    return 0;
}

/* One picture's numbers of all frontier values, one after the other. */
static int append_row(feed *f, const float *batch, const int64_t *start, int row, int index, float *assembled)
{
    for (int i = 0; i < f->given_count; i++) {
        int64_t n = row_of(f, f->given[i]);
        if (f->at[i] >= 0)
            memcpy(assembled + f->at[i], batch + start[i] + row * n, (size_t)n * sizeof(float));
    }
    return cache_append(f->cache, session_identity(f->request.session, index), assembled);
}

static int compute_batch(feed *f, program *p, const int *pictures, int count, float *batch, float *assembled)
{
    const feed_request *r = &f->request;
    int64_t start[ABLATE_INPUTS * 64], at = 0;
    for (int i = 0; i < r->graph->values; i++)
        if (r->graph->value[i]->kind == VALUE_INPUT && put_input(f, p, r->graph->value[i], pictures) < 0)
            return -1;
    if (program_run(p, 0) < 0)
        return -1;
    for (int i = 0; i < f->given_count; i++) {
        start[i] = at;
        if (f->at[i] >= 0 && program_get(p, f->given[i], batch + at) < 0)
            return -1;
        at += f->at[i] >= 0 ? shape_size(&f->given[i]->shape) : 0;
    }
    for (int row = 0; row < count; row++)
        if (append_row(f, batch, start, row, pictures[row], assembled) < 0)
            return -1;
    return 0;
}

static int compute_batches(feed *f, program *p, const int *missing, int count)
{
    const int batch_size = f->request.batch;
    float *batch = take((size_t)(f->row_floats * batch_size), sizeof(float), "a batch of rows");
    float *assembled = take((size_t)f->row_floats, sizeof(float), "a row");
    int *pictures = take((size_t)batch_size, sizeof(int), "a batch");
    progress bar;
    int status = batch && assembled && pictures ? 0 : -1;
    progress_begin(&bar, "features", "pictures", count, 0);
    for (int done = 0; done < count && status == 0; done += batch_size) {
        int now = count - done < batch_size ? count - done : batch_size;
        for (int i = 0; i < batch_size; i++) /* the last batch is filled up with its last picture */
            pictures[i] = missing[done + (i < now ? i : now - 1)];
        status = compute_batch(f, p, pictures, now, batch, assembled);
        progress_show(&bar, done + now, "");
    }
    progress_end(&bar);
    free(batch);
    free(assembled);
    free(pictures);
    return status;
}

static int compute_missing(feed *f, const int *missing, int count)
{
    const feed_request *r = &f->request;
    ablate_value *inputs[ABLATE_INPUTS], *rows[ABLATE_INPUTS * 64];
    int input_count = 0, row_count = 0;
    for (int i = 0; i < r->graph->values && input_count < ABLATE_INPUTS; i++)
        if (r->graph->value[i]->kind == VALUE_INPUT)
            inputs[input_count++] = r->graph->value[i];
    for (int i = 0; i < f->given_count && row_count < ABLATE_INPUTS * 64; i++)
        if (f->at[i] >= 0)
            rows[row_count++] = f->given[i];
    constants *own = constants_new(r->session->device);
    program_request request = { .graph = r->graph,
                                .device = r->session->device,
                                .constants = own,
                                .wanted = rows,
                                .wanted_count = row_count,
                                .given = inputs,
                                .given_count = input_count };
    program *p = own ? program_new(&request) : NULL;
    int status = p ? compute_batches(f, p, missing, count) : -1;
    program_free(p);
    constants_free(own);
    r->session->rows_computed += count;
    return status == 0 ? cache_index(f->cache) : -1;
}

static int complete_rows(feed *f)
{
    const feed_request *r = &f->request;
    hash_digest key = key_of(f);
    int count = 0, *missing = take((size_t)r->picture_count, sizeof *missing, "a list of pictures");
    f->cache = session_cache(r->session, &key, f->row_floats);
    int status = missing && f->cache ? find_missing(f, missing, &count) : -1;
    r->session->rows_used += r->picture_count - count;
    if (status == 0 && count > 0)
        status = compute_missing(f, missing, count);
    free(missing);
    return status;
}

feed *feed_new(const feed_request *request)
{
    feed *f = take_zeroed(1, sizeof *f, "a feed");
    if (!f)
        return NULL;
    f->request = *request;
    int status = find_frontier(f) == 0 ? make_staging(f) : -1;
    if (status == 0 && f->given_count > ABLATE_INPUTS * 64)
        status = complain("%d values depend on a picture alone; the most is %d", f->given_count, ABLATE_INPUTS * 64);
    if (status == 0)
        status = give_inputs_if_cheap(f);
    if (status == 0)
        lay_out_rows(f);
    phase before = phases_enter(&request->session->phases, PHASE_FEATURES);
    if (status == 0 && f->row_floats > 0)
        status = complete_rows(f);
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

static int put_rows(feed *f, program *p, int i, const int *pictures)
{
    int64_t n = row_of(f, f->given[i]);
    for (int row = 0; row < f->request.batch; row++) {
        const float *from = cache_row(f->cache, session_identity(f->request.session, pictures[row]));
        if (!from)
            return complain("%s: a row vanished while it was in use", cache_path(f->cache));
        if (program_put_row(p, f->given[i], row * n, from + f->at[i], n) < 0)
            return -1;
    }
    return 0;
}

int feed_fill(feed *f, program *p, const int *pictures)
{
    int status = 0;
    for (int i = 0; i < f->given_count && status == 0; i++)
        status = f->at[i] < 0 ? put_input(f, p, f->given[i], pictures) : put_rows(f, p, i, pictures);
    return status;
}
