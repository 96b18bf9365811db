#include "predict_files.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/place.h"
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void predict_files_free(predict_files *f)
{
    for (int i = 0; i < f->count; i++) {
        free(f->file[i].path);
        free(f->file[i].whole);
    }
    free(f->file);
    folder_rest_free(&f->rest);
    *f = (predict_files){ 0 };
}

/* The same picture under two paths must be found out; a picture that is a link keeps its own name. */
static char *whole_path(const char *path)
{
    char *copy = take_text("%s", path), *folder = copy ? realpath(dirname(copy), NULL) : NULL;
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char *whole = folder ? take_text("%s/%s", strcmp(folder, "/") == 0 ? "" : folder, name) : take_text("%s", path);
    free(folder);
    free(copy);
    return whole;
}

static int check_outside(const predict_files *f, const char *path)
{
    if (!f->out || !folder_holds(f->out, path))
        return 0;
    return complain("%s: it lies in %s, which is written into, so that the next time results would be scored; choose "
                    "another --out",
                    path, f->out);
}

static int add_file(predict_files *f, const char *path)
{
    if (check_outside(f, path) < 0)
        return -1;
    if (!TAKE_ROOM(f->file, f->count, "a list of pictures"))
        return -1;
    predict_file *added = &f->file[f->count++];
    *added = (predict_file){ take_text("%s", path), whole_path(path), -1 };
    return added->path && added->whole ? 0 : -1;
}

/* ---- folders ---- */

typedef struct file_id { /* what a path leads to, whatever it is */
    dev_t device;
    ino_t number;
} file_id;

typedef struct walk {
    predict_files *files;
    file_id *seen; /* every folder that was read, and those that the first one lies in */
    int count;
} walk;

/* 1: it was read before, by another way, perhaps a link to where it is in; 0: now it counts as read; -1: complained. */
static int was_seen(walk *w, const struct stat *about)
{
    for (int i = 0; i < w->count; i++)
        if (w->seen[i].device == about->st_dev && w->seen[i].number == about->st_ino)
            return 1;
    if (!TAKE_ROOM(w->seen, w->count, "the folders of pictures"))
        return -1;
    w->seen[w->count++] = (file_id){ about->st_dev, about->st_ino };
    return 0;
}

static int walk_folder(walk *w, const char *path);

static int walk_entry(walk *w, const char *folder, const folder_entry *e)
{
    char *path = take_text("%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", e->name);
    int status = -1;
    if (path && e->kind == FOLDER_OTHER)
        status = folder_rest_add(&w->files->rest, "%s: %s", path, e->why);
    else if (path)
        status = e->kind == FOLDER_FOLDER ? walk_folder(w, path) : add_file(w->files, path);
    free(path);
    return status;
}

/* Beside the pictures of a class, CLASS/train and CLASS/test, its masks. */
static bool is_masks(const folder_list *list, int i)
{
    bool beside = false;
    for (int k = 0; k < list->count; k++)
        beside = beside || strcmp(list->entry[k].name, "test") == 0 || strcmp(list->entry[k].name, "train") == 0;
    return beside && strcmp(list->entry[i].name, "ground_truth") == 0;
}

/* A folder that cannot be read becomes a file that cannot: it is listed with the others at the end. */
static int walk_folder(walk *w, const char *path)
{
    struct stat about;
    folder_list list = { 0 };
    if (stat(path, &about) < 0)
        return add_file(w->files, path);
    if (w->files->out && folder_same(w->files->out, path))
        return folder_rest_add(&w->files->rest, "%s: it is written into", path);
    int status = was_seen(w, &about);
    if (status != 0)
        return status < 0
                   ? -1
                   : folder_rest_add(&w->files->rest, "%s: a folder that was read already, or in which it lies", path);
    if (folder_read(path, &list) < 0) {
        complaint_clear();
        status = add_file(w->files, path);
    }
    for (int i = 0; i < list.count && status == 0; i++)
        status = is_masks(&list, i)
                     ? folder_rest_add(&w->files->rest, "%s/%s: masks, no pictures", path, list.entry[i].name)
                     : walk_entry(w, path, &list.entry[i]);
    folder_free(&list);
    return status;
}

/* A link to a folder above is a loop too: through it, everything beside the given folder would be read. */
static int see_above(walk *w, const char *path)
{
    char *above = realpath(path, NULL);
    int status = 0;
    struct stat about;
    for (char *slash; above && status >= 0 && (slash = strrchr(above, '/')) && above[1];) {
        slash[slash == above] = 0;
        status = stat(above, &about) == 0 ? was_seen(w, &about) : 0;
    }
    free(above);
    return status < 0 ? -1 : 0;
}

static int add_folder(predict_files *f, const char *path)
{
    walk w = { .files = f };
    int before = f->count, status = check_outside(f, path) < 0 || see_above(&w, path) < 0 ? -1 : 0;
    if (status == 0)
        status = walk_folder(&w, path);
    free(w.seen);
    if (status < 0 || f->count > before)
        return status;
    char *rest = f->rest.count > 0 ? folder_rest_say(&f->rest) : NULL;
    complain("%s: there is no picture in this folder, no name ends in " FOLDER_PICTURES "; name another%s%s", path,
             rest ? "; " : "", rest ? rest : "");
    free(rest);
    return -1;
}

/* ---- lists ---- */

