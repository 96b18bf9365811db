#include "verb_page.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../page/page.h"
#include "../record/runs_list.h"
#include "help.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 64, SHOWN = 12 };

typedef struct request {
    page_options page;
    bool without; /* --no-gallery */
    const char *set[MOST_SETS];
} request;

enum { KEY_MODULES = 256, KEY_CACHE, KEY_WITHOUT, KEY_SET };
static const struct argp_option options[] = {
    { "run", 'r', "DIR", 0, "run whose pictures are shown (the one that finished last)", 0 },
    { "shown", 'n', "N", 0, "most pictures of each kind in the gallery (12)", 0 },
    { "no-gallery", KEY_WITHOUT, 0, 0, "no pictures, so nothing is computed", 0 },
    { "set", KEY_SET, "SECTION.KEY=VALUE", HELP_REPEATS, "where the run's data or weights lie now (repeatable)", 0 },
    { "modules", KEY_MODULES, "DIR", 0, "look for modules here first", 0 },
    { "cache", KEY_CACHE, "DIR", 0, "folder of cached features (cache)", 0 },
    { 0 }
};

static int read_shown(request *r, const char *text)
{
    long n = 0;
    int status = help_number("shown", text, 1, 1000, &n);
    r->page.shown = (int)n;
    return status;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    request *r = state->input;
    if (key == 'r')
        r->page.run = text;
    else if (key == 'n')
        return read_shown(r, text) < 0 ? EINVAL : 0;
    else if (key == KEY_WITHOUT)
        r->without = true;
    else if (key == KEY_MODULES)
        r->page.predict.modules = text;
    else if (key == KEY_CACHE)
        r->page.predict.cache = text;
    else if (key == KEY_SET && r->page.predict.sets == MOST_SETS)
        return complain("more than %d times --set", (int)MOST_SETS) < 0 ? EINVAL : 0;
    else if (key == KEY_SET)
        r->set[r->page.predict.sets++] = text;
    else if (key == ARGP_KEY_ARG && !r->page.results)
        r->page.results = text;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

/* The finished run with maps that was written last; NULL: there is none. */
static const listed_run *latest_run(const runs_list *runs)
{
    const listed_run *latest = NULL;
    for (int i = 0; i < runs->count; i++)
        if (runs->run[i].record.class_count > 0 && (!latest || runs_later(&runs->run[i], latest)))
            latest = &runs->run[i];
    return latest;
}

static int write_page(request *r)
{
    runs_list runs = { 0 };
    int status = runs_list_read(r->page.results, NULL, &runs);
    const listed_run *latest = status == 0 ? latest_run(&runs) : NULL;
    if (latest && !r->page.run && !r->without)
        r->page.run = latest->folder;
    if (status == 0)
        status = page_write(&r->page);
    if (status == 0)
        printf("%s/index.html\n", r->page.results);
    runs_list_free(&runs);
    return status;
}

int verb_page(int argc, char **argv)
{
    static const struct argp parser = {
        options, parse, "[RESULTS]", "Write RESULTS/index.html, one page of a folder of results (results).",
        NULL,    NULL,  NULL
    };
    request r = { .page = { .shown = 0 } };
    if (help_asked(argc, argv, &parser))
        return 0;
    if (help_parse(argc, argv, &parser, &r) < 0)
        return -1;
    if (r.without && (r.page.run || r.page.shown || r.page.predict.sets))
        return complain("ablate page: with --no-gallery no pictures are computed; leave out --run, --shown and --set, "
                        "or it");
    r.page.shown = r.page.shown ? r.page.shown : SHOWN;
    r.page.predict.set = r.set;
    if (!r.page.results)
        r.page.results = "results";
    if (!file_exists(r.page.results))
        return complain("%s: there is no such folder of results; 'ablate run' makes one", r.page.results);
    return write_page(&r);
}
