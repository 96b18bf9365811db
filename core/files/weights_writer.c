/* weights_writer.c: writes safetensors, a tensor at a time: F32 before F16, so that without gaps all are aligned. */
#include "../base/diag.h"
#include "../base/half.h"
#include "../shape.h"
#include "json.h"
#include "weights_parts.h"
#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 }; /* numbers encoded at a time */

typedef struct pending { /* an entry that waits for its numbers */
    char *name;
    int64_t count;
    weights_dtype dtype;
} pending;

struct weights_stream {
    char *path;
    file_draft *draft;
    pending *entry;
    int entries, next; /* next: to be put */
    int64_t bytes;
};

/* ---- the header ---- */

static int64_t entry_bytes(const weights_entry *e)
{
    return shape_size(&e->shape) * (e->dtype == WEIGHTS_F16 ? 2 : 4);
}

static int entry_check(const char *path, const weights_entry *e)
{
    if (e->dtype != WEIGHTS_F32 && e->dtype != WEIGHTS_F16)
        return complain("%s: '%s' cannot be written in that format; choose F32 or F16", path, e->name);
    if (strcmp(e->name, "__metadata__") == 0)
        return complain("%s: no tensor may be called '%s'; rename it", path, e->name);
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int names_check(const char *path, const weights_entry *entry, int entries)
{
    const char **names = take((size_t)entries, sizeof *names, "names");
    if (!names)
        return -1;
    for (int i = 0; i < entries; i++)
        names[i] = entry[i].name;
    qsort(names, (size_t)entries, sizeof *names, by_text);
    int status = 0;
    for (int i = 1; i < entries && status == 0; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = complain("%s: two tensors are called '%s'; rename one", path, names[i]);
    free(names);
    return status;
}

/* Adds {"dtype", "shape", "data_offsets"}; false: out of memory. */
static bool header_add(cJSON *json, const weights_entry *e, int64_t from)
{
    double dim[ABLATE_DIMS], offsets[] = { (double)from, (double)(from + entry_bytes(e)) };
    for (int i = 0; i < e->shape.rank; i++)
        dim[i] = (double)e->shape.dim[i];
    cJSON *item = cJSON_AddObjectToObject(json, e->name);
    return cJSON_AddStringToObject(item, "dtype", e->dtype == WEIGHTS_F16 ? "F16" : "F32") &&
           json_add(item, "shape", cJSON_CreateDoubleArray(dim, e->shape.rank)) &&
           json_add(item, "data_offsets", cJSON_CreateDoubleArray(offsets, 2));
}

/* JSON text, released by cJSON_free; NULL: out of memory. */
static char *header_text(const weights_entry *entry, int entries, const weights_pair *note, int notes)
{
    cJSON *json = cJSON_CreateObject(), *texts = json && notes ? cJSON_AddObjectToObject(json, "__metadata__") : NULL;
    bool ok = json && (texts || !notes);
    int64_t at = 0;
    for (int i = 0; ok && i < notes; i++)
        ok = json_add_text(texts, note[i].key, note[i].text);
    for (int i = 0; ok && i < entries; at += entry_bytes(&entry[i]), i++)
        ok = header_add(json, &entry[i], at);
    char *text = ok ? cJSON_PrintUnformatted(json) : NULL;
    cJSON_Delete(json);
    return text;
}

static void write_header(weights_stream *s, const char *text)
{
    FILE *stream = file_draft_stream(s->draft);
    size_t length = strlen(text), padded = (length + 7) / 8 * 8;
    for (int i = 0; i < 8; i++)
        fputc((int)((uint64_t)padded >> (8 * i) & 0xFF), stream);
    fwrite(text, 1, length, stream);
    for (size_t i = length; i < padded; i++)
        fputc(' ', stream);
    s->bytes = 8 + (int64_t)padded;
}

/* ---- the file, a tensor at a time ---- */

weights_stream *weights_stream_open(const char *path)
{
    weights_stream *s = take_zeroed(1, sizeof *s, "a weights file");
    if (!s)
        return NULL;
    s->path = take_text("%s", path);
    s->draft = s->path ? file_draft_open(path) : NULL;
    if (s->draft)
        return s;
    weights_stream_abandon(s);
    return NULL;
}

static int remember(weights_stream *s, const weights_entry *entry, int entries)
{
    s->entry = take_zeroed((size_t)entries, sizeof *s->entry, "the names of a weights file");
    for (int i = 0; s->entry && i < entries; i++) {
        s->entry[i] = (pending){ take_text("%s", entry[i].name), shape_size(&entry[i].shape), entry[i].dtype };
        s->entries++;
        s->bytes += entry_bytes(&entry[i]);
        if (!s->entry[i].name)
            return -1;
    }
    return s->entry ? 0 : -1;
}

int weights_stream_begin(weights_stream *s, const weights_entry *entry, int entries, const weights_pair *notes,
                         int pairs)
{
    for (int i = 0; i < entries; i++)
        if (entry_check(s->path, &entry[i]) < 0)
            return -1;
    if (names_check(s->path, entry, entries) < 0)
        return -1;
    char *text = header_text(entry, entries, notes, pairs);
    if (!text)
        return complain("%s: out of memory for the header; close other programs", s->path);
    write_header(s, text);
    cJSON_free(text);
    return remember(s, entry, entries);
}

int64_t weights_stream_bytes(const weights_stream *s)
{
    return s->bytes;
}

static int numbers_check(const weights_stream *s, const pending *e, const float *data)
{
    for (int64_t i = 0; i < e->count; i++) {
        bool fits = e->dtype == WEIGHTS_F32 || (half_of(data[i]) & 0x7C00u) != 0x7C00u;
        if (!isfinite(data[i]) || !fits)
            return complain("%s: '%s' holds %g at element %" PRId64 ", which %s cannot hold; nothing was written",
                            s->path, e->name, (double)data[i], i, e->dtype == WEIGHTS_F16 ? "F16" : "a weights file");
    }
    return 0;
}

/* Little-endian, whatever the machine. 0, or -1: errno says why. */
static int write_numbers(FILE *stream, weights_dtype dtype, const float *data, int64_t n)
{
    uint8_t bytes[4 * BLOCK];
    size_t size = dtype == WEIGHTS_F16 ? 2 : 4;
    for (int64_t first = 0; first < n; first += BLOCK) {
        size_t count = n - first < BLOCK ? (size_t)(n - first) : BLOCK;
        for (size_t i = 0; i < count; i++) {
            uint32_t bits = dtype == WEIGHTS_F16 ? half_of(data[first + (int64_t)i]) : 0;
            if (dtype == WEIGHTS_F32)
                memcpy(&bits, &data[first + (int64_t)i], sizeof bits);
            for (size_t k = 0; k < size; k++)
                bytes[size * i + k] = (uint8_t)(bits >> (8 * k));
        }
        if (fwrite(bytes, size, count, stream) != count)
            return -1;
    }
    return 0;
}

int weights_stream_put(weights_stream *s, const float *data)
{
    if (s->next == s->entries)
        return complain("%s: more tensors than were named", s->path);
    const pending *e = &s->entry[s->next++];
    if (numbers_check(s, e, data) < 0)
        return -1;
    if (write_numbers(file_draft_stream(s->draft), e->dtype, data, e->count) < 0)
        return complain("%s: cannot write: %s; nothing was changed, make room or choose another folder", s->path,
                        strerror(errno));
    return 0;
}

void weights_stream_abandon(weights_stream *s)
{
    if (!s)
        return;
    file_abandon(s->draft);
    for (int i = 0; i < s->entries; i++)
        free(s->entry[i].name);
    free(s->entry);
    free(s->path);
    free(s);
}

int weights_stream_commit(weights_stream *s)
{
    int status = s->next == s->entries ? 0 : complain("%s: '%s' has no numbers", s->path, s->entry[s->next].name);
    if (status == 0) {
        file_draft *draft = s->draft;
        s->draft = NULL;
        status = file_commit(draft);
    }
    weights_stream_abandon(s);
    return status;
}

/* ---- all at once ---- */

static int write_all(weights_stream *s, const weights_entry *entry, int entries, const weights_pair *notes, int pairs)
{
    int status = weights_stream_begin(s, entry, entries, notes, pairs);
    for (int i = 0; i < entries && status == 0; i++)
        status = weights_stream_put(s, entry[i].data);
    if (status == 0)
        return weights_stream_commit(s);
    weights_stream_abandon(s);
    return status;
}

int weights_write(const char *path, const weights_entry *entry, int entries, const weights_pair *notes, int pairs)
{
    weights_entry *sorted = take((size_t)entries, sizeof *sorted, "the order of a weights file");
    int count = 0;
    for (int half = 0; sorted && half < 2; half++)
        for (int i = 0; i < entries; i++)
            if ((entry[i].dtype == WEIGHTS_F16) == half)
                sorted[count++] = entry[i];
    weights_stream *s = sorted ? weights_stream_open(path) : NULL;
    int status = s ? write_all(s, sorted, entries, notes, pairs) : -1;
    free(sorted);
    return status;
}
