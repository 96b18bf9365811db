#include "../base/diag.h"
#include "../base/file.h"
#include "../base/progress.h"
#include "../base/stop.h"
#include "../page/page.h"
#include "../report/report.h"
#include "../report/report_changes.h"
#include "../report/report_choices.h"
#include "../report/report_found.h"
#include "shared.h"
#include "verbs.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct request {
    verb_line given;
    const char *choices;
    int steps;
    bool again, timing, keep_maps, keep_epochs, folders;
} request;

static const line_option options[] = {
    SHARED_OUT_FOLDER("folder of results (results)"),
    OPTION(request, again, "again", 0, NULL, "run even what has finished"),
    OPTION(request, steps, "steps", 0, "N", "stop each run after N steps", .least = 1, .most = 1000000000),
    OPTION(request, choices, "choices", 0, "NAME",
           "one report NAME of all files: what each other row changes from the first"),
    OPTION(request, keep_maps, "keep-maps", 0, NULL, "write each run's anomaly maps, maps.npz beside its metrics.json"),
    OPTION(request, keep_epochs, "keep-epochs", 0, NULL,
           "keep the parameters after each epoch, parameters-epoch-N.safetensors, and norms of each "
           "loss's gradient, gradients.tsv"),
    OPTION(request, folders, "folders", 0, NULL, "print the folder of each run, and neither print nor write reports"),
    OPTION(request, timing, "timing", 0, NULL, "print the time by operation"),
    { 0 }
};

/* ---- running ---- */

typedef struct run_file { /* a file and what its rows gave */
    experiment *experiment;
    run_record *record;
    bool *was_found;
    int count, found;
    int shown; /* records: those of this call, then, once they are gathered, others for the report */
} run_file;

typedef struct call { /* everything of one command */
    const request *request;
    runner_options how;
    session session;
    run_file *file;
    int files;
} call;

static int add_run(call *c, run_file *f, const experiment_row *row, int seed)
{
    if (stop_asked())
        return stop_complain("%d runs of %s are done; the same command goes on with the next", f->count,
                             f->experiment->path);
    if (!TAKE_ROOM(f->record, f->count, "the runs") || !TAKE_ROOM(f->was_found, f->count, "the runs"))
        return -1;
    int status = runner_run(&c->session, f->experiment, row, seed, &c->how, &f->record[f->count]);
    if (status < 0)
        return -1;
    f->was_found[f->count++] = status > 0;
    f->found += status;
    f->shown = f->count;
    return 0;
}

/* Seconds that the row's other seeds will take, by its last run; 0: that was found finished, and so may they be. */
static double seconds_left(const run_file *f, const experiment_row *row)
{
    return f->was_found[f->count - 1] ? 0 : f->record[f->count - 1].seconds * (row->run.seeds - 1);
}

/* Seed by seed, so that a report interrupted early has every row once before any row twice. */
static int run_rows(call *c, run_file *f)
{
    const experiment *e = f->experiment;
    int most = 0, status = 0;
    double left = 0;
    for (int i = 0; i < e->row_count; i++)
        most = e->rows[i].run.seeds > most ? e->rows[i].run.seeds : most;
    for (int k = 0; k < most && status == 0; k++) {
        for (int i = 0; i < e->row_count && status == 0; i++) {
            const experiment_row *row = &e->rows[i];
            if (!row->applicable || k >= row->run.seeds || !shared_wants(&c->request->given, row->name))
                continue;
            status = add_run(c, f, row, row->run.seed + k);
            left += k == 0 && status == 0 ? seconds_left(f, row) : 0;
        }
        if (k == 0 && status == 0 && left > 0)
            fprintf(stderr, "%s: each row has run once; the other seeds take about %.1f minutes\n", e->name, left / 60);
    }
    return status;
}

/* ---- what did not have to be done again ---- */

typedef struct savings {
    int runs, found, adopted;
    double seconds; /* that the runs found took when they were done */
} savings;

static savings savings_of(const run_file *files, int count)
{
    savings all = { 0 };
    for (const run_file *f = files; f < files + count; f++) {
        all.runs += f->count;
        all.found += f->found;
        for (int i = 0; i < f->count; i++) {
            all.adopted += f->record[i].from != NULL;
            all.seconds += f->was_found[i] ? f->record[i].seconds : 0;
        }
    }
    return all;
}

static void say_runs(const savings *all)
{
    fprintf(stderr, "%d runs, of which %d had finished before", all->runs, all->found);
    if (all->adopted > 0)
        fprintf(stderr, " (%d under another experiment)", all->adopted);
}

