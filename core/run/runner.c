#include "runner.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/progress.h"
#include "../metrics/bootstrap.h"
#include "../model/collect.h"
#include "../model/model_check.h"
#include "../model/score.h"
#include "../record/draws.h"
#include "../record/losses.h"
#include "../record/record_adopt.h"
#include "checkpoint.h"
#include "run_cost.h"
#include "snapshot.h"
#include "trace.h"
#include "train.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct runner { /* everything one run needs */
    session *session;
    const runner_options *options;
    const experiment *experiment;
    const experiment_row *row;
    run_settings run;
    model model;
    char *runs, *metrics, *folder, *label, *checkpoint, *maps; /* metrics: path of metrics.json; maps: of maps.npz */
    char identity[65];
} runner;

static void runner_close(runner *r)
{
    model_close(&r->model);
    free(r->runs);
    free(r->metrics);
    free(r->folder);
    free(r->label);
    free(r->checkpoint);
    free(r->maps);
}

/* ---- the run ---- */

static int name_run(runner *r, const run_record *record)
{
    run_record_identity(record, r->identity);
    r->runs = take_text("%s/runs", r->options->out);
    r->metrics = r->runs ? run_record_path(record, r->runs) : NULL;
    r->folder = r->metrics ? take_text("%s", r->metrics) : NULL;
    if (!r->folder)
        return -1;
    *strrchr(r->folder, '/') = 0;
    r->label = take_text("%s %s seed %d", r->experiment->name, r->row->name, r->run.seed);
    r->checkpoint = take_text("%s/checkpoint", r->folder);
    r->maps = take_text("%s/maps.npz", r->folder);
    return r->label && r->checkpoint && r->maps ? 0 : -1;
}

static snapshots snapshots_of(const runner *r)
{
    return (snapshots){ r->model.parameters, r->model.train, r->folder, r->experiment->name, r->row->name };
}

/* Are the parameters of all whole epochs there, or not asked for? */
static bool has_epochs(const runner *r)
{
    int64_t each = dataset_count(&r->session->data, false) / r->run.batch, most = r->options->most_steps;
    int64_t whole = each > 0 && most > 0 && most / each < r->run.epochs ? most / each : r->run.epochs;
    const snapshots kept = snapshots_of(r);
    return !r->options->keep_epochs || !model_trains(&r->model) || snapshot_complete(&kept, (int)whole);
}

/* Has this very run finished before, here or in another experiment, and does it lack nothing that is asked for now? */
static int find_before(const runner *r, const run_record *mine, run_record *before, bool *found)
{
    bool maps = r->options->keep_maps && r->model.map;
    *found = !r->options->again && (!maps || file_exists(r->maps)) && has_epochs(r) &&
             run_record_find(r->metrics, r->identity, before);
    if (*found || r->options->again || maps || r->options->keep_epochs)
        return 0;
    return run_record_adopt(r->runs, r->metrics, r->identity, mine, before, found);
}

static hash_digest digest_of(const char *identity)
{
    hash_state state;
    hash_begin(&state);
    hash_add_text(&state, identity);
    return hash_end(&state);
}

static int save_log(const runner *r, const train_result *trained)
{
    const graph *g = r->model.train;
    losses all = { .value = trained->log, .terms = trained->terms, .lines = trained->epochs };
    all.name = take((size_t)all.terms, sizeof *all.name, "the names of losses");
    for (int i = 0; all.name && i < all.terms; i++)
        all.name[i] = (char *)(uintptr_t)(i < g->losses ? g->loss[i].name : g->probe[i - g->losses].name);
    int status = all.name ? losses_write(r->folder, LOSSES_VALUES, &all) : -1;
    free(all.name);
    return status;
}

static int evaluate(const runner *r, const train_result *trained, run_record *record)
{
    scores made;
    metrics_result result = { 0 };
    phase before = phases_enter(&r->session->phases, PHASE_SCORING);
    double *off = take((size_t)METRICS_KINDS * BOOTSTRAP_SAMPLES, sizeof *off, "draws of the test pictures");
    int status = scores_make(r->session, &r->model, trained->optimiser.state, r->label, &made);
    phases_enter(&r->session->phases, PHASE_METRICS);
    if (status == 0)
        status = off ? scores_evaluate(r->session, &r->model, &made, &result, off) : -1;
    if (status == 0)
        status = draws_write(r->folder, off);
    if (status == 0 && r->options->keep_maps)
        status = scores_write(r->session, &r->model, &made, r->maps);
    phases_enter(&r->session->phases, before);
    if (status == 0)
        status = run_record_set_metrics(record, &result);
    metrics_result_free(&result);
    scores_free(&made);
    free(off);
    return status;
}

static char *probe_note(const runner *r, const char *name, double mean)
{
    int pictures = dataset_count(&r->session->data, true);
    return pictures < r->run.batch
               ? take_text("%s was not measured: %d held-out pictures are fewer than a batch of %d", name, pictures,
                           r->run.batch)
               : take_text("%s = %.6f on held-out pictures, batches of %d", name, mean, r->run.batch);
}

