/* feed_rows.c: the rows that the cache lacks, computed batch by batch while the next batch's pictures are decoded. */
#include "../base/ahead.h"
#include "../base/diag.h"
#include "../base/progress.h"
#include "../base/stop.h"
#include "feed_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row_work {
    feed *feed;
    program *program;
    const int *missing; /* pictures */
    int count;
    ablate_value *input[ABLATE_INPUTS];
    int inputs;
    int64_t input_floats;     /* of a batch, all inputs one after the other */
    int *picture;             /* (AHEAD_SLOTS, batch) */
    float *decoded;           /* (AHEAD_SLOTS, input_floats) */
    float *batch, *assembled; /* a batch by value; a row by picture */
} row_work;

static hash_digest key_of(const feed *f)
{
    const input_settings *to = f->request.input;
    int chosen[5] = { to->size, to->fit, to->resample, to->statistics, (int)f->request.numbers };
    hash_state state;
    hash_begin(&state);
    hash_add(&state, f->request.session->code.byte, 32);
    hash_add_text(&state, f->request.session->device->name);
    hash_add_text(&state, f->request.session->device->core_type()); /* other kernels round otherwise */
    hash_add(&state, chosen, sizeof chosen);
    for (int i = 0; i < f->given_count; i++) {
        if (f->at[i] < 0)
            continue;
        hash_digest value = value_digest(f->given[i]);
        hash_add(&state, value.byte, sizeof value.byte);
    }
    return hash_end(&state);
}

static int find_missing(feed *f, int *missing, int *count)
{
    const feed_request *r = &f->request;
    *count = 0;
    for (int i = 0; i < r->picture_count; i++) {
        const hash_digest *identity = session_identity(r->session, r->pictures[i]);
        if (!identity)
            return -1;
        if (!cache_has(f->cache, identity))
            missing[(*count)++] = r->pictures[i];
    }
    return 0;
}

/* ---- pictures, by the thread that reads ahead ---- */

/* The last batch is filled up with its last picture. */
static int decode_batch(void *context, int number, int slot)
{
    const row_work *w = context;
    const int batch = w->feed->request.batch, first = number * batch;
    int *chosen = w->picture + slot * batch;
    float *into = w->decoded + slot * w->input_floats;
    for (int i = 0; i < batch; i++)
        chosen[i] = w->missing[first + i < w->count ? first + i : w->count - 1];
    for (int i = 0; i < w->inputs; i++) {
        if (feed_load(w->feed, w->input[i], chosen, into) < 0)
            return -1;
        into += shape_size(&w->input[i]->shape);
    }
    return 0;
}

/* ---- their rows ---- */

/* One picture's numbers of all frontier values, one after the other. */
static int append_row(const row_work *w, int row, int index)
{
    const feed *f = w->feed;
    const float *from = w->batch;
    for (int i = 0; i < f->given_count; i++) {
        int64_t n = feed_numbers(f, f->given[i]);
        if (f->at[i] < 0)
            continue;
        memcpy(w->assembled + f->at[i], from + row * n, (size_t)n * sizeof(float));
        from += shape_size(&f->given[i]->shape);
    }
    return cache_append(f->cache, session_identity(f->request.session, index), w->assembled);
}

static int put_inputs(const row_work *w, int slot)
{
    const float *from = w->decoded + slot * w->input_floats;
    for (int i = 0; i < w->inputs; i++) {
        if (program_put(w->program, w->input[i], from) < 0)
            return -1;
        from += shape_size(&w->input[i]->shape);
    }
    return 0;
}

static int compute_batch(const row_work *w, int slot, int count)
{
    const feed *f = w->feed;
    float *into = w->batch;
    if (put_inputs(w, slot) < 0 || program_run(w->program, 0) < 0)
        return -1;
    for (int i = 0; i < f->given_count; i++) {
        if (f->at[i] < 0)
            continue;
        if (program_get(w->program, f->given[i], into) < 0)
            return -1;
        into += shape_size(&f->given[i]->shape);
    }
    for (int row = 0; row < count; row++)
        if (append_row(w, row, w->picture[slot * f->request.batch + row]) < 0)
            return -1;
    return 0;
}

