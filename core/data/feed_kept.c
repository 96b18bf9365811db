/* feed_kept.c: rows kept in the device's memory, from which it gathers its own batches. */
#include "../base/diag.h"
#include "../graph/where.h"
#include "feed_parts.h"
#include <stdio.h>
#include <stdlib.h>

/* Left for whatever else the device is asked for while a run goes on. */
static const int64_t SPARE = INT64_C(512) << 20;

static int copy_rows(feed *f)
{
    const feed_request *r = &f->request;
    const device *where = r->session->device;
    for (int i = 0; i < r->picture_count; i++) {
        const hash_digest *identity = session_identity(r->session, r->pictures[i]);
        const float *from = cache_read(f->cache, identity, 0, f->row_floats, f->room);
        if (!from)
            return complain("%s: a row vanished while it was in use", cache_path(f->cache));
        if (where->upload(f->kept + i * f->row_floats, from, (size_t)f->row_floats * sizeof *from) < 0)
            return complain("%s: features cannot be copied to it%s", where->name, where_trouble(where));
        f->place[r->pictures[i]] = i;
    }
    return 0;
}

int feed_keep(feed *f)
{
    const feed_request *r = &f->request;
    const device *where = r->session->device;
    int64_t bytes = f->row_floats * r->picture_count * (int64_t)sizeof(float);
    if (f->tried || !r->again || !where->gather || !where->room || f->row_floats == 0)
        return 0;
    f->tried = true;
    if (bytes + SPARE > where->room()) {
        fprintf(stderr,
                "features: %lld MiB do not fit the device's memory beside the run; they are sent batch by batch\n",
                (long long)(bytes >> 20));
        return 0;
    }
    f->place = take((size_t)r->dataset->pictures, sizeof *f->place, "places of pictures");
    f->row = take((size_t)r->batch, sizeof *f->row, "places of pictures");
    f->kept = f->place && f->row ? where->allocate((size_t)bytes) : NULL;
    if (!f->kept)
        return complain("%s: out of memory: %lld MiB for features%s", where->name, (long long)(bytes >> 20),
                        where_trouble(where));
    return copy_rows(f);
}
