#include "verb_graph.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../base/folder.h"
#include "../graph/print.h"
#include "../model/model.h"
#include "../report/overview_draw.h"
#include "run_options.h"
#include <stdio.h>
#include <stdlib.h>

#define PAGE_WIDTH (17.8 / 2.54 * 72) /* of two columns of a paper, in points */

/* To the file, whole or not at all; NULL: to standard output. */
static int write_overview(const overview *o, const place *p, const char *path)
{
    if (!path)
        return overview_draw(o, p, stdout);
    file_draft *draft = file_draft_open(path);
    if (!draft)
        return -1;
    if (overview_draw(o, p, file_draft_stream(draft)) == 0)
        return file_commit(draft);
    file_abandon(draft);
    return -1;
}

static int draw_overview(const model *m, const dataset *data, const experiment *e, const experiment_row *row,
                         const char *path)
{
    overview *o = take_zeroed(1, sizeof *o, "an overview");
    place *p = take_zeroed(1, sizeof *p, "an overview");
    char *title = take_text("%s, row %s%s%s", e->name, row->name, *e->scale ? ", scale " : "", e->scale);
    int status = o && p && title ? overview_open(o, m, data, title) : -1;
    if (status == 0)
        status = place_make(o, PAGE_WIDTH, p);
    if (status == 0)
        status = write_overview(o, p, path);
    if (o)
        overview_close(o);
    free(o);
    free(p);
    free(title);
    return status;
}

static int print_row(session *s, const experiment *e, const experiment_row *row, const run_options *o)
{
    model m = { 0 };
    if (folder_spare("--out", o->out, e->path) < 0)
        return -1;
    const dataset *data = session_data(s, row->run.data, &row->settings);
    const model_request made_of = experiment_row_model(row, &row->run, data, s->module_folders);
    int status = data ? model_open(&m, &made_of) : -1;
    model_say(&m, row->name);
    if (status == 0)
        status = o->overview ? draw_overview(&m, data, e, row, o->out)
                 : o->dot    ? graph_draw(m.train, row->run.batch, stdout)
                             : graph_print(m.train, row->run.batch, stdout);
    model_close(&m);
    return status;
}

int verb_graph(int argc, char **argv)
{
    run_options o;
    session s = { 0 };
    if (run_options_read(argc, argv, GRAPH_VERB,
                         "Print the training graph of a row; draw it for Graphviz with --dot; or list the shapes of "
                         "its overview for scripts/figures with --overview.",
                         &o) < 0)
        return -1;
    if (o.help)
        return 0;
    if (session_open(&s, "cpu", 0, o.modules, o.cache) < 0)
        return -1;
    experiment *e = experiment_load(o.file[0], &o.experiment);
    const experiment_row *row = e && o.row_count > 0 ? experiment_find_row(e, o.rows[0]) : e ? &e->rows[0] : NULL;
    int status = row ? print_row(&s, e, row, &o) : -1;
    experiment_free(e);
    session_close(&s);
    return status;
}
