#include "../base/diag.h"
#include "../base/folder.h"
#include "dataset.h"
#include <stdlib.h>
#include <string.h>

static size_t folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) : 0;
}

/* Length of the folder that all files are in, as far as their paths say; of the first one's path. */
static size_t common_length(const dataset *d, const char **first)
{
    size_t common = 0;
    *first = NULL;
    for (int i = 0; i < d->pictures; i++) {
        const char *path = d->picture[i].path;
        if (path && !*first) {
            *first = path;
            common = folder_length(path);
        }
        for (size_t same = 0; path && same < common; same++)
            if (path[same] != (*first)[same])
                common = same;
        while (path && common > 0 && (path[common] != '/' || (*first)[common] != '/'))
            common--;
    }
    return common;
}

static int refuse(const dataset *d, const char *option, const char *folder, const char *inside)
{
    return complain("%s %s: it lies in %s, where pictures of the data '%s' are, so that what is written would be read "
                    "as data the next time; choose a folder elsewhere",
                    option, folder, inside, d->spec);
}

/* One file's folders, from its own up to the common one, which counts only if the file is in it. */
static int check_file(const dataset *d, const char *path, size_t common, const char *option, const char *folder)
{
    char *inside = take_text("%.*s", (int)folder_length(path), path);
    int status = inside ? 0 : -1;
    while (status == 0) {
        if (folder_holds(*inside ? inside : ".", folder))
            status = refuse(d, option, folder, inside);
        size_t up = folder_length(inside);
        if (up <= common)
            break;
        inside[up] = 0;
    }
    free(inside);
    return status;
}

static bool same_folder(const char *a, const char *b)
{
    size_t length = folder_length(a);
    return b && length == folder_length(b) && memcmp(a, b, length) == 0;
}

int dataset_check_outside(const dataset *d, const char *option, const char *folder)
{
    const char *first, *before[2] = { NULL, NULL };
    size_t common = common_length(d, &first);
    for (int i = 0; i < d->pictures; i++) {
        const char *files[2] = { d->picture[i].path, d->picture[i].mask };
        for (int k = 0; k < 2; k++) {
            if (!files[k] || same_folder(files[k], before[k]))
                continue;
            if (check_file(d, files[k], common, option, folder) < 0)
                return -1;
            before[k] = files[k];
        }
    }
    return 0;
}

int dataset_check_export(const dataset *d, const char *option, const char *folder)
{
    const char *first;
    size_t common = common_length(d, &first);
    const settings_entry *root = settings_find(&d->owner, d->module->name, "path");
    char *all = !first ? NULL : root ? take_text("%s", root->value) : take_text("%.*s", (int)common, first);
    int status = first && !all ? -1 : 0;
    if (all && folder_holds(*all ? all : ".", folder))
        status = refuse(d, option, folder, all);
    for (int i = 0; i < d->classes && all && status == 0; i++) {
        char *to = take_text("%s/%s", folder, d->class_name[i]);
        status = !to ? -1 : folder_holds(to, all) ? refuse(d, option, folder, to) : 0;
        free(to);
    }
    free(all);
    return status;
}
