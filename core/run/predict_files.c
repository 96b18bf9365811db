#include "predict_files.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/place.h"
#include <errno.h>
#include <fts.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

void predict_files_free(predict_files *f)
{
    for (int i = 0; i < f->count; i++) {
        free(f->file[i].path);
        free(f->file[i].whole);
    }
    free(f->file);
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

static int add_file(predict_files *f, const char *path)
{
    if (f->count == f->room) {
        int room = f->room ? 2 * f->room : 64;
        predict_file *grown = take_again(f->file, (size_t)room, sizeof *grown, "a list of pictures");
        if (!grown)
            return -1;
        f->file = grown;
        f->room = room;
    }
    predict_file *added = &f->file[f->count++];
    *added = (predict_file){ take_text("%s", path), whole_path(path) };
    return added->path && added->whole ? 0 : -1;
}

static bool is_picture(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcasecmp(dot, ".png") == 0 || strcasecmp(dot, ".jpg") == 0 || strcasecmp(dot, ".jpeg") == 0);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* A folder that cannot be read becomes a file that cannot: it is listed with the others at the end. */
static int add_entry(predict_files *f, const FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_F:
    case FTS_SLNONE:
        if (is_picture(entry->fts_name))
            return add_file(f, entry->fts_path);
        f->others++;
        return 0;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return add_file(f, entry->fts_path);
    default:
        return 0;
    }
}

static int add_folder(predict_files *f, const char *path)
{
    char *roots[] = { (char *)(uintptr_t)path, NULL };
    int before = f->count, status = 0;
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (!tree)
        return complain("%s: cannot read the folder: %s", path, strerror(errno));
    for (FTSENT *entry; status == 0 && (entry = fts_read(tree));)
        status = add_entry(f, entry);
    fts_close(tree);
    if (status == 0 && f->count == before)
        status = complain("%s: there is no *.png, *.jpg or *.jpeg in this folder; name another", path);
    return status;
}

/* A line of a list: counted from the working directory, or else from the list's own folder. */
static int add_listed(predict_files *f, const char *name, const char *list)
{
    char *place = file_exists(name) ? NULL : place_find(name, list);
    int status = add_file(f, place && file_exists(place) ? place : name);
    free(place);
    return status;
}

static int add_list(predict_files *f, const char *path)
{
    FILE *from = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    int before = f->count, status = 0;
    if (!from)
        return complain("%s: cannot read the list: %s", path, strerror(errno));
    while (status == 0 && getline(&line, &room, from) >= 0) {
        line[strcspn(line, "\r\n")] = 0;
        if (*line && *line != '#')
            status = add_listed(f, line, path);
    }
    if (status == 0 && ferror(from))
        status = complain("%s: cannot read the list to its end", path);
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