static void say_file(const session *s, const run_file *f, int64_t computed, int64_t used)
{
    const savings all = savings_of(f, 1);
    say_runs(&all);
    fprintf(stderr, "; features of %lld pictures computed, %lld taken from %s\n",
            (long long)(s->rows_computed - computed), (long long)(s->rows_used - used), s->cache_folder);
}

/* Of all files of one command. Seconds of features are an estimate: what computing took now, a picture. */
static void say_all(const call *c)
{
    const session *s = &c->session;
    const savings all = savings_of(c->file, c->files);
    double seconds = s->phases.seconds[PHASE_FEATURES];
    fprintf(stderr, "all files together: ");
    say_runs(&all);
    if (all.found > 0)
        fprintf(stderr, ", which took %.0f s when they ran", all.seconds);
    fprintf(stderr, "; features of %lld pictures computed", (long long)s->rows_computed);
    if (s->rows_computed > 0)
        fprintf(stderr, " in %.0f s", seconds);
    fprintf(stderr, ", %lld taken from %s", (long long)s->rows_used, s->cache_folder);
    if (s->rows_computed > 0)
        fprintf(stderr, " (about %.0f s at the same rate)", seconds / (double)s->rows_computed * (double)s->rows_used);
    fputc('\n', stderr);
}

/* ---- reports ---- */

static int print_folders(const run_file *f, const char *out)
{
    char *runs = take_text("%s/runs", out);
    int status = runs ? 0 : -1;
    for (int i = 0; i < f->count && status == 0; i++) {
        char *path = run_record_path(&f->record[i], runs);
        status = path ? 0 : -1;
        if (path)
            printf("%.*s\n", (int)(strrchr(path, '/') - path), path);
        free(path);
    }
    free(runs);
    return status;
}

/* Nobody else looks for finished runs, decides on names or writes reports until unlock: of two processes the one that
 * comes last sees what the other did. */
static int lock_results(const char *out)
{
    int lock = file_lock_folder(out);
    if (lock < 0)
        fprintf(stderr,
                "%s cannot be locked (%s): if another process writes its reports now, run the later one again\n", out,
                strerror(errno));
    return lock;
}

/* What a report needs beside the runs of this call: what was changed, who was asked, what else has finished. */
static int gather(call *c, run_file *f)
{
    experiment *e = f->experiment;
    for (int i = 0; i < e->row_count; i++)
        e->rows[i].unasked = !shared_wants(&c->request->given, e->rows[i].name);
    if (report_changes_find(e, &c->how, c->request->given.modules) < 0)
        return -1;
    int shown = report_found(&c->session, e, &c->how, &f->record, f->count);
    f->shown = shown < 0 ? f->count : shown;
    return shown < 0 ? -1 : 0;
}

/* The file's own report, unless all files share one. */
static int report(call *c, run_file *f)
{
    if (c->request->folders)
        return print_folders(f, c->how.out);
    if (f->experiment->columns == 0 || c->request->choices)
        return 0;
    int lock = lock_results(c->how.out), status = gather(c, f);
    if (status == 0)
        status = report_write(f->experiment, f->record, f->shown, c->how.out);
    file_unlock(lock);
    return status == 0 ? report_print(f->experiment, f->record, f->shown, c->how.out, stdout) : -1;
}

/* A run has failed: what finished before it is not kept from the report, in which the failed row is "not run". The
 * complaint stays that of the run. */
static void report_finished(call *c, run_file *f)
{
    char *why = take_text("%s", complaint() ? complaint() : "a run failed");
    if (!why || f->count == 0 || c->request->folders) {
        free(why);
        return;
    }
    complaint_clear();
    if (report(c, f) < 0)
        fprintf(stderr, "the report of what has finished was not written: %s\n", complaint());
    complaint_clear();
    complain("%s", why);
    free(why);
}

static int report_choice_of_all(call *c)
{
    report_choice *choice = take((size_t)c->files, sizeof *choice, "the files' rows");
    int lock = lock_results(c->how.out), status = choice ? 0 : -1;
    for (int i = 0; i < c->files && status == 0; i++) {
        run_file *f = &c->file[i];
        status = gather(c, f);
        choice[i] = (report_choice){ f->experiment, f->record, f->shown };
    }
    if (status == 0)
        status = report_choices(choice, c->files, c->how.out, c->request->choices, stdout);
    file_unlock(lock);
    free(choice);
    return status;
}

