#include "report_found.h"
#include "../base/diag.h"
#include "../record/runs_list.h"
#include <stdlib.h>
#include <string.h>

typedef struct found {
    session *session;
    const experiment *experiment;
    const runner_options *options;
    runs_list finished; /* all of the folder */
    run_record *record;
    int own, count, status; /* records that the caller gave; with what was found */
} found;

static bool is_of(const run_record *run, const experiment_row *row)
{
    return run->row && strcmp(run->row, row->name) == 0;
}

static bool has_seed(const found *f, const experiment_row *row, int seed)
{
    for (int i = 0; i < f->count; i++)
        if (is_of(&f->record[i], row) && f->record[i].seed == seed)
            return true;
    return false;
}

/* Could it be a run of this row? The engine's settings, with which a record begins, are quickly compared. */
static bool may_be(const experiment_row *row, const run_record *run)
{
    settings wanted = { 0 }, begin = run->settings;
    bool same = experiment_row_list(row, run->seed, &wanted) == 0 && wanted.count <= begin.count;
    begin.count = wanted.count;
    same = same && settings_same(&wanted, &begin, NULL);
    settings_free(&wanted);
    return same;
}

/* What a run of the row records before its first step: of a run just made, or `made` now. NULL: the row cannot be run
 * here, so that nothing can be said to be a run of it. */
static const run_record *expect(const found *f, const experiment_row *row, run_record *made)
{
    for (int i = 0; i < f->own; i++)
        if (is_of(&f->record[i], row))
            return &f->record[i];
    if (runner_describe_row(f->session, f->experiment, row, f->options, made) == 0)
        return made;
    complaint_clear();
    return NULL;
}

/* A copy of the finished run, as one of this row. */
static void take_run(found *f, const experiment_row *row, const listed_run *run)
{
    char *path = TAKE_ROOM(f->record, f->count, "a report") ? take_text("%s/metrics.json", run->folder) : NULL;
    if (path)
        f->record[f->count] = (run_record){ 0 };
    f->status = path && run_record_read(&f->record[f->count], path) == 0 ? 0 : -1;
    free(path);
    if (f->status < 0)
        return;
    run_record *taken = &f->record[f->count++];
    taken->experiment = run_record_text(taken, "%s", f->experiment->name);
    taken->row = run_record_text(taken, "%s", row->name);
    f->status = taken->experiment && taken->row ? 0 : -1;
}

static void find_row(found *f, experiment_row *row)
{
    run_record made = { 0 };
    const run_record *wanted = NULL;
    bool *alike = take_zeroed((size_t)f->finished.count, sizeof *alike, "a report"), hopeless = false;
    f->status = alike ? 0 : -1;
    for (int i = 0; f->status == 0 && i < f->finished.count; i++) {
        const run_record *run = &f->finished.run[i].record;
        if (!hopeless && may_be(row, run)) {
            wanted = wanted ? wanted : expect(f, row, &made);
            hopeless = wanted == NULL;
            alike[i] = wanted && run_record_alike(wanted, run);
        }
        row->others += !alike[i] && is_of(run, row) && strcmp(run->experiment, f->experiment->name) == 0;
    }
    const char *kernels = f->session->device->core_type();
    for (int other = 0; other < 2; other++)
        for (int i = 0; f->status == 0 && i < f->finished.count; i++) {
            const run_record *run = &f->finished.run[i].record;
            if (alike[i] && (strcmp(run->core_type, kernels) != 0) == other && !has_seed(f, row, run->seed))
                take_run(f, row, &f->finished.run[i]);
        }
    free(alike);
    run_record_free(&made);
}

int report_found(session *s, experiment *e, const runner_options *options, run_record **records, int count)
{
    found f = { .session = s, .experiment = e, .options = options, .record = *records, .own = count, .count = count };
    f.status = runs_list_read(options->out, NULL, &f.finished);
    for (int i = 0; i < e->row_count && f.status == 0; i++)
        if (e->rows[i].applicable)
            find_row(&f, &e->rows[i]);
    runs_list_free(&f.finished);
    *records = f.record;
    return f.status == 0 ? f.count : -1;
}
