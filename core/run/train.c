#include "train.h"
#include "../base/diag.h"
#include "../base/progress.h"
#include "../base/random.h"
#include "../base/stop.h"
#include "checkpoint.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void train_order(const run_settings *run, int epoch, int n, int *order)
{
    uint64_t key = random_key((uint64_t)run->seed, "order");
    for (int i = 0; i < n; i++)
        order[i] = i;
    for (int i = n - 1; run->shuffle && i > 0; i--) {
        uint32_t word = random_draw(key, (uint64_t)epoch, (uint64_t)i).word[0];
        int j = (int)((uint64_t)word * ((uint64_t)i + 1) >> 32);
        int kept = order[i];
        order[i] = order[j];
        order[j] = kept;
    }
}

typedef struct trainer {
    const train_request *request;
    const run_settings *run;
    train_result *result;
    feed *feed;
    program *program;
    int *picture, *order, pictures; /* training pictures; the epoch's permutation */
    train_steps steps;
    checkpoint state;        /* log: (epochs + 1, terms), the last row being the losses' weights */
    uint64_t saved;          /* steps in the last checkpoint */
    double saved_at, saving; /* when that was done, and the seconds it took */
} trainer;

/* ---- getting ready ---- */

static int list_training_pictures(trainer *t)
{
    const dataset *d = &t->request->session->data;
    t->picture = dataset_list(d, false, &t->pictures);
    t->order = take((size_t)t->pictures, sizeof(int), "the training pictures");
    if (!t->picture || !t->order)
        return -1;
    return t->pictures >= t->run->batch
               ? 0
               : complain("data '%s' has %d training pictures, fewer than run.batch = %d; use a smaller batch", d->spec,
                          t->pictures, t->run->batch);
}

static int make_program(trainer *t, constants *frozen)
{
    const train_request *r = t->request;
    const graph *g = r->model->train;
    if (g->losses == 0)
        return complain("no module of the line '%s' gives a loss; there is nothing to train", t->run->model);
    feed_request wanted = model_feed_request(r->session, r->model, g);
    wanted.pictures = t->picture;
    wanted.picture_count = t->pictures;
    wanted.again = true;
    t->feed = feed_new(&wanted);
    if (!t->feed)
        return -1;
    program_request request = { .graph = g,
                                .device = r->session->device,
                                .constants = frozen,
                                .differentiate = true,
                                .parameters = t->result->optimiser.state,
                                .gradients = t->result->optimiser.gradients,
                                .seed = (uint64_t)t->run->seed };
    request.given = feed_given(t->feed, &request.given_count);
    t->program = program_new(&request);
    if (!t->program)
        return -1;
    program_time(t->program, r->timing);
    program_cost cost = program_cost_of(t->program);
    t->result->flops = cost.flops;
    t->result->traffic = cost.bytes;
    t->result->bytes = cost.arena + cost.constants + cost.parameters;
    return 0;
}

static int make_state(trainer *t)
{
    const train_request *r = t->request;
    checkpoint *c = &t->state;
    c->run = r->digest;
    c->floats = optimiser_floats(&t->result->optimiser);
    c->log_floats = (int64_t)(t->run->epochs + 1) * graph_terms(r->model->train);
    for (int i = 0; i < r->model->parts; i++)
        c->module_bytes += r->model->part[i].module->state_size;
    c->state = take_zeroed((size_t)c->floats, sizeof(float), "a checkpoint");
    c->log = take_zeroed((size_t)c->log_floats, sizeof(double), "a checkpoint");
    c->modules = take_zeroed((size_t)c->module_bytes, 1, "a checkpoint");
    t->steps.log = c->log;
    return c->state && c->log && c->modules ? 0 : -1;
}

static void copy_module_states(trainer *t, bool restore)
{
    uint8_t *at = t->state.modules;
    for (int i = 0; i < t->request->model->parts; i++) {
        model_part *part = &t->request->model->part[i];
        memcpy(restore ? part->state : at, restore ? at : part->state, part->module->state_size);
        at += part->module->state_size;
    }
}

/* The row after the epochs' rows holds the weights that the modules last gave the losses. */
static double *weights_row(trainer *t)
{
    return t->state.log + (int64_t)t->run->epochs * graph_terms(t->request->model->train);
}

/* Says where a checkpoint puts the run. */
static void go_on(trainer *t)
{
    t->saved = t->steps.done = t->state.step;
    t->result->earlier = t->state.seconds;
    t->result->earlier_peak = t->state.peak;
    fprintf(stderr, "%s: goes on at step %llu of %llu\n", t->request->label, (unsigned long long)t->steps.done,
            (unsigned long long)t->steps.total);
}

