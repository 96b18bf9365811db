#include "predict_class.h"
#include "../base/diag.h"
#include "../base/words.h"
#include <string.h>

int predict_class_named(const finished_run *run, const char *name)
{
    const run_record *r = &run->record;
    char names[600] = "";
    int found = run_record_class(r, name, strlen(name));
    for (int i = 0; i < r->class_count; i++)
        word_append(names, sizeof names, ", ", r->classes[i].name);
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

enum { FILE_NAME, STATE, PART, CLASS, NAMES };

/* The last four names of a path CLASS/train|test/STATE/FILE; false: it is none. */
static bool split(const char *path, const char *name[NAMES], size_t length[NAMES])
{
    const char *end = path + strlen(path);
    for (int i = 0; i < NAMES; i++) {
        name[i] = name_before(path, end);
        length[i] = (size_t)(end - name[i]);
        if (name[i] == path && i < CLASS)
            return false;
        end = name[i] > path ? name[i] - 1 : path;
    }
    return is_part(name[PART], length[PART]);
}

static int class_of_path(const run_record *r, const char *path)
{
    const char *name[NAMES];
    size_t length[NAMES];
    return split(path, name, length) ? run_record_class(r, name[CLASS], length[CLASS]) : -1;
}

predict_state predict_class_state(const char *path)
{
    const char *name[NAMES];
    size_t length[NAMES];
    if (!split(path, name, length))
        return PREDICT_UNKNOWN;
    if (length[PART] == 5)
        return PREDICT_TRAINED;
    return length[STATE] == 4 && memcmp(name[STATE], "good", 4) == 0 ? PREDICT_GOOD : PREDICT_DEFECTIVE;
}

void predict_class_assign(const finished_run *run, predict_files *f, int named)
{
    const run_record *r = &run->record;
    for (int i = 0; i < f->count; i++) {
        int found = named >= 0 ? named : class_of_path(r, f->file[i].whole);
        f->file[i].class_index = found < 0 && r->class_count == 1 ? 0 : found;
    }
}
