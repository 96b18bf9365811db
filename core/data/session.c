#include "session.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/progress.h"
#include "../base/stop.h"
#include "../base/workers.h"
#include "dataset_spec.h"
#include "dataset_survey.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The shared object of a device that is not in the one with the CPU's operations. */
static int hash_device(const device *where, char digits[HASH_DIGITS])
{
    Dl_info own, records;
    int count = 0;
    const ablate_op *const *ops = device_all_ops(&count);
    *digits = 0;
    if (count == 0 || !dladdr(ops[0], &records) || !dladdr(where, &own) || !own.dli_fname)
        return complain("the shared object of the operations or of the device cannot be found; build it with 'make'");
    return own.dli_fbase == records.dli_fbase ? 0 : hash_file_digits(own.dli_fname, digits);
}

static const device *open_device(const char *name, int threads)
{
    const char *usual = getenv("ABLATE_DEVICE");
    char why[DEVICE_WHY];
    if (!name)
        name = usual && *usual ? usual : "auto";
    if (strcmp(name, "auto") != 0)
        return device_load(name, threads);
    const device *chosen = device_choose(threads, why);
    if (chosen)
        fprintf(stderr, "device %s: %s%s%s\n", chosen->name, chosen->describe(), why[0] ? "; not cuda: " : "", why);
    return chosen;
}

int session_open(session *s, const char *device_name, int threads, const char *module_folders, const char *cache_folder)
{
    *s = (session){ .module_folders = module_folders, .cache_folder = cache_folder };
    s->device = open_device(device_name, threads);
    return s->device && device_load_records() == 0 ? hash_device(s->device, s->device_code) : -1;
}

void session_device(const session *s, char text[SESSION_DEVICE])
{
    snprintf(text, SESSION_DEVICE, "%.20s %.100s%s%s", s->device->name, s->device->core_type(),
             *s->device_code ? ", code " : "", s->device_code);
}

static void forget_data(session *s)
{
    dataset_close(&s->data);
    free(s->data_key);
    free(s->identity);
    free(s->identified);
    free(s->masks);
    free(s->turned);
    s->data_key = NULL;
    s->turned = NULL;
    s->identity = NULL;
    s->identified = NULL;
    s->masks = NULL;
}

void session_close(session *s)
{
    forget_data(s);
    for (int i = 0; i < s->caches; i++)
        cache_close(s->cache[i]);
    s->caches = 0;
}

/* Rows may name different data or settings; as long as they do not, the pictures are listed once. */
static char *key_of(const char *spec, const settings *from)
{
    char *text = NULL;
    size_t length = 0, name = strcspn(spec, ":");
    FILE *to = open_memstream(&text, &length);
    if (!to)
        return NULL;
    fprintf(to, "%s\n", spec);
    for (int i = 0; i < from->count; i++)
        if (strlen(from->entry[i].section) == name && memcmp(from->entry[i].section, spec, name) == 0)
            fprintf(to, "%s=%s in %s\n", from->entry[i].key, from->entry[i].value, from->entry[i].file);
    fclose(to);
    return text;
}

/* Once for each time that it is opened. */
static int say_unused(const dataset *d)
{
    char *text = d->unused.count > 0 ? folder_rest_say(&d->unused) : NULL;
    if (text)
        fprintf(stderr, "%s: %s\n", d->spec, text);
    free(text);
    return text || d->unused.count == 0 ? 0 : -1;
}

const dataset *session_data(session *s, const char *spec, const settings *from)
{
    char *key = key_of(spec, from);
    if (!key) {
        complain("out of memory for a data set");
        return NULL;
    }
    if (s->data_key && strcmp(s->data_key, key) == 0) {
        free(key);
        return &s->data;
    }
    forget_data(s);
    s->data_key = key;
    if (dataset_spec_check(from) < 0 || dataset_open(&s->data, spec, from, s->module_folders) < 0 ||
        say_unused(&s->data) < 0 ||
        (s->cache_folder && dataset_check_outside(&s->data, "--cache", s->cache_folder) < 0))
        return NULL;
    s->identity = take((size_t)s->data.pictures, sizeof *s->identity, "the pictures' identities");
    s->identified = take_zeroed((size_t)s->data.pictures, 1, "the pictures' identities");
    return s->identity && s->identified ? &s->data : NULL;
}

const char *session_turned(session *s)
{
    dataset_survey survey;
    if (s->turned)
        return s->turned;
    if (dataset_survey_make(&survey, &s->data) == 0)
        s->turned = dataset_survey_turned(&survey);
    dataset_survey_free(&survey);
    if (s->turned && *s->turned)
        fprintf(stderr, "%s: %s\n", s->data.spec, s->turned);
    return s->turned;
}

