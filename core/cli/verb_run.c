#include "verb_run.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/progress.h"
#include "../base/stop.h"
#include "../page/page.h"
#include "../report/report.h"
#include "../report/report_changes.h"
#include "../report/report_choices.h"
#include "../report/report_found.h"
#include "run_options.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct run_list {
    run_record *record;
    bool *was_found;
    int count, found;
    int shown; /* records: those of this call, then, once they are gathered, others for the report */
} run_list;

static int add_run(session *s, const experiment *e, const experiment_row *row, int seed, const run_options *o,
                   run_list *list)
{
    if (stop_asked())
        return stop_complain("%d runs of %s are done; the same command goes on with the next", list->count, e->path);
    run_record *grown = take_again(list->record, (size_t)list->count + 1, sizeof *grown, "the runs");
    if (!grown)
        return -1;
    list->record = grown;
    bool *found = take_again(list->was_found, (size_t)list->count + 1, sizeof *found, "the runs");
    if (!found)
        return -1;
    list->was_found = found;
    if (runner_run(s, e, row, seed, &o->runner, &grown[list->count], &found[list->count]) < 0)
        return -1;
    list->found += found[list->count++];
    list->shown = list->count;
    return 0;
}

static int rows_exist(const experiment *e, const run_options *o)
{
    for (int i = 0; i < o->row_count; i++)
        if (!experiment_find_row(e, o->rows[i]))
            return -1;
    return 0;
}

/* Seed by seed, so that a report interrupted early has every row once before any row twice. */
static int run_rows(session *s, const experiment *e, const run_options *o, run_list *list)
{
    int most = 0, status = rows_exist(e, o);
    for (int i = 0; i < e->row_count; i++)
        most = e->rows[i].run.seeds > most ? e->rows[i].run.seeds : most;
    for (int k = 0; k < most && status == 0; k++)
        for (int i = 0; i < e->row_count && status == 0; i++) {
            const experiment_row *row = &e->rows[i];
            if (row->applicable && k < row->run.seeds && run_options_wants(o, row->name))
                status = add_run(s, e, row, row->run.seed + k, o, list);
        }
    return status;
}

typedef struct savings { /* what did not have to be done again */
    int runs, found, adopted;
    double seconds; /* that the runs found took when they were done */
    int64_t computed, used;
} savings;

static savings savings_of(const run_list *list)
{
    savings all = { .runs = list->count, .found = list->found };
    for (int i = 0; i < list->count; i++)
        all.adopted += list->record[i].from != NULL;
    for (int i = 0; i < list->count; i++)
        all.seconds += list->was_found[i] ? list->record[i].seconds : 0;
    return all;
}

static void say_runs(const savings *all)
{
    fprintf(stderr, "%d runs, of which %d had finished before", all->runs, all->found);
    if (all->adopted > 0)
        fprintf(stderr, " (%d under another experiment)", all->adopted);
}

static void say_summary(const session *s, const run_list *list, const savings *before)
{
    savings all = savings_of(list);
    say_runs(&all);
    fprintf(stderr, "; features of %lld pictures computed, %lld taken from %s\n",
            (long long)(s->rows_computed - before->computed), (long long)(s->rows_used - before->used),
            s->cache_folder);
}

/* Of all files of one command. Seconds of features are an estimate: what computing took now, a picture. */
static void say_savings(const session *s, const savings *all)
{
    double seconds = s->phases.seconds[PHASE_FEATURES];
    fprintf(stderr, "all files together: ");
    say_runs(all);
    if (all->found > 0)
        fprintf(stderr, ", which took %.0f s when they ran", all->seconds);
    fprintf(stderr, "; features of %lld pictures computed", (long long)s->rows_computed);
    if (s->rows_computed > 0)
        fprintf(stderr, " in %.0f s", seconds);
    fprintf(stderr, ", %lld taken from %s", (long long)s->rows_used, s->cache_folder);
    if (s->rows_computed > 0)
        fprintf(stderr, " (about %.0f s at the same rate)", seconds / (double)s->rows_computed * (double)s->rows_used);
    fputc('\n', stderr);
}

