#include "parameters_file.h"
#include "../base/diag.h"
#include "../files/weights.h"
#include <stdlib.h>

int parameters_file_write(const char *path, const parameters *p, const float *all, const char *experiment,
                          const char *row)
{
    weights_entry *entry = take_zeroed((size_t)p->entries, sizeof *entry, "the trained parameters");
    for (int i = 0; entry && i < p->entries; i++)
        entry[i] = (weights_entry){ p->entry[i].name, p->entry[i].shape, all + p->entry[i].offset, WEIGHTS_F32 };
    const weights_pair notes[] = { { "experiment", experiment }, { "row", row } };
    int status = entry ? weights_write(path, entry, p->entries, notes, 2) : -1;
    free(entry);
    return status;
}

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
        status = read_one(w, &p->entry[i], all + p->entry[i].offset);
    return status;
}

int parameters_file_read(const char *path, const parameters *p, float *all)
{
    weights *w = weights_open(path);
    int status = w ? read_all(w, p, all) : -1;
    weights_close(w);
    return status;
}
