/* record_json.c: a record as JSON. A number that is not defined is null. */
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/hash.h"
#include "../files/json.h"
#include "record.h"
#include <cjson/cJSON.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The texts of a record and their keys, for writing and reading alike. */
typedef struct text_field {
    const char *key;
    size_t offset;
} text_field;
#define TEXT(f)                                                                                                        \
    {                                                                                                                  \
#f, offsetof(run_record, f)                                                                                    \
    }
static const text_field text_fields[] = {
    TEXT(experiment), TEXT(row),     TEXT(scale),     TEXT(data),     TEXT(data_hash),
    TEXT(version),    TEXT(backend), TEXT(core_type), TEXT(protocol),
};
enum { TEXT_FIELDS = sizeof text_fields / sizeof *text_fields };

static const char **text_of(run_record *r, int i)
{
    return (const char **)(void *)((char *)r + text_fields[i].offset);
}

static const char *text_value(const run_record *r, int i)
{
    const char *text;
    memcpy(&text, (const char *)r + text_fields[i].offset, sizeof text);
    return text ? text : "";
}

static bool add_values(cJSON *object, const char *key, const double value[METRICS_KINDS])
{
    cJSON *values = cJSON_CreateObject();
    bool good = values != NULL;
    for (int m = 0; good && m < METRICS_KINDS; m++)
        good = json_add_number(values, metrics_name((metrics_kind)m), value[m]);
    return json_add(object, key, values) && good;
}

/* Members "section.key". */
static bool add_settings(cJSON *object, const settings *list)
{
    cJSON *members = cJSON_AddObjectToObject(object, "settings");
    bool good = members != NULL;
    for (int i = 0; good && i < list->count; i++) {
        char *name = take_text("%s.%s", list->entry[i].section, list->entry[i].key);
        good = name && json_add_text(members, name, list->entry[i].value);
        free(name);
    }
    return good;
}

static bool add_lists(cJSON *object, const run_record *r)
{
    cJSON *weights = cJSON_AddArrayToObject(object, "weights"), *notes = cJSON_AddArrayToObject(object, "notes");
    bool good = weights && notes;
    for (int i = 0; good && i < r->weight_count; i++) {
        cJSON *item = cJSON_CreateObject();
        good = cJSON_AddItemToArray(weights, item) && json_add_text(item, "path", r->weights[i].path) &&
               cJSON_AddStringToObject(item, "sha256", r->weights[i].hash);
    }
    for (int i = 0; good && i < r->note_count; i++)
        good = cJSON_AddItemToArray(notes, json_text(r->notes[i]));
    cJSON *classes = good ? cJSON_AddObjectToObject(object, "classes") : NULL;
    good = good && classes;
    for (int i = 0; good && i < r->class_count; i++)
        good = add_values(classes, r->classes[i].name, r->classes[i].value);
    return good;
}

/* Of a run that has none, as of one from before it was kept, nothing. */
static bool add_cost(cJSON *object, const run_cost *c)
{
    if (!c->machine)
        return true;
    cJSON *cost = cJSON_CreateObject();
    bool good = cost && json_add_text(cost, "machine", c->machine) &&
                json_add_number(cost, "parameters", c->parameters) &&
                json_add_number(cost, "training_seconds", c->training) &&
                json_add_number(cost, "pictures_a_second", c->scoring) && json_add_number(cost, "memory", c->memory);
    return json_add(object, "cost", cost) && good;
}

static bool add_record(cJSON *object, const run_record *r)
{
    char key[65];
    run_record_identity(r, key);
    bool good = cJSON_AddStringToObject(object, "identity", key) != NULL;
    for (int i = 0; good && i < TEXT_FIELDS; i++)
        good = json_add_text(object, text_fields[i].key, text_value(r, i));
    if (good && r->paths)
        good = json_add_text(object, "paths", r->paths);
    return good && json_add_number(object, "seed", r->seed) && json_add_number(object, "threads", r->threads) &&
           json_add_number(object, "seconds", r->seconds) &&
           json_add_number(object, "peak_memory", (double)r->peak_memory) && add_cost(object, &r->cost) &&
           add_values(object, "mean", r->mean) && add_lists(object, r) && add_settings(object, &r->settings);
}

