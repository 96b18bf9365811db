/* What an open file holds, by name: its format fills the tensors and sorts them. */
#include "../base/diag.h"
#include "../base/settings.h"
#include "weights_parts.h"
#include <stdlib.h>
#include <string.h>

int weights_count(const weights *w)
{
    return w->count;
}

const weights_tensor *weights_at(const weights *w, int i)
{
    return i >= 0 && i < w->count ? &w->tensor[i] : NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const weights_tensor *)a)->name, ((const weights_tensor *)b)->name);
}

int weights_sort(weights *w)
{
    if (w->count)
        qsort(w->tensor, (size_t)w->count, sizeof *w->tensor, by_name);
    for (int i = 1; i < w->count; i++)
        if (strcmp(w->tensor[i - 1].name, w->tensor[i].name) == 0)
            return complain("%s: the name '%s' is there twice; the file is damaged", w->path, w->tensor[i].name);
    return 0;
}

const weights_tensor *weights_find(const weights *w, const char *name)
{
    const weights_tensor key = { .name = name };
    return w->count ? bsearch(&key, w->tensor, (size_t)w->count, sizeof *w->tensor, by_name) : NULL;
}

const weights_tensor *weights_need(const weights *w, const char *name)
{
    const weights_tensor *tensor = weights_find(w, name);
    if (tensor)
        return tensor;
    const char **names = take((size_t)w->count, sizeof *names, "names");
    if (!names)
        return NULL;
    for (int i = 0; i < w->count; i++)
        names[i] = w->tensor[i].name;
    const char *nearest = settings_nearest(name, names, w->count);
    free(names);
    if (nearest)
        complain("%s: no tensor '%s' among %d; the nearest is '%s'", w->path, name, w->count, nearest);
    else
        complain("%s: no tensor '%s': the file holds none", w->path, name);
    return NULL;
}

void weights_stride_dense(weights_tensor *t)
{
    int64_t stride = 1;
    for (int axis = t->shape.rank - 1; axis >= 0 && t->count > 0; axis--) {
        t->stride[axis] = stride;
        stride *= t->shape.dim[axis];
    }
}

bool weights_is_dense(const weights_tensor *t)
{
    weights_tensor dense = *t;
    weights_stride_dense(&dense);
    for (int axis = 0; axis < t->shape.rank && t->count > 0; axis++)
        if (t->shape.dim[axis] > 1 && t->stride[axis] != dense.stride[axis])
            return false;
    return true;
}

const char *weights_note(const weights *w, const char *key)
{
    for (int i = 0; i < w->notes; i++)
        if (strcmp(w->note[i].key, key) == 0)
            return w->note[i].text;
    return NULL;
}

const char *weights_note_key(const weights *w, int i)
{
    return i >= 0 && i < w->notes ? w->note[i].key : NULL;
}
