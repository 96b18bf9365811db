#include "../base/diag.h"
#include "../base/file.h"
#include "../page/page.h"
#include "../record/runs_list.h"
#include "shared.h"
#include "verbs.h"
#include <stdio.h>

typedef struct request {
    verb_line given;
    const char *run;
    int shown;
    bool without;
} request;

static const line_option options[] = {
    OPTION(request, run, "run", 'r', "DIR", "run whose pictures are shown (the one that finished last)"),
    OPTION(request, shown, "shown", 'n', "N", "most pictures of each kind in the gallery (12)", .least = 1,
           .most = 1000),
    OPTION(request, without, "no-gallery", 0, NULL, "no pictures, so nothing is computed"),
    { 0 }
};

/* The finished run with maps that was written last; NULL: there is none. */
static const listed_run *latest_run(const runs_list *runs)
{
    const listed_run *latest = NULL;
    for (int i = 0; i < runs->count; i++)
        if (runs->run[i].record.class_count > 0 && (!latest || runs_later(&runs->run[i], latest)))
            latest = &runs->run[i];
    return latest;
}

static int run(void *given)
{
    const request *r = given;
    const char *results = r->given.words > 0 ? r->given.word[0] : "results";
    page_options page = { .results = results, .run = r->run, .shown = r->shown, .predict = shared_opening(&r->given) };
    runs_list runs = { 0 };
    if (!file_exists(results))
        return complain("%s: there is no such folder of results; 'ablate run' makes one", results);
    int status = file_check_folder(results) < 0 ? -1 : runs_list_read(results, NULL, &runs);
    const listed_run *latest = status == 0 ? latest_run(&runs) : NULL;
    if (latest && !r->run && !r->without)
        page.run = latest->folder;
    if (status == 0)
        status = page_write(&page);
    if (status == 0)
        printf("%s/index.html\n", results);
    runs_list_free(&runs);
    return status;
}

static const request start = { .shown = 12 };

const verb verb_page = {
    .name = "page",
    .summary = "[RESULTS] write one page of a folder of results, to be opened in a browser",
    .words = "[RESULTS]",
    .doc = "Write RESULTS/index.html, one page of a folder of results (results).",
    .most = 1,
    .options = { options, shared_runs, shared_modules, shared_cache, shared_device },
    .rules = { { "--no-gallery", "no pictures are computed", "run shown set modules cache device threads" } },
    .size = sizeof(request),
    .start = &start,
    .run = run,
};
