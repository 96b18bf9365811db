/* Header of a safetensors file, distrusted throughout: every number in it is checked before it is used. */
#include "../base/bytes.h"
#include "../base/diag.h"
#include "weights_parts.h"
#include <stdlib.h>
#include <string.h>

/* As the reference implementation; no real header comes near it. */
enum { MOST_HEADER_BYTES = 100000000, LENGTH_BYTES = 8 };

static bool matches_anything(const file_map *map)
{
    (void)map;
    return true;
}

/* Length of the JSON; -1: complained. */
static int64_t header_length(const weights *w)
{
    if (w->map.size < LENGTH_BYTES)
        return complain("%s: only %zu byte%s, no file of weights; copy or download it again", w->path, w->map.size,
                        w->map.size == 1 ? "" : "s");
    uint64_t length = little64(w->map.data);
    bool opens = w->map.size > LENGTH_BYTES && w->map.data[LENGTH_BYTES] == '{';
    if (!opens || length < 2 || length > MOST_HEADER_BYTES)
        return complain("%s: not a safetensors file (no JSON header at its start); give one, or convert it", w->path);
    if (length > w->map.size - LENGTH_BYTES)
        return complain("%s: truncated: the header should have %llu bytes, the file has %zu; copy it again", w->path,
                        (unsigned long long)length, w->map.size);
    return (int64_t)length;
}

static int parse_json(weights *w, size_t length)
{
    const char *text = (const char *)w->map.data + LENGTH_BYTES, *end = NULL;
    w->json = cJSON_ParseWithLengthOpts(text, length, &end, false);
    if (!cJSON_IsObject(w->json))
        return complain("%s: the header is not valid JSON near byte %zu; copy or download the file again", w->path,
                        end ? (size_t)(end - (const char *)w->map.data) : (size_t)LENGTH_BYTES);
    for (; end < text + length; end++)
        if (*end != ' ')
            return complain("%s: something follows the JSON of the header at byte %zu; the file is damaged", w->path,
                            (size_t)(end - (const char *)w->map.data));
    return 0;
}

/* A non-negative whole number that double represents exactly. */
static bool whole(const cJSON *item, int64_t *value)
{
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0.0 && item->valuedouble <= 0x1p53))
        return false;
    *value = (int64_t)item->valuedouble;
    return (double)*value == item->valuedouble;
}

static int parse_shape(const weights *w, const cJSON *array, weights_tensor *t)
{
    if (!cJSON_IsArray(array))
        return complain("%s: '%s' has no shape; the file is damaged", w->path, t->name);
    int rank = cJSON_GetArraySize(array);
    if (rank > ABLATE_DIMS)
        return complain("%s: '%s' has %d axes; at most %d can be read", w->path, t->name, rank, ABLATE_DIMS);
    t->shape.rank = rank;
    t->count = 1;
    const cJSON *item;
    int axis = 0;
    cJSON_ArrayForEach(item, array)
    {
        int64_t size;
        if (!whole(item, &size))
            return complain("%s: '%s': size of axis %d is not a whole number; the file is damaged", w->path, t->name,
                            axis);
        t->shape.dim[axis++] = size;
        if (__builtin_mul_overflow(t->count, size, &t->count))
            return complain("%s: '%s' has an absurd number of elements; the file is damaged", w->path, t->name);
    }
    return 0;
}

static int parse_dtype(const weights *w, const cJSON *item, weights_tensor *t, size_t *size)
{
    if (!cJSON_IsString(item))
        return complain("%s: '%s' has no dtype; the file is damaged", w->path, t->name);
    t->dtype_name = item->valuestring;
    *size = weights_dtype_size(t->dtype_name, &t->dtype);
    if (*size == 0)
        return complain("%s: '%s' has the unknown dtype '%s'; convert it to F32 or F16", w->path, t->name,
                        t->dtype_name);
    return 0;
}

