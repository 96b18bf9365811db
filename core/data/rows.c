#include "rows.h"
#include "../base/ahead.h"
#include "../base/diag.h"
#include "../base/numbers.h"
#include "../base/progress.h"
#include "../base/stop.h"
#include "../graph/program.h"
#include "../plugin/loader.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row_work {
    const row_request *request;
    cache *cache;
    program *program;
    ablate_value **value; /* the row's, in its order */
    int values, batch;    /* batch: of the graph */
    int *missing, count;  /* pictures that the cache lacks */
    ablate_value *input[ABLATE_INPUTS];
    int inputs;
    int64_t input_floats;  /* of a batch, all inputs one after the other */
    int *picture;          /* (AHEAD_SLOTS, batch) */
    float *decoded;        /* (AHEAD_SLOTS, input_floats) */
    float *computed, *row; /* a batch, value by value; a picture */
} row_work;

/* Operations that a module brought and somebody has changed count by that module's code. 0, or -1: complained. */
static int add_operations(const row_request *r, const ablate_value *value, char *done, hash_state *state)
{
    const char *dot = value->op ? strchr(value->op->name, '.') : NULL;
    char name[64], code[HASH_DIGITS] = "";
    int status = 0;
    if (done[value->id])
        return 0;
    done[value->id] = 1;
    for (int i = 0; i < value->n_in && status == 0; i++)
        status = add_operations(r, value->in[i], done, state);
    if (!dot || status < 0)
        return status;
    snprintf(name, sizeof name, "%.*s", (int)(dot - value->op->name), value->op->name);
    const ablate_module *module = module_load(name, r->session->module_folders);
    if (!module || module_code(module, code) < 0)
        return -1;
    hash_add(state, code, strlen(code));
    return 0;
}

int rows_hash(const row_request *r, const ablate_value *const *value, int count, hash_state *state)
{
    const input_settings *to = r->input;
    const unsigned numbers = ABLATE_NUMBERS;
    const int chosen[5] = { to->size, to->fit, to->resample, to->statistics, (int)r->numbers };
    char rounding[SESSION_DEVICE], *done = take_zeroed((size_t)r->graph->values, 1, "the key of cached rows");
    int status = done ? 0 : -1;
    session_device(r->session, rounding);
    hash_add(state, &numbers, sizeof numbers);
    hash_add_text(state, rounding); /* other kernels round otherwise */
    hash_add(state, chosen, sizeof chosen);
    for (int i = 0; i < count && status == 0; i++) {
        hash_digest digest = value_digest(value[i]);
        hash_add(state, digest.byte, sizeof digest.byte);
        status = add_operations(r, value[i], done, state);
    }
    free(done);
    return status;
}

static int make_key(const row_work *w, hash_digest *key)
{
    hash_state state;
    hash_begin(&state);
    int status = rows_hash(w->request, (const ablate_value *const *)w->value, w->values, &state);
    *key = hash_end(&state);
    return status;
}

static int find_missing(row_work *w)
{
    const row_request *r = w->request;
    for (int i = 0; i < r->count; i++) {
        const hash_digest *identity = session_identity(r->session, r->pictures[i]);
        if (!identity)
            return -1;
        if (!cache_has(w->cache, identity))
            w->missing[w->count++] = r->pictures[i];
    }
    return 0;
}

/* ---- pictures, by the thread that reads ahead ---- */

/* The last batch is filled up with its last picture. */
static int decode_batch(void *context, int number, int slot)
{
    const row_work *w = context;
    const int first = number * w->batch;
    int *chosen = w->picture + slot * w->batch;
    float *into = w->decoded + slot * w->input_floats;
    for (int i = 0; i < w->batch; i++)
        chosen[i] = w->missing[first + i < w->count ? first + i : w->count - 1];
    for (int i = 0; i < w->inputs; i++) {
        if (frontier_load(&w->request->session->data, w->request->input, w->input[i], chosen, into) < 0)
            return -1;
        into += shape_size(&w->input[i]->shape);
    }
    return 0;
}

/* ---- their rows ---- */

static int append_row(const row_work *w, int place, int index)
{
    const float *from = w->computed;
    float *into = w->row;
    for (int i = 0; i < w->values; i++) {
        int64_t n = frontier_numbers(w->request->frontier, w->value[i]);
        memcpy(into, from + place * n, (size_t)n * sizeof(float));
        into += n;
        from += n * w->batch;
    }
    return cache_append(w->cache, session_identity(w->request->session, index), w->row);
}

static int put_inputs(const row_work *w, int slot)
{
    const float *from = w->decoded + slot * w->input_floats;
    int status = 0;
    for (int i = 0; i < w->inputs && status == 0; i++) {
        status = program_put(w->program, w->input[i], from);
        from += shape_size(&w->input[i]->shape);
    }
    return status;
}

