#include "weights_copy.h"
#include "../base/diag.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The new ones, and of the file's own those that they do not replace; of a part of the file (strip) none,
 * which is said. The array is the caller's to free; NULL: complained. */
static weights_pair *notes_of(const weights *w, const weights_copy *c, int *count)
{
    int own = 0;
    while (weights_note_key(w, own))
        own++;
    weights_pair *notes = take_zeroed((size_t)(own + c->pairs) + 1, sizeof *notes, "the notes of a copy");
    if (!notes)
        return NULL;
    memcpy(notes, c->note, (size_t)c->pairs * sizeof *notes);
    *count = c->pairs;
    for (int i = 0; i < own; i++) {
        const char *key = weights_note_key(w, i);
        bool replaced = false;
        for (int k = 0; k < c->pairs && !replaced; k++)
            replaced = strcmp(c->note[k].key, key) == 0;
        if (c->strip && !replaced)
            fprintf(stderr, "%s: its note '%s' is not taken over into a part of it; --note %s=TEXT writes one\n",
                    weights_path(w), key, key);
        else if (!replaced)
            notes[(*count)++] = (weights_pair){ key, weights_note(w, key) };
    }
    return notes;
}

int weights_copy_write(const weights *w, const weights_copy *c)
{
    int count = 0, status = 0;
    size_t prefix = c->strip ? strlen(c->strip) : 0;
    weights_entry *entry = take_zeroed((size_t)weights_count(w) + 1, sizeof *entry, "a copy of weights");
    for (int i = 0; entry && i < weights_count(w) && status == 0; i++) {
        const weights_tensor *t = weights_at(w, i);
        if (prefix && strncmp(t->name, c->strip, prefix) != 0)
            continue;
        float *data = take((size_t)t->count, sizeof *data, t->name);
        status = data ? weights_load(w, t->name, data) : -1;
        entry[count++] = (weights_entry){ t->name + prefix, t->shape, data, c->half ? WEIGHTS_F16 : WEIGHTS_F32 };
    }
    int pairs = 0;
    weights_pair *notes = entry && status == 0 ? notes_of(w, c, &pairs) : NULL;
    if (notes)
        status = count > 0 ? weights_write(c->out, entry, count, notes, pairs)
                           : complain("%s: no tensor's name begins with '%s'", weights_path(w), c->strip);
    else
        status = -1;
    free(notes);
    for (int i = 0; entry && i < count; i++)
        free((void *)(uintptr_t)entry[i].data);
    free(entry);
    return entry ? status : -1;
}
