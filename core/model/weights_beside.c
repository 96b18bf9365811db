/* weights_beside.c: see weights_beside.h. */
#include "weights_beside.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/hash.h"
#include <cjson/cJSON.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_BYTES = 1 << 24, MOST_NAME = 256 };
static const char ENDING[] = ".json:";

typedef struct beside_file {
    const char *path;
    cJSON *json; /* NULL: there is no such file */
    hash_digest digest;
} beside_file;

struct weights_beside {
    beside_file *file;
    int files;
    arena *memory;
};

weights_beside *weights_beside_new(arena *memory)
{
    weights_beside *b = take_zeroed(1, sizeof *b, "the files beside the weights");
    if (b)
        b->memory = memory;
    return b;
}

void weights_beside_free(weights_beside *b)
{
    if (!b)
        return;
    for (int i = 0; i < b->files; i++)
        cJSON_Delete(b->file[i].json);
    free(b->file);
    free(b);
}

bool weights_beside_asks(const char *key)
{
    const char *at = strstr(key, ENDING);
    return at && !memchr(key, '/', (size_t)(at - key));
}

/* ---- reading ---- */

/* The object that the text is, or NULL: complained. */
static cJSON *parse(const char *path, const char *text, size_t size)
{
    const char *end = text;
    cJSON *json = size <= MOST_BYTES ? cJSON_ParseWithLengthOpts(text, size, &end, false) : NULL;
    while (json && end < text + size && strchr(" \n\r\t", *end))
        end++;
    if (json && cJSON_IsObject(json) && end == text + size)
        return json;
    complain("%s: this file beside the weights is not a JSON object (see its byte %zu); download it again, or move it "
             "away",
             path, (size_t)(end - text));
    cJSON_Delete(json);
    return NULL;
}

/* A link to nowhere is there, and cannot be read. */
static int read_file(beside_file *f)
{
    struct stat about;
    file_map map;
    if (lstat(f->path, &about) < 0)
        return 0;
    if (file_map_open(f->path, &map) < 0)
        return -1;
    f->json = parse(f->path, (const char *)map.data, map.size);
    file_map_close(&map);
    return f->json && hash_file(f->path, &f->digest) == 0 ? 0 : -1;
}

/* NULL: complained. */
static beside_file *open_file(weights_beside *b, const char *path)
{
    if (!TAKE_ROOM(b->file, b->files, "the files beside the weights"))
        return NULL;
    beside_file *added = &b->file[b->files];
    *added = (beside_file){ .path = path };
    if (read_file(added) == 0) {
        b->files++;
        return added;
    }
    cJSON_Delete(added->json);
    return NULL;
}

static const beside_file *find_or_open(weights_beside *b, const char *weights, const char *name)
{
    char *copy = arena_text(b->memory, weights);
    const char *path = copy ? arena_print(b->memory, "%s/%s", dirname(copy), name) : NULL;
    for (int i = 0; path && i < b->files; i++)
        if (strcmp(b->file[i].path, path) == 0)
            return &b->file[i];
    return path ? open_file(b, path) : NULL;
}

/* ---- asking ---- */

/* What stands at "KEY.KEY", or NULL. */
static const cJSON *item_at(const cJSON *json, const char *place)
{
    char key[MOST_NAME];
    while (json && *place) {
        size_t length = strcspn(place, ".");
        snprintf(key, sizeof key, "%.*s", (int)length, place);
        json = cJSON_IsObject(json) ? cJSON_GetObjectItemCaseSensitive(json, key) : NULL;
        place += length + (place[length] == '.');
    }
    return json;
}

static const char *text_of(weights_beside *b, const cJSON *item)
{
    if (!item || cJSON_IsNull(item))
        return NULL;
    if (cJSON_IsString(item))
        return item->valuestring;
    char *printed = cJSON_PrintUnformatted(item);
    const char *kept = printed ? arena_text(b->memory, printed) : NULL;
    if (!printed)
        complain("out of memory for the files beside the weights");
    cJSON_free(printed);
    return kept;
}

const char *weights_beside_text(weights_beside *b, const char *weights, const char *question)
{
    char name[MOST_NAME];
    const char *place = strstr(question, ENDING) + sizeof ENDING - 1;
    snprintf(name, sizeof name, "%.*s", (int)(place - 1 - question), question);
    const beside_file *file = find_or_open(b, weights, name);
    return file ? text_of(b, item_at(file->json, place)) : NULL;
}

/* ---- provenance ---- */

int weights_beside_describe(const weights_beside *b, run_record *record)
{
    for (int i = 0; i < b->files; i++) {
        char text[65];
        hash_print(&b->file[i].digest, text);
        if (b->file[i].json && run_record_add_weights(record, b->file[i].path, text) < 0)
            return -1;
    }
    return 0;
}