/* Probes of the scoring graph, averaged over the test pictures, go into the record as notes. */
static int probe(const runner *r, const train_result *trained, run_record *record)
{
    const graph *g = r->model.score;
    double *mean = take((size_t)g->probes, sizeof *mean, "the probes");
    phase before = phases_enter(&r->session->phases, PHASE_SCORING);
    int status = mean ? scores_probe(r->session, &r->model, trained->optimiser.state, r->label, mean) : -1;
    for (int i = 0; i < g->probes && status == 0; i++) {
        char *note = probe_note(r, g->probe[i].name, mean[i]);
        status = note ? run_record_add_note(record, note) : -1;
        if (note)
            fprintf(stderr, "%s: %s\n", r->label, note);
        free(note);
    }
    phases_enter(&r->session->phases, before);
    free(mean);
    return status;
}

/* Pictures that were changed in reading are told beside the numbers. */
static int note_turned(const runner *r, run_record *record)
{
    const char *turned = session_turned(r->session);
    return !turned ? -1 : *turned ? run_record_add_note(record, turned) : 0;
}

static int finish(const runner *r, const train_result *trained, run_record *record)
{
    const snapshots kept = snapshots_of(r);
    const bool trains = model_trains(&r->model);
    int status = trains ? snapshot_write(&kept, &trained->optimiser) : 0;
    if (status == 0 && trains)
        status = save_log(r, trained);
    if (status == 0 && r->model.map)
        status = evaluate(r, trained, record);
    if (status == 0 && r->model.score->probes > 0)
        status = probe(r, trained, record);
    if (status == 0)
        status = note_turned(r, record);
    if (status == 0)
        status = run_cost_take(r->session, &r->model, trained, record);
    if (status == 0)
        status = run_record_write(record, r->metrics);
    if (status == 0)
        checkpoint_remove(r->checkpoint);
    return status;
}

static int train_and_finish(const runner *r, model *m, run_record *record)
{
    train_result trained = { 0 };
    snapshots kept = snapshots_of(r);
    const train_observer keeper = snapshot_observer(&kept);
    train_request request = { .session = r->session,
                              .model = m,
                              .optimiser = &r->row->optimiser,
                              .label = r->label,
                              .observer = r->options->keep_epochs ? &keeper : NULL,
                              .checkpoint = r->checkpoint,
                              .digest = digest_of(r->identity),
                              .began = seconds_since_start(),
                              .most_steps = r->options->most_steps,
                              .timing = r->options->timing };
    record->seconds = request.began;
    if (r->options->keep_epochs && !snapshot_complete(&kept, 1) && file_exists(r->checkpoint)) {
        fprintf(stderr, "%s: what it has trained so far kept no epochs, so it begins anew\n", r->label);
        checkpoint_remove(r->checkpoint);
    }
    int status = !m->map || scores_masks(r->session, m) ? collect_begin(m, r->session, r->folder) : -1;
    if (status == 0 && model_trains(m))
        status = train_run(&request, &trained);
    train_print_timings(&trained, stderr);
    if (status == 0 && trained.seconds_a_step > 0)
        fprintf(stderr, "%s: %.1f ms a step, %.1f GFLOP/s\n", r->label, 1e3 * trained.seconds_a_step,
                1e-9 * trained.flops / trained.seconds_a_step);
    if (status == 0)
        status = finish(r, &trained, record);
    train_result_free(&trained);
    return status;
}

/* What would stop the run later, perhaps after an hour. */
static int check_run(const runner *r)
{
    int each = dataset_count(&r->session->data, false), tests = dataset_count(&r->session->data, true);
    if (model_check(&r->model, r->experiment->columns > 0) < 0)
        return -1;
    if (r->row->baseline && model_trains(&r->model))
        return complain_at(r->row->at.file, r->row->at.line,
                           "row '%s' says baseline = yes, but its line '%s' trains parameters, and a baseline trains "
                           "nothing; delete that",
                           r->row->name, r->run.model);
    if (each < r->run.batch && model_trains(&r->model))
        return complain("data '%s' has %d training pictures, fewer than run.batch = %d; use a smaller batch",
                        r->session->data.spec, each, r->run.batch);
    if (r->model.map && tests == 0)
        return complain("data '%s' has no test pictures", r->session->data.spec);
    return 0;
}

static char *idle_note(const model *m, const char *names)
{
    return model_trains(m) ? take_text("no loss reaches the parameters %s: they stay as they begin", names)
                           : take_text("nothing is trained: the line '%s' has no parameter and no loss, so that "
                                       "run.epochs and [optimiser] do not count",
                                       m->run->model);
}

/* Parameters that nothing trains are allowed, but said wherever the run is looked at; so is a line without any. */
static int say_idle(const runner *r, run_record *record)
{
    char *names = model_idle_parameters(&r->model);
    char *note = names && (*names || !model_trains(&r->model)) ? idle_note(&r->model, names) : NULL;
    int status = names && (note || (!*names && model_trains(&r->model))) ? 0 : -1;
    if (note) {
        fprintf(stderr, "%s %s: %s\n", r->experiment->name, r->row->name, note);
        status = run_record_add_note(record, note);
    }
    free(names);
    free(note);
    return status;
}

