#include "../base/diag.h"
#include "../base/folder.h"
#include "page_parts.h"
#include <stdlib.h>
#include <string.h>

void page_names_free(page_names *list)
{
    for (int i = 0; i < list->count; i++)
        free(list->name[i]);
    list->count = 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(page_names *list, const char *folder, const char *name, size_t length)
{
    if (list->count == PAGE_NAMES)
        return complain("%s holds more than %d files; the page shows no more", folder, (int)PAGE_NAMES);
    char *copy = take_text("%.*s", (int)length, name);
    if (!copy)
        return -1;
    list->name[list->count++] = copy;
    return 0;
}

int page_names_list(const char *folder, const char *ending, page_names *list)
{
    int status;
    DIR *entries = folder_open(folder, &status);
    struct dirent *entry;
    size_t tail = strlen(ending);
    while (entries && status == 0 && (entry = readdir(entries)) != NULL) {
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] != '.' && length > tail && strcmp(entry->d_name + length - tail, ending) == 0)
            status = add_name(list, folder, entry->d_name, length - tail);
    }
    if (entries)
        closedir(entries);
    qsort(list->name, (size_t)list->count, sizeof *list->name, compare_names);
    return status;
}
