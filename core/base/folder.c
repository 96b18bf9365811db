#include "folder.h"
#include "diag.h"
#include "file.h"
#include "name.h"
#include "words.h"
#include <errno.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* A folder of heat maps and overlays is no folder of pictures, wherever it was put: see predict_write.h. */
#define RESULT_FILE  "scores.tsv"
#define RESULT_BEGIN "# Written by ablate predict"

void folder_free(folder_list *f)
{
    for (int i = 0; i < f->count; i++)
        free(f->entry[i].name);
    free(f->entry);
    *f = (folder_list){ 0 };
}

/* ---- the rule ---- */

static bool is_left_behind(const char *name)
{
    static const char *const names[] = { "__MACOSX", "Thumbs.db", "desktop.ini", "lost+found" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return name[0] == '.';
}

/* By its ending. */
static bool is_picture(const char *name)
{
    const char *dot = strrchr(name, '.');
    const char *all = FOLDER_PICTURES, *ending;
    size_t n;
    while (dot && (ending = word_next(&all, " ", &n)))
        if (strlen(dot) == n && strncasecmp(ending, dot, n) == 0)
            return true;
    return false;
}

static bool is_result(const char *path)
{
    char *file = take_text("%s/" RESULT_FILE, path), begin[sizeof RESULT_BEGIN - 1];
    struct stat about;
    FILE *from = file && stat(file, &about) == 0 && S_ISREG(about.st_mode) ? fopen(file, "r") : NULL;
    bool is = from && fread(begin, sizeof begin, 1, from) == 1 && memcmp(begin, RESULT_BEGIN, sizeof begin) == 0;
    if (from)
        fclose(from);
    free(file);
    return is;
}

static void classify(folder_entry *e, const char *path)
{
    struct stat about;
    bool picture = is_picture(e->name), seen = stat(path, &about) == 0;
    mode_t mode = seen ? about.st_mode : 0;
    e->kind = FOLDER_OTHER;
    if (!seen && !picture)
        *e = (folder_entry){ .name = e->name, .kind = FOLDER_BROKEN, .error = errno };
    else if (S_ISDIR(mode) && is_result(path))
        e->why = "results of ablate predict";
    else if (S_ISDIR(mode))
        e->kind = FOLDER_FOLDER;
    else if (S_ISFIFO(mode) || S_ISSOCK(mode))
        e->why = S_ISFIFO(mode) ? "a FIFO, no file" : "a socket, no file";
    else if (seen && !S_ISREG(mode))
        e->why = "a device, no file";
    else if (picture)
        e->kind = FOLDER_PICTURE;
    else
        e->why = "not the name of a picture";
}

/* ---- reading ---- */

static int visible(const struct dirent *entry)
{
    return !is_left_behind(entry->d_name);
}

/* Byte by byte: alphasort would depend on the language of the machine. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int add_entry(folder_list *f, const char *path, const char *name)
{
    folder_entry *added = &f->entry[f->count];
    char *whole = take_text("%s/%s", path, name);
    *added = (folder_entry){ .name = take_text("%s", name) };
    if (whole && added->name)
        classify(added, whole);
    free(whole);
    return added->name ? (f->count++, whole ? 0 : -1) : -1;
}

int folder_read(const char *path, folder_list *f)
{
    struct dirent **list = NULL;
    char shown[FILE_SHOWN];
    *f = (folder_list){ 0 };
    int count = scandir(path, &list, visible, by_name);
    if (count < 0)
        return complain("%s: cannot read the folder: %s", file_shown(path, shown), strerror(errno));
    f->entry = take_zeroed((size_t)count, sizeof *f->entry, "the names in a folder");
    int status = f->entry ? 0 : -1;
    for (int i = 0; i < count; i++) {
        if (status == 0)
            status = add_entry(f, path, list[i]->d_name);
        free(list[i]);
    }
    free(list);
    return status;
}

DIR *folder_open(const char *path, int *status)
{
    char shown[FILE_SHOWN];
    DIR *opened = opendir(path);
    *status = 0;
    if (!opened && errno != ENOENT && errno != ENOTDIR)
        *status = complain("%s: cannot read the folder: %s", file_shown(path, shown), strerror(errno));
    return opened;
}

static int compare_entries(const void *a, const void *b)
{
    return strcmp(((const folder_entry *)a)->name, ((const folder_entry *)b)->name);
}

int folder_ending(const char *path, const char *ending, folder_list *f)
{
    int status, kept = 0;
    size_t tail = strlen(ending);
    DIR *there = folder_open(path, &status);
    *f = (folder_list){ 0 };
    if (!there)
        return status;
    closedir(there);
    status = folder_read(path, f);
    for (int i = 0; i < f->count; i++) {
        char *name = f->entry[i].name;
        size_t length = strlen(name);
        if (length > tail && strcmp(name + length - tail, ending) == 0) {
            name[length - tail] = 0;
            f->entry[kept++] = f->entry[i];
        } else {
            free(name);
        }
    }
    f->count = kept;
    if (kept > 1)
        qsort(f->entry, (size_t)kept, sizeof *f->entry, compare_entries);
    return status;
}

/* ---- which folder is which ---- */

bool folder_same(const char *a, const char *b)
{
    struct stat one, two;
    return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* The part of a path that is there, without links and dots; NULL: none, or out of memory. */
static char *whole_part(const char *path)
{
    char *copy = take_text("%s", *path ? path : "."), *whole = copy ? realpath(copy, NULL) : NULL, *at = copy;
    while (copy && !whole && strcmp(at, "/") != 0 && strcmp(at, ".") != 0) {
        at = dirname(at);
        whole = realpath(at, NULL);
    }
    free(copy);
    return whole;
}

bool folder_holds(const char *folder, const char *path)
{
    char *whole = whole_part(path);
    bool holds = whole && folder_same(folder, whole);
    for (char *slash; whole && !holds && (slash = strrchr(whole, '/'));) {
        *slash = 0;
        holds = folder_same(folder, *whole ? whole : "/");
    }
    free(whole);
    return holds;
}

/* ---- what is not used ---- */

int folder_rest_add(folder_rest *r, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    if (!TAKE_ROOM(r->text, r->count, "the names of what is not used"))
        return -1;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return complain("out of memory for the names of what is not used");
    r->text[r->count] = take_printed(name_show, text);
    free(text);
    return r->text[r->count] && ++r->count ? 0 : -1;
}

void folder_rest_free(folder_rest *r)
{
    for (int i = 0; i < r->count; i++)
        free(r->text[i]);
    free(r->text);
    *r = (folder_rest){ 0 };
}

char *folder_rest_say(const folder_rest *r)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    if (!to) {
        complain("out of memory for the names of what is not used");
        return NULL;
    }
    fprintf(to, "%d file%s or folder%s not used: ", r->count, r->count == 1 ? "" : "s",
            r->count == 1 ? " is" : "s are");
    for (int i = 0; i < r->count && i < FOLDER_NAMED; i++)
        fprintf(to, "%s%s", i ? ", " : "", r->text[i]);
    if (r->count > FOLDER_NAMED)
        fprintf(to, ", and %d more", r->count - FOLDER_NAMED);
    if (fclose(to) == 0)
        return text;
    free(text);
    complain("out of memory for the names of what is not used");
    return NULL;
}

int folder_spare(const char *option, const char *out, const char *input)
{
    return out && input && folder_same(out, input)
               ? complain("%s %s is what is read, '%s'; choose another place", option, out, input)
               : 0;
}
