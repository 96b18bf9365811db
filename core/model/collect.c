#include "collect.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../data/rows.h"
#include "../files/weights.h"
#include "../ops/index.h"
#include "predictor.h"
#include <stdlib.h>
#include <string.h>

typedef struct collecting { /* of one tensor */
    const collection *c;
    int *picture, pictures;       /* of the data set */
    int64_t floats, rows;         /* of a picture */
    int64_t width;                /* of a row */
    float *batch, *out;           /* what a batch gives; the whole tensor */
    int64_t chosen, *row, *place; /* rows that are taken: where they are; by row of all, which they are, or -1 */
} collecting;

static const model *model_of(const collection *c)
{
    return c->all->model;
}

/* ---- which rows ---- */

/* A frozen value's numbers; it may itself come from what is collected. New memory; NULL: complained. */
static float *compute_frozen(const collection *c, ablate_value *value)
{
    const device *where = c->all->session->device;
    constants *own = constants_new(where);
    program_request request = {
        .graph = c->graph, .device = where, .constants = own, .wanted = &value, .wanted_count = 1
    };
    program *p = own ? program_new(&request) : NULL;
    float *numbers = take((size_t)shape_size(&value->shape), sizeof *numbers, value->name);
    int status = p && numbers && program_run(p, 0) == 0 ? program_get(p, value, numbers) : -1;
    program_free(p);
    constants_free(own);
    if (status == 0)
        return numbers;
    free(numbers);
    return NULL;
}

static int read_rows(collecting *w, const float *index)
{
    const int64_t all = w->rows * w->pictures;
    for (int64_t i = 0; i < all; i++)
        w->place[i] = -1;
    for (int64_t k = 0; k < w->chosen; k++) {
        w->row[k] = index_of(index[k], all);
        if (w->row[k] < 0)
            return complain("'%s': there is no row %g among the %lld of all training pictures", w->c->made->name,
                            (double)index[k], (long long)all);
        w->place[w->row[k]] = k;
    }
    return 0;
}

static int choose_rows(collecting *w)
{
    float *index = compute_frozen(w->c, w->c->which);
    w->chosen = w->c->which->shape.dim[0];
    w->row = take((size_t)w->chosen, sizeof *w->row, "chosen rows");
    w->place = take((size_t)(w->rows * w->pictures), sizeof *w->place, "chosen rows");
    int status = index && w->row && w->place ? read_rows(w, index) : -1;
    free(index);
    return status;
}

/* ---- picture by picture ---- */

static void keep_picture(const collecting *w, int number, const float *from)
{
    if (!w->place) {
        memcpy(w->out + number * w->floats, from, (size_t)w->floats * sizeof *from);
        return;
    }
    for (int64_t r = 0; r < w->rows; r++) {
        int64_t k = w->place[number * w->rows + r];
        if (k >= 0)
            memcpy(w->out + k * w->width, from + r * w->width, (size_t)w->width * sizeof *from);
    }
}

/* Rows that were chosen twice. */
static void repeat_rows(const collecting *w)
{
    for (int64_t k = 0; k < w->chosen; k++) {
        int64_t first = w->place[w->row[k]];
        if (first != k)
            memcpy(w->out + k * w->width, w->out + first * w->width, (size_t)w->width * sizeof *w->out);
    }
}

static int walk(collecting *w, predictor *p)
{
    predictor_walk at = { .predictor = p,
                          .pictures = w->picture,
                          .total = w->pictures,
                          .label = w->c->made->name,
                          .note = "collecting",
                          .stopped = "were collected; the same command begins with that again" };
    while (predictor_next(&at)) {
        at.status = predictor_get(p, w->c->value, w->batch);
        for (int i = 0; i < at.count && at.status == 0; i++)
            keep_picture(w, at.first + i, w->batch + i * w->floats);
    }
    if (at.status == 0)
        repeat_rows(w);
    return at.status;
}

static int collect_all(collecting *w)
{
    const collection *c = w->c;
    session *on = c->all->session;
    ablate_value *wanted[] = { (ablate_value *)(uintptr_t)c->value };
    w->picture = dataset_list(&on->data, false, &w->pictures);
    w->floats = shape_size(&c->value->shape) / model_of(c)->run->batch;
    w->width = c->value->shape.dim[c->value->shape.rank - 1];
    w->rows = w->floats / w->width;
    w->batch = take((size_t)shape_size(&c->value->shape), sizeof *w->batch, "a batch");
    if (!w->picture || !w->batch || (c->which && choose_rows(w) < 0))
        return -1;
    predictor *p =
        predictor_new(&(predictor_request){ on, model_of(c), NULL, wanted, 1, w->picture, w->pictures, c->graph });
    int status = p ? walk(w, p) : -1;
    predictor_free(p);
    return status;
}

