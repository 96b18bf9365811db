/* Writes safetensors: F32 before F16, each in the caller's order, so that without gaps every tensor is aligned. */
#include "../base/diag.h"
#include "weights_parts.h"
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct write_job {
    const char *path;
    const weights_entry *entry;
    int entries;
    const weights_pair *note;
    int notes;
} write_job;

static const weights_dtype write_order[] = { WEIGHTS_F32, WEIGHTS_F16 };
enum { WRITE_DTYPES = sizeof write_order / sizeof *write_order };

static int64_t entry_count(const weights_entry *e)
{
    int64_t n = 1;
    for (int i = 0; i < e->shape.rank; i++)
        n *= e->shape.dim[i];
    return n;
}

static int64_t entry_bytes(const weights_entry *e)
{
    return entry_count(e) * (e->dtype == WEIGHTS_F16 ? 2 : 4);
}

static int entry_check(const char *path, const weights_entry *e)
{
    if (e->dtype != WEIGHTS_F32 && e->dtype != WEIGHTS_F16)
        return complain("%s: '%s' cannot be written in that format; choose F32 or F16", path, e->name);
    if (strcmp(e->name, "__metadata__") == 0)
        return complain("%s: no tensor may be called '%s'; rename it", path, e->name);
    int64_t n = entry_count(e);
    for (int64_t i = 0; i < n; i++) {
        float value = e->data[i];
        bool fits = e->dtype == WEIGHTS_F32 || (weights_half(value) & 0x7C00u) != 0x7C00u;
        if (!isfinite(value) || !fits)
            return complain("%s: '%s' holds %g at element %" PRId64 ", which %s cannot hold; nothing was written", path,
                            e->name, (double)value, i, e->dtype == WEIGHTS_F16 ? "F16" : "a weights file");
    }
    return 0;
}

/* Adds {"dtype", "shape", "data_offsets"}; false: out of memory. */
static bool header_add(cJSON *json, const weights_entry *e, int64_t from)
{
    cJSON *item = cJSON_AddObjectToObject(json, e->name);
    cJSON *dtype = cJSON_AddStringToObject(item, "dtype", e->dtype == WEIGHTS_F16 ? "F16" : "F32");
    cJSON *shape = cJSON_AddArrayToObject(item, "shape"), *offsets = cJSON_AddArrayToObject(item, "data_offsets");
    bool ok = dtype && shape && offsets;
    for (int i = 0; ok && i < e->shape.rank; i++)
        ok = cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)e->shape.dim[i]));
    ok = ok && cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)from));
    return ok && cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)(from + entry_bytes(e))));
}

static bool header_fill(const write_job *job, cJSON *json)
{
    cJSON *notes = job->notes ? cJSON_AddObjectToObject(json, "__metadata__") : NULL;
    bool ok = notes || !job->notes;
    for (int i = 0; ok && i < job->notes; i++)
        ok = cJSON_AddStringToObject(notes, job->note[i].key, job->note[i].text) != NULL;
    int64_t at = 0;
    for (int order = 0; order < WRITE_DTYPES; order++)
        for (int i = 0; ok && i < job->entries; i++)
            if (job->entry[i].dtype == write_order[order]) {
                ok = header_add(json, &job->entry[i], at);
                at += entry_bytes(&job->entry[i]);
            }
    return ok;
}

/* JSON text, released by cJSON_free; NULL: complained. */
static char *header_text(const write_job *job)
{
    cJSON *json = cJSON_CreateObject();
    char *text = json && header_fill(job, json) ? cJSON_PrintUnformatted(json) : NULL;
    cJSON_Delete(json);
    if (!text)
        complain("%s: out of memory for the header; close other programs", job->path);
    return text;
}

static void write_header(FILE *stream, const char *text)
{
    size_t length = strlen(text), padded = (length + 7) / 8 * 8;
    for (int i = 0; i < 8; i++)
        fputc((int)((uint64_t)padded >> (8 * i) & 0xFF), stream);
    fwrite(text, 1, length, stream);
    for (size_t i = length; i < padded; i++)
        fputc(' ', stream);
}

/* Little-endian, whatever the machine. Errors are noticed at commit. */
static void write_tensor(FILE *stream, const weights_entry *e)
{
    int64_t n = entry_count(e);
    for (int64_t i = 0; i < n; i++) {
        uint32_t bits = weights_half(e->data[i]);
        if (e->dtype == WEIGHTS_F32)
            memcpy(&bits, &e->data[i], sizeof bits);
        uint8_t bytes[4] = { (uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24) };
        fwrite(bytes, 1, e->dtype == WEIGHTS_F16 ? 2 : 4, stream);
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int names_check(const write_job *job)
{
    const char **names = take((size_t)job->entries, sizeof *names, "names");
    if (!names)
        return -1;
    for (int i = 0; i < job->entries; i++)
        names[i] = job->entry[i].name;
    qsort(names, (size_t)job->entries, sizeof *names, by_text);
    int status = 0;
    for (int i = 1; i < job->entries && status == 0; i++)
        if (strcmp(names[i - 1], names[i]) == 0)
            status = complain("%s: two tensors are called '%s'; rename one", job->path, names[i]);
    free(names);
    return status;
}

int weights_write(const char *path, const weights_entry *entry, int entries, const weights_pair *notes, int pairs)
{
    write_job job = { path, entry, entries, notes, pairs };
    for (int i = 0; i < entries; i++)
        if (entry_check(path, &entry[i]) < 0)
            return -1;
    char *text = names_check(&job) < 0 ? NULL : header_text(&job);
    file_draft *draft = text ? file_draft_open(path) : NULL;
    if (draft) {
        FILE *stream = file_draft_stream(draft);
        write_header(stream, text);
        for (int order = 0; order < WRITE_DTYPES; order++)
            for (int i = 0; i < entries; i++)
                if (entry[i].dtype == write_order[order])
                    write_tensor(stream, &entry[i]);
    }
    cJSON_free(text);
    return draft ? file_commit(draft) : -1;
}
