#include "runs_list.h"
#include "../base/diag.h"
#include "../base/folder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void listed_run_free(listed_run *run)
{
    free(run->folder);
    run_record_free(&run->record);
}

void runs_list_free(runs_list *list)
{
    for (int i = 0; i < list->count; i++)
        listed_run_free(&list->run[i]);
    free(list->run);
    *list = (runs_list){ 0 };
}

bool runs_later(const listed_run *a, const listed_run *b)
{
    return a->when.tv_sec != b->when.tv_sec ? a->when.tv_sec > b->when.tv_sec : a->when.tv_nsec > b->when.tv_nsec;
}

static int add(runs_list *list, const char *folder, const char *path, const struct stat *is)
{
    if (!TAKE_ROOM(list->run, list->count, "the runs"))
        return -1;
    listed_run *run = &list->run[list->count];
    *run = (listed_run){ .folder = take_text("%s", folder), .when = is->st_mtim };
    if (!run->folder || run_record_read(&run->record, path) < 0) {
        listed_run_free(run);
        return -1;
    }
    list->count++;
    return 1;
}

int runs_list_add(runs_list *list, const char *folder)
{
    struct stat is;
    char *path = take_text("%s/metrics.json", folder);
    int status = !path ? -1 : stat(path, &is) != 0 ? 0 : add(list, folder, path, &is);
    free(path);
    return status;
}

/* Goes down `depth` levels of folders; those of the last one are runs. A damaged record costs one run, not all. */
static int walk(runs_list *list, const char *folder, int depth, const char *what)
{
    folder_list inside = { 0 };
    if (depth == 0 && runs_list_add(list, folder) < 0) {
        if (what)
            fprintf(stderr, "left out of %s: %s\n", what, complaint());
        complaint_clear();
    }
    int status = depth > 0 ? folder_ending(folder, "", &inside) : 0;
    for (int i = 0; i < inside.count && status == 0; i++) {
        char *below = take_text("%s/%s", folder, inside.entry[i].name);
        status = below ? walk(list, below, depth - 1, what) : -1;
        free(below);
    }
    folder_free(&inside);
    return status;
}

static int compare_runs(const void *a, const void *b)
{
    const run_record *x = &((const listed_run *)a)->record, *y = &((const listed_run *)b)->record;
    int by_experiment = strcmp(x->experiment, y->experiment), by_row = strcmp(x->row, y->row);
    return by_experiment ? by_experiment : by_row ? by_row : (x->seed > y->seed) - (x->seed < y->seed);
}

int runs_list_read(const char *results, const char *what, runs_list *list)
{
    char *runs = take_text("%s/runs", results);
    int status = runs ? walk(list, runs, 3, what) : -1;
    if (status == 0 && list->count > 1)
        qsort(list->run, (size_t)list->count, sizeof *list->run, compare_runs);
    free(runs);
    return status;
}
