/* device.c: finds, checks and opens the shared objects of devices. */
#include "device.h"
#include "../base/diag.h"
#include "../base/place.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEVICES = 4 };

/* What is loaded stays so until the process ends. Main thread only. */
static struct {
    const device *device[DEVICES];
    int count;
    const ablate_op *const *op;
    int ops;
} loaded;

/* Path of the device's object. NULL: complained. The caller frees. */
static char *object_path(const char *name)
{
    char file[64];
    snprintf(file, sizeof file, "ablate-%.40s.so", name);
    char *path = place_built(file);
    if (!path && !complaint() && !*place_program())
        complain("device '%s': the program's own folder is unknown; set ABLATE_LIBRARY to the folder of %s", name,
                 file);
    else if (!path && !complaint())
        complain("device '%s': there is no %s in %s; build it with 'make%s' or set ABLATE_LIBRARY to its folder", name,
                 file, place_program(), strcmp(name, "cuda") == 0 ? " cuda" : "");
    return path;
}

/* The entry, if the object's version and name are right; else NULL: complained. */
static const device *check_entry(void *object, const char *path, const char *name)
{
    const device *entry = dlsym(object, "ablate_device_entry");
    if (!entry) {
        complain("%s: it exports no 'ablate_device_entry', so it is no device; remove it or build it again", path);
        return NULL;
    }
    if (entry->version != DEVICE_VERSION) {
        complain("%s: it is for version %u of the device interface, this program has %u; build it again", path,
                 (unsigned)entry->version, DEVICE_VERSION);
        return NULL;
    }
    if (strcmp(entry->name, name) != 0) {
        complain("%s: it calls itself '%s', not '%s'; give the file its own name", path, entry->name, name);
        return NULL;
    }
    return entry;
}

/* Takes the records of an object that has them, once. */
static void take_records(void *object)
{
    void *address = dlsym(object, "ops_all");
    device_records *all;
    memcpy(&all, &address, sizeof all); /* POSIX's way round C, which has no such conversion */
    if (all && !loaded.op)
        loaded.op = all(&loaded.ops);
}

static const device *open_object(const char *path, const char *name, int threads)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        complain("device '%s': %s", name, dlerror());
        return NULL;
    }
    const device *entry = check_entry(object, path, name);
    char why[DEVICE_WHY] = "";
    if (entry && entry->open(threads, why) != 0) {
        complain("device '%s': %s", name, why);
        entry = NULL;
    }
    if (!entry) {
        dlclose(object);
        return NULL;
    }
    take_records(object);
    return entry;
}

static const device *find_loaded(const char *name)
{
    for (int i = 0; i < loaded.count; i++)
        if (strcmp(loaded.device[i]->name, name) == 0)
            return loaded.device[i];
    return NULL;
}

const device *device_load(const char *name, int threads)
{
    char why[DEVICE_WHY];
    const device *known = find_loaded(name);
    if (known || strcmp(name, "auto") == 0)
        return known ? known : device_choose(threads, why);
    if (loaded.count == DEVICES) {
        complain("device '%s': %d devices are loaded already, which is the most there can be", name, DEVICES);
        return NULL;
    }
    char *path = object_path(name);
    if (!path)
        return NULL;
    const device *entry = open_object(path, name, threads);
    if (entry)
        loaded.device[loaded.count++] = entry;
    free(path);
    return entry;
}

const device *device_choose(int threads, char why[DEVICE_WHY])
{
    static const char prefix[] = "device 'cuda': ";
    char *path = object_path("cuda");
    const device *cuda = path ? device_load("cuda", threads) : NULL;
    const char *said = complaint();
    why[0] = 0;
    if (!path)
        snprintf(why, DEVICE_WHY, "it was not built; 'make cuda' builds it");
    else if (!cuda)
        snprintf(why, DEVICE_WHY, "%s", strncmp(said, prefix, strlen(prefix)) == 0 ? said + strlen(prefix) : said);
    free(path);
    if (cuda)
        return cuda;
    complaint_clear();
    return device_load("cpu", threads);
}

int device_load_records(void)
{
    char *path = loaded.op ? NULL : object_path("cpu");
    if (loaded.op || !path)
        return loaded.op ? 0 : -1;
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    int status = object ? 0 : complain("device 'cpu': %s", dlerror());
    if (object)
        take_records(object);
    free(path);
    return status == 0 && !loaded.op ? complain("ablate-cpu.so holds no operations; build it again") : status;
}

const ablate_op *device_find_op(const char *name)
{
    for (int i = 0; i < loaded.ops; i++)
        if (strcmp(loaded.op[i]->name, name) == 0)
            return loaded.op[i];
    return NULL;
}

const ablate_op *const *device_all_ops(int *count)
{
    *count = loaded.ops;
    return loaded.op;
}
