#include "finished_run.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/numbers.h"
#include "../base/place.h"
#include "../base/words.h"
#include "../run/snapshot.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_FILE "metrics.json"

void finished_run_close(finished_run *r)
{
    if (r->parameters)
        r->session.device->release(r->parameters);
    model_close(&r->model);
    session_close(&r->session);
    settings_free(&r->settings);
    run_record_free(&r->record);
    for (int i = 0; i < r->warnings; i++)
        free(r->warning[i]);
    free(r->warning);
    free(r->folder);
    free(r->file);
    free(r->label);
    *r = (finished_run){ 0 };
}

/* ---- warnings ---- */

int finished_run_warn(finished_run *r, const char *format, ...)
{
    char *sentence = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&sentence, format, arguments);
    va_end(arguments);
    if (length < 0)
        return complain("out of memory for a warning");
    char *shown = TAKE_ROOM(r->warning, r->warnings, "a warning") ? take_printed(name_show, sentence) : NULL;
    free(sentence);
    if (!shown)
        return -1;
    r->warning[r->warnings++] = shown;
    return 0;
}

void finished_run_say(const finished_run *r, const char *whose)
{
    for (int i = 0; i < r->warnings; i++)
        fprintf(stderr, "%s: %s\n", whose, r->warning[i]);
}

/* ---- what was kept of it ---- */

/* The folder without a slash or the record's name at its end. */
static int name_files(finished_run *r, const char *folder)
{
    size_t length = strlen(folder), name = strlen("/" RECORD_FILE);
    if (length > name && strcmp(folder + length - name, "/" RECORD_FILE) == 0)
        length -= name;
    while (length > 1 && folder[length - 1] == '/')
        length--;
    r->folder = take_text("%.*s", (int)length, folder);
    r->file = take_text("%.*s/" RECORD_FILE, (int)length, folder);
    return r->folder && r->file ? 0 : -1;
}

static int explain_absence(const finished_run *r)
{
    char *checkpoint = take_text("%s/checkpoint", r->folder);
    bool begun = checkpoint && file_exists(checkpoint), there = file_exists(r->folder);
    free(checkpoint);
    if (begun)
        return complain("%s: this run has not finished: there is a checkpoint but no " RECORD_FILE
                        "; give its ablate run command again, which goes on where it was",
                        r->folder);
    return complain("%s: %s; name the folder of a finished run, such as results/runs/EXPERIMENT/ROW/seed-N-ID",
                    r->folder, there ? "there is no " RECORD_FILE " in it" : "there is no such folder");
}

static int read_record(finished_run *r, const char *folder)
{
    if (name_files(r, folder) < 0)
        return -1;
    if (!file_exists(r->file))
        return explain_absence(r);
    if (run_record_read(&r->record, r->file) < 0)
        return -1;
    r->label = take_text("%s %s seed %d", r->record.experiment, r->record.row, r->record.seed);
    arena *memory = settings_memory(&r->settings);
    r->place = memory ? arena_print(memory, "%s (settings)", r->file) : NULL;
    return r->label && r->place ? 0 : -1;
}

/* What a record says of the program beside the settings that anybody chose. */
static bool is_chosen(const settings_entry *e)
{
    return strcmp(e->section, "code") != 0 && strcmp(e->section, "file") != 0 &&
           !settings_named(e, "run.device run.most_steps");
}

/* The record's value, or NULL. */
static const char *recorded(const finished_run *r, const char *section, const char *key)
{
    const settings_entry *e = settings_find(&r->record.settings, section, key);
    return e ? e->value : NULL;
}

/* The n-th of the record's settings is what `where` says of it. */
static int restore_setting(finished_run *r, const settings_entry *e, int n)
{
    char *value = arena_text(r->settings.memory, e->value);
    if (!value)
        return -1;
    if (name_read(value) < 0)
        return complain_at(r->place, n, "the value of '%s.%s' begins with a backslash, but " NAME_RULE, e->section,
                           e->key);
    return settings_set(&r->settings, e->section, e->key, value, r->place, n);
}

/* The record's settings, with those of the command line laid over them. */
static int restore_settings(finished_run *r, const finished_options *o)
{
    int status = 0;
    for (int i = 0; i < r->record.settings.count && status == 0; i++)
        if (is_chosen(&r->record.settings.entry[i]))
            status = restore_setting(r, &r->record.settings.entry[i], i + 1);
    for (int i = 0; i < o->sets && status == 0; i++) {
        status = settings_set_text(&r->settings, o->set[i], "--set", i + 1);
        if (status == 0)
            status = finished_run_warn(r, "--set %s is laid over the settings of this run", o->set[i]);
    }
    if (status < 0 || run_settings_fill(&r->settings, &r->run) < 0)
        return -1;
    return settings_fill(&r->settings, "input", input_settings_rows, &r->input);
}