/* Of runs that were done now; what was found finished took its time in another command. */
static void say_phases(session *s, const run_list *list)
{
    if (list->count > list->found)
        phases_print(&s->phases, stderr);
}

static int print_folders(const run_list *list, const char *out)
{
    char *runs = take_text("%s/runs", out);
    int status = runs ? 0 : -1;
    for (int i = 0; i < list->count && status == 0; i++) {
        char *path = run_record_path(&list->record[i], runs);
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
static int gather(session *s, experiment *e, const run_options *o, run_list *list)
{
    for (int i = 0; i < e->row_count; i++)
        e->rows[i].unasked = !run_options_wants(o, e->rows[i].name);
    if (report_changes_find(e, &o->runner, o->modules) < 0)
        return -1;
    int shown = report_found(s, e, &o->runner, &list->record, list->count);
    list->shown = shown < 0 ? list->count : shown;
    return shown < 0 ? -1 : 0;
}

/* The file's own report, unless all files share one. */
static int report(session *s, experiment *e, run_list *list, const run_options *o)
{
    if (o->folders)
        return print_folders(list, o->runner.out);
    if (e->columns == 0 || o->choices)
        return 0;
    int lock = lock_results(o->runner.out), status = gather(s, e, o, list);
    if (status == 0)
        status = report_write(e, list->record, list->shown, o->runner.out);
    file_unlock(lock);
    return status == 0 ? report_print(e, list->record, list->shown, stdout) : -1;
}

/* A run has failed: what finished before it is not kept from the report, in which the failed row is "not run". The
 * complaint stays that of the run. */
static void report_finished(session *s, experiment *e, run_list *list, const run_options *o)
{
    char *why = take_text("%s", complaint() ? complaint() : "a run failed");
    if (!why || list->count == 0 || o->folders) {
        free(why);
        return;
    }
    complaint_clear();
    if (report(s, e, list, o) < 0)
        fprintf(stderr, "the report of what has finished was not written: %s\n", complaint());
    complaint_clear();
    complain("%s", why);
    free(why);
}

typedef struct run_file { /* a file and what its rows gave */
    experiment *experiment;
    run_list list;
} run_file;

static int run_one(session *s, const char *path, const run_options *o, run_file *f)
{
    const savings before = { .computed = s->rows_computed, .used = s->rows_used };
    f->experiment = experiment_load(path, &o->experiment);
    int status = f->experiment ? run_rows(s, f->experiment, o, &f->list) : -1;
    if (status == 0)
        say_summary(s, &f->list, &before);
    if (status == 0 && stop_asked())
        status = stop_complain("all runs of %s are done; the same command writes its report", path);
    if (status == 0)
        status = report(s, f->experiment, &f->list, o);
    else if (f->experiment)
        report_finished(s, f->experiment, &f->list, o);
    if (status == 0)
        say_phases(s, &f->list);
    return status;
}

static void free_files(run_file *files, int count)
{
    for (int i = 0; files && i < count; i++) {
        for (int k = 0; k < files[i].list.shown; k++)
            run_record_free(&files[i].list.record[k]);
        free(files[i].list.record);
        free(files[i].list.was_found);
        experiment_free(files[i].experiment);
    }
    free(files);
}

static int report_all(session *s, run_file *files, const run_options *o)
{
    report_choice choice[RUN_OPTIONS_FILES];
    int lock = lock_results(o->runner.out), status = 0;
    for (int i = 0; i < o->files && status == 0; i++) {
        run_list *list = &files[i].list;
        status = gather(s, files[i].experiment, o, list);
        choice[i] = (report_choice){ files[i].experiment, list->record, list->shown };
    }
    if (status == 0)
        status = report_choices(choice, o->files, o->runner.out, o->choices, stdout);
    file_unlock(lock);
    return status;
}

static void say_all(const session *s, const run_file *files, int count)
{
    savings all = { 0 };
    for (int i = 0; i < count; i++) {
        savings one = savings_of(&files[i].list);
        all.runs += one.runs;
        all.found += one.found;
        all.adopted += one.adopted;
        all.seconds += one.seconds;
    }
    say_savings(s, &all);
}

static int run_files(session *s, const run_options *o)
{
    run_file *files = take_zeroed((size_t)o->files, sizeof *files, "the files' runs");
    int status = files ? 0 : -1;
    for (int i = 0; i < o->files && status == 0; i++)
        status = run_one(s, o->file[i], o, &files[i]);
    if (status == 0 && o->choices)
        status = report_all(s, files, o);
    if (status == 0 && o->files > 1)
        say_all(s, files, o->files);
    free_files(files, o->files);
    return status;
}

/* Reports and runs are named as the file is, without its folder. */
static int names_differ(const run_options *o)
{
    for (int i = 1; i < o->files; i++)
        for (int k = 0; k < i; k++) {
            const char *one = strrchr(o->file[k], '/'), *other = strrchr(o->file[i], '/');
            if (strcmp(one ? one + 1 : o->file[k], other ? other + 1 : o->file[i]) == 0)
                return complain(
                    "%s and %s are of one name, so that the report of the second would take the place of the "
                    "first's; rename one, or run them with an --out each",
                    o->file[k], o->file[i]);
        }
    return 0;
}

/* A mistake in the last file is to be told before the first has been run for an hour. */
static int read_all(const run_options *o)
{
    int status = names_differ(o);
    for (int i = 0; i < o->files && status == 0; i++) {
        experiment *e = experiment_load(o->file[i], &o->experiment);
        status = e ? rows_exist(e, o) : -1;
        experiment_free(e);
    }
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

int verb_run(int argc, char **argv)
{
    run_options o;
    session s = { 0 };
    if (run_options_read(argc, argv, RUN_VERB, "Run the rows of experiment files and write their reports.", &o) < 0)
        return -1;
    if (o.help)
        return 0;
    int status = read_all(&o);
    if (status == 0)
        status = session_open(&s, o.device, o.threads, o.modules, o.cache);
    if (status == 0)
        status = run_files(&s, &o);
    if (status == 0)
        refresh_page(o.runner.out);
    session_close(&s);
    return status;
}

/* Everything but the steps: files, settings, modules, graphs. */
static int check_file(session *s, const char *path, const run_options *o)
{
    experiment *e = experiment_load(path, &o->experiment);
    int status = e ? rows_exist(e, o) : -1, rows = 0, runs = 0;
    for (int i = 0; status == 0 && i < e->row_count; i++)
        if (e->rows[i].applicable && run_options_wants(o, e->rows[i].name)) {
            status = runner_check(s, e, &e->rows[i]);
            rows++;
            runs += e->rows[i].run.seeds;
        }
    if (status == 0)
        printf("%s: %d row%s in order, %d run%s\n", path, rows, rows == 1 ? " is" : "s are", runs,
               runs == 1 ? "" : "s");
    experiment_free(e);
    return status;
}

int verb_check(int argc, char **argv)
{
    run_options o;
    session s = { 0 };
    if (run_options_read(
            argc, argv, CHECK_VERB,
            "Check experiment files without running them: files, settings, modules, graphs, masks. Whether every "
            "picture can be decoded `ablate data SPEC --check` says.",
            &o) < 0)
        return -1;
    if (o.help)
        return 0;
    int status = session_open(&s, o.device, o.threads, o.modules, o.cache);
    for (int i = 0; i < o.files && status == 0; i++)
        status = check_file(&s, o.file[i], &o);
    session_close(&s);
    return status;
}
