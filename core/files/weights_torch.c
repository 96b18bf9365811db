/* weights_torch.c: PyTorch's zip archives. data.pkl says which tensors there are, data/0, data/1, ... hold the numbers.
 * The pickle is read as a tree and never executed. */
#include "weights_torch.h"
#include "../base/diag.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 32, MOST_NAME = 400 }; /* parts of a name, letters of a name */

static const char REMEDY[] = "copy or download it again";

static bool matches(const file_map *map)
{
    return map->size >= 4 && memcmp(map->data, "PK\3\4", 4) == 0;
}

static void release(void *memory)
{
    torch_file *file = memory;
    zip_close(&file->archive);
    arena_free(file->memory);
    free(file->storage);
    free(file);
}

/* ---- the archive ---- */

torch_file *torch_begin(weights *w)
{
    torch_file *file = take_zeroed(1, sizeof *file, "a weights file");
    if (!file)
        return NULL;
    w->memory = file;
    w->release = release;
    return (file->memory = arena_new()) ? file : NULL;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const torch_storage *)a)->name, ((const torch_storage *)b)->name);
}

/* A name that is there twice could mean either. */
static int list_members(const weights *w, torch_file *file)
{
    file->storage = take_zeroed((size_t)file->archive.entries, sizeof *file->storage, "members of an archive");
    if (!file->storage)
        return -1;
    file->storages = file->archive.entries;
    for (int64_t i = 0; i < file->storages; i++) {
        const zip_entry *entry = &file->archive.entry[i];
        torch_storage *s = &file->storage[i];
        s->name = entry->name;
        s->data = w->map.data + entry->offset;
        s->bytes = entry->unpacked;
        s->checksum = entry->checksum;
        s->deflated = entry->deflated;
    }
    qsort(file->storage, (size_t)file->storages, sizeof *file->storage, by_name);
    for (int64_t i = 1; i < file->storages; i++)
        if (by_name(&file->storage[i - 1], &file->storage[i]) == 0)
            return complain("%s: '%s' is in the archive twice; %s", w->path, file->storage[i].name, REMEDY);
    return 0;
}

/* The member "FOLDER/data.pkl"; its folder is the others' too. NULL: complained. */
static const torch_storage *find_pickle(const weights *w, torch_file *file)
{
    for (int64_t i = 0; i < file->storages; i++) {
        const torch_storage *member = &file->storage[i];
        const char *slash = strchr(member->name, '/');
        if (!slash || strcmp(slash, "/data.pkl") != 0)
            continue;
        file->before = arena_print(file->memory, "%.*s/data/", (int)(slash - member->name), member->name);
        if (!file->before)
            return NULL;
        if (!member->deflated && member->bytes <= TORCH_MOST_PICKLE)
            return member;
        complain("%s: '%s' is compressed or larger than %d bytes; save a state_dict() with torch.save", w->path,
                 member->name, TORCH_MOST_PICKLE);
        return NULL;
    }
    complain("%s: a zip archive, but not one of PyTorch's: it has no data.pkl; name the file of weights", w->path);
    return NULL;
}

static int check_byte_order(const weights *w, const torch_file *file)
{
    size_t folder = strlen(file->before) - strlen("data/");
    for (int64_t i = 0; i < file->storages; i++) {
        const torch_storage *member = &file->storage[i];
        bool found = strlen(member->name) > folder && strcmp(member->name + folder, "byteorder") == 0;
        if (found && member->bytes == 3 && memcmp(member->data, "big", 3) == 0)
            return complain("%s: its numbers have the most significant byte first; save it on another machine",
                            w->path);
    }
    return 0;
}

static pickle_value *read_pickle(const weights *w, torch_file *file)
{
    const torch_storage *member = find_pickle(w, file);
    if (!member || check_byte_order(w, file) < 0)
        return NULL;
    if (member->checksum != 0 && crc32_z(0, member->data, member->bytes) != member->checksum) {
        complain("%s: '%s' is damaged: its checksum is wrong; %s", w->path, member->name, REMEDY);
        return NULL;
    }
    pickle_source source = { .path = w->path, .data = member->data, .size = member->bytes, .knows = torch_knows };
    return pickle_read(&source, file->memory);
}

/* ---- from the tree to named tensors ---- */

