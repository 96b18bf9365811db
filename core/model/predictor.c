#include "predictor.h"
#include "../base/diag.h"
#include "../base/stop.h"
#include "../data/feed.h"
#include "../data/frontier.h"
#include <stdlib.h>
#include <string.h>

struct predictor {
    predictor_request request;
    const model *model;
    feed *feed; /* NULL: files */
    constants *frozen;
    program *program;
    ablate_value *input[ABLATE_INPUTS]; /* files: inputs of the graph */
    int inputs;
    float *pixels; /* files: (batch, 3, size, size) */
    int *batch;    /* own pictures of a batch */
};

void predictor_free(predictor *p)
{
    if (!p)
        return;
    program_free(p->program);
    constants_free(p->frozen);
    feed_free(p->feed);
    free(p->pixels);
    free(p->batch);
    free(p);
}

int predictor_check_files(const predictor *p, const char *whose)
{
    for (int i = 0; i < p->inputs; i++)
        if (strcmp(p->input[i]->name, "image") != 0 && program_needs(p->program, p->input[i]))
            return complain("%s: its modules read '%s' beside the picture, which a file does not hold; only the run's "
                            "own data can be computed",
                            whose, p->input[i]->name);
    return 0;
}

static const graph *graph_of(const predictor *p)
{
    return p->request.graph ? p->request.graph : p->model->score;
}

static int open_files(predictor *p)
{
    size_t side = (size_t)p->model->input->size, batch = (size_t)p->model->run->batch;
    p->inputs = frontier_inputs(graph_of(p), p->input);
    p->pixels = take_zeroed(batch * 3 * side * side, sizeof *p->pixels, "a batch of pictures");
    return p->pixels ? 0 : -1;
}

static int open_own(predictor *p)
{
    const predictor_request *r = &p->request;
    feed_request asked = model_feed_request(r->session, r->model, graph_of(p));
    asked.wanted = r->wanted;
    asked.wanted_count = r->wanted_count;
    asked.alone = r->graph != NULL; /* the rest of it may come from what is being computed here */
    asked.pictures = r->pictures;
    asked.picture_count = r->picture_count;
    p->batch = take((size_t)p->model->run->batch, sizeof *p->batch, "a batch");
    p->feed = p->batch ? feed_new(&asked) : NULL;
    return p->feed ? 0 : -1;
}

static int make_program(predictor *p)
{
    const predictor_request *r = &p->request;
    p->frozen = constants_new(r->session->device);
    program_request request = { .graph = graph_of(p),
                                .device = r->session->device,
                                .constants = p->frozen,
                                .wanted = r->wanted,
                                .wanted_count = r->wanted_count,
                                .given = p->input,
                                .given_count = p->inputs,
                                .parameters = r->parameters };
    if (p->feed)
        request.given = feed_given(p->feed, &request.given_count);
    p->program = p->frozen ? program_new(&request) : NULL;
    return p->program ? 0 : -1;
}

predictor *predictor_new(const predictor_request *request)
{
    predictor *p = take_zeroed(1, sizeof *p, "a predictor");
    if (!p)
        return NULL;
    p->request = *request;
    p->model = request->model;
    if ((request->pictures ? open_own(p) : open_files(p)) == 0 && make_program(p) == 0)
        return p;
    predictor_free(p);
    return NULL;
}

int predictor_read(predictor *p, int slot, const char *path)
{
    const size_t side = (size_t)p->model->input->size;
    return fitted_file_input(path, p->model->input, p->pixels + (size_t)slot * 3 * side * side);
}

int predictor_put(predictor *p, const ablate_value *input, const float *numbers)
{
    return program_put(p->program, input, numbers);
}

int predictor_run(predictor *p)
{
    for (int i = 0; i < p->inputs; i++)
        if (strcmp(p->input[i]->name, "image") == 0 && program_put(p->program, p->input[i], p->pixels) < 0)
            return -1;
    return program_run(p->program, 0);
}

int predictor_run_own(predictor *p, const int *pictures, int count)
{
    for (int i = 0; i < p->model->run->batch; i++)
        p->batch[i] = pictures[i < count ? i : count - 1];
    return feed_fill(p->feed, p->program, p->batch) < 0 ? -1 : program_run(p->program, 0);
}

int predictor_get(const predictor *p, const ablate_value *wanted, float *out)
{
    return program_get(p->program, wanted, out);
}

program_cost predictor_cost(const predictor *p)
{
    return program_cost_of(p->program);
}

/* ---- a list of them ---- */

static int end_batch(predictor_walk *w)
{
    w->first += w->count;
    progress_show(&w->bar, w->first, w->note ? w->note : "");
    if (w->status == 0 && w->first < w->total && stop_asked())
        return stop_complain("%s: %d of %d pictures %s", w->label, w->first, w->total, w->stopped);
    return w->status;
}

static int begin_batch(predictor_walk *w)
{
    const int left = w->total - w->first, batch = w->predictor->model->run->batch;
    w->count = left < batch ? left : batch;
    return w->pictures ? predictor_run_own(w->predictor, w->pictures + w->first, w->count) : 0;
}

bool predictor_next(predictor_walk *w)
{
    if (w->begun)
        w->status = end_batch(w);
    else
        progress_begin(&w->bar, w->label, "pictures", w->total, w->first);
    w->begun = true;
    if (w->status == 0 && w->first < w->total)
        w->status = begin_batch(w);
    else
        w->count = 0;
    if (w->status == 0 && w->count > 0)
        return true;
    progress_end(&w->bar);
    return false;
}
