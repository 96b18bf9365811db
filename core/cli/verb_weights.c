#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../files/weights_copy.h"
#include "../graph/graph.h"
#include "verbs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    verb_line given;
    const char *out, *strip;
    option_texts note;
    bool half;
} request;

static const line_option options[] = {
    OPTION(request, out, "export", 'e', "OUT", "write a copy", .path = OPTION_FILE),
    OPTION(request, strip, "strip", 'p', "PREFIX", "only tensors whose name begins so, without the prefix"),
    OPTION(request, half, "half", 'h', NULL, "in half precision"),
    OPTION(request, note, "note", 'n', "KEY=TEXT", "metadata of the copy; @FILE as text reads a file (repeatable)",
           .repeats = true),
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

/* New memory; NULL: complained. */
static char *read_text(const char *path)
{
    file_map map;
    if (file_map_open(path, &map) < 0)
        return NULL;
    char *text = map.size > 0 ? take_text("%.*s", (int)map.size, (const char *)map.data) : NULL;
    if (map.size == 0)
        complain("%s: it is empty, and no text of a note", path);
    file_map_close(&map);
    return text;
}

static int read_note(const char *assignment, weights_pair *note)
{
    const char *equals = strchr(assignment, '=');
    if (!equals || equals == assignment)
        return complain("--note must be KEY=TEXT; it is '%s'", assignment);
    note->key = take_text("%.*s", (int)(equals - assignment), assignment);
    note->text = equals[1] == '@' ? read_text(equals + 2) : take_text("%s", equals + 1);
    return note->key && note->text ? 0 : -1;
}

static int export_copy(const weights *w, const request *r)
{
    weights_pair note[OPTION_TEXTS] = { { NULL, NULL } };
    int status = 0;
    for (int i = 0; i < r->note.count && status == 0; i++)
        status = read_note(r->note.text[i], &note[i]);
    if (status == 0)
        status = weights_copy_write(w, &(weights_copy){ r->out, r->strip, r->half, note, r->note.count });
    for (int i = 0; i < r->note.count; i++) {
        free((void *)(uintptr_t)note[i].key);
        free((void *)(uintptr_t)note[i].text);
    }
    return status;
}

static int run(void *given)
{
    const request *r = given;
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