static int collect(const collection *c, float *out)
{
    collecting w = { .c = c, .out = out };
    phases *now = &c->all->session->phases;
    const int64_t bytes = shape_size(&c->made->shape) * (int64_t)sizeof(float);
    const phase before = phases_enter(now, PHASE_FEATURES);
    int status = collect_all(&w);
    phases_enter(now, before);
    if (status == 0)
        fprintf(stderr, "%s: %s from %d training pictures, %.1f MiB\n", c->made->name,
                shape_words(&c->made->shape).text, w.pictures, (double)bytes / 0x1p20);
    free(w.picture);
    free(w.batch);
    free(w.row);
    free(w.place);
    return status;
}

/* ---- kept in the run's folder ---- */

/* Is there a file of this very tensor? 1: read, 0: no, -1: complained. */
static int read_file(const collection *c, const char *path, float *out)
{
    if (!file_exists(path))
        return 0;
    weights *w = weights_open(path);
    const char *identity = w ? weights_note(w, COLLECTION_IDENTITY) : NULL;
    const hash_digest found = collection_digest(identity);
    int status = !w ? -1 : identity && memcmp(&found, &c->made->source.digest, sizeof found) == 0;
    if (status == 1 && weights_load(w, c->made->name, out) < 0)
        status = -1;
    weights_close(w);
    return status;
}

static int write_file(const collection *c, const char *path, const float *numbers)
{
    const weights_entry entry = { c->made->name, c->made->shape, numbers, WEIGHTS_F32 };
    char pictures[16];
    snprintf(pictures, sizeof pictures, "%d", dataset_count(&c->all->session->data, false));
    const weights_pair notes[] = { { COLLECTION_PICTURES, pictures }, { COLLECTION_IDENTITY, c->identity } };
    return weights_write(path, &entry, 1, notes, 2);
}

/* What another one needs only to choose its rows is not kept. */
static int compute(collection *c, float *out)
{
    collections *all = c->all;
    char *path = all->folder && all->depth == 0 ? collection_path(all->folder, c->made) : NULL;
    int found = path ? read_file(c, path, out) : all->folder && all->depth == 0 ? -1 : 0;
    int status = found < 0 ? -1 : 0;
    if (found == 0) {
        double began = seconds_since_start();
        all->depth++;
        status = collect(c, out);
        all->depth--;
        all->seconds += all->depth == 0 ? seconds_since_start() - began : 0;
        if (status == 0 && path)
            status = write_file(c, path, out);
    }
    free(path);
    return status;
}

/* ---- before any of it ---- */

/* All that the tensor's numbers depend on. Those that it comes from are before it in the list. */
static int identify(collection *c, const int *list, int count)
{
    const model *m = model_of(c);
    const feed_request as = model_feed_request(c->all->session, m, c->graph);
    const row_request rows = { as.session, as.input, as.numbers, as.graph, NULL, NULL, 0 };
    const ablate_value *const from[] = { c->value, c->which };
    hash_state state;
    hash_begin(&state);
    int status = rows_hash(&rows, from, c->which ? 2 : 1, &state);
    for (int i = 0; i < count && status == 0; i++) {
        const hash_digest *one = session_identity(c->all->session, list[i]);
        status = one ? 0 : -1;
        if (one)
            hash_add(&state, one->byte, sizeof one->byte);
    }
    const hash_digest digest = hash_end(&state);
    hash_print(&digest, c->identity);
    c->made->source.digest = collection_digest(c->identity);
    return status;
}

int collect_begin(model *m, session *on, const char *folder)
{
    collections *all = &m->collected;
    int count = 0, status = 0;
    int *list = all->count ? dataset_list(&on->data, false, &count) : NULL;
    if (all->count && !list)
        return -1;
    all->session = on;
    all->model = m;
    all->folder = folder;
    all->compute = compute;
    for (int i = 0; i < all->count && status == 0; i++)
        status = identify(all->one[i], list, count);
    free(list);
    return status;
}
