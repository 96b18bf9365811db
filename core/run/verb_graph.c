#include "verb_graph.h"
#include "../base/diag.h"
#include "../graph/print.h"
#include "model.h"
#include "run_options.h"
#include <stdio.h>

static int print_row(session *s, const experiment_row *row, bool dot)
{
    model m = { 0 };
    const dataset *data = session_data(s, row->run.data, &row->settings);
    int status = data ? model_open(&m, &row->run, &row->settings, data, s->module_folders, row->file, row->line) : -1;
    if (status == 0)
        status = dot ? graph_draw(m.train, row->run.batch, stdout) : graph_print(m.train, row->run.batch, stdout);
    model_close(&m);
    return status;
}

int verb_graph(int argc, char **argv)
{
    run_options o;
    session s = { 0 };
    if (run_options_read(argc, argv, "Print the training graph of a row, or draw it for Graphviz with --dot.", &o) < 0)
        return -1;
    if (o.help)
        return 0;
    if (session_open(&s, o.device, o.threads, o.modules, o.cache) < 0)
        return -1;
    experiment *e = experiment_load(o.file[0], &o.experiment);
    const experiment_row *row = e && o.row_count > 0 ? experiment_find_row(e, o.rows[0]) : e ? &e->rows[0] : NULL;
    int status = row ? print_row(&s, row, o.dot) : -1;
    experiment_free(e);
    session_close(&s);
    return status;
}