static int begin(trainer *t)
{
    const train_request *r = t->request;
    graph *g = r->model->train;
    if (make_state(t) < 0)
        return -1;
    int found = r->checkpoint ? checkpoint_read(r->checkpoint, &t->state) : 0;
    if (found < 0)
        return -1;
    if (found) {
        copy_module_states(t, true);
        for (int i = 0; i < g->losses; i++)
            g->loss[i].weight = weights_row(t)[i];
        go_on(t);
    } else if (model_draw(r->model, g, r->session->device, t->state.state) < 0) {
        return -1;
    }
    return optimiser_put(&t->result->optimiser, t->state.state);
}

static int save(trainer *t)
{
    graph *g = t->request->model->train;
    double began = seconds_since_start();
    int64_t peak = phases_peak(&t->request->session->phases);
    if (train_steps_look_back(&t->steps) < 0)
        return -1;
    if (optimiser_get(&t->result->optimiser, t->state.state) < 0)
        return complain("%s: parameters cannot be read back", t->request->session->device->name);
    copy_module_states(t, false);
    for (int i = 0; i < g->losses; i++)
        weights_row(t)[i] = g->loss[i].weight;
    t->state.step = t->steps.done;
    t->state.seconds = t->result->earlier + began - t->request->began;
    t->state.peak = peak > t->result->earlier_peak ? peak : t->result->earlier_peak;
    int status = checkpoint_write(t->request->checkpoint, &t->state);
    t->saved = status == 0 ? t->steps.done : t->saved;
    t->saved_at = seconds_since_start();
    t->saving = t->saved_at - began;
    return status;
}

/* After steps, after seconds, and at the end, so that what is trained is not trained again for its scoring. By time at
 * most a hundredth of it goes into checkpoints. */
static bool save_is_due(const trainer *t)
{
    const run_settings *run = t->run;
    const uint64_t each = (uint64_t)run->checkpoint_steps;
    if (!t->request->checkpoint || t->steps.done == t->steps.total)
        return t->request->checkpoint != NULL;
    return (each > 0 && t->steps.done % each == 0) ||
           (run->checkpoint_seconds > 0 &&
            seconds_since_start() - t->saved_at >= fmax(run->checkpoint_seconds, 100 * t->saving));
}

/* Ends a run that is to stop, with a checkpoint if it keeps any. Always -1. */
static int stop_here(trainer *t)
{
    const train_request *r = t->request;
    const unsigned long long step = t->steps.done, total = t->steps.total;
    char why[500];
    if (!r->checkpoint)
        return stop_complain("%s was at step %llu of %llu; nothing is kept, the same command begins anew", r->label,
                             step, total);
    if ((t->saved == step && step > 0) || save(t) == 0)
        return stop_complain("%s was at step %llu of %llu; the same command goes on there", r->label, step, total);
    snprintf(why, sizeof why, "%s", complaint());
    complaint_clear();
    return stop_complain("%s was at step %llu of %llu; the same command goes on at step %llu, because no checkpoint "
                         "could be written (%s)",
                         r->label, step, total, (unsigned long long)t->saved, why);
}

/* Modules may change the weights of losses, which are part of what is recorded. */
static int begin_epoch(trainer *t, int epoch)
{
    const graph *g = t->request->model->train;
    double *before = weights_row(t);
    bool same = true;
    for (int i = 0; i < g->losses; i++)
        before[i] = g->loss[i].weight;
    int status = model_begin_epoch(t->request->model, epoch);
    for (int i = 0; i < g->losses; i++)
        same = same && before[i] == g->loss[i].weight;
    if (!same)
        descent_forget(&t->steps.descent);
    return status;
}

static int begin_epoch_if_due(trainer *t, bool first)
{
    int epoch = (int)(t->steps.done / (uint64_t)t->steps.each);
    bool due = t->steps.done % (uint64_t)t->steps.each == 0;
    if (due || first)
        train_order(t->run, epoch, t->pictures, t->order);
    return due ? begin_epoch(t, epoch) : 0;
}

