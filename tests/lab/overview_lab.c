#include "overview_lab.h"

#include "../../core/data/session.h"
#include "../../core/experiment/experiment.h"

static session lab_session;

overview lab_overview;

int lab_begin(void **state)
{
    return make_folder(state) < 0 ? -1 : session_open(&lab_session, "cpu", 1, NULL, NULL);
}

int lab_end(void **state)
{
    session_close(&lab_session);
    return remove_folder(state);
}

int lab_look(const char *line)
{
    char set[300];
    snprintf(set, sizeof set, "run.model=%s", line);
    const char *const sets[] = { set };
    const experiment_options options = { .scale = "mini", .set = sets, .sets = 1 };
    experiment *e = experiment_load("tests/inputs/small.ini", &options);
    assert_non_null(e);
    const experiment_row *row = &e->rows[0];
    const dataset *data = session_data(&lab_session, row->run.data, &row->settings);
    assert_non_null(data);
    model m = { 0 };
    const model_request made_of = experiment_row_model(row, &row->run, data->module, NULL);
    int status = model_open(&m, &made_of);
    if (status == 0)
        status = overview_open(&lab_overview, &m, data, "lab");
    model_close(&m);
    experiment_free(e);
    return status;
}
