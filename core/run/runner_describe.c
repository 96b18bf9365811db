#include "../base/diag.h"
#include "../base/file.h"
#include "../base/numbers.h"
#include "../data/dataset_spec.h"
#include "../model/model_check.h"
#include "runner.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Pictures that were left out are missing in every number. */
static int note_unused(const dataset *d, run_record *record)
{
    char *text = d->unused.count > 0 ? folder_rest_say(&d->unused) : NULL;
    int status = text ? run_record_add_note(record, text) : d->unused.count > 0 ? -1 : 0;
    free(text);
    return status;
}

static int describe_data(session *on, run_record *record)
{
    const dataset *d = &on->data;
    char digest[65], counts[DATASET_COUNTS];
    hash_digest hash;
    if (session_data_digest(on, &hash) < 0)
        return -1;
    hash_print(&hash, digest);
    char *spec = dataset_spec_short(d->spec);
    record->data = spec ? run_record_text(record, "%s: %s", spec, dataset_counts(d, counts)) : NULL;
    free(spec);
    record->data_hash = run_record_text(record, "%s", digest);
    return record->data && record->data_hash ? note_unused(d, record) : -1;
}

/* Appends the setting GROUP.NAME.PART: the hash of a file. */
static int put_hash(settings *into, const char *group, const char *name, const char *part, const char *path)
{
    char text[HASH_DIGITS], key[200];
    if (hash_file_digits(path, text) < 0)
        return -1;
    snprintf(key, sizeof key, "%s.%s.%s", group, name, part);
    return settings_put(into, key, "%s", text);
}

/* Of the module, unless the version of the numbers stands for it, and of its operations for the device if that has an
 * object of them, which no golden run guards. */
static int put_module_code(settings *into, const ablate_module *module, const device *where)
{
    char code[HASH_DIGITS], key[100];
    char *half = model_device_half(module, where);
    int status = module_code(module, code);
    snprintf(key, sizeof key, "code.%.64s", module->name);
    if (status == 0 && *code)
        status = settings_put(into, key, "%s", code);
    if (status == 0 && half)
        status = put_hash(into, "code", module->name, where->name, half);
    free(half);
    return status;
}

/* ---- settings that are paths ---- */

static const char *path_of(const ablate_setting *row, const void *filled)
{
    const char *path;
    memcpy(&path, (const char *)filled + row->offset, sizeof path);
    return path ? path : "";
}

/* A file that a module reads by itself counts by its contents; what these settings name then needs no other word.
 * *known: does some hash of the record stand for what the path names? */
static int put_file(settings *into, const char *module, const char *name, const char *path, bool *known)
{
    struct stat about;
    *known = stat(path, &about) == 0 && S_ISREG(about.st_mode);
    return *known ? put_hash(into, "file", module, name, path) : 0;
}

/* Notes that some hash of the record stands for what this setting names. */
static int add_path(run_record *record, const char *module, const char *name)
{
    const char *before = record->paths;
    record->paths = run_record_text(record, "%s%s%s.%s", before, *before ? " " : "", module, name);
    return record->paths ? 0 : -1;
}

/* Of one module: the contents of its files, and its paths that hashes stand for. */
static int describe_files(const weights_store *weights, const model_part *part, run_record *record)
{
    int status = 0;
    for (const ablate_setting *row = part->module->settings; row && row->name && status == 0; row++) {
        const char *path = row->type == ABLATE_PATH ? path_of(row, part->settings) : "";
        bool known = *path && weights_store_knows(weights, path);
        if (*path && !known)
            status = put_file(&record->settings, part->module->name, row->name, path, &known);
        if (known && status == 0)
            status = add_path(record, part->module->name, row->name);
    }
    return status;
}

/* The data's paths are stood for by the hash of all pictures. */
static int describe_paths(const dataset *d, const model *m, run_record *record)
{
    const ablate_module *data = d->module;
    record->paths = strchr(m->run->data, ':') ? run_record_text(record, "run.data %s.path", data->name) : "";
    int status = record->paths ? 0 : -1;
    for (const ablate_setting *row = data->settings; row && row->name && status == 0; row++)
        if (row->type == ABLATE_PATH)
            status = add_path(record, data->name, row->name);
    for (int i = 0; i < m->parts && status == 0; i++)
        status = describe_files(m->weights, &m->part[i], record);
    return status;
}

static int describe_settings(const session *on, const model *m, const experiment_row *row, int64_t most_steps,
                             run_record *record)
{
    settings *into = &record->settings;
    const dataset *d = &on->data;
    const device *where = on->device;
    char rounding[SESSION_DEVICE];
    if (experiment_row_list(row, m->run->seed, into) < 0 || model_describe(m, into) < 0 ||
        settings_list(into, d->module->name, d->module->settings, d->chosen, NULL) < 0 ||
        describe_paths(d, m, record) < 0)
        return -1;
    session_device(on, rounding);
    int status = settings_put(into, "run.device", "%s", rounding); /* other kernels round otherwise */
    for (int i = 0; i < m->parts && status == 0; i++)
        status = put_module_code(into, m->part[i].module, where);
    if (status == 0)
        status = put_module_code(into, d->module, where);
    if (status == 0 && most_steps > 0 && model_trains(m))
        status = settings_put(into, "run.most_steps", "%lld", (long long)most_steps);
    return status;
}

int runner_describe(session *on, const model *m, const experiment *e, const experiment_row *row, int64_t most_steps,
                    run_record *record)
{
    const device *where = on->device;
    record->experiment = run_record_text(record, "%s", e->name);
    record->row = run_record_text(record, "%s", row->name);
    record->scale = run_record_text(record, "%s", e->scale);
    record->backend = run_record_text(record, "%s: %s", where->name, where->describe());
    record->core_type = run_record_text(record, "%s", where->core_type());
    record->protocol = run_record_text(record, "%s", m->run->protocol);
    record->version = run_record_text(record, ABLATE_VERSION ", " RUN_RECORD_NUMBERS "%u", ABLATE_NUMBERS);
    record->threads = where->threads();
    record->seed = m->run->seed;
    if (!record->experiment || !record->row || !record->scale || !record->backend || !record->core_type ||
        !record->protocol || !record->version)
        return -1;
    for (int i = 0; i < m->talk.remarks; i++)
        if (run_record_add_note(record, m->talk.remark[i]) < 0)
            return -1;
    return describe_settings(on, m, row, most_steps, record) < 0 || describe_data(on, record) < 0 ||
                   weights_store_describe(m->weights, record) < 0
               ? -1
               : 0;
}
