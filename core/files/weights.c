#include "weights.h"
#include "../base/diag.h"
#include "weights_parts.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const weights_format *const formats[] = { &weights_torch, &weights_torch_old, &weights_index, &weights_refused,
                                                 &weights_safetensors };

/* Takes over the path; `open_part` opens the files that an index names, NULL in one of those. */
static weights *open_file(char *path, weights_opener *open_part)
{
    weights *w = path ? take_zeroed(1, sizeof *w, "a weights file") : NULL;
    if (!w) {
        free(path);
        return NULL;
    }
    w->path = path;
    w->open_part = open_part;
    size_t i = 0, last = sizeof formats / sizeof *formats - 1;
    int status = file_map_open(path, &w->map);
    while (status == 0 && i < last && !formats[i]->matches(&w->map))
        i++;
    if (status == 0 && !open_part && formats[i] == &weights_index)
        status = complain("%s: an index names it, but it is an index itself; download the files again", path);
    if (status == 0 && formats[i]->parse(w) == 0)
        return w;
    weights_close(w);
    return NULL;
}

static weights *open_part(const char *path)
{
    return open_file(take_text("%s", path), NULL);
}

weights *weights_open(const char *path)
{
    return open_file(weights_file_of(path), open_part);
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
    cJSON_Delete(w->json);
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

/* Of batch normalisation, by PyTorch's name for it. */
static bool is_variance(const char *name)
{
    static const char ending[] = "running_var";
    size_t length = strlen(name), end = sizeof ending - 1;
    return length >= end && strcmp(name + length - end, ending) == 0 &&
           (length == end || name[length - end - 1] == '.');
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
    for (int64_t i = 0; i < tensor->count && is_variance(name); i++)
        if (out[i] < 0)
            return complain("%s: '%s' holds %g at element %" PRId64 ", and no variance is negative; the file is "
                            "damaged or not a usable model",
                            w->path, name, (double)out[i], i);
    return 0;
}
