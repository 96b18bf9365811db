#include "predictor.h"
#include "../base/diag.h"
#include "../data/feed.h"
#include "../graph/analysis.h"
#include <stdlib.h>
#include <string.h>

struct predictor {
    predict_run *run;
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

/* A file is a picture and nothing else: no wanted value may need another input. */
static int check_inputs(const predictor *p, ablate_value *const *wanted, int count)
{
    const graph *g = p->run->model.score;
    char *mark = take_zeroed(2 * ((size_t)g->values + 1), 1, "an analysis");
    char *needed = mark ? mark + g->values + 1 : NULL;
    int status = mark ? 0 : -1;
    if (mark)
        analysis_needed(g, wanted, count, mark, needed);
    for (int i = 0; i < p->inputs && status == 0; i++)
        if (needed[p->input[i]->id] && strcmp(p->input[i]->name, "image") != 0)
            status =
                complain("%s: its modules read '%s' beside the picture, which a file does not hold; only the run's "
                         "own data can be computed",
                         p->run->folder, p->input[i]->name);
    free(mark);
    return status;
}

static int open_files(predictor *p, ablate_value *const *wanted, int count)
{
    const graph *g = p->run->model.score;
    size_t side = (size_t)p->run->input.size, batch = (size_t)p->run->run.batch;
    for (int i = 0; i < g->values && p->inputs < ABLATE_INPUTS; i++)
        if (g->value[i]->kind == VALUE_INPUT)
            p->input[p->inputs++] = g->value[i];
    p->pixels = take_zeroed(batch * 3 * side * side, sizeof *p->pixels, "a batch of pictures");
    return p->pixels ? check_inputs(p, wanted, count) : -1;
}

static int open_own(predictor *p, ablate_value *const *wanted, int count, const int *pictures, int picture_count)
{
    predict_run *r = p->run;
    if (!predict_run_data(r))
        return -1;
    feed_request asked = model_feed_request(&r->session, &r->model, r->data, r->model.score);
    asked.wanted = wanted;
    asked.wanted_count = count;
    asked.pictures = pictures;
    asked.picture_count = picture_count;
    p->batch = take((size_t)r->run.batch, sizeof *p->batch, "a batch");
    p->feed = p->batch ? feed_new(&asked) : NULL;
    return p->feed ? 0 : -1;
}

static int make_program(predictor *p, ablate_value *const *wanted, int count)
{
    const struct device *where = p->run->session.device;
    p->frozen = constants_new(where);
    program_request request = { .graph = p->run->model.score,
                                .device = where,
                                .constants = p->frozen,
                                .wanted = wanted,
                                .wanted_count = count,
                                .given = p->input,
                                .given_count = p->inputs,
                                .parameters = p->run->parameters };
    if (p->feed)
        request.given = feed_given(p->feed, &request.given_count);
    p->program = p->frozen ? program_new(&request) : NULL;
    return p->program ? 0 : -1;
}

predictor *predictor_new(predict_run *run, ablate_value *const *wanted, int count, const int *pictures,
                         int picture_count)
{
    predictor *p = take_zeroed(1, sizeof *p, "a predictor");
    if (!p)
        return NULL;
    p->run = run;
    int status = pictures ? open_own(p, wanted, count, pictures, picture_count) : open_files(p, wanted, count);
    if (status == 0 && make_program(p, wanted, count) == 0)
        return p;
    predictor_free(p);
    return NULL;
}

int predictor_read(predictor *p, int slot, const char *path)
{
    picture one = { .path = (char *)(uintptr_t)path };
    const dataset file = { .picture = &one, .pictures = 1 };
    const size_t side = (size_t)p->run->input.size;
    return dataset_input(&file, 0, &p->run->input, p->pixels + (size_t)slot * 3 * side * side);
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
    for (int i = 0; i < p->run->run.batch; i++)
        p->batch[i] = pictures[i < count ? i : count - 1];
    return feed_fill(p->feed, p->program, p->batch) < 0 ? -1 : program_run(p->program, 0);
}

int predictor_get(const predictor *p, const ablate_value *wanted, float *out)
{
    return program_get(p->program, wanted, out);
}

int64_t predictor_numbers(const predictor *p, const ablate_value *value)
{
    return shape_size(&value->shape) / p->run->run.batch;
}
