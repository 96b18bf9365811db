#include "verb_trace.h"
#include "../base/diag.h"
#include "../base/folder.h"
#include "run_options.h"
#include <string.h>

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

/* The row that --row names; without it, the file must have no other. NULL: complained. */
static const experiment_row *choose(const experiment *e, const run_options *o)
{
    if (o->row_count == 1)
        return experiment_find_row(e, o->rows[0]);
    if (o->row_count == 0 && e->row_count == 1)
        return &e->rows[0];
    complain("%s: a trace is of one row, and there are %d; name one of them, e.g. --row '%s'", e->path, e->row_count,
             e->rows[0].name);
    return NULL;
}

static int check(const run_options *o)
{
    if (o->files > 1)
        return complain("a trace is of one file; leave out '%s'", o->file[1]);
    if (!o->out)
        return complain("name the file to write, e.g. --out trace.safetensors");
    if (folder_spare("--out", o->out, o->file[0]) < 0)
        return -1;
    if (o->runner.most_steps == 0)
        return complain("say how many steps to write down, e.g. --steps 20");
    if (o->experiment.seeds > 1)
        return complain("a trace is of one run, not of %d seeds; choose one with --set run.seed=N",
                        o->experiment.seeds);
    return 0;
}

static int trace_file(session *s, const run_options *o)
{
    experiment *e = experiment_load(o->file[0], &o->experiment);
    const experiment_row *row = e ? choose(e, o) : NULL;
    int status = row ? 0 : -1;
    if (row && !row->applicable)
        status = complain("%s: row '%s' is excluded by the grid's `where`; choose another", e->path, row->name);
    if (status == 0)
        status = session_open(s, o->device, o->threads, o->modules, o->cache);
    if (status == 0)
        status = runner_trace(s, e, row, &o->runner, o->out);
    experiment_free(e);
    return status;
}

int verb_trace(int argc, char **argv)
{
    run_options o;
    session s = { 0 };
    if (run_options_read(argc, argv, TRACE_VERB, doc, &o) < 0)
        return -1;
    if (o.help)
        return 0;
    int status = check(&o);
    if (status == 0)
        status = trace_file(&s, &o);
    session_close(&s);
    return status;
}