static int loop(trainer *t)
{
    const train_request *r = t->request;
    progress bar;
    char note[64];
    uint64_t started = t->steps.seen = t->steps.done;
    progress_begin(&bar, r->label, "steps", (int64_t)t->steps.total, (int64_t)started);
    double began = t->saved_at = seconds_since_start();
    phase before = phases_enter(&r->session->phases, PHASE_TRAINING);
    int status = 0;
    while (t->steps.done < t->steps.total && status == 0) {
        status = begin_epoch_if_due(t, t->steps.done == started);
        if (status == 0)
            status = train_steps_take(&t->steps);
        if (status == 0 && save_is_due(t))
            status = save(t);
        if (status == 0 && stop_asked())
            status = stop_here(t);
        snprintf(note, sizeof note, "loss %.4f", t->steps.last_total);
        progress_show(&bar, (int64_t)t->steps.done, note);
    }
    progress_end(&bar);
    phases_enter(&r->session->phases, before);
    t->result->seconds = seconds_since_start() - began;
    t->result->steps = t->steps.done;
    if (t->steps.done > started)
        t->result->seconds_a_step = t->result->seconds / (double)(t->steps.done - started);
    return status;
}

/* ---- the whole run ---- */

static void print_plan(const trainer *t)
{
    program_cost cost = program_cost_of(t->program);
    fprintf(stderr, "%s: %llu steps of %.2f GFLOP in %lld MiB (workspace %lld, frozen tensors %lld, parameters %lld)\n",
            t->request->label, (unsigned long long)t->steps.total, 1e-9 * cost.flops,
            (long long)(t->result->bytes >> 20), (long long)(cost.arena >> 20), (long long)(cost.constants >> 20),
            (long long)(cost.parameters >> 20));
}

static int open_steps(trainer *t)
{
    const train_request *r = t->request;
    train_steps *steps = &t->steps;
    steps->model = r->model;
    steps->feed = t->feed;
    steps->program = t->program;
    steps->optimiser = &t->result->optimiser;
    steps->observer = r->observer;
    steps->picture = t->picture;
    steps->order = t->order;
    steps->only_timed = r->timing > 1;
    return train_steps_open(steps);
}

static int get_ready(trainer *t, constants *frozen)
{
    const train_request *r = t->request;
    if (list_training_pictures(t) < 0)
        return -1;
    t->steps.each = t->pictures / t->run->batch;
    uint64_t planned = (uint64_t)t->steps.each * (uint64_t)t->run->epochs, most = (uint64_t)r->most_steps;
    t->steps.total = r->most_steps > 0 && most < planned ? most : planned;
    if (optimiser_open(&t->result->optimiser, r->session->device, r->model->parameters, r->optimiser, planned,
                       descent_guards(r->model->train)) < 0 ||
        make_program(t, frozen) < 0 || open_steps(t) < 0)
        return -1;
    print_plan(t);
    return begin(t);
}

/* An epoch that was cut short counts as the mean of the steps that it had. */
static void whole_mean(trainer *t)
{
    uint64_t each = (uint64_t)t->steps.each, last = t->steps.done % each;
    double *row = t->result->log + (int64_t)(t->steps.done / each) * t->result->terms;
    for (int i = 0; i < t->result->terms && last > 0; i++)
        row[i] *= (double)each / (double)last;
}

static int run_all(trainer *t, constants *frozen)
{
    const train_request *r = t->request;
    if (get_ready(t, frozen) < 0 || loop(t) < 0)
        return -1;
    t->result->terms = graph_terms(r->model->train);
    t->result->epochs = (int)((t->steps.done + (uint64_t)t->steps.each - 1) / (uint64_t)t->steps.each);
    t->result->log = t->state.log;
    t->state.log = NULL;
    whole_mean(t);
    if (r->timing)
        t->result->timings = program_timings(t->program, t->result->timing, TRAIN_TIMINGS);
    return 0;
}

int train_run(const train_request *request, train_result *result)
{
    trainer t = { .request = request, .run = request->model->run, .result = result };
    *result = (train_result){ 0 };
    constants *frozen = constants_new(request->session->device);
    int status = frozen ? run_all(&t, frozen) : -1;
    train_steps_close(&t.steps);
    program_free(t.program);
    feed_free(t.feed);
    constants_free(frozen);
    free(t.picture);
    free(t.order);
    free(t.state.state);
    free(t.state.log);
    free(t.state.modules);
    return status;
}

void train_result_free(train_result *result)
{
    optimiser_close(&result->optimiser);
    free(result->log);
    *result = (train_result){ 0 };
}

void train_print_timings(const train_result *r, FILE *to)
{
    double steps = r->steps ? (double)r->steps : 1;
    for (int i = 0; i < r->timings; i++) {
        const program_timing *t = &r->timing[i];
        double seconds = t->seconds > 0 ? t->seconds : 1;
        fprintf(to, "%-18s %-8s %7d calls %9.3f ms each step %9.1f GFLOP/s %7.1f GB/s\n", t->op,
                t->backward ? "backward" : "forward", t->calls, 1e3 * t->seconds / steps, 1e-9 * t->flops / seconds,
                1e-9 * t->bytes / seconds);
    }
}
