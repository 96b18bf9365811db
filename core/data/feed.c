#include "feed.h"
#include "../base/diag.h"
#include "inputs.h"
#include "kept_rows.h"
#include <stdlib.h>

struct feed {
    feed_request request;
    frontier frontier;
    row_request rows;
    cache *cache;   /* NULL: there are no rows */
    float *room;    /* a row as float32 */
    float *staging; /* one batch of the widest input */
    kept_rows kept;
};

void feed_free(feed *f)
{
    if (!f)
        return;
    kept_rows_free(&f->kept, &f->rows);
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
    int status = frontier_find(&f->frontier, request->graph, request->batch, request->wanted, request->wanted_count);
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

static int put_input(const feed *f, program *p, const ablate_value *value, const int *pictures)
{
    return inputs_load(&f->request.session->data, f->request.input, value, pictures, f->staging) < 0
               ? -1
               : program_put(p, value, f->staging);
}

static int put_rows(feed *f, program *p, int i, const int *pictures)
{
    const ablate_value *value = f->frontier.given[i];
    const int64_t n = frontier_numbers(&f->frontier, value);
    if (f->kept.rows)
        return kept_rows_put(&f->kept, &f->rows, p, i, pictures);
    for (int row = 0; row < f->frontier.batch; row++) {
        const float *from = rows_read(&f->rows, f->cache, pictures[row], f->frontier.at[i], n, f->room);
        if (!from || program_put_row(p, value, row * n, from, n) < 0)
            return -1;
    }
    return 0;
}

int feed_fill(feed *f, program *p, const int *pictures)
{
    int status = 0;
    if (f->request.again && f->cache && !f->kept.tried)
        status = kept_rows_make(&f->kept, &f->rows, f->cache, f->room);
    for (int i = 0; i < f->frontier.count && status == 0; i++)
        status = f->frontier.at[i] < 0 ? put_input(f, p, f->frontier.given[i], pictures) : put_rows(f, p, i, pictures);
    return status;
}
