#include "../base/diag.h"
#include "../base/name.h"
#include "../files/weights.h"
#include "../graph/graph.h"
#include "verbs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    verb_line given;
    const char *out, *strip;
    struct notes {
        weights_pair note[OPTION_TEXTS];
        int count;
    } own;
    bool half;
} request;

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

static int add_note(const line_option *option, const char *text, void *field)
{
    struct notes *own = field;
    const char *equals = strchr(text, '=');
    if (!equals || equals == text || own->count == OPTION_TEXTS)
        return complain("--%s must be KEY=TEXT, at most %d times; it is '%s'", option->name, (int)OPTION_TEXTS, text);
    char *value = equals[1] == '@' ? read_text(equals + 2) : take_text("%s", equals + 1);
    char *key = take_text("%.*s", (int)(equals - text), text);
    own->note[own->count++] = (weights_pair){ key, value };
    return key && value ? 0 : -1;
}

static const line_option options[] = {
    OPTION(request, out, "export", 'e', "OUT", "write a copy", .path = OPTION_FILE),
    OPTION(request, strip, "strip", 'p', "PREFIX", "only tensors whose name begins so, without the prefix"),
    OPTION(request, half, "half", 'h', NULL, "in half precision"),
    OPTION_TAKEN(add_note, request, own, "note", 'n', "KEY=TEXT",
                 "metadata of the copy; @FILE as text reads a file (repeatable)", .repeats = true),
    { 0 }
};

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
static weights_pair *notes_of(const weights *w, const request *r, int *count)
{
    int own = 0;
    while (weights_note_key(w, own))
        own++;
    weights_pair *notes = take_zeroed((size_t)(own + r->own.count) + 1, sizeof *notes, "the notes of a copy");
    if (!notes)
        return NULL;
    memcpy(notes, r->own.note, (size_t)r->own.count * sizeof *notes);
    *count = r->own.count;
    for (int i = 0; i < own; i++) {
        const char *key = weights_note_key(w, i);
        bool replaced = false;
        for (int k = 0; k < r->own.count && !replaced; k++)
            replaced = strcmp(r->own.note[k].key, key) == 0;
        if (r->strip && !replaced)
            fprintf(stderr, "%s: its note '%s' is not taken over into a part of it; --note %s=TEXT writes one\n",
                    weights_path(w), key, key);
        else if (!replaced)
            notes[(*count)++] = (weights_pair){ key, weights_note(w, key) };
    }
    return notes;
}

static int export_copy(const weights *w, const request *r)
{
    int count = 0, status = 0;
    size_t prefix = r->strip ? strlen(r->strip) : 0;
    weights_entry *entry = take_zeroed((size_t)weights_count(w) + 1, sizeof *entry, "a copy of weights");
    for (int i = 0; entry && i < weights_count(w) && status == 0; i++) {
        const weights_tensor *t = weights_at(w, i);
        if (prefix && strncmp(t->name, r->strip, prefix) != 0)
            continue;
        float *data = take((size_t)t->count, sizeof *data, t->name);
        status = data ? weights_load(w, t->name, data) : -1;
        entry[count++] = (weights_entry){ t->name + prefix, t->shape, data, r->half ? WEIGHTS_F16 : WEIGHTS_F32 };
    }
    int pairs = 0;
    weights_pair *notes = entry && status == 0 ? notes_of(w, r, &pairs) : NULL;
    if (notes)
        status = count > 0 ? weights_write(r->out, entry, count, notes, pairs)
                           : complain("%s: no tensor's name begins with '%s'", weights_path(w), r->strip);
    else
        status = -1;
    free(notes);
    for (int i = 0; entry && i < count; i++)
        free((void *)(uintptr_t)entry[i].data);
    free(entry);
    return entry ? status : -1;
}

static int run(void *given)
{
    request *r = given;
    weights *w = weights_open(r->given.word[0]);
    int status = w ? 0 : -1;
    if (w && r->out)
        status = export_copy(w, r);
    else if (w)
        print_contents(w);
    weights_close(w);
    return status;
}

const verb verb_weights = {
    .name = "weights",
    .summary = "FILE      show what a weights file holds, or write a copy",
    .words = "FILE",
    .doc = "Show what a weights file holds, or write a copy of it.",
    .least = 1,
    .most = 1,
    .lacks = "name a weights file",
    .options = { options },
    .rules = { { "!--export", "no copy is written", "strip half note" } },
    .size = sizeof(request),
    .run = run,
};
