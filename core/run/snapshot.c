#include "snapshot.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../files/weights.h"
#include "gradients.h"
#include <stdlib.h>

char *snapshot_path(const char *folder, int epoch)
{
    return epoch == 0 ? take_text("%s/parameters.safetensors", folder)
                      : take_text("%s/parameters-epoch-%d.safetensors", folder, epoch);
}

/* Of the i-th tensor. */
static float *numbers_of(const parameters *p, int i, float *all)
{
    return all + parameters_at(p, p->entry[i].buffer, p->entry[i].offset);
}

static int write_parameters(const snapshots *s, const optimiser *from, int epoch)
{
    char *path = snapshot_path(s->folder, epoch);
    const parameters *p = s->parameters;
    float *all = take((size_t)p->count, sizeof *all, "the trained parameters");
    weights_entry *entry = take_zeroed((size_t)p->entries, sizeof *entry, "the trained parameters");
    int status = all && entry && path ? optimiser_get_parameters(from, all) : -1;
    for (int i = 0; status == 0 && i < p->entries; i++)
        entry[i] = (weights_entry){ p->entry[i].name, p->entry[i].shape, numbers_of(p, i, all), WEIGHTS_F32 };
    const weights_pair about[] = { { "experiment", s->experiment }, { "row", s->row } };
    if (status == 0)
        status = weights_write(path, entry, p->entries, about, 2);
    free(path);
    free(all);
    free(entry);
    return status;
}

int snapshot_write(const snapshots *s, const optimiser *from)
{
    return write_parameters(s, from, 0);
}

static int keep_gradients(void *context, const train_moment *now)
{
    const snapshots *s = context;
    return gradients_keep(s->train, s->folder, now);
}

static int keep_epoch(void *context, const train_moment *now)
{
    const snapshots *s = context;
    uint64_t steps = now->step + 1, each = (uint64_t)now->steps_each;
    return steps % each == 0 ? write_parameters(s, now->optimiser, (int)(steps / each)) : 0;
}

train_observer snapshot_observer(snapshots *s)
{
    return (train_observer){ s, keep_gradients, keep_epoch };
}

bool snapshot_complete(const snapshots *s, int epochs)
{
    bool all = gradients_kept(s->folder);
    for (int epoch = 1; epoch <= epochs && all; epoch++) {
        char *path = snapshot_path(s->folder, epoch);
        all = path && file_exists(path);
        free(path);
    }
    return all;
}

/* ---- read again ---- */

static int read_one(const weights *w, const parameter *p, float *into)
{
    const weights_tensor *t = weights_find(w, p->name);
    if (!t)
        return complain("%s: it has no '%s', which the modules want now: their code has changed since; train it again",
                        weights_path(w), p->name);
    if (!shape_same(&t->shape, &p->shape))
        return complain("%s: '%s' is %s, but the modules want %s now: their code or settings have changed since; train "
                        "it again",
                        weights_path(w), p->name, shape_words(&t->shape).text, shape_words(&p->shape).text);
    return weights_load(w, p->name, into);
}

static int read_all(const weights *w, const parameters *p, float *all)
{
    int status = 0;
    if (weights_count(w) != p->entries)
        return complain(
            "%s: it holds %d parameters, but the modules want %d now: their code has changed since; train it "
            "again",
            weights_path(w), weights_count(w), p->entries);
    for (int i = 0; i < p->entries && status == 0; i++)
        status = read_one(w, &p->entry[i], numbers_of(p, i, all));
    return status;
}

int snapshot_read(const char *path, const parameters *p, float *all)
{
    weights *w = weights_open(path);
    int status = w ? read_all(w, p, all) : -1;
    weights_close(w);
    return status;
}