/* ---- is it still the same? ---- */

/* The weights files that the graphs read now must be those of the run, whatever their path. */
static int check_weights(const finished_run *r)
{
    run_record now = { 0 };
    const run_record *then = &r->record;
    int status = weights_store_describe(r->model.weights, &now);
    if (status == 0 && now.weight_count != then->weight_count)
        status = complain("%s: it was trained with %d weights files, its settings name %d now; train it again",
                          r->folder, then->weight_count, now.weight_count);
    for (int i = 0; i < now.weight_count && status == 0; i++)
        if (strcmp(now.weights[i].hash, then->weights[i].hash) != 0)
            status =
                complain("%s: %s is not the weights file that %s was trained with (SHA-256 %.16s, then %.16s); put "
                         "that one back, or name its place with --set",
                         r->folder, now.weights[i].path, r->label, now.weights[i].hash, then->weights[i].hash);
    run_record_free(&now);
    return status;
}

/* Without --set it is plain where they must lie; a module would only say that it cannot read them. */
static int find_weights(const finished_run *r, const finished_options *o)
{
    int status = 0;
    for (int i = 0; i < r->record.weight_count && o->sets == 0 && status == 0; i++) {
        const run_weights *then = &r->record.weights[i];
        char *place = place_find(then->path, r->file), *looked = place_looked(then->path, r->file);
        status = place && looked ? 0 : -1;
        if (status == 0 && !file_exists(place))
            status =
                complain("%s: the weights file %s that it was trained with is not there (SHA-256 %.16s; looked for "
                         "%s); name its place with --set SECTION.KEY=PATH",
                         r->folder, then->path, then->hash, looked);
        free(place);
        free(looked);
    }
    return status;
}

/* Has this module's code changed since? 1 or 0; -1: complained. */
static int module_changed(const finished_run *r, const ablate_module *module)
{
    char now[HASH_DIGITS];
    if (module_code(module, now) < 0)
        return -1;
    const char *then = recorded(r, "code", module->name);
    return strcmp(then ? then : "", now) != 0;
}

static int warn_of_modules(finished_run *r)
{
    char changed[512] = "";
    for (int i = 0; i < r->model.parts; i++) {
        const ablate_module *module = r->model.part[i].module;
        int differs = module_changed(r, module);
        if (differs < 0)
            return -1;
        if (differs)
            word_append(changed, sizeof changed, ", ", module->name);
    }
    return *changed ? finished_run_warn(
                          r, "modules whose code has changed since this run: %s; scores may differ from it", changed)
                    : 0;
}

static int warn_of_changes(finished_run *r)
{
    char numbers[40], machine[SESSION_DEVICE];
    snprintf(numbers, sizeof numbers, RUN_RECORD_NUMBERS "%u", ABLATE_NUMBERS);
    session_device(&r->session, machine);
    if (strcmp(numbers, run_record_numbers(&r->record)) != 0 &&
        finished_run_warn(r, "the engine's numbers have changed since this run (%s, now %s); scores may differ from it",
                          run_record_numbers(&r->record), numbers) < 0)
        return -1;
    const char *then = recorded(r, "run", "device"), *steps = recorded(r, "run", "most_steps");
    if (then && strcmp(then, machine) != 0 &&
        finished_run_warn(r, "it ran on '%s', this is '%s': scores may differ in their last digits", then, machine) < 0)
        return -1;
    if (steps && finished_run_warn(r, "its training was stopped after %s steps", steps) < 0)
        return -1;
    return warn_of_modules(r);
}

/* ---- the trained parameters ---- */

int finished_run_put(finished_run *r, const float *all)
{
    const struct device *where = r->session.device;
    size_t bytes = (size_t)r->model.parameters->count * sizeof *all;
    if (!r->parameters)
        r->parameters = where->allocate(bytes ? bytes : sizeof *all);
    return r->parameters && where->upload(r->parameters, all, bytes) == 0
               ? 0
               : complain("%s: out of memory: %zu bytes for the trained parameters", where->name, bytes);
}

static int load_parameters(finished_run *r)
{
    if (r->model.parameters->entries == 0)
        return 0;
    char *path = snapshot_path(r->folder, 0);
    float *all = take((size_t)r->model.parameters->count, sizeof *all, "the trained parameters");
    int status = path && all ? snapshot_read(path, r->model.parameters, all) : -1;
    if (status == 0)
        status = finished_run_put(r, all);
    free(all);
    free(path);
    return status;
}

