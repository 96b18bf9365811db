#include "replay.h"
#include "../base/diag.h"
#include "where.h"

typedef struct bound { /* a body with its step */
    int (*body)(void *context, uint64_t step);
    void *context;
    uint64_t step;
} bound;

static int call_bound(void *context)
{
    const bound *b = context;
    return b->body(b->context, b->step);
}

int replay_run(replay *r, bool recordable, int (*body)(void *context, uint64_t step), void *context, uint64_t step)
{
    if (!recordable || !r->device->record || !r->called) {
        r->called = true;
        return body(context, step);
    }
    bound all = { body, context, step };
    if (!r->recording)
        r->recording = r->device->record(call_bound, &all);
    if (r->recording && r->device->replay(r->recording, step) == 0)
        return 0;
    return complain("%s: a step could not be %s%s; run again with --timing, which makes the calls one by one and names "
                    "the one that fails",
                    r->device->name, r->recording ? "replayed" : "recorded", where_trouble(r->device));
}

void replay_forget(replay *r)
{
    if (r->recording)
        r->device->forget(r->recording);
    r->recording = NULL;
}
