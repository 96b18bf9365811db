#include "predict_class.h"
#include "../base/diag.h"
#include <string.h>

/* Index of the class, or -1. */
static int find(const run_record *r, const char *name, size_t length)
{
    for (int i = 0; i < r->class_count; i++)
        if (strlen(r->classes[i].name) == length && memcmp(r->classes[i].name, name, length) == 0)
            return i;
    return -1;
}

int predict_class_named(const predict_run *run, const char *name)
{
    const run_record *r = &run->record;
    char names[600] = "";
    int found = find(r, name, strlen(name));
    for (int i = 0; i < r->class_count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", r->classes[i].name);
    }
    return found >= 0 ? found : complain("--class %s: the run has no such class; it has %s", name, names);
}

/* The start of the name that ends at `end`, before which a slash stands or nothing. */
static const char *name_before(const char *path, const char *end)
{
    while (end > path && end[-1] != '/')
        end--;
    return end;
}

static bool is_part(const char *name, size_t length)
{
    return (length == 5 && memcmp(name, "train", 5) == 0) || (length == 4 && memcmp(name, "test", 4) == 0);
}

static int class_of_path(const run_record *r, const char *path)
{
    const char *name[4], *end = path + strlen(path); /* FILE, STATE, train or test, CLASS */
    size_t length[4];
    for (int i = 0; i < 4; i++) {
        name[i] = name_before(path, end);
        length[i] = (size_t)(end - name[i]);
        if (name[i] == path && i < 3)
            return -1;
        end = name[i] > path ? name[i] - 1 : path;
    }
    return is_part(name[2], length[2]) ? find(r, name[3], length[3]) : -1;
}

void predict_class_assign(const predict_run *run, predict_files *f, int named)
{
    const run_record *r = &run->record;
    for (int i = 0; i < f->count; i++) {
        int found = named >= 0 ? named : class_of_path(r, f->file[i].whole);
        f->file[i].class_index = found < 0 && r->class_count == 1 ? 0 : found;
    }
}
