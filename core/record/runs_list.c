#include "../base/diag.h"
#include "../base/file.h"
#include "../page/page_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void page_runs_free(page_runs *list)
{
    for (int i = 0; i < list->count; i++) {
        free(list->run[i].folder);
        run_record_free(&list->run[i].record);
    }
    free(list->run);
    *list = (page_runs){ 0 };
}

/* A damaged record costs the page one run, not all of them. */
static void leave_out(page_runs *list, FILE *say)
{
    page_run *last = &list->run[--list->count];
    if (say)
        fprintf(say, "left out of the page: %s\n", complaint());
    complaint_clear();
    free(last->folder);
    run_record_free(&last->record);
}

static int add_run(const char *results, const char *folder, FILE *say, page_runs *list)
{
    char *path = take_text("%s/%s/metrics.json", results, folder);
    int status = path ? 0 : -1;
    if (status == 0 && file_exists(path)) {
        page_run *grown = take_again(list->run, (size_t)list->count + 1, sizeof *grown, "the runs");
        status = grown ? 0 : -1;
        if (grown) {
            list->run = grown;
            grown[list->count] = (page_run){ .folder = take_text("%s", folder) };
            status = grown[list->count++].folder ? 0 : -1;
        }
        if (status == 0 && run_record_read(&list->run[list->count - 1].record, path) < 0)
            leave_out(list, say);
    }
    free(path);
    return status;
}

/* Goes down `depth` levels of folders; those of the last one are runs. */
static int walk(const char *results, const char *folder, int depth, FILE *say, page_runs *list)
{
    page_names inside = { 0 };
    if (depth == 0)
        return add_run(results, folder, say, list);
    char *path = take_text("%s/%s", results, folder);
    int status = path ? page_names_list(path, "", &inside) : -1;
    for (int i = 0; i < inside.count && status == 0; i++) {
        char *below = take_text("%s/%s", folder, inside.name[i]);
        status = below ? walk(results, below, depth - 1, say, list) : -1;
        free(below);
    }
    page_names_free(&inside);
    free(path);
    return status;
}

static int compare_runs(const void *a, const void *b)
{
    const run_record *x = &((const page_run *)a)->record, *y = &((const page_run *)b)->record;
    int by_experiment = strcmp(x->experiment, y->experiment), by_row = strcmp(x->row, y->row);
    return by_experiment ? by_experiment : by_row ? by_row : (x->seed > y->seed) - (x->seed < y->seed);
}

int page_runs_list(const char *results, FILE *say, page_runs *list)
{
    int status = walk(results, "runs", 3, say, list);
    if (status == 0 && list->count > 1)
        qsort(list->run, (size_t)list->count, sizeof *list->run, compare_runs);
    return status;
}
