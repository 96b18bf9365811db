#include "weights.h"
#include "../base/diag.h"
#include "../base/settings.h"
#include "weights_parts.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const weights_format *const formats[] = { &weights_safetensors };

weights *weights_open(const char *path)
{
    weights *w = take_zeroed(1, sizeof *w, "a weights file");
    if (!w)
        return NULL;
    w->path = take_text("%s", path);
    if (!w->path || file_map_open(path, &w->map) < 0) {
        weights_close(w);
        return NULL;
    }
    size_t i = 0, last = sizeof formats / sizeof *formats - 1;
    while (i < last && !formats[i]->matches(&w->map))
        i++;
    if (formats[i]->parse(w) < 0) {
        weights_close(w);
        return NULL;
    }
    return w;
}

void weights_close(weights *w)
{
    if (!w)
        return;
    if (w->release)
        w->release(w->memory);
    file_map_close(&w->map);
    free(w->tensor);
    free(w->note);
    free(w->path);
    free(w);
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

int weights_load(const weights *w, const char *name, float *out)
{
    const weights_tensor *tensor = weights_need(w, name);
    if (!tensor)
        return -1;
    if (tensor->dtype == WEIGHTS_OTHER)
        return complain("%s: '%s' holds %s numbers; F64, F32, F16 and BF16 can be loaded, convert it", w->path, name,
                        tensor->dtype_name);
    weights_decode(tensor->dtype, tensor->data, tensor->count, out);
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