/* Nothing of this reads a picture, places a number on the device or is said. */
static int compose(runner *r)
{
    session *on = r->session;
    const experiment_row *row = r->row;
    const dataset *d = session_data(on, r->run.data, &row->settings);
    if (!d || dataset_check_outside(d, "--out", r->options->out) < 0)
        return -1;
    model_request wanted = experiment_row_model(row, &r->run, d->module, on->module_folders);
    wanted.session = on;
    if (model_open(&r->model, &wanted) < 0)
        return -1;
    return model_check_sections(&row->settings, on->module_folders) < 0 ? -1 : check_run(r);
}

static int prepare(runner *r, run_record *record)
{
    session *on = r->session;
    if (compose(r) < 0 || model_place(&r->model, on->device) < 0 || !session_turned(on) || say_idle(r, record) < 0 ||
        runner_describe(on, &r->model, r->experiment, r->row, r->options->most_steps, record) < 0 ||
        name_run(r, record) < 0)
        return -1;
    model_talk_say(&r->model.talk, r->label);
    return 0;
}

int runner_run(session *s, const experiment *e, const experiment_row *row, int seed, const runner_options *options,
               run_record *record)
{
    runner r = { .session = s, .options = options, .experiment = e, .row = row, .run = row->run };
    run_record before = { 0 };
    bool found = false;
    r.run.seed = seed;
    *record = (run_record){ 0 };
    for (int k = 0; k < METRICS_KINDS; k++)
        record->mean[k] = NAN; /* until they are evaluated, if they are */
    int status = prepare(&r, record);
    if (status == 0)
        status = find_before(&r, record, &before, &found);
    if (status == 0 && found) {
        run_record_free(record);
        *record = before;
    } else if (status == 0) {
        status = train_and_finish(&r, &r.model, record);
    }
    runner_close(&r);
    if (status < 0)
        run_record_free(record);
    return status < 0 ? -1 : found;
}

/* ---- a trace ---- */

static int has_steps(const runner *r)
{
    if (!model_trains(&r->model))
        return complain("nothing of the line '%s' is trained, so there are no steps to write down; choose another row",
                        r->run.model);
    int64_t each = dataset_count(&r->session->data, false) / r->run.batch, planned = each * r->run.epochs;
    if (each > 0 && r->options->most_steps > planned)
        return complain("--steps %lld is more than the %lld steps of this run; ask for fewer, or raise run.epochs = %d",
                        (long long)r->options->most_steps, (long long)planned, r->run.epochs);
    return 0;
}

static int train_traced(runner *r, const run_record *record, const char *path)
{
    trace_request wanted = { path, r->session->device, &r->model, record, r->options->most_steps };
    trace *t = trace_new(&wanted);
    train_result trained = { 0 };
    train_request request = { .session = r->session,
                              .model = &r->model,
                              .optimiser = &r->row->optimiser,
                              .label = r->label,
                              .most_steps = r->options->most_steps,
                              .timing = r->options->timing,
                              .observer = t ? trace_observer(t) : NULL };
    int status = t ? collect_begin(&r->model, r->session, NULL) : -1;
    if (status == 0)
        status = train_run(&request, &trained);
    train_print_timings(&trained, stderr);
    train_result_free(&trained);
    if (status == 0)
        return trace_commit(t);
    trace_abandon(t);
    return status;
}

int runner_trace(session *s, const experiment *e, const experiment_row *row, const runner_options *options,
                 const char *path)
{
    runner r = { .session = s, .options = options, .experiment = e, .row = row, .run = row->run };
    run_record record = { 0 };
    int status = prepare(&r, &record);
    if (status == 0)
        status = weights_store_spare(r.model.weights, "--out", path);
    if (status == 0)
        status = has_steps(&r);
    if (status == 0)
        status = train_traced(&r, &record, path);
    run_record_free(&record);
    runner_close(&r);
    return status;
}

int runner_describe_row(session *s, const experiment *e, const experiment_row *row, const runner_options *options,
                        run_record *record)
{
    runner r = { .session = s, .options = options, .experiment = e, .row = row, .run = row->run };
    *record = (run_record){ 0 };
    int status = prepare(&r, record);
    runner_close(&r);
    return status;
}

int runner_look(session *s, const experiment *e, const experiment_row *row, const runner_options *options)
{
    runner r = { .session = s, .options = options, .experiment = e, .row = row, .run = row->run };
    int status = compose(&r);
    runner_close(&r);
    return status;
}

int runner_check(session *s, const experiment *e, const experiment_row *row)
{
    const runner_options none = { .out = "results" };
    runner r = { .session = s, .options = &none, .experiment = e, .row = row, .run = row->run };
    run_record record = { 0 };
    int status = prepare(&r, &record);
    if (status == 0 && r.model.map && !scores_masks(s, &r.model))
        status = -1;
    run_record_free(&record);
    runner_close(&r);
    return status;
}
