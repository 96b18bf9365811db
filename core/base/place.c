#include "place.h"
#include "diag.h"
#include "file.h"
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- the program, what was built, the kit ---- */

const char *place_program(void)
{
    static char folder[PATH_MAX];
    static bool known;
    if (!known) {
        ssize_t length = readlink("/proc/self/exe", folder, sizeof folder - 1);
        folder[length > 0 ? length : 0] = 0;
        char *slash = strrchr(folder, '/');
        *(slash ? slash : folder) = 0;
    }
    known = true;
    return folder;
}

char *place_built(const char *file)
{
    static const char *const steps[] = { "", "/..", "/../lib/ablate" };
    const char *chosen = getenv("ABLATE_LIBRARY");
    if (chosen && *chosen)
        return take_text("%s/%s", chosen, file);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && *place_program(); i++) {
        char *path = take_text("%s%s/%s", place_program(), steps[i], file);
        if (!path || access(path, R_OK) == 0)
            return path;
        free(path);
    }
    return NULL;
}

static bool is_folder(const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct stat about;
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    return length > 0 && (size_t)length < sizeof path && stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* Is FROM/STEPS the kit? Then its path is copied. */
static bool try_kit(const char *from, const char *steps, char kit[PATH_MAX])
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s%s", from, steps);
    bool fits = length > 0 && (size_t)length < sizeof path;
    return fits && is_folder(path, "experiments") && is_folder(path, "modules") && realpath(path, kit);
}

/* Built things lie in a folder of the kit, tests one deeper; what is installed, in PREFIX/bin or PREFIX/lib/ablate. */
static void find_kit(char kit[PATH_MAX])
{
    static const char *const steps[] = { "", "/..", "/../share/ablate", "/../..", "/../../share/ablate" };
    enum { STEPS = sizeof steps / sizeof *steps };
    const char *from[] = { getenv("ABLATE_LIBRARY"), place_program() };
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < STEPS && from[k] && *from[k]; i++)
            if (try_kit(from[k], steps[i], kit))
                return;
    kit[0] = 0;
}

const char *place_kit(void)
{
    static char kit[PATH_MAX];
    static bool known;
    if (!known)
        find_kit(kit);
    known = true;
    return kit;
}

const char *place_short(const char *path)
{
    size_t length = strlen(place_kit());
    bool within = length > 1 && strncmp(path, place_kit(), length) == 0 && path[length] == '/' && path[length + 1];
    return within ? path + length + 1 : path;
}

/* ---- places ---- */

typedef struct places {
    char *path[3];
    int count;
} places;

static void places_free(places *p)
{
    for (int i = 0; i < p->count; i++)
        free(p->path[i]);
}

/* FOLDER/NAME without the links and dots of its folders, as far as these are there; the last name stays: a link to a
 * file has a name and neighbours of its own. New memory; NULL: complained. */
static char *plain_path(const char *folder, const char *name)
{
    char *whole = *name == '/' ? take_text("%s", name) : take_text("%s/%s", folder, name), *plain = NULL;
    size_t end = whole ? strlen(whole) : 0;
    while (end > 1 && whole[end - 1] == '/')
        whole[--end] = 0;
    const char *last = end > 1 ? strrchr(whole, '/') + 1 : "";
    bool dots = strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
    if (dots && (plain = realpath(whole, NULL))) {
        free(whole);
        return plain;
    }
    for (char *slash = whole + end; whole && !plain && slash > whole;) {
        while (*--slash != '/' && slash > whole)
            ;
        *slash = 0;
        char *real = realpath(slash > whole ? whole : "/", NULL);
        *slash = '/';
        if (real)
            plain = take_text("%s%s", strcmp(real, "/") == 0 ? "" : real, slash);
        free(real);
    }
    if (!plain)
        return whole;
    free(whole);
    return plain;
}

/* Adds FOLDER/NAME, unless it is there already. 0, or -1: complained. */
static int add_place(places *p, const char *folder, const char *name)
{
    char *path = plain_path(folder, name);
    bool twice = false;
    for (int i = 0; path && i < p->count; i++)
        twice = twice || strcmp(p->path[i], path) == 0;
    if (path && !twice)
        p->path[p->count++] = path;
    else
        free(path);
    return path ? 0 : -1;
}

/* Adds NAME beside a file. 0, or -1: complained. */
static int add_beside(places *p, const char *file, const char *name)
{
    char *copy = take_text("%s", file);
    int status = copy ? add_place(p, dirname(copy), name) : -1;
    free(copy);
    return status;
}

static int list_places(const char *name, const char *file, places *p)
{
    *p = (places){ .count = 0 };
    if (*name == '/' || !file || strncmp(file, "--", 2) == 0)
        return add_place(p, ".", name);
    char *real = realpath(file, NULL);
    int status = add_beside(p, file, name);
    if (status == 0 && real)
        status = add_beside(p, real, name);
    if (status == 0 && *place_kit() && strncmp(name, "../", 3) != 0)
        status = add_place(p, place_kit(), name);
    free(real);
    return status;
}

char *place_find(const char *name, const char *file)
{
    places p;
    char *found = NULL;
    if (!*name)
        return take_text("%s", "");
    if (list_places(name, file, &p) == 0) {
        int chosen = 0;
        while (chosen < p.count && !file_exists(p.path[chosen]))
            chosen++;
        found = take_text("%s", p.path[chosen < p.count ? chosen : 0]);
    }
    places_free(&p);
    return found;
}

char *place_looked(const char *name, const char *file)
{
    places p;
    char *text = list_places(name, file, &p) == 0 ? take_text("%s", p.path[0]) : NULL;
    for (int i = 1; text && i < p.count; i++) {
        char *longer = take_text("%s%s%s", text, i + 1 < p.count ? ", " : " and ", p.path[i]);
        free(text);
        text = longer;
    }
    places_free(&p);
    return text;
}
