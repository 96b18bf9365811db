/* weights_index.c: an index of tensors that lie in several files beside it, and a folder's usual names. */
#include "../base/diag.h"
#include "weights_parts.h"
#include <dirent.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST_BYTES = 100000000, MOST_PARTS = 4096 };

/* ---- folders ---- */

static const char *const usual[] = { "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                                     "pytorch_model.bin.index.json" };

static bool ends(const char *name, const char *with)
{
    size_t n = strlen(name), m = strlen(with);
    return n > m && strcmp(name + n - m, with) == 0;
}

/* The only file in the folder whose name ends so: new memory. NULL: there is none; or complained: several. */
static char *only_file(const char *folder, const char *ending)
{
    DIR *open = opendir(folder);
    char *found = NULL;
    bool many = false;
    for (struct dirent *d; open && !many && (d = readdir(open));) {
        if (!ends(d->d_name, ending))
            continue;
        many = found;
        if (!many && !(found = take_text("%s/%s", folder, d->d_name)))
            break;
    }
    if (open)
        closedir(open);
    if (!many)
        return found;
    free(found);
    complain("%s: a folder with several files '*%s'; name the one", folder, ending);
    return NULL;
}

char *weights_file_of(const char *path)
{
    struct stat about;
    if (stat(path, &about) < 0 || !S_ISDIR(about.st_mode))
        return take_text("%s", path);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        char *file = take_text("%s/%s", path, usual[i]);
        if (!file || file_exists(file))
            return file;
        free(file);
    }
    char *only = only_file(path, "_model.safetensors");
    if (!only && !complaint())
        only = only_file(path, "_model.bin");
    if (!only && !complaint())
        complain("%s: a folder without model.safetensors, pytorch_model.bin or an index of either; name the file of "
                 "weights",
                 path);
    return only;
}

/* ---- the index ---- */

/* JSON text; the length at the start of a safetensors file has zero bytes. */
static bool matches(const file_map *map)
{
    return map->size > 8 && map->data[0] == '{' && !memchr(map->data, 0, 8);
}

static int parse_json(weights *w)
{
    if (w->map.size > MOST_BYTES)
        return complain("%s: an index of %zu bytes is none; download it again", w->path, w->map.size);
    w->json = cJSON_ParseWithLength((const char *)w->map.data, w->map.size);
    const cJSON *map = cJSON_GetObjectItemCaseSensitive(w->json, "weight_map");
    if (!cJSON_IsObject(map) || !map->child)
        return complain("%s: neither weights nor an index of such: it is no JSON with a weight_map; name the file of "
                        "weights",
                        w->path);
    return 0;
}

/* A file beside the index, never elsewhere. */
static bool plain_name(const char *name)
{
    return *name && *name != '.' && !strchr(name, '/');
}

static weights *open_beside(weights *w, const char *name)
{
    char *copy = take_text("%s", w->path), *path = copy ? take_text("%s/%s", dirname(copy), name) : NULL;
    weights *opened = path ? w->open_part(path) : NULL;
    free(copy);
    free(path);
    return opened;
}

/* The opened file of that name, each once. NULL: complained. */
static weights *part_of(weights *w, const cJSON *item)
{
    const char *wanted = cJSON_IsString(item) ? item->valuestring : "";
    for (int i = 0; i < w->parts; i++)
        if (strcmp(strrchr(w->part[i]->path, '/') + 1, wanted) == 0)
            return w->part[i];
    if (!plain_name(wanted) || w->parts == MOST_PARTS) {
        complain("%s: '%s' should be in '%s', which is no name of a file beside the index; download the index again",
                 w->path, item->string, wanted);
        return NULL;
    }
    weights *opened = open_beside(w, wanted);
    if (opened)
        w->part[w->parts++] = opened;
    return opened;
}

static int take_tensors(weights *w)
{
    const cJSON *item, *map = cJSON_GetObjectItemCaseSensitive(w->json, "weight_map");
    cJSON_ArrayForEach(item, map)
    {
        const weights *part = part_of(w, item);
        const weights_tensor *t = part ? weights_find(part, item->string) : NULL;
        if (!part)
            return -1;
        if (!t)
            return complain("%s: '%s' should be in %s, which has no such tensor; download the files again", w->path,
                            item->string, part->path);
        w->tensor[w->count] = *t;
        w->tensor[w->count++].origin = part;
    }
    return 0;
}

static int verify(const weights *w, const weights_tensor *t)
{
    (void)w;
    const weights *part = t->origin;
    return part->verify ? part->verify(part, weights_find(part, t->name)) : 0;
}

static int parse(weights *w)
{
    if (parse_json(w) < 0)
        return -1;
    int entries = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(w->json, "weight_map"));
    w->tensor = take_zeroed((size_t)entries, sizeof *w->tensor, "tensors");
    w->part = take_zeroed(MOST_PARTS, sizeof(weights *), "an index");
    w->verify = verify;
    return !w->tensor || !w->part || take_tensors(w) < 0 ? -1 : weights_sort(w);
}

const weights_format weights_index = { matches, parse };
