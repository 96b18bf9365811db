#include "weights_store.h"
#include "../base/arena.h"
#include "../base/diag.h"
#include "../base/folder.h"
#include "../base/place.h"
#include "../files/weights.h"
#include "weights_beside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct store_file {
    weights *file;
    const char *path;
    hash_digest digest;
} store_file;

typedef struct store_tensor { /* the context of a value_source */
    const weights *file;
    const char *name;
} store_tensor;

struct weights_store {
    store_file *file;
    int files;
    weights_beside *beside;
    arena *memory; /* of paths, texts and tensors */
};

weights_store *weights_store_new(void)
{
    weights_store *s = take_zeroed(1, sizeof *s, "the weights files");
    if (s && (s->memory = arena_new()) && (s->beside = weights_beside_new(s->memory)))
        return s;
    weights_store_free(s);
    return NULL;
}

void weights_store_free(weights_store *s)
{
    if (!s)
        return;
    for (int i = 0; i < s->files; i++)
        weights_close(s->file[i].file);
    free(s->file);
    weights_beside_free(s->beside);
    arena_free(s->memory);
    free(s);
}

static store_file *find_or_open(weights_store *s, const char *path)
{
    for (int i = 0; i < s->files; i++)
        if (strcmp(s->file[i].path, path) == 0)
            return &s->file[i];
    if (!TAKE_ROOM(s->file, s->files, "the weights files"))
        return NULL;
    store_file *added = &s->file[s->files];
    *added = (store_file){ .file = weights_open(path), .path = arena_text(s->memory, path) };
    if (added->file && added->path && weights_digest(added->file, &added->digest) == 0) {
        s->files++;
        return added;
    }
    weights_close(added->file);
    return NULL;
}

static int fetch(void *context, float *out)
{
    const store_tensor *t = context;
    return weights_load(t->file, t->name, out);
}

/* A tensor is what its file and its name say, so that it need not be read to be hashed. */
static hash_digest digest_of(const store_file *file, const char *name)
{
    hash_state state;
    hash_begin(&state);
    hash_add(&state, file->digest.byte, sizeof file->digest.byte);
    hash_add_text(&state, name);
    return hash_end(&state);
}

int weights_store_tensor(void *store, const char *path, const char *name, ablate_shape *shape, value_source *source)
{
    weights_store *s = store;
    const store_file *file = find_or_open(s, path);
    const weights_tensor *found = file ? weights_need(file->file, name) : NULL;
    store_tensor *context = found ? arena_take(s->memory, sizeof *context) : NULL;
    if (!context)
        return -1;
    *context = (store_tensor){ file->file, found->name };
    *shape = found->shape;
    *source = (value_source){ fetch, context, digest_of(file, name) };
    return 0;
}

/* The names of tensors that end so, a line each; NULL: none, or complained. */
static const char *names_ending(weights_store *s, const weights *file, const char *ending)
{
    char *list = NULL;
    size_t size = 0, length = strlen(ending);
    FILE *to = open_memstream(&list, &size);
    for (int i = 0; to && i < weights_count(file); i++) {
        const char *name = weights_at(file, i)->name;
        size_t n = strlen(name);
        if (n >= length && strcmp(name + n - length, ending) == 0)
            fprintf(to, "%s\n", name);
    }
    if (!to || fclose(to) != 0)
        complain("out of memory for the names of tensors");
    const char *kept = list && size > 0 ? arena_text(s->memory, list) : NULL;
    free(list);
    return kept;
}

const char *weights_store_note(void *store, const char *path, const char *key)
{
    static const char names[] = "names:";
    weights_store *s = store;
    const store_file *file = find_or_open(s, path);
    if (!file)
        return NULL;
    if (strncmp(key, names, sizeof names - 1) == 0)
        return names_ending(s, file->file, key + sizeof names - 1);
    return weights_beside_asks(key) ? weights_beside_text(s->beside, weights_path(file->file), key)
                                    : weights_note(file->file, key);
}

bool weights_store_has(void *store, const char *path, const char *name)
{
    const store_file *file = find_or_open(store, path);
    return file && weights_find(file->file, name);
}

bool weights_store_knows(const weights_store *s, const char *path)
{
    for (int i = 0; i < s->files; i++)
        if (strcmp(s->file[i].path, path) == 0)
            return true;
    return false;
}

int weights_store_spare(const weights_store *s, const char *option, const char *out)
{
    for (int i = 0; i < s->files; i++)
        if (folder_spare(option, out, s->file[i].path) < 0)
            return -1;
    return 0;
}

int weights_store_describe(const weights_store *s, run_record *record)
{
    for (int i = 0; i < s->files; i++) {
        char text[65];
        hash_print(&s->file[i].digest, text);
        if (run_record_add_weights(record, place_short(s->file[i].path), text) < 0)
            return -1;
    }
    return weights_beside_describe(s->beside, record);
}
