#include "../base/diag.h"
#include "../run/runner.h"
#include "shared.h"
#include "verbs.h"

static const char doc[] =
    "Write the first N steps of a row down, number by number, as one safetensors file: what a training elsewhere must "
    "be given to do the same, and what it must find.\v"
    "Names, of step K = 0 .. N-1; NAME as in PyTorch where it has the layer:\n"
    "  K/parameter/NAME       before the step; N/parameter/NAME: after the last\n"
    "  K/picture              places of the batch's pictures in the data set\n"
    "  K/input/NAME           pictures, or what their frozen part gives\n"
    "  K/draw/MODULE:OP:NUMBER  normals of noise, mask of dropout\n"
    "  K/loss/NAME, K/weight/NAME, K/probe/NAME\n"
    "  K/total                sum of weight x loss\n"
    "  K/gradient/NAME        of the total, to each parameter\n"
    "All are float32. doc/chapters/28-traces.adoc says more; `ablate weights FILE` lists them.";

typedef struct request {
    verb_line given;
    int steps;
    bool timing;
} request;

static const line_option row_options[] = {
    OPTION(request, given.row, "row", 'r', "ROW", "this row, if there are several"), { 0 }
};

static const line_option options[] = { SHARED_OUT_FILE("safetensors file to write"),
                                       OPTION(request, steps, "steps", 0, "N", "how many steps to write down",
                                              .least = 1, .most = 1000000000),
                                       OPTION(request, timing, "timing", 0, NULL, "print the time by operation"),
                                       { 0 } };

/* The row that --row names; without it, the file must have no other. NULL: complained. */
static const experiment_row *choose(const experiment *e, const verb_line *given)
{
    if (given->row.count > 0 || e->row_count == 1)
        return shared_row_of(given, e);
    complain("%s: a trace is of one row, and there are %d; name one of them, e.g. --row '%s'", e->path, e->row_count,
             e->rows[0].name);
    return NULL;
}

static int trace_row(session *s, const experiment *e, const request *r)
{
    const runner_options how = { .out = "results", .most_steps = r->steps, .timing = r->timing };
    const experiment_row *row = choose(e, &r->given);
    if (!row || shared_applicable(e, row) < 0)
        return -1;
    return shared_session(&r->given, s) < 0 ? -1 : runner_trace(s, e, row, &how, r->given.out);
}

static int run(void *given)
{
    const request *r = given;
    session s = { 0 };
    experiment *e = shared_load(&r->given, 0);
    int status = e ? trace_row(&s, e, r) : -1;
    experiment_free(e);
    session_close(&s);
    return status;
}

const verb verb_trace = {
    .name = "trace",
    .summary = "FILE      write a row's first steps down, to be retraced elsewhere",
    .words = "FILE",
    .doc = doc,
    .least = 1,
    .most = 1,
    .needs = "out steps",
    .lacks = "name an experiment file, the file to write and how many steps, e.g. ablations/NAME.ini --out "
             "trace.safetensors --steps 20",
    .options = { options, shared_experiment, row_options, shared_data, shared_modules, shared_cache, shared_device },
    .size = sizeof(request),
    .run = run,
};