/* What the folder holds now, as a page. The runs are done: if it cannot be written, that is said and is no failure. */
static void refresh_page(const char *results)
{
    int lock = lock_results(results);
    if (page_write(&(page_options){ .results = results }) == 0)
        fprintf(stderr, "%s/index.html shows all results of this folder; 'ablate page %s' adds pictures\n", results,
                results);
    else
        fprintf(stderr, "the page of results was not written: %s\n", complaint());
    file_unlock(lock);
    complaint_clear();
}

/* ---- run ---- */

static int run_file_rows(call *c, run_file *f)
{
    session *s = &c->session;
    int64_t computed = s->rows_computed, used = s->rows_used;
    int status = run_rows(c, f);
    if (status < 0) {
        report_finished(c, f);
        return -1;
    }
    say_file(s, f, computed, used);
    if (stop_asked()) {
        status = stop_complain("all runs of %s are done; the same command writes its report", f->experiment->path);
        report_finished(c, f);
        return status;
    }
    status = report(c, f);
    if (status == 0 && f->count > f->found) /* what was found finished took its time in another command */
        phases_print(&s->phases, stderr);
    return status;
}

/* Reports and runs are named as the file is, without its folder. */
static int names_differ(const verb_line *given)
{
    for (int i = 1; i < given->words; i++)
        for (int k = 0; k < i; k++) {
            const char *one = strrchr(given->word[k], '/'), *other = strrchr(given->word[i], '/');
            if (strcmp(one ? one + 1 : given->word[k], other ? other + 1 : given->word[i]) == 0)
                return complain(
                    "%s and %s are of one name, so that the report of the second would take the place of the "
                    "first's; rename one, or run them with an --out each",
                    given->word[k], given->word[i]);
        }
    return 0;
}

/* A mistake in the last row of the last file is to be told before the first has been run for an hour. */
static int check_all(call *c)
{
    const request *r = c->request;
    int status = names_differ(&r->given);
    for (int i = 0; i < c->files && status == 0; i++)
        status = (c->file[i].experiment = shared_load(&r->given, i)) ? 0 : -1;
    if (status == 0)
        status = shared_session(&r->given, &c->session);
    for (int i = 0; i < c->files && status == 0; i++) {
        const experiment *e = c->file[i].experiment;
        for (int k = 0; k < e->row_count && status == 0; k++)
            if (e->rows[k].applicable && shared_wants(&r->given, e->rows[k].name))
                status = shared_stop(e) < 0 ? -1 : runner_look(&c->session, e, &e->rows[k], &c->how);
    }
    return status;
}

static void call_close(call *c)
{
    for (int i = 0; c->file && i < c->files; i++) {
        for (int k = 0; k < c->file[i].shown; k++)
            run_record_free(&c->file[i].record[k]);
        free(c->file[i].record);
        free(c->file[i].was_found);
        experiment_free(c->file[i].experiment);
    }
    free(c->file);
    session_close(&c->session);
}

static int run_all(void *given)
{
    const request *r = given;
    if (r->choices && (!*r->choices || *r->choices == '.' || strchr(r->choices, '/')))
        return complain("--choices '%s' is no name of a report; give one without '/' that does not begin with '.'",
                        r->choices);
    call c = { .request = r, .files = r->given.words };
    c.how = (runner_options){ r->given.out, r->again, r->steps, r->timing, r->keep_maps, r->keep_epochs };
    c.file = take_zeroed((size_t)c.files, sizeof *c.file, "the files' runs");
    int status = c.file ? check_all(&c) : -1;
    for (int i = 0; i < c.files && status == 0; i++)
        status = run_file_rows(&c, &c.file[i]);
    if (status == 0 && r->choices)
        status = report_choice_of_all(&c);
    if (status == 0 && c.files > 1)
        say_all(&c);
    if (status == 0)
        refresh_page(c.how.out);
    call_close(&c);
    return status;
}

static const request start = { .given.out = "results" };

const verb verb_run = {
    .name = "run",
    .summary = "FILE...   run the rows of experiment files and write their reports",
    .words = "FILE...",
    .doc = "Run the rows of experiment files and write their reports.",
    .least = 1,
    .most = LINE_ANY,
    .once = true,
    .lacks = "name an experiment file, e.g. ablations/NAME.ini",
    .options = { options, shared_experiment, shared_rows, shared_seeds, shared_data, shared_modules, shared_cache,
                 shared_device },
    .rules = { { "--folders", "no report is written", "choices" } },
    .size = sizeof(request),
    .start = &start,
    .run = run_all,
};