/* SHA-256 of the compact form, so that a damaged or edited file is noticed. false: out of memory. */
static bool checksum_make(const cJSON *object, char text[65])
{
    char *compact = cJSON_PrintUnformatted(object);
    if (!compact)
        return false;
    hash_state state;
    hash_begin(&state);
    hash_add_text(&state, compact);
    hash_digest digest = hash_end(&state);
    hash_print(&digest, text);
    cJSON_free(compact);
    return true;
}

/* The same of an object to be written, as it will read: its numbers are still text. */
static bool checksum_add(cJSON *object)
{
    char sum[65], *text = cJSON_PrintUnformatted(object);
    cJSON *parsed = text ? cJSON_Parse(text) : NULL;
    bool good = parsed && checksum_make(parsed, sum) && cJSON_AddStringToObject(object, "checksum", sum);
    cJSON_Delete(parsed);
    cJSON_free(text);
    return good;
}

int run_record_write(const run_record *r, const char *path)
{
    cJSON *object = cJSON_CreateObject();
    char *text = object && add_record(object, r) && checksum_add(object) ? cJSON_Print(object) : NULL;
    cJSON_Delete(object);
    if (!text)
        return complain("%s: cannot compose the record: no memory", path);
    file_draft *draft = file_draft_open(path);
    int status = -1;
    if (draft) {
        fprintf(file_draft_stream(draft), "%s\n", text);
        status = file_commit(draft);
    }
    cJSON_free(text);
    return status;
}

static int fault(const char *path, const char *key)
{
    return complain("%s: '%s' is missing or of the wrong kind; delete the file and run again", path, key);
}

/* A text of the file in the record's memory. NULL: complained. */
static const char *keep(run_record *r, const cJSON *text)
{
    arena *memory = settings_memory(&r->settings);
    return memory ? arena_keep(memory, json_read(text->valuestring)) : NULL;
}

static int read_text(const cJSON *object, const char *key, run_record *r, const char **into, const char *path)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsString(item))
        return fault(path, key);
    *into = keep(r, item);
    return *into ? 0 : -1;
}

static int read_number(const cJSON *object, const char *key, double *into, const char *path)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item) && !cJSON_IsNull(item))
        return fault(path, key);
    *into = cJSON_IsNumber(item) ? item->valuedouble : NAN;
    return 0;
}

/* A whole number of the range, exactly. */
static int read_whole(const cJSON *object, const char *key, double most, double *into, const char *path)
{
    if (read_number(object, key, into, path) < 0)
        return -1;
    return *into >= 0 && *into <= most && floor(*into) == *into ? 0 : fault(path, key);
}

static int read_values(const cJSON *values, const char *key, double into[METRICS_KINDS], const char *path)
{
    if (!cJSON_IsObject(values))
        return fault(path, key);
    for (int m = 0; m < METRICS_KINDS; m++)
        if (read_number(values, metrics_name((metrics_kind)m), &into[m], path) < 0)
            return -1;
    return 0;
}

static int read_settings(const cJSON *object, run_record *r, const char *path)
{
    const cJSON *members = cJSON_GetObjectItemCaseSensitive(object, "settings"), *item;
    if (!cJSON_IsObject(members))
        return fault(path, "settings");
    cJSON_ArrayForEach(item, members)
    {
        if (!cJSON_IsString(item))
            return fault(path, item->string);
        if (!strchr(item->string, '.'))
            return complain("%s: its setting '%.80s' is not SECTION.KEY = VALUE; delete the file and run again", path,
                            item->string);
        const char *value = keep(r, item);
        if (!value || settings_put(&r->settings, item->string, "%s", value) < 0)
            return -1;
    }
    return 0;
}

static int read_lists(const cJSON *object, run_record *r, const char *path)
{
    const cJSON *weights = cJSON_GetObjectItemCaseSensitive(object, "weights"), *item;
    const cJSON *classes = cJSON_GetObjectItemCaseSensitive(object, "classes");
    const cJSON *notes = cJSON_GetObjectItemCaseSensitive(object, "notes");
    if (!cJSON_IsArray(weights) || !cJSON_IsObject(classes) || !cJSON_IsArray(notes))
        return fault(path, "weights, classes or notes");
    cJSON_ArrayForEach(item, weights)
    {
        const cJSON *place = cJSON_GetObjectItemCaseSensitive(item, "path");
        const cJSON *hash = cJSON_GetObjectItemCaseSensitive(item, "sha256");
        if (!cJSON_IsString(place) || !cJSON_IsString(hash))
            return fault(path, "weights");
        const char *file = keep(r, place);
        if (!file || run_record_add_weights(r, file, hash->valuestring) < 0)
            return -1;
    }
    cJSON_ArrayForEach(item, classes)
    {
        double value[METRICS_KINDS];
        char *name = json_read(item->string);
        int status = name && read_values(item, name, value, path) == 0 ? run_record_add_class(r, name, value) : -1;
        free(name);
        if (status < 0)
            return -1;
    }
    cJSON_ArrayForEach(item, notes)
    {
        if (!cJSON_IsString(item))
            return fault(path, "notes");
        const char *note = keep(r, item);
        if (!note || run_record_add_note(r, note) < 0)
            return -1;
    }
    return 0;
}

