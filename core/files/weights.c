#include "weights.h"
#include "../base/diag.h"
#include "../base/settings.h"
#include "weights_parts.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const weights_format *const formats[] = { &weights_torch, &weights_index, &weights_refused,
                                                 &weights_safetensors };

/* Takes over the path. */
static weights *open_file(char *path, bool part)
{
    weights *w = path ? take_zeroed(1, sizeof *w, "a weights file") : NULL;
    if (!w) {
        free(path);
        return NULL;
    }
    w->path = path;
    size_t i = 0, last = sizeof formats / sizeof *formats - 1;
    int status = file_map_open(path, &w->map);
    while (status == 0 && i < last && !formats[i]->matches(&w->map))
        i++;
    if (status == 0 && part && formats[i] == &weights_index)
        status = complain("%s: an index names it, but it is an index itself; download the files again", path);
    if (status == 0 && formats[i]->parse(w) == 0)
        return w;
    weights_close(w);
    return NULL;
}

weights *weights_open(const char *path)
{
    return open_file(weights_file_of(path), false);
}

weights *weights_open_part(const char *path)
{
    return open_file(take_text("%s", path), true);
}

void weights_close(weights *w)
{
    if (!w)
        return;
    for (int i = 0; i < w->parts; i++)
        weights_close(w->part[i]);
    free(w->part);
    if (w->release)
        w->release(w->memory);
    file_map_close(&w->map);
    free(w->tensor);
    free(w->note);
    free(w->path);
    free(w);
}

int weights_digest(const weights *w, hash_digest *digest)
{
    hash_state state;
    hash_digest one;
    if (hash_file(w->path, digest) < 0)
        return -1;
    if (w->parts == 0)
        return 0;
    hash_begin(&state);
    hash_add(&state, digest->byte, sizeof digest->byte);
    for (int i = 0; i < w->parts; i++) {
        if (weights_digest(w->part[i], &one) < 0)
            return -1;
        hash_add(&state, one.byte, sizeof one.byte);
    }
    *digest = hash_end(&state);
    return 0;
}

const char *weights_path(const weights *w)
{
    return w->path;
}

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

static int compare_name(const void *name, const void *tensor)
{
    return strcmp(name, ((const weights_tensor *)tensor)->name);
}

const weights_tensor *weights_find(const weights *w, const char *name)
{
    return w->count ? bsearch(name, w->tensor, (size_t)w->count, sizeof *w->tensor, compare_name) : NULL;
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
    int64_t stride = 1;
    for (int axis = t->shape.rank - 1; axis >= 0 && t->count > 0; axis--) {
        if (t->shape.dim[axis] > 1 && t->stride[axis] != stride)
            return false;
        stride *= t->shape.dim[axis];
    }
    return true;
}

/* The numbers of a view, whose neighbours lie apart, one by one. */
static void decode_view(const weights_tensor *t, float *out)
{
    weights_dtype dtype;
    int64_t size = (int64_t)weights_dtype_size(t->dtype_name, &dtype), place[ABLATE_DIMS] = { 0 };
    for (int64_t i = 0; i < t->count; i++) {
        int64_t from = 0;
        for (int axis = 0; axis < t->shape.rank; axis++)
            from += place[axis] * t->stride[axis];
        weights_decode(t->dtype, t->data + from * size, 1, out + i);
        for (int axis = t->shape.rank - 1; axis >= 0 && ++place[axis] == t->shape.dim[axis]; axis--)
            place[axis] = 0;
    }
}

int weights_load(const weights *w, const char *name, float *out)
{
    const weights_tensor *tensor = weights_need(w, name);
    if (!tensor)
        return -1;
    if (tensor->dtype == WEIGHTS_OTHER)
        return complain("%s: '%s' holds %s numbers; F64, F32, F16 and BF16 can be loaded, convert it", w->path, name,
                        tensor->dtype_name);
    if (w->verify && w->verify(w, tensor) < 0)
        return -1;
    if (weights_is_dense(tensor))
        weights_decode(tensor->dtype, tensor->data, tensor->count, out);
    else
        decode_view(tensor, out);
    for (int64_t i = 0; i < tensor->count; i++)
        if (!isfinite(out[i]))
            return complain("%s: '%s' holds %s at element %" PRId64 "; the file is damaged or not a usable model",
                            w->path, name, isnan(out[i]) ? "a NaN" : "an infinity", i);
    return 0;
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
