#include "record.h"
#include "../base/diag.h"
#include "../base/hash.h"
#include "../base/name.h"
#include "../base/words.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void run_record_free(run_record *r)
{
    free(r->weights);
    free(r->classes);
    free(r->notes);
    settings_free(&r->settings);
    *r = (run_record){ 0 };
}

const char *run_record_text(run_record *r, const char *format, ...)
{
    arena *memory = settings_memory(&r->settings);
    va_list arguments;
    va_start(arguments, format);
    const char *text = memory ? arena_print_list(memory, format, arguments) : NULL;
    va_end(arguments);
    return text;
}

int run_record_add_weights(run_record *r, const char *path, const char *hash)
{
    if (!TAKE_ROOM(r->weights, r->weight_count, "a record"))
        return -1;
    run_weights *new = &r->weights[r->weight_count++];
    *new = (run_weights){ run_record_text(r, "%s", path), run_record_text(r, "%s", hash) };
    return new->path &&new->hash ? 0 : -1;
}

int run_record_add_class(run_record *r, const char *name, const double value[METRICS_KINDS])
{
    if (!TAKE_ROOM(r->classes, r->class_count, "a record"))
        return -1;
    run_class *new = &r->classes[r->class_count++];
    new->name = run_record_text(r, "%s", name);
    memcpy(new->value, value, sizeof new->value);
    return new->name ? 0 : -1;
}

int run_record_add_note(run_record *r, const char *note)
{
    arena *memory = settings_memory(&r->settings);
    if (!memory || !TAKE_ROOM(r->notes, r->note_count, "a record"))
        return -1;
    r->notes[r->note_count] = arena_keep(memory, take_printed(name_show, note)); /* a line of a report */
    return r->notes[r->note_count++] ? 0 : -1;
}

/* Why a class has no such metric; NULL: it has, or no class has it under this protocol. */
static const char *reason_of(const metrics_row *row, unsigned lacks, int kind)
{
    return lacks >> kind & 1u ? NULL : row->reason[kind];
}

/* Which metrics a class lacks, a note for each reason; a mean without them must not go unsaid. */
static int add_reasons(run_record *r, const metrics_row *row, unsigned lacks)
{
    for (int k = 0; k < METRICS_KINDS; k++) {
        const char *reason = reason_of(row, lacks, k);
        char names[100] = "";
        bool said = !reason;
        for (int other = 0; other < METRICS_KINDS && !said; other++) {
            const char *same = reason_of(row, lacks, other);
            if (!same || strcmp(same, reason) != 0)
                continue;
            said = other < k;
            word_append(names, sizeof names, ", ", metrics_title((metrics_kind)other));
        }
        const char *note =
            said ? NULL
                 : run_record_text(r, "class '%s' has no %s: %s; the mean is without it", row->name, names, reason);
        if (!said && (!note || run_record_add_note(r, note) < 0))
            return -1;
    }
    return 0;
}

int run_record_class(const run_record *r, const char *name, size_t length)
{
    for (int i = 0; i < r->class_count; i++)
        if (strlen(r->classes[i].name) == length && memcmp(r->classes[i].name, name, length) == 0)
            return i;
    return -1;
}

int run_record_set_metrics(run_record *r, const metrics_result *result)
{
    memcpy(r->mean, result->mean, sizeof r->mean);
    char text[80];
    r->protocol = run_record_text(r, "%s", metrics_protocol_print(&result->protocol, text));
    if (!r->protocol)
        return -1;
    for (int i = 0; i < result->class_count; i++)
        if (run_record_add_class(r, result->classes[i].name, result->classes[i].value) < 0 ||
            add_reasons(r, &result->classes[i], result->protocol.lacks) < 0)
            return -1;
    for (int i = 0; i < result->note_count; i++)
        if (run_record_add_note(r, result->notes[i]) < 0)
            return -1;
    return 0;
}

static void add_settings(hash_state *state, const run_record *r)
{
    for (int i = 0; i < r->settings.count; i++) {
        const settings_entry *e = &r->settings.entry[i];
        const char *const line[] = { e->section, ".", e->key, " = ", e->value, "\n" };
        for (int k = 0; k < 6 && !settings_named(e, r->paths); k++)
            hash_add(state, line[k], strlen(line[k]));
    }
    hash_add_text(state, "");
}

const char *run_record_numbers(const run_record *r)
{
    const char *numbers = r->version ? strstr(r->version, RUN_RECORD_NUMBERS) : NULL;
    return numbers ? numbers : r->version ? r->version : "";
}

void run_record_identity(const run_record *r, char key[65])
{
    hash_state state;
    hash_begin(&state);
    add_settings(&state, r);
    hash_add_text(&state, r->data_hash);
    for (int i = 0; i < r->weight_count; i++)
        hash_add_text(&state, r->weights[i].hash);
    hash_add_text(&state, run_record_numbers(r));
    char seed[16];
    snprintf(seed, sizeof seed, "%d", r->seed);
    hash_add_text(&state, seed);
    hash_digest digest = hash_end(&state);
    hash_print(&digest, key);
}

static bool texts_agree(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

bool run_record_alike(const run_record *a, const run_record *b)
{
    bool same = texts_agree(a->data_hash, b->data_hash) && texts_agree(run_record_numbers(a), run_record_numbers(b)) &&
                a->weight_count == b->weight_count;
    for (int i = 0; same && i < a->weight_count; i++)
        same = texts_agree(a->weights[i].hash, b->weights[i].hash);
    return same && settings_same(&a->settings, &b->settings, "run.seed run.device");
}

/* A name as a folder's: no separator, no blank, nothing a shell minds, and not hidden. */
static void make_safe(char *name)
{
    const char *safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,@";
    for (char *c = name; *c; c++)
        if (!strchr(safe, *c) || (c == name && *c == '.'))
            *c = '_';
}

char *run_record_path(const run_record *r, const char *folder)
{
    char key[65], *path = NULL;
    run_record_identity(r, key);
    char *experiment = take_text("%s", r->experiment ? r->experiment : ""),
         *row = take_text("%s", r->row ? r->row : "");
    if (experiment && row) {
        make_safe(experiment);
        make_safe(row);
        path = take_text("%s/%s/%s/seed-%d-%.8s/metrics.json", folder, *experiment ? experiment : "_", *row ? row : "_",
                         r->seed, key);
    }
    free(experiment);
    free(row);
    return path;
}
