#include "../base/diag.h"
#include "../run/runner.h"
#include "shared.h"
#include "verbs.h"
#include <stdio.h>

/* Everything but the steps: files, settings, modules, graphs. */
static int check_file(session *s, const verb_line *l, int i)
{
    experiment *e = shared_load(l, i);
    int status = e ? 0 : -1, rows = 0, runs = 0;
    for (int k = 0; status == 0 && k < e->row_count; k++)
        if (e->rows[k].applicable && shared_wants(l, e->rows[k].name)) {
            status = shared_stop(e) < 0 ? -1 : runner_check(s, e, &e->rows[k]);
            rows++;
            runs += e->rows[k].run.seeds;
        }
    if (status == 0)
        printf("%s: %d row%s in order, %d run%s\n", e->path, rows, rows == 1 ? " is" : "s are", runs,
               runs == 1 ? "" : "s");
    experiment_free(e);
    return status;
}

static int run(void *given)
{
    const verb_line *l = given;
    session s = { 0 };
    int status = shared_session(l, &s);
    for (int i = 0; i < l->words && status == 0; i++)
        status = check_file(&s, l, i);
    session_close(&s);
    return status;
}

const verb verb_check = {
    .name = "check",
    .summary = "FILE...   check experiment files without running them",
    .words = "FILE...",
    .doc = "Check experiment files without running them: files, settings, modules, graphs, masks. Whether every "
           "picture can be decoded `ablate data SPEC --check` says.",
    .least = 1,
    .most = LINE_ANY,
    .once = true,
    .lacks = "name an experiment file, e.g. ablations/NAME.ini",
    .options = { shared_experiment, shared_rows, shared_seeds, shared_data, shared_modules, shared_device },
    .size = sizeof(verb_line),
    .run = run,
};