/* What is not finite now would be found in training, or in a map, where nobody knows where it is from. */
static int check_batch(const row_work *w, int slot)
{
    const int64_t n = w->request->frontier->row_floats * w->batch;
    bool finite = true;
    for (int64_t i = 0; i < n && finite; i++)
        finite = isfinite(w->computed[i]);
    if (finite)
        return 0;
    return put_inputs(w, slot) < 0 || program_find_nonfinite(w->program, 0) < 0
               ? -1
               : complain("features of a picture are not finite; look at the weights that they come from");
}

static int compute_batch(const row_work *w, int slot, int count)
{
    float *into = w->computed;
    int status = put_inputs(w, slot);
    if (status == 0)
        status = program_run(w->program, 0);
    for (int i = 0; i < w->values && status == 0; i++) {
        status = program_get(w->program, w->value[i], into);
        into += shape_size(&w->value[i]->shape);
    }
    if (status == 0)
        status = check_batch(w, slot);
    for (int i = 0; i < count && status == 0; i++)
        status = append_row(w, i, w->picture[slot * w->batch + i]);
    return status;
}

static int compute_batches(row_work *w)
{
    const int size = w->batch, batches = (w->count + size - 1) / size;
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
                                   done + now, w->count, cache_path(w->cache));
        progress_show(&bar, done + now, "");
    }
    progress_end(&bar);
    ahead_end(reader);
    return status;
}

static int make_room(row_work *w)
{
    const size_t batch = (size_t)w->batch, row = (size_t)w->request->frontier->row_floats;
    for (int i = 0; i < w->inputs; i++)
        w->input_floats += shape_size(&w->input[i]->shape);
    w->picture = take(AHEAD_SLOTS * batch, sizeof(int), "a batch");
    w->decoded = take(AHEAD_SLOTS * (size_t)w->input_floats, sizeof(float), "batches of pictures");
    w->computed = take(row * batch, sizeof(float), "a batch of rows");
    w->row = take(row, sizeof(float), "a row");
    return w->picture && w->decoded && w->computed && w->row ? 0 : -1;
}

static int compute_missing(row_work *w)
{
    const row_request *r = w->request;
    constants *own = constants_new(r->session->device);
    program_request request = { .graph = r->graph,
                                .device = r->session->device,
                                .constants = own,
                                .wanted = w->value,
                                .wanted_count = w->values,
                                .given = w->input,
                                .given_count = w->inputs };
    w->inputs = request.given_count = frontier_inputs(r->graph, w->input);
    w->program = own ? program_new(&request) : NULL;
    int status = w->program && make_room(w) == 0 ? compute_batches(w) : -1;
    program_free(w->program);
    constants_free(own);
    r->session->rows_computed += w->count;
    return status == 0 ? cache_index(w->cache) : -1;
}

/* Hours of computing and gigabytes may follow, so the size is told, and refused, before. */
static int announce(const row_work *w)
{
    const double mib = 0x1p20;
    fprintf(stderr, "features: %d of %d pictures, %.2f MiB each in %s, %.1f MiB to be written to %s\n", w->count,
            w->request->count, (double)cache_bytes(w->cache, 1) / mib,
            w->request->numbers == CACHE_FLOAT16 ? "float16" : "float32", (double)cache_bytes(w->cache, w->count) / mib,
            cache_path(w->cache));
    return cache_expect(w->cache, w->count);
}

static int begin(row_work *w)
{
    const row_request *r = w->request;
    const frontier *f = r->frontier;
    w->value = take((size_t)f->count, sizeof *w->value, "a row");
    w->missing = take((size_t)r->count, sizeof *w->missing, "a list of pictures");
    for (int i = 0; w->value && i < f->count; i++)
        if (f->at[i] >= 0)
            w->value[w->values++] = f->given[i];
    hash_digest key;
    if (!w->value || !w->missing || make_key(w, &key) < 0)
        return -1;
    w->cache = session_cache(r->session, &key, f->row_floats, r->numbers);
    return w->cache ? find_missing(w) : -1;
}

cache *rows_complete(const row_request *request)
{
    row_work w = { .request = request, .batch = request->frontier->batch };
    int status = begin(&w);
    request->session->rows_used += request->count - w.count;
    if (status == 0 && w.count > 0)
        status = announce(&w) < 0 ? -1 : compute_missing(&w);
    free(w.value);
    free(w.missing);
    free(w.picture);
    free(w.decoded);
    free(w.computed);
    free(w.row);
    return status == 0 ? w.cache : NULL;
}

const float *rows_read(const row_request *r, const cache *from, int index, int64_t at, int64_t n, float *room)
{
    const float *row = cache_read(from, session_identity(r->session, index), at, n, room);
    if (!row)
        complain("%s: a row vanished while it was in use", cache_path(from));
    return row;
}
