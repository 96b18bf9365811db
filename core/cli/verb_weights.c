#include "verb_weights.h"
#include "../base/diag.h"
#include "../base/folder.h"
#include "../base/name.h"
#include "../files/weights.h"
#include "../graph/graph.h"
#include "help.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct weights_options {
    const char *path, *out, *strip;
    weights_pair note[64];
    int notes;
    bool half;
} weights_options;

static const struct argp_option options[] = {
    { "export", 'e', "OUT", 0, "write a copy", 0 },
    { "strip", 'p', "PREFIX", 0, "only tensors whose name begins so, without the prefix", 0 },
    { "half", 'h', 0, 0, "in half precision", 0 },
    { "note", 'n', "KEY=TEXT", HELP_REPEATS, "metadata of the copy; @FILE as text reads a file (repeatable)", 0 },
    { 0 }
};

static char *read_text(const char *path)
{
    char *text = take_zeroed(65537, 1, "a note");
    FILE *from = fopen(path, "rb");
    if (!from || !text || fread(text, 1, 65536, from) == 0) {
        complain("%s: cannot be read as the text of a note", path);
        free(text);
        text = NULL;
    }
    if (from)
        fclose(from);
    return text;
}

static int add_note(weights_options *o, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment || o->notes == 64)
        return complain("--note must be KEY=TEXT, at most 64 times; it is '%s'", assignment);
    char *text = equals[1] == '@' ? read_text(equals + 2) : take_text("%s", equals + 1);
    char *key = take_text("%.*s", (int)(equals - assignment), assignment);
    o->note[o->notes] = (weights_pair){ key, text };
    o->notes++;
    return key && text ? 0 : -1;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    weights_options *o = state->input;
    if (key == 'e')
        o->out = text;
    else if (key == 'p')
        o->strip = text;
    else if (key == 'h')
        o->half = true;
    else if (key == 'n')
        return add_note(o, text) < 0 ? 22 : 0;
    else if (key == ARGP_KEY_ARG && !o->path)
        o->path = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static void print_contents(const weights *w)
{
    char name[NAME_ROOM];
    int64_t total = 0;
    for (int i = 0; i < weights_count(w); i++) {
        const weights_tensor *t = weights_at(w, i);
        printf("%-48s %-5s %s\n", name_shown(t->name, name, sizeof name), t->dtype_name, shape_words(&t->shape).text);
        total += t->count;
    }
    printf("%d tensors, %lld numbers\n", weights_count(w), (long long)total);
    for (int i = 0; weights_note_key(w, i); i++)
        printf("%s: %s\n", weights_note_key(w, i), weights_note(w, weights_note_key(w, i)));
}

/* What --note says, and of the file's own notes those that it does not replace; of a part of the file (--strip) none,
 * which is said. The array is the caller's to free; NULL: complained. */
static weights_pair *notes_of(const weights *w, const weights_options *o, int *count)
{
    int own = 0;
    while (weights_note_key(w, own))
        own++;
    weights_pair *notes = take_zeroed((size_t)(own + o->notes) + 1, sizeof *notes, "the notes of a copy");
    if (!notes)
        return NULL;
    memcpy(notes, o->note, (size_t)o->notes * sizeof *notes);
    *count = o->notes;
    for (int i = 0; i < own; i++) {
        const char *key = weights_note_key(w, i);
        bool replaced = false;
        for (int k = 0; k < o->notes && !replaced; k++)
            replaced = strcmp(o->note[k].key, key) == 0;
        if (o->strip && !replaced)
            fprintf(stderr, "%s: its note '%s' is not taken over into a part of it; --note %s=TEXT writes one\n",
                    weights_path(w), key, key);
        else if (!replaced)
            notes[(*count)++] = (weights_pair){ key, weights_note(w, key) };
    }
    return notes;
}

static int export_copy(const weights *w, const weights_options *o)
{
    int count = 0, status = 0;
    size_t prefix = o->strip ? strlen(o->strip) : 0;
    weights_entry *entry = take_zeroed((size_t)weights_count(w) + 1, sizeof *entry, "a copy of weights");
    for (int i = 0; entry && i < weights_count(w) && status == 0; i++) {
        const weights_tensor *t = weights_at(w, i);
        if (prefix && strncmp(t->name, o->strip, prefix) != 0)
            continue;
        float *data = take((size_t)t->count, sizeof *data, t->name);
        status = data ? weights_load(w, t->name, data) : -1;
        entry[count++] = (weights_entry){ t->name + prefix, t->shape, data, o->half ? WEIGHTS_F16 : WEIGHTS_F32 };
    }
    int pairs = 0;
    weights_pair *notes = entry && status == 0 ? notes_of(w, o, &pairs) : NULL;
    if (notes)
        status = count > 0 ? weights_write(o->out, entry, count, notes, pairs)
                           : complain("%s: no tensor's name begins with '%s'", weights_path(w), o->strip);
    else
        status = -1;
    free(notes);
    for (int i = 0; entry && i < count; i++)
        free((void *)(uintptr_t)entry[i].data);
    free(entry);
    return entry ? status : -1;
}

int verb_weights(int argc, char **argv)
{
    const struct argp parser = { options, parse, "FILE", "Show what a weights file holds, or write a copy of it.",
                                 NULL,    NULL,  NULL };
    weights_options o = { NULL };
    weights *w = NULL;
    if (help_asked(argc, argv, &parser))
        return 0;
    int status = help_parse(argc, argv, &parser, &o);
    if (status == 0 && !o.path)
        status = complain("ablate weights: name a weights file");
    if (status == 0 && !o.out && (o.strip || o.half || o.notes))
        status = complain("ablate weights: --strip, --half and --note say what a copy is like; add --export OUT");
    if (status == 0)
        status = (w = weights_open(o.path)) ? 0 : -1;
    if (status == 0 && !o.out)
        print_contents(w);
    if (status == 0 && o.out)
        status = folder_spare("--export", o.out, o.path) < 0 ? -1 : export_copy(w, &o);
    weights_close(w);
    for (int i = 0; i < o.notes; i++) {
        free((void *)(uintptr_t)o.note[i].key);
        free((void *)(uintptr_t)o.note[i].text);
    }
    return status;
}
