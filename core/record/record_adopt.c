#include "record_adopt.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Calls `visit` with FOLDER/NAME for each name in a folder, if it is one, until that returns other than 0; that, or 0.
 */
static int each_name(const char *folder, int (*visit)(void *, const char *), void *context)
{
    folder_list names;
    int status = folder_ending(folder, "", &names);
    for (int i = 0; i < names.count && status == 0; i++) {
        char *path = take_text("%s/%s", folder, names.entry[i].name);
        status = path ? visit(context, path) : -1;
        free(path);
    }
    folder_free(&names);
    return status;
}

typedef struct search {
    const char *path, *identity, *run; /* run: "seed-N-IDENTITY", the folder's name */
    run_record *into;
    char *folder; /* of the run that was found, new memory */
} search;

/* 1: found, 0: not here, -1: complained. */
static int look_into_row(void *context, const char *row)
{
    search *s = context;
    char *folder = take_text("%s/%s", row, s->run), *path = folder ? take_text("%s/metrics.json", folder) : NULL;
    int status = path ? 0 : -1;
    if (path && strcmp(path, s->path) != 0 && run_record_find(path, s->identity, s->into)) {
        s->folder = folder;
        folder = NULL;
        status = 1;
    }
    free(path);
    free(folder);
    return status;
}

static int look_into_experiment(void *context, const char *experiment)
{
    return each_name(experiment, look_into_row, context);
}

/* Links a file of the found run into the own folder, unless it is there or says whose it is. */
static int link_file(void *context, const char *from)
{
    const char *own = context, *name = strrchr(from, '/'); /* own: the folder */
    struct stat is;
    if (strcmp(name, "/metrics.json") == 0 || strcmp(name, "/checkpoint") == 0 || stat(from, &is) != 0 ||
        !S_ISREG(is.st_mode))
        return 0;
    char *to = take_text("%s%s", own, name);
    int status = !to ? -1
                 : link(from, to) == 0 || errno == EEXIST
                     ? 0
                     : complain("%s: cannot be linked to %s: %s; run with --again", from, to, strerror(errno));
    free(to);
    return status;
}

static int rename_record(run_record *r, const run_record *mine)
{
    r->from = r->experiment;
    r->experiment = run_record_text(r, "%s", mine->experiment);
    r->row = run_record_text(r, "%s", mine->row);
    return r->experiment && r->row ? 0 : -1;
}

/* "…/seed-N-IDENTITY/metrics.json" -> "seed-N-IDENTITY" */
static char *run_name(const char *path)
{
    const char *end = strrchr(path, '/'), *start = end;
    while (start > path && start[-1] != '/')
        start--;
    return take_text("%.*s", (int)(end - start), start);
}

/* metrics.json comes last: with it the run counts as finished. */
static int adopt(const char *folder, const char *path, const run_record *mine, run_record *into)
{
    char *own = take_text("%.*s", (int)(strrchr(path, '/') - path), path);
    int status = own ? file_make_directory(own) : -1;
    if (status == 0)
        status = each_name(folder, link_file, own);
    if (status == 0)
        status = rename_record(into, mine);
    if (status == 0)
        status = run_record_write(into, path);
    free(own);
    return status;
}

int run_record_adopt(const char *runs, const char *path, const char *identity, const run_record *mine, run_record *into,
                     bool *found)
{
    char *run = run_name(path);
    search s = { path, identity, run, into, NULL };
    int status = run ? each_name(runs, look_into_experiment, &s) : -1;
    *found = status == 1;
    if (status == 1)
        status = adopt(s.folder, path, mine, into);
    free(s.folder);
    free(run);
    return status;
}