static int identify_one(void *context, int index)
{
    session *s = context;
    if (s->identified[index])
        return 0;
    if (stop_asked())
        return stop_complain("the pictures of '%s' were being read; the same command begins with them", s->data.spec);
    if (dataset_identify(&s->data, index, &s->identity[index]) < 0)
        return -1;
    s->identified[index] = 1;
    return 0;
}

const hash_digest *session_identity(session *s, int index)
{
    return identify_one(s, index) == 0 ? &s->identity[index] : NULL;
}

cache *session_cache(session *s, const hash_digest *key, int64_t row_floats, cache_numbers numbers)
{
    for (int i = 0; i < s->caches; i++)
        if (memcmp(&s->cache_key[i], key, sizeof *key) == 0)
            return s->cache[i];
    if (s->caches == SESSION_CACHES) {
        complain("one command uses more than %d kinds of cached rows; split the experiment", SESSION_CACHES);
        return NULL;
    }
    cache *opened = cache_open(s->cache_folder, key, row_floats, numbers);
    if (!opened || cache_index(opened) < 0) {
        cache_close(opened);
        return NULL;
    }
    if (cache_damaged(opened) > 0)
        fprintf(stderr, "%s: %lld damaged records are computed again\n", cache_path(opened),
                (long long)cache_damaged(opened));
    s->cache_key[s->caches] = *key;
    s->cache[s->caches++] = opened;
    return opened;
}

typedef struct mask_work {
    session *session;
    const input_settings *to;
    int *picture;
    mask_rule rule;
    uint8_t *out;
} mask_work;

static int fit_one(void *context, int i)
{
    const mask_work *w = context;
    size_t area = (size_t)w->to->size * (size_t)w->to->size;
    uint8_t *out = w->out + (size_t)i * area;
    image_mask mask;
    if (stop_asked())
        return stop_complain("the masks were being read; the same command begins with them");
    if (dataset_mask_fitted(&w->session->data, w->picture[i], w->to, w->rule, &mask) < 0)
        return -1;
    memset(out, 0, area);
    for (size_t p = 0; mask.value && p < area; p++)
        out[p] = w->rule.threshold < 0 ? mask.value[p] : mask.value[p] != 0;
    image_mask_free(&mask);
    return 0;
}

static bool masks_are_of(const session *s, const input_settings *to, mask_rule rule)
{
    const mask_rule *had = &s->masks_rule;
    return s->masks && s->masks_size == to->size && s->masks_fit == to->fit && had->filter == rule.filter &&
           !(had->threshold < rule.threshold) && !(had->threshold > rule.threshold);
}

const uint8_t *session_masks(session *s, const input_settings *to, mask_rule rule)
{
    if (masks_are_of(s, to, rule))
        return s->masks;
    free(s->masks);
    int count, *pictures = dataset_list(&s->data, true, &count);
    s->masks = take((size_t)count * (size_t)to->size * (size_t)to->size, 1, "the masks");
    mask_work work = { s, to, pictures, rule, s->masks };
    int status = s->masks && pictures ? workers_run(count, fit_one, &work) : -1;
    free(pictures);
    if (status < 0) {
        free(s->masks);
        s->masks = NULL;
    }
    s->masks_size = to->size;
    s->masks_fit = to->fit;
    s->masks_rule = rule;
    return s->masks;
}

/* A picture's mask decides no feature, but what the metrics are. */
static int add_mask(hash_state *state, const picture *p)
{
    hash_digest digest;
    if (!p->path || !p->mask)
        return 0;
    if (hash_file(p->mask, &digest) < 0)
        return -1;
    hash_add(state, digest.byte, sizeof digest.byte);
    return 0;
}

int session_data_digest(session *s, hash_digest *out)
{
    phase before = phases_enter(&s->phases, PHASE_PICTURES);
    int status = workers_run(s->data.pictures, identify_one, s);
    phases_enter(&s->phases, before);
    if (status < 0)
        return -1;
    hash_state state;
    hash_begin(&state);
    for (int i = 0; i < s->data.pictures; i++) {
        const picture *p = &s->data.picture[i];
        hash_add(&state, s->identity[i].byte, 32);
        hash_add_text(&state, p->class_name);
        hash_add_text(&state, p->state);
        hash_add(&state, &p->test, 1);
        if (add_mask(&state, p) < 0)
            return -1;
    }
    *out = hash_end(&state);
    return 0;
}