static int compute_batches(row_work *w)
{
    const int size = w->feed->request.batch, batches = (w->count + size - 1) / size;
    ahead *reader = ahead_begin(batches, decode_batch, w);
    progress bar;
    int status = reader ? 0 : -1;
    progress_begin(&bar, "features", "pictures", w->count, 0);
    for (int i = 0; i < batches && status == 0; i++) {
        int done = i * size, now = w->count - done < size ? w->count - done : size;
        int slot = ahead_await(reader, i);
        status = slot < 0 ? -1 : compute_batch(w, slot, now);
        ahead_release(reader, i);
        if (status == 0 && done + now < w->count && stop_asked())
            status = stop_complain("features of %d of %d pictures were computed, which are in %s; the same command "
                                   "goes on with the others",
                                   done + now, w->count, cache_path(w->feed->cache));
        progress_show(&bar, done + now, "");
    }
    progress_end(&bar);
    ahead_end(reader);
    return status;
}

static int make_room(row_work *w)
{
    const size_t batch = (size_t)w->feed->request.batch, row = (size_t)w->feed->row_floats;
    for (int i = 0; i < w->inputs; i++)
        w->input_floats += shape_size(&w->input[i]->shape);
    w->picture = take(AHEAD_SLOTS * batch, sizeof(int), "a batch");
    w->decoded = take(AHEAD_SLOTS * (size_t)w->input_floats, sizeof(float), "batches of pictures");
    w->batch = take(row * batch, sizeof(float), "a batch of rows");
    w->assembled = take(row, sizeof(float), "a row");
    return w->picture && w->decoded && w->batch && w->assembled ? 0 : -1;
}

static int run_program(row_work *w, constants *own)
{
    const feed *f = w->feed;
    ablate_value *rows[ABLATE_INPUTS * 64];
    int row_count = 0;
    for (int i = 0; i < f->given_count && row_count < ABLATE_INPUTS * 64; i++)
        if (f->at[i] >= 0)
            rows[row_count++] = f->given[i];
    program_request request = { .graph = f->request.graph,
                                .device = f->request.session->device,
                                .constants = own,
                                .wanted = rows,
                                .wanted_count = row_count,
                                .given = w->input,
                                .given_count = w->inputs };
    w->program = program_new(&request);
    int status = w->program && make_room(w) == 0 ? compute_batches(w) : -1;
    program_free(w->program);
    free(w->picture);
    free(w->decoded);
    free(w->batch);
    free(w->assembled);
    return status;
}

static int compute_missing(feed *f, const int *missing, int count)
{
    const feed_request *r = &f->request;
    row_work work = { .feed = f, .missing = missing, .count = count };
    for (int i = 0; i < r->graph->values && work.inputs < ABLATE_INPUTS; i++)
        if (r->graph->value[i]->kind == VALUE_INPUT)
            work.input[work.inputs++] = r->graph->value[i];
    constants *own = constants_new(r->session->device);
    int status = own ? run_program(&work, own) : -1;
    constants_free(own);
    r->session->rows_computed += count;
    return status == 0 ? cache_index(f->cache) : -1;
}

/* Hours of computing and gigabytes may follow, so the size is told, and refused, before. */
static int announce(const feed *f, int count)
{
    const double mib = 0x1p20;
    fprintf(stderr, "features: %d of %d pictures, %.2f MiB each in %s, %.1f MiB to be written to %s\n", count,
            f->request.picture_count, (double)cache_bytes(f->cache, 1) / mib,
            f->request.numbers == CACHE_FLOAT16 ? "float16" : "float32", (double)cache_bytes(f->cache, count) / mib,
            cache_path(f->cache));
    return cache_expect(f->cache, count);
}

int feed_complete(feed *f)
{
    const feed_request *r = &f->request;
    hash_digest key = key_of(f);
    int count = 0, *missing = take((size_t)r->picture_count, sizeof *missing, "a list of pictures");
    f->cache = session_cache(r->session, &key, f->row_floats, r->numbers);
    f->room = take((size_t)f->row_floats, sizeof(float), "a row");
    int status = missing && f->cache && f->room ? find_missing(f, missing, &count) : -1;
    r->session->rows_used += r->picture_count - count;
    if (status == 0 && count > 0)
        status = announce(f, count);
    if (status == 0 && count > 0)
        status = compute_missing(f, missing, count);
    free(missing);
    return status;
}