static bool is_object(const pickle_value *value)
{
    return value->kind == PICKLE_CALL && strncmp(value->text, "__torch__.", 10) == 0 && value->state &&
           value->state->kind == PICKLE_DICT;
}

static bool is_mapping(const pickle_value *value)
{
    return value->kind == PICKLE_DICT || pickle_calls(value, "collections.OrderedDict");
}

static int add_tensor(weights *w, torch_file *file, const char *name, const pickle_value *value)
{
    if (!TAKE_ROOM(w->tensor, w->count, "tensors"))
        return -1;
    weights_tensor *t = &w->tensor[w->count];
    *t = (weights_tensor){ .name = arena_text(file->memory, name) };
    if (!t->name || torch_tensor(w, file, value, t) < 0)
        return -1;
    w->count++;
    return 0;
}

/* The tensors among these items, under `name`, and those of the objects among them. Each object is a part of one other:
 * met twice, it would be read for ever. */
static int walk(weights *w, torch_file *file, const pickle_item *item, char name[MOST_NAME], int depth)
{
    size_t length = strlen(name);
    for (; item; item = item->next) {
        const char *key = item->key->kind == PICKLE_TEXT ? item->key->text : NULL;
        bool object = is_object(item->value);
        if (!key || (!object && !torch_is_tensor(item->value)))
            continue;
        int wanted = snprintf(name + length, MOST_NAME - length, "%s%s", key, object ? "." : "");
        if (wanted < 0 || (size_t)wanted >= MOST_NAME - length || depth == MOST_DEPTH ||
            (object && item->value->visited))
            return complain("%s: '%.100s' lies too deep or is part of itself; %s", w->path, name, REMEDY);
        item->value->visited = true;
        int status =
            object ? walk(w, file, item->value->state->first, name, depth + 1) : add_tensor(w, file, name, item->value);
        if (status < 0)
            return -1;
        name[length] = 0;
    }
    return 0;
}

static bool holds_tensors(const pickle_value *value)
{
    const pickle_item *item = value && is_mapping(value) ? value->first : NULL;
    while (item && !torch_is_tensor(item->value))
        item = item->next;
    return item;
}

/* The dictionary of tensors under one of the names that training programs give it, or NULL; *many: under several. */
static const pickle_value *wrapped_in(const pickle_value *root, bool *many)
{
    static const char *const usual[] = { "state_dict", "model_state_dict", "model", "module" };
    const pickle_value *inner = NULL;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const pickle_value *found = pickle_find(root, usual[i]);
        bool holds = holds_tensors(found);
        *many = *many || (holds && inner);
        inner = holds ? found : inner;
    }
    return inner;
}

/* The items of an archive of TorchScript, of a state, or of what has a state under a usual name. NULL: complained. */
static const pickle_value *items_of(const weights *w, const pickle_value *root)
{
    bool many = false;
    const pickle_value *inner = is_mapping(root) ? wrapped_in(root, &many) : NULL;
    if (inner && !many)
        return inner;
    if (is_mapping(root) && !many)
        return root;
    if (is_object(root))
        return root->state;
    complain(
        many ? "%s: holds several dictionaries of tensors (of state_dict, model_state_dict, model, module); save one "
               "alone with torch.save"
             : "%s: holds neither a dictionary of tensors nor a module; save a state_dict() with torch.save",
        w->path);
    return NULL;
}

int torch_name_tensors(weights *w, torch_file *file, const pickle_value *saved)
{
    char name[MOST_NAME] = "";
    const pickle_value *items = items_of(w, saved);
    if (!items || walk(w, file, items->first, name, 0) < 0)
        return -1;
    if (w->count == 0)
        return complain(
            "%s: holds no tensors, neither at its top nor under 'state_dict' or 'model'; save a state_dict()", w->path);
    return weights_sort(w);
}

static int parse(weights *w)
{
    static const zip_words words = { "PyTorch archive", "member", REMEDY };
    torch_file *file = torch_begin(w);
    w->verify = torch_verify;
    if (!file || zip_open(&file->archive, w->path, &w->map, words) < 0 || list_members(w, file) < 0)
        return -1;
    const pickle_value *saved = read_pickle(w, file);
    return saved ? torch_name_tensors(w, file, saved) : -1;
}

const weights_format weights_torch = { matches, parse };
