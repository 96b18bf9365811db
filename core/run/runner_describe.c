/* runner_describe.c: where a run's numbers come from. */
#include "../base/diag.h"
#include "../base/file.h"
#include "runner_parts.h"
#include <stdio.h>
#include <stdlib.h>

/* Pictures that were left out are missing in every number. */
static int note_unused(const dataset *d, run_record *record)
{
    char *text = d->unused.count > 0 ? folder_rest_say(&d->unused) : NULL;
    int status = text ? run_record_add_note(record, text) : d->unused.count > 0 ? -1 : 0;
    free(text);
    return status;
}

static int describe_data(const runner *r, run_record *record)
{
    const dataset *d = r->data;
    char digest[65];
    hash_digest hash;
    if (session_data_digest(r->session, &hash) < 0)
        return -1;
    hash_print(&hash, digest);
    record->data = take_text("%s: %d classes, %d training and %d test pictures", d->spec, d->classes,
                             dataset_count(d, false), dataset_count(d, true));
    record->data_hash = take_text("%s", digest);
    return record->data && record->data_hash ? note_unused(d, record) : -1;
}

/* The version is the same for all runs of one build; what a run's own modules add is among its settings. */
static int describe_code(const runner *r, run_record *record)
{
    char text[65];
    hash_print(&r->session->code, text);
    record->version = take_text("%s %.16s", ABLATE_VERSION, text);
    return record->version ? 0 : -1;
}

static int print_code(const char *name, const char *half, const char *path, FILE *to)
{
    char text[65];
    hash_digest code;
    if (hash_file(path, &code) < 0)
        return -1;
    hash_print(&code, text);
    fprintf(to, "code.%s%s%s = %.16s\n", name, *half ? "." : "", half, text);
    return 0;
}

/* Of the module, and of its operations for the device if that has an object of them. */
static int print_module_code(const ablate_module *module, const device *where, FILE *to)
{
    char *half = model_device_half(module, where);
    int status = print_code(module->name, "", module_file(module), to);
    if (status == 0 && half)
        status = print_code(module->name, where->name, half, to);
    free(half);
    return status;
}

static int describe_settings(const runner *r, run_record *record)
{
    size_t length = 0;
    FILE *to = open_memstream(&record->settings, &length);
    if (!to)
        return complain("out of memory for the resolved settings");
    int status = model_describe(&r->model, &r->run, to);
    if (status == 0 && r->data->module->settings)
        settings_print(r->data->module->name, r->data->module->settings, r->data->chosen, NULL, to);
    const device *where = r->session->device;
    fprintf(to, "run.device = %s %s\n", where->name, where->core_type()); /* other kernels round otherwise */
    for (int i = 0; i < r->model.parts && status == 0; i++)
        status = print_module_code(r->model.part[i].module, where, to);
    if (status == 0)
        status = print_module_code(r->data->module, where, to);
    if (r->options->most_steps > 0)
        fprintf(to, "run.most_steps = %lld\n", (long long)r->options->most_steps);
    fclose(to);
    return status;
}

int runner_describe(const runner *r, run_record *record)
{
    const device *where = r->session->device;
    record->experiment = take_text("%s", r->experiment->name);
    record->row = take_text("%s", r->row->name);
    record->scale = take_text("%s", r->experiment->scale);
    record->backend = take_text("%s: %s", where->name, where->describe());
    record->core_type = take_text("%s", where->core_type());
    record->protocol = take_text("%s", r->run.protocol);
    record->threads = where->threads();
    record->seed = r->run.seed;
    if (!record->experiment || !record->row || !record->scale || !record->backend || !record->core_type ||
        !record->protocol)
        return -1;
    for (int i = 0; i < r->model.remarks; i++)
        if (run_record_add_note(record, r->model.remark[i]) < 0)
            return -1;
    return describe_settings(r, record) < 0 || describe_data(r, record) < 0 || describe_code(r, record) < 0 ||
                   weights_store_describe(r->model.weights, record) < 0
               ? -1
               : 0;
}