/* ---- opening ---- */

static int open_model(finished_run *r, const finished_options *o)
{
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(r->run.data, ":"), r->run.data);
    const ablate_module *data = module_load(name, o->modules);
    const model_request wanted = {
        &r->run, &r->input, &r->settings, data, o->modules, { r->place, 1 }, NULL, r->folder
    };
    if (!data || find_weights(r, o) < 0)
        return -1;
    int status = model_open(&r->model, &wanted);
    for (int i = 0; i < r->model.talk.remarks && status == 0; i++)
        status = finished_run_warn(r, "%s", r->model.talk.remark[i]);
    return status < 0 ? -1 : model_place(&r->model, r->session.device);
}

/* A run whose products were rounded may be looked at where they cannot be. */
static int choose_precision(finished_run *r)
{
    if (r->session.device->choose_precision || r->run.precision == RUN_PRECISE)
        return 0;
    r->run.precision = RUN_PRECISE;
    return finished_run_warn(r,
                             "its matrix products were rounded (run.precision), this device has float32 only; scores "
                             "may differ");
}

int finished_run_open(finished_run *r, const char *folder, const finished_options *o)
{
    *r = (finished_run){ 0 };
    if (read_record(r, folder) < 0 ||
        session_open(&r->session, o->device, o->threads, o->modules, o->cache ? o->cache : "cache") < 0)
        return -1;
    if (restore_settings(r, o) < 0 || choose_precision(r) < 0 || open_model(r, o) < 0)
        return -1;
    return check_weights(r) < 0 || warn_of_changes(r) < 0 ? -1 : load_parameters(r);
}

ablate_value *finished_run_value(const finished_run *r, const char *name, int index)
{
    const builder *b = r->model.score_builder;
    ablate_value *value = builder_value(b, name, index);
    char names[600] = "";
    if (value)
        return value;
    for (int i = 0; builder_name(b, i); i++) {
        if (builder_value(b, builder_name(b, i), 0))
            word_append(names, sizeof names, ", ", builder_name(b, i));
    }
    complain("%s: its modules write no '%s' number %d when scoring; there are: %s", r->folder, name, index, names);
    return NULL;
}

/* ---- its data ---- */

static bool is_drawn(const dataset *d)
{
    for (int i = 0; i < d->pictures; i++)
        if (!d->picture[i].path)
            return true;
    return false;
}

static int check_data(finished_run *r, const dataset *d)
{
    char now[65];
    hash_digest digest;
    if (session_data_digest(&r->session, &digest) < 0)
        return -1;
    hash_print(&digest, now);
    if (strcmp(now, r->record.data_hash) == 0)
        return 0;
    int changed = is_drawn(d) ? module_changed(r, d->module) : 0;
    if (changed < 0)
        return -1;
    if (changed)
        return finished_run_warn(r, "data module '%s' has changed since this run: its pictures may be others",
                                 d->module->name);
    return complain("%s: data '%s' is not what the run was judged on: pictures, their states or masks have changed (it "
                    "was %s); restore them, or train the run again",
                    r->folder, d->spec, r->record.data);
}

/* What a data module would say of a missing folder is meant for new runs. */
static int find_data(const finished_run *r)
{
    const char *colon = strchr(r->run.data, ':');
    if (!colon || file_exists(colon + 1))
        return 0;
    return complain("%s: the data %s that it was judged on is not there; restore it, or name its place with --set "
                    "run.data=%.*s:PATH",
                    r->folder, r->run.data, (int)(colon - r->run.data), r->run.data);
}

const dataset *finished_run_data(finished_run *r)
{
    if (r->data)
        return r->data;
    if (find_data(r) < 0)
        return NULL;
    const dataset *d = session_data(&r->session, r->run.data, &r->settings);
    if (!d || check_data(r, d) < 0)
        return NULL;
    return r->data = d;
}

/* ---- what it gives ---- */

int finished_run_scores(finished_run *r, scores *made)
{
    *made = (scores){ 0 };
    return finished_run_data(r) ? scores_make(&r->session, &r->model, r->parameters, r->label, made) : -1;
}

predictor *finished_run_predictor(finished_run *r, ablate_value *const *wanted, int count, const int *pictures,
                                  int picture_count)
{
    if (pictures && !finished_run_data(r))
        return NULL;
    const predictor_request request = { &r->session, &r->model, r->parameters, wanted,
                                        count,       pictures,  picture_count, NULL };
    predictor *p = predictor_new(&request);
    if (p && (pictures || predictor_check_files(p, r->folder) == 0))
        return p;
    predictor_free(p);
    return NULL;
}
