#include "snapshot.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../model/parameters_file.h"
#include <stdlib.h>

static int write_parameters(const snapshots *s, const optimiser *from, const char *path)
{
    float *all = take((size_t)s->parameters->count, sizeof *all, "the trained parameters");
    int status = all && path ? optimiser_get_parameters(from, all) : -1;
    if (status == 0)
        status = parameters_file_write(path, s->parameters, all, s->experiment, s->row);
    free(all);
    return status;
}

int snapshot_write(const snapshots *s, const optimiser *from)
{
    char *path = take_text("%s/parameters.safetensors", s->folder);
    int status = write_parameters(s, from, path);
    free(path);
    return status;
}

static char *epoch_path(const snapshots *s, uint64_t epoch)
{
    return take_text("%s/parameters-epoch-%llu.safetensors", s->folder, (unsigned long long)epoch);
}

static int nothing(void *context, const train_moment *now)
{
    (void)context;
    (void)now;
    return 0;
}

static int keep_epoch(void *context, const train_moment *now)
{
    const snapshots *s = context;
    uint64_t steps = now->step + 1, each = (uint64_t)now->steps_each;
    if (steps % each != 0)
        return 0;
    char *path = epoch_path(s, steps / each);
    int status = write_parameters(s, now->optimiser, path);
    free(path);
    return status;
}

train_observer snapshot_observer(snapshots *s)
{
    return (train_observer){ s, nothing, keep_epoch };
}

bool snapshot_complete(const snapshots *s, int epochs)
{
    bool all = true;
    for (int epoch = 1; epoch <= epochs && all; epoch++) {
        char *path = epoch_path(s, (uint64_t)epoch);
        all = path && file_exists(path);
        free(path);
    }
    return all;
}
