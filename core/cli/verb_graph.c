#include "../base/diag.h"
#include "../base/file.h"
#include "../graph/print.h"
#include "../model/model.h"
#include "../report/overview_dot.h"
#include "shared.h"
#include "verbs.h"
#include <stdio.h>
#include <stdlib.h>

typedef struct request {
    verb_line given;
    bool dot, overview;
} request;

static const line_option options[] = { OPTION(request, dot, "dot", 0, NULL, "as Graphviz draws it"),
                                       OPTION(request, overview, "overview", 0, NULL,
                                              "the modules and what they hand each other, for Graphviz"),
                                       SHARED_OUT_FILE("file for --overview, instead of standard output"),
                                       { 0 } };

/* To the file, whole or not at all; NULL: to standard output. */
static int write_overview(const overview *o, const char *path)
{
    if (!path)
        return overview_dot(o, stdout);
    file_draft *draft = file_draft_open(path);
    if (!draft)
        return -1;
    return file_finish(draft, overview_dot(o, file_draft_stream(draft)));
}

static int draw_overview(const model *m, const dataset *data, const experiment *e, const experiment_row *row,
                         const char *path)
{
    overview *o = take_zeroed(1, sizeof *o, "an overview");
    char *title = take_text("%s, row %s%s%s", e->name, row->name, *e->scale ? ", scale " : "", e->scale);
    int status = o && title ? overview_open(o, m, data, title) : -1;
    if (status == 0)
        status = write_overview(o, path);
    if (o)
        overview_close(o);
    free(o);
    free(title);
    return status;
}

static int print_row(session *s, const experiment *e, const experiment_row *row, const request *r)
{
    model m = { 0 };
    const dataset *data = session_data(s, row->run.data, &row->settings);
    model_request made_of = experiment_row_model(row, &row->run, data ? data->module : NULL, s->module_folders);
    made_of.session = s;
    int status = data ? model_open(&m, &made_of) : -1;
    model_talk_say(&m.talk, row->name);
    if (status == 0)
        status = r->overview ? draw_overview(&m, data, e, row, r->given.out)
                 : r->dot    ? graph_draw(m.train, row->run.batch, stdout)
                             : graph_print(m.train, row->run.batch, stdout);
    model_close(&m);
    return status;
}

static int run(void *given)
{
    const request *r = given;
    session s = { 0 };
    if (session_open(&s, "cpu", 0, r->given.modules, "cache") < 0)
        return -1;
    experiment *e = shared_load(&r->given, 0);
    const experiment_row *row = e ? shared_row_of(&r->given, e) : NULL;
    int status = row ? print_row(&s, e, row, r) : -1;
    experiment_free(e);
    session_close(&s);
    return status;
}

const verb verb_graph = {
    .name = "graph",
    .summary = "FILE      print the training graph of a row, or draw it",
    .words = "FILE",
    .doc = "Print the training graph of a row; draw it, or its modules alone, for Graphviz with --dot or "
           "--overview.",
    .least = 1,
    .most = 1,
    .lacks = "name an experiment file, e.g. ablations/NAME.ini",
    .options = { options, shared_experiment, shared_row, shared_data, shared_modules },
    .rules = { { "--dot", "Graphviz draws the whole graph", "overview" },
               { "!--overview", "the graph is printed, which can be redirected", "out" } },
    .size = sizeof(request),
    .run = run,
};
