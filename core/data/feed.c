#include "feed.h"
#include "../base/diag.h"
#include "../graph/where.h"
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>

struct feed {
    feed_request request;
    frontier frontier;
    row_request rows;
    cache *cache;   /* NULL: there are no rows */
    float *room;    /* a row as float32 */
    float *staging; /* one batch of the widest input */
    bool tried;     /* to keep them */
    float *kept;    /* (pictures of the request, row_floats) in the device's memory, or NULL */
    int64_t *place; /* by picture of the data set: its row in `kept` */
    int64_t *row;   /* of each picture of a batch, in `kept` */
};

void feed_free(feed *f)
{
    if (!f)
        return;
    if (f->kept)
        f->request.session->device->release(f->kept);
    free(f->place);
    free(f->row);
    frontier_free(&f->frontier);
    free(f->staging);
    free(f->room);
    free(f);
}

static int make_staging(feed *f)
{
    int64_t most = 1;
    for (int i = 0; i < f->frontier.count; i++)
        if (f->frontier.at[i] < 0 && shape_size(&f->frontier.given[i]->shape) > most)
            most = shape_size(&f->frontier.given[i]->shape);
    f->staging = take((size_t)most, sizeof(float), "a batch of pictures");
    return f->staging ? 0 : -1;
}

static int make_rows(feed *f)
{
    if (f->frontier.row_floats == 0)
        return 0;
    f->cache = rows_complete(&f->rows);
    f->room = take((size_t)f->frontier.row_floats, sizeof *f->room, "a row");
    return f->cache && f->room ? 0 : -1;
}

feed *feed_new(const feed_request *request)
{
    feed *f = take_zeroed(1, sizeof *f, "a feed");
    if (!f)
        return NULL;
    f->request = *request;
    f->rows = (row_request){ .session = request->session,
                             .input = request->input,
                             .numbers = request->numbers,
                             .graph = request->graph,
                             .frontier = &f->frontier,
                             .pictures = request->pictures,
                             .count = request->picture_count };
    int status = frontier_find(&f->frontier, request->graph, request->batch, request->wanted, request->wanted_count,
                               request->alone);
    if (status == 0)
        status = make_staging(f);
    phase before = phases_enter(&request->session->phases, PHASE_FEATURES);
    if (status == 0)
        status = make_rows(f);
    phases_enter(&request->session->phases, before);
    if (status == 0)
        return f;
    feed_free(f);
    return NULL;
}

ablate_value *const *feed_given(const feed *f, int *count)
{
    *count = f->frontier.count;
    return f->frontier.given;
}

/* ---- rows in the device's memory, from which it gathers its own batches ---- */

/* Left for whatever else the device is asked for while a run goes on. */
static const int64_t SPARE = INT64_C(512) << 20;

static int copy_rows(feed *f)
{
    const device *where = f->request.session->device;
    const int64_t n = f->frontier.row_floats;
    for (int i = 0; i < f->rows.count; i++) {
        const float *row = rows_read(&f->rows, f->cache, f->rows.pictures[i], 0, n, f->room);
        if (!row)
            return -1;
        if (where->upload(f->kept + i * n, row, (size_t)n * sizeof *row) < 0)
            return complain("%s: features cannot be copied to it%s", where->name, where_trouble(where));
        f->place[f->rows.pictures[i]] = i;
    }
    return 0;
}

/* Once, if the device gathers from its memory and there is room. */
static int keep_rows(feed *f)
{
    const device *where = f->request.session->device;
    int64_t bytes = f->frontier.row_floats * f->rows.count * (int64_t)sizeof(float);
    if (f->tried || !f->request.again || !f->cache || !where->gather || !where->room)
        return 0;
    f->tried = true;
    if (bytes + SPARE > where->room()) {
        fprintf(stderr,
                "features: %lld MiB do not fit the device's memory beside the run; they are sent batch by batch\n",
                (long long)(bytes >> 20));
        return 0;
    }
    f->place = take((size_t)f->request.session->data.pictures, sizeof *f->place, "places of pictures");
    f->row = take((size_t)f->frontier.batch, sizeof *f->row, "places of pictures");
    f->kept = f->place && f->row ? where->allocate((size_t)bytes) : NULL;
    if (!f->kept)
        return complain("%s: out of memory: %lld MiB for features%s", where->name, (long long)(bytes >> 20),
                        where_trouble(where));
    return copy_rows(f);
}

static int gather_rows(feed *f, program *p, int i, const int *pictures)
{
    for (int k = 0; k < f->frontier.batch; k++)
        f->row[k] = f->place[pictures[k]];
    return program_gather(p, f->frontier.given[i], f->kept + f->frontier.at[i], f->row, f->frontier.batch,
                          f->frontier.row_floats);
}

/* ---- a batch ---- */

static int put_input(const feed *f, program *p, const ablate_value *value, const int *pictures)
{
    return frontier_load(&f->request.session->data, f->request.input, value, pictures, f->staging) < 0
               ? -1
               : program_put(p, value, f->staging);
}

static int put_rows(feed *f, program *p, int i, const int *pictures)
{
    const ablate_value *value = f->frontier.given[i];
    const int64_t n = frontier_numbers(&f->frontier, value);
    if (f->kept)
        return gather_rows(f, p, i, pictures);
    for (int row = 0; row < f->frontier.batch; row++) {
        const float *from = rows_read(&f->rows, f->cache, pictures[row], f->frontier.at[i], n, f->room);
        if (!from || program_put_row(p, value, row * n, from, n) < 0)
            return -1;
    }
    return 0;
}

int feed_fill(feed *f, program *p, const int *pictures)
{
    int status = keep_rows(f);
    for (int i = 0; i < f->frontier.count && status == 0; i++)
        status = f->frontier.at[i] < 0 ? put_input(f, p, f->frontier.given[i], pictures) : put_rows(f, p, i, pictures);
    return status;
}
