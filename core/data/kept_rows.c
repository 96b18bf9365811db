#include "kept_rows.h"
#include "../base/diag.h"
#include "../graph/where.h"
#include <stdio.h>
#include <stdlib.h>

/* Left for whatever else the device is asked for while a run goes on. */
static const int64_t SPARE = INT64_C(512) << 20;

void kept_rows_free(kept_rows *k, const row_request *r)
{
    if (k->rows)
        r->session->device->release(k->rows);
    free(k->place);
    free(k->batch);
    *k = (kept_rows){ 0 };
}

static int copy_rows(kept_rows *k, const row_request *r, const cache *from, float *room)
{
    const device *where = r->session->device;
    const int64_t n = r->frontier->row_floats;
    for (int i = 0; i < r->count; i++) {
        const float *row = rows_read(r, from, r->pictures[i], 0, n, room);
        if (!row)
            return -1;
        if (where->upload(k->rows + i * n, row, (size_t)n * sizeof *row) < 0)
            return complain("%s: features cannot be copied to it%s", where->name, where_trouble(where));
        k->place[r->pictures[i]] = i;
    }
    return 0;
}

int kept_rows_make(kept_rows *k, const row_request *r, const cache *from, float *room)
{
    const device *where = r->session->device;
    int64_t bytes = r->frontier->row_floats * r->count * (int64_t)sizeof(float);
    k->tried = true;
    if (!where->gather || !where->room)
        return 0;
    if (bytes + SPARE > where->room()) {
        fprintf(stderr,
                "features: %lld MiB do not fit the device's memory beside the run; they are sent batch by batch\n",
                (long long)(bytes >> 20));
        return 0;
    }
    k->place = take((size_t)r->session->data.pictures, sizeof *k->place, "places of pictures");
    k->batch = take((size_t)r->frontier->batch, sizeof *k->batch, "places of pictures");
    k->rows = k->place && k->batch ? where->allocate((size_t)bytes) : NULL;
    if (!k->rows)
        return complain("%s: out of memory: %lld MiB for features%s", where->name, (long long)(bytes >> 20),
                        where_trouble(where));
    return copy_rows(k, r, from, room);
}

int kept_rows_put(kept_rows *k, const row_request *r, program *p, int given, const int *pictures)
{
    const frontier *f = r->frontier;
    for (int i = 0; i < f->batch; i++)
        k->batch[i] = k->place[pictures[i]];
    return program_gather(p, f->given[given], k->rows + f->at[given], k->batch, f->batch, f->row_floats);
}