static int parse_tensor(const weights *w, const cJSON *item, size_t header, weights_tensor *t)
{
    t->name = item->string;
    size_t size;
    if (parse_dtype(w, cJSON_GetObjectItemCaseSensitive(item, "dtype"), t, &size) < 0 ||
        parse_shape(w, cJSON_GetObjectItemCaseSensitive(item, "shape"), t) < 0)
        return -1;
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets");
    int64_t from, to, need, room = (int64_t)(w->map.size - LENGTH_BYTES - header);
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 || !whole(cJSON_GetArrayItem(offsets, 0), &from) ||
        !whole(cJSON_GetArrayItem(offsets, 1), &to) || from > to)
        return complain("%s: '%s': data_offsets are not two rising whole numbers; the file is damaged", w->path,
                        t->name);
    if (to > room)
        return complain("%s: truncated: '%s' ends at byte %lld of the data, which has %lld; copy the file again",
                        w->path, t->name, (long long)to, (long long)room);
    if (__builtin_mul_overflow(t->count, (int64_t)size, &need) || need != to - from)
        return complain("%s: '%s' has %lld bytes, but its shape and dtype %s need %lld; the file is damaged", w->path,
                        t->name, (long long)(to - from), t->dtype_name, (long long)need);
    t->data = w->map.data + LENGTH_BYTES + header + from;
    t->bytes = (size_t)need;
    weights_stride_dense(t);
    return 0;
}

static int parse_notes(weights *w, const cJSON *item)
{
    if (w->note)
        return complain("%s: two sets of __metadata__; the file is damaged", w->path);
    w->note = take((size_t)cJSON_GetArraySize(item), sizeof *w->note, "metadata");
    if (!w->note)
        return -1;
    const cJSON *pair;
    cJSON_ArrayForEach(pair, item)
    {
        if (!cJSON_IsString(pair) || !pair->string)
            return complain("%s: __metadata__ is not a list of texts; the file is damaged", w->path);
        w->note[w->notes++] = (weights_pair){ pair->string, pair->valuestring };
    }
    return 0;
}

static int parse_items(weights *w, size_t header)
{
    const cJSON *item;
    w->tensor = take_zeroed((size_t)cJSON_GetArraySize(w->json), sizeof *w->tensor, "tensors");
    if (!w->tensor)
        return -1;
    cJSON_ArrayForEach(item, w->json)
    {
        bool notes = strcmp(item->string, "__metadata__") == 0;
        if (!cJSON_IsObject(item))
            return complain("%s: '%s' in the header is not an object; the file is damaged", w->path, item->string);
        if ((notes ? parse_notes(w, item) : parse_tensor(w, item, header, &w->tensor[w->count])) < 0)
            return -1;
        w->count += !notes;
    }
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const weights_tensor *x = a, *y = b;
    if (x->data != y->data)
        return x->data < y->data ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes); /* empty ones first */
}

/* Each byte of the data belongs to exactly one tensor. */
static int check_places(weights *w, size_t header)
{
    if (w->count)
        qsort(w->tensor, (size_t)w->count, sizeof *w->tensor, by_place);
    const uint8_t *at = w->map.data + LENGTH_BYTES + header, *end = w->map.data + w->map.size;
    for (int i = 0; i < w->count; i++) {
        const weights_tensor *t = &w->tensor[i];
        if (t->data < at)
            return complain("%s: '%s' overlaps '%s'; the file is damaged", w->path, t->name, w->tensor[i - 1].name);
        if (t->data > at)
            return complain("%s: %zu bytes before '%s' belong to no tensor; the file is damaged", w->path,
                            (size_t)(t->data - at), t->name);
        at = t->data + t->bytes;
    }
    if (at != end)
        return complain("%s: %zu bytes at the end belong to no tensor; the file is damaged", w->path,
                        (size_t)(end - at));
    return 0;
}

static int parse(weights *w)
{
    int64_t header = header_length(w);
    if (header < 0 || parse_json(w, (size_t)header) < 0 || parse_items(w, (size_t)header) < 0)
        return -1;
    return check_places(w, (size_t)header) < 0 || weights_sort(w) < 0 ? -1 : 0;
}

const weights_format weights_safetensors = { matches_anything, parse };