static int read_cost(const cJSON *object, run_record *r, const char *path)
{
    const cJSON *cost = cJSON_GetObjectItemCaseSensitive(object, "cost");
    run_cost *c = &r->cost;
    *c = RUN_COST_UNKNOWN;
    if (!cJSON_HasObjectItem(object, "cost"))
        return 0;
    return read_text(cost, "machine", r, &c->machine, path) < 0 ||
                   read_number(cost, "parameters", &c->parameters, path) < 0 ||
                   read_number(cost, "training_seconds", &c->training, path) < 0 ||
                   read_number(cost, "pictures_a_second", &c->scoring, path) < 0 ||
                   read_number(cost, "memory", &c->memory, path) < 0
               ? -1
               : 0;
}

static int read_record(const cJSON *object, run_record *r, const char *path)
{
    for (int i = 0; i < TEXT_FIELDS; i++)
        if (read_text(object, text_fields[i].key, r, text_of(r, i), path) < 0)
            return -1;
    if (cJSON_HasObjectItem(object, "paths") && read_text(object, "paths", r, &r->paths, path) < 0)
        return -1; /* records of earlier versions have none */
    double seed, threads, memory;
    if (read_whole(object, "seed", 2147483647, &seed, path) < 0 ||
        read_whole(object, "threads", 65536, &threads, path) < 0 ||
        read_whole(object, "peak_memory", 9e15, &memory, path) < 0 ||
        read_number(object, "seconds", &r->seconds, path) < 0 || read_cost(object, r, path) < 0 ||
        read_values(cJSON_GetObjectItemCaseSensitive(object, "mean"), "mean", r->mean, path) < 0 ||
        read_lists(object, r, path) < 0 || read_settings(object, r, path) < 0)
        return -1;
    r->seed = (int)seed;
    r->threads = (int)threads;
    r->peak_memory = (int64_t)memory;
    return 0;
}

/* Takes the checksum out of the object and compares. */
static int checksum_verify(cJSON *object, const char *path)
{
    char sum[65] = "";
    cJSON *written = cJSON_DetachItemFromObjectCaseSensitive(object, "checksum");
    bool good = cJSON_IsString(written) && checksum_make(object, sum) && strcmp(sum, written->valuestring) == 0;
    cJSON_Delete(written);
    return good ? 0 : complain("%s: its checksum is wrong: it was damaged or edited; delete it and run again", path);
}

int run_record_read(run_record *r, const char *path)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return -1;
    const char *end = NULL, *text = (const char *)map.data;
    cJSON *object = map.size ? cJSON_ParseWithLengthOpts(text, map.size, &end, false) : NULL;
    for (; object && end < text + map.size; end++)
        if (!isspace((unsigned char)*end)) {
            cJSON_Delete(object);
            object = NULL;
        }
    file_map_close(&map);
    int status = cJSON_IsObject(object) ? checksum_verify(object, path)
                                        : complain("%s: it is no whole JSON object; delete it and run again", path);
    if (status == 0)
        status = read_record(object, r, path);
    cJSON_Delete(object);
    if (status < 0)
        run_record_free(r);
    return status;
}

bool run_record_find(const char *path, const char *identity, run_record *into)
{
    run_record found = { 0 };
    if (!file_exists(path))
        return false;
    char key[65] = "";
    bool hushed = complaint() == NULL; /* a damaged file is as good as none: the run is done again */
    if (run_record_read(&found, path) == 0)
        run_record_identity(&found, key);
    if (hushed)
        complaint_clear();
    if (strcmp(key, identity) != 0) {
        run_record_free(&found);
        return false;
    }
    *into = found;
    return true;
}
