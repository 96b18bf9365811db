/* weights_torch_old.c: what torch.save wrote before version 1.6, and many files of weights still are: pickles one
 * behind the other (a mark, a version, what machine it was, what is saved, the keys of the storages), then in the order
 * of the keys each storage: how many numbers, 8 bytes, and the numbers. */
#include "../base/bytes.h"
#include "../base/diag.h"
#include "weights_torch.h"
#include <stdlib.h>
#include <string.h>

enum { VERSION = 1001 };

static const char MARK[] = "\x80\x02\x8a\x0al\xfc\x9c\x46\xf9\x20j\xa8P\x19."; /* a pickle of a large number */

typedef struct reading {
    weights *w;
    torch_file *file;
    size_t at; /* where in the file the next thing begins */
} reading;

static bool matches(const file_map *map)
{
    return map->size >= sizeof MARK - 1 && memcmp(map->data, MARK, sizeof MARK - 1) == 0;
}

static int complain_damaged(const reading *r, const char *what)
{
    return complain("%s: %s, near byte %zu; copy or download it again", r->w->path, what, r->at);
}

/* A storage that the saved thing speaks of, each time that it does; where it lies is not known yet. */
static int storage_met(void *owner, const pickle_value *id)
{
    const reading *r = owner;
    torch_file *file = r->file;
    torch_id read;
    if (!torch_read_id(id, &read) || read.bytes < 0)
        return complain_damaged(r, "numbers are kept in a way that is not read");
    if (!TAKE_ROOM(file->storage, file->storages, "storages"))
        return -1;
    torch_storage *s = &file->storage[file->storages++];
    memset(s, 0, sizeof *s);
    s->name = read.key;
    s->bytes = (uint64_t)read.bytes;
    s->size = read.numbers ? (uint64_t)(read.bytes / read.numbers) : 1;
    return 0;
}

/* The pickle that begins here; NULL: complained. */
static const pickle_value *next_pickle(reading *r, int (*met)(void *owner, const pickle_value *id))
{
    size_t left = r->w->map.size - r->at, used = 0;
    pickle_source source = { r->w->path, r->w->map.data + r->at, left, torch_knows, met, r, &used };
    if (source.size > TORCH_MOST_PICKLE)
        source.size = TORCH_MOST_PICKLE;
    const pickle_value *value = pickle_read(&source, r->file->memory);
    r->at += used;
    return value;
}

static int read_head(reading *r)
{
    r->at = sizeof MARK - 1;
    const pickle_value *version = next_pickle(r, NULL), *machine = version ? next_pickle(r, NULL) : NULL;
    if (!machine)
        return -1;
    if (version->kind != PICKLE_WHOLE || version->whole != VERSION)
        return complain_damaged(r, "it is of a version of torch.save that is not known");
    const pickle_value *little = pickle_find(machine, "little_endian");
    if (!little || little->kind != PICKLE_TRUTH || !little->whole)
        return complain_damaged(r, "its numbers have the most significant byte first, or it does not say");
    return 0;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const torch_storage *)a)->name, ((const torch_storage *)b)->name);
}

/* Tensors may share a storage: one of each is kept, in order. */
static int merge_storages(const reading *r)
{
    torch_file *file = r->file;
    int64_t kept = 0;
    if (file->storages > 0)
        qsort(file->storage, (size_t)file->storages, sizeof *file->storage, by_key);
    for (int64_t i = 0; i < file->storages; i++) {
        const torch_storage *s = &file->storage[i], *last = kept > 0 ? &file->storage[kept - 1] : NULL;
        if (last && by_key(last, s) == 0) {
            if (last->bytes != s->bytes || last->size != s->size)
                return complain_damaged(r, "it says two things of one storage");
            continue;
        }
        memmove(&file->storage[kept++], s, sizeof *s);
    }
    file->storages = kept;
    return 0;
}

/* The numbers of the storage with that key begin here. */
static int place_storage(reading *r, const char *key)
{
    torch_storage wanted = { .name = key },
                  *s = bsearch(&wanted, r->file->storage, (size_t)r->file->storages, sizeof wanted, by_key);
    size_t left = r->w->map.size - r->at;
    if (!s || s->data)
        return complain_damaged(r, "it lists a storage that no tensor has, or twice");
    if (left < 8 || left - 8 < s->bytes)
        return complain_damaged(r, "it ends before its numbers do");
    if (little64(r->w->map.data + r->at) != s->bytes / s->size)
        return complain_damaged(r, "a storage has not as many numbers as its tensor says");
    s->data = r->w->map.data + r->at + 8;
    r->at += 8 + s->bytes;
    return 0;
}

static int place_storages(reading *r, const pickle_value *keys)
{
    if (keys->kind != PICKLE_LIST || keys->count != r->file->storages)
        return complain_damaged(r, "it does not list the storages of its tensors");
    for (const pickle_item *item = keys->first; item; item = item->next)
        if (item->value->kind != PICKLE_TEXT || place_storage(r, item->value->text) < 0)
            return complain_damaged(r, "it does not list the storages of its tensors");
    return r->at == r->w->map.size ? 0 : complain_damaged(r, "something follows its numbers");
}

static int parse(weights *w)
{
    reading r = { w, torch_begin(w), 0 };
    if (!r.file || read_head(&r) < 0)
        return -1;
    r.file->before = "";
    const pickle_value *saved = next_pickle(&r, storage_met), *keys = saved ? next_pickle(&r, NULL) : NULL;
    if (!keys || merge_storages(&r) < 0 || place_storages(&r, keys) < 0)
        return -1;
    return torch_name_tensors(w, r.file, saved);
}

const weights_format weights_torch_old = { matches, parse };