/* A line of a list: counted from the working directory, or else from the list's own folder. */
static int add_listed(predict_files *f, const char *name, const char *list)
{
    char *place = file_exists(name) ? NULL : place_find(name, list);
    int status = add_file(f, place && file_exists(place) ? place : name);
    free(place);
    return status;
}

/* One line of a list, of `length` bytes without its end; number: of the line. */
static int add_line(predict_files *f, const char *path, int number, char *line, size_t length)
{
    if (strlen(line) < length)
        return complain_at(path, number, "the line holds a zero byte; write a path on each line, as UTF-8");
    if (length >= PATH_MAX)
        return complain_at(path, number, "the line has %zu bytes, a path at most %d; write a path on each line", length,
                           PATH_MAX - 1);
    if (*line == '#' && access(line, F_OK) == 0)
        return complain_at(path, number, "'%s' is a comment, but also the name of a file; write \\\\x23%s for the file",
                           line, line + 1);
    if (!*line || *line == '#')
        return 0;
    if (name_read(line) < 0)
        return complain_at(path, number, "'%s' begins with a backslash, but " NAME_RULE "; write \\\\ for a backslash",
                           line);
    return add_listed(f, line, path);
}

/* Some editors begin a file with a byte order mark, and end lines with a carriage return. */
static size_t strip_line(char *line, size_t length, bool first)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (length > 0 && line[length - 1] == '\n')
        length--;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    line[length] = 0;
    if (!first || length < strlen(mark) || memcmp(line, mark, strlen(mark)) != 0)
        return length;
    length -= strlen(mark);
    memmove(line, line + strlen(mark), length + 1);
    return length;
}

static int add_list(predict_files *f, const char *path)
{
    FILE *from = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    int before = f->count, status = 0;
    if (!from)
        return complain("%s: cannot read the list: %s", path, strerror(errno));
    for (int number = 1; status == 0 && (length = getline(&line, &room, from)) >= 0; number++)
        status = add_line(f, path, number, line, strip_line(line, (size_t)length, number == 1));
    if (status == 0 && ferror(from))
        status = complain("%s: cannot read the list to its end: %s", path, strerror(errno));
    else if (status == 0 && f->count == before)
        status = complain("%s: this list names no picture; write a path on each line", path);
    free(line);
    fclose(from);
    return status;
}

int predict_files_add(predict_files *f, const char *text)
{
    struct stat what;
    size_t length = strlen(text);
    if (*text == '@')
        return add_list(f, text + 1);
    if (stat(text, &what) < 0)
        return complain("%s: %s; name a picture, a folder, or a list of pictures as @FILE", text, strerror(errno));
    if (S_ISDIR(what.st_mode))
        return add_folder(f, text);
    return length > 4 && strcmp(text + length - 4, ".txt") == 0 ? add_list(f, text) : add_file(f, text);
}

static int by_whole(const void *a, const void *b)
{
    const predict_file *first = *(predict_file *const *)a, *second = *(predict_file *const *)b;
    int order = strcmp(first->whole, second->whole);
    return order ? order : (first > second) - (first < second);
}

int predict_files_unique(predict_files *f)
{
    predict_file **order = take((size_t)f->count, sizeof *order, "a list of pictures");
    if (!order)
        return -1;
    for (int i = 0; i < f->count; i++)
        order[i] = &f->file[i];
    qsort(order, (size_t)f->count, sizeof(predict_file *), by_whole);
    for (int i = f->count - 1; i > 0; i--)
        if (strcmp(order[i]->whole, order[i - 1]->whole) == 0) {
            free(order[i]->path);
            order[i]->path = NULL;
            f->again++;
        }
    free(order);
    int kept = 0;
    for (int i = 0; i < f->count; i++) {
        if (f->file[i].path)
            f->file[kept++] = f->file[i];
        else
            free(f->file[i].whole);
    }
    f->count = kept;
    return 0;
}

int predict_files_prefix(const predict_files *f)
{
    const char *first = f->count ? f->file[0].whole : "", *slash = strrchr(first, '/');
    size_t common = slash ? (size_t)(slash - first) + 1 : 0;
    for (int i = 1; i < f->count; i++) {
        size_t same = 0;
        while (same < common && f->file[i].whole[same] == first[same])
            same++;
        while (same > 0 && first[same - 1] != '/')
            same--;
        common = same;
    }
    return (int)common;
}

/* ---- which are which ---- */

static int by_id(const void *a, const void *b)
{
    const file_id *one = a, *two = b;
    int order = (one->device > two->device) - (one->device < two->device);
    return order ? order : (one->number > two->number) - (one->number < two->number);
}

int predict_files_common(const predict_files *f, const char *const *path, int count)
{
    file_id *known = take((size_t)count, sizeof *known, "a list of pictures");
    struct stat about;
    size_t there = 0;
    int common = 0;
    if (!known)
        return -1;
    for (int i = 0; i < count; i++)
        if (path[i] && stat(path[i], &about) == 0)
            known[there++] = (file_id){ about.st_dev, about.st_ino };
    qsort(known, there, sizeof *known, by_id);
    for (int i = 0; i < f->count; i++) {
        const file_id none = { 0, 0 };
        file_id id = stat(f->file[i].path, &about) == 0 ? (file_id){ about.st_dev, about.st_ino } : none;
        common += bsearch(&id, known, there, sizeof *known, by_id) != NULL;
    }
    free(known);
    return common;
}
