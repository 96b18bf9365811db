#include "module_find.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "../base/place.h"
#include "../base/settings.h"
#include "loader.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool module_name_valid(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
            return false;
    return length > 0 && length <= 60;
}

/* ---- folders ---- */

/* The i-th of "DIR:DIR", or NULL; *passed receives how many there are up to then. */
static char *listed_folder(const char *folders, int i, int *passed)
{
    *passed = 0;
    for (const char *at = folders ? folders : ""; *at; at += *at == ':') {
        size_t length = strcspn(at, ":");
        if (length > 0 && (*passed)++ == i)
            return take_text("%.*s", (int)length, at);
        at += length;
    }
    return NULL;
}

/* `modules` beside the CPU's device: the folder of built things, not of sources. */
static char *own_folder(void)
{
    char *device = place_built("ablate-cpu.so");
    char *folder = device ? take_text("%.*s/modules", (int)(strrchr(device, '/') - device), device)
                          : take_text("%s/modules", *place_program() ? place_program() : ".");
    free(device);
    return folder;
}

/* Folder number i of those that are searched, in order; NULL: no more, or (complaint() set) out of memory. The caller
 * frees. */
static char *folder_at(const char *folders, int i)
{
    int listed;
    char *folder = listed_folder(folders, i, &listed);
    return folder || i != listed ? folder : own_folder();
}

/* ---- files ---- */

static int complain_missing(const char *name, const char *folders)
{
    module_names known;
    if (module_list_available(folders, &known) < 0)
        return -1;
    const char *near = settings_nearest(name, (const char *const *)known.name, known.count);
    char *first = folder_at(folders, 0);
    if (near)
        complain("there is no module '%s'; the nearest is '%s' (see: ablate modules)", name, near);
    else
        complain("there is no module '%s', nor any other in %s; build them with 'make' or name their folder with "
                 "--modules DIR",
                 name, first ? first : "the program's folder");
    free(first);
    module_names_free(&known);
    return -1;
}

char *module_find(const char *name, const char *folders)
{
    if (!module_name_valid(name)) {
        complain("'%.60s' is no name of a module; it holds 1 to 60 letters, digits, '_' and '-'", name);
        return NULL;
    }
    char *folder;
    for (int i = 0; (folder = folder_at(folders, i)); i++) {
        char *path = take_text("%s/%s.so", folder, name);
        free(folder);
        if (!path || file_exists(path))
            return path;
        free(path);
    }
    if (!complaint())
        complain_missing(name, folders);
    return NULL;
}

/* One that an earlier folder has is not added again. */
static int add_name(module_names *known, const char *name)
{
    for (int i = 0; i < known->count; i++)
        if (strcmp(known->name[i], name) == 0)
            return 0;
    if (!TAKE_ROOM(known->name, known->count, "names of modules"))
        return -1;
    known->name[known->count] = take_text("%s", name);
    return known->name[known->count] ? known->count++, 0 : -1;
}

/* A folder that is not there has no modules. */
static int add_folder(module_names *known, const char *folder)
{
    folder_list there;
    int status = folder_ending(folder, ".so", &there);
    for (int i = 0; i < there.count && status == 0; i++)
        status = module_name_valid(there.entry[i].name) ? add_name(known, there.entry[i].name) : 0;
    folder_free(&there);
    return status;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int module_list_available(const char *folders, module_names *known)
{
    int status = 0;
    char *folder;
    *known = (module_names){ 0 };
    for (int i = 0; status == 0 && (folder = folder_at(folders, i)); i++) {
        status = add_folder(known, folder);
        free(folder);
    }
    if (status < 0 || complaint()) {
        module_names_free(known);
        return -1;
    }
    if (known->count > 1)
        qsort(known->name, (size_t)known->count, sizeof *known->name, compare_names);
    return 0;
}

void module_names_free(module_names *known)
{
    for (int i = 0; i < known->count; i++)
        free(known->name[i]);
    free(known->name);
    *known = (module_names){ 0 };
}
