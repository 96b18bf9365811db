#include "predict_score.h"
#include "../base/diag.h"
#include "../base/workers.h"
#include "../files/image_survey.h"
#include <math.h>
#include <stdlib.h>

static void forget_reasons(predict_walk *w)
{
    for (int i = 0; w->reason && i < w->run->run.batch; i++) {
        free(w->reason[i]);
        w->reason[i] = NULL;
    }
}

/* One line, however many they are. */
static int say_turned(const predict_files *files, const char *label)
{
    image_survey survey = { 0 };
    const char **path = take((size_t)files->count, sizeof *path, "a list of pictures");
    for (int i = 0; path && i < files->count; i++)
        path[i] = files->file[i].path;
    int status = path ? image_survey_make(&survey, path, files->count) : -1;
    int turned = status == 0 ? image_survey_turned(&survey) : 0;
    if (turned > 0)
        fprintf(stderr,
                "%s: %d of %d pictures are stored turned or mirrored and are read upright, as their orientation says\n",
                label, turned, files->count);
    image_survey_free(&survey);
    free(path);
    return status;
}

static int begin(predict_walk *w)
{
    const model *m = &w->run->model;
    const size_t batch = (size_t)w->run->run.batch, side = (size_t)w->run->input.size;
    const int total = w->files ? w->files->count : w->owned;
    w->size = w->run->input.size;
    w->wanted[0] = m->map;
    w->wanted[1] = m->image_score;
    w->by = (predictor_walk){ .pictures = w->own,
                              .total = total,
                              .label = w->label,
                              .stopped = "were scored; no list of scores is written, the same command begins anew" };
    if (w->files ? say_turned(w->files, w->label) < 0 : !session_turned(&w->run->session))
        return -1;
    if (scores_possible(m, w->run->folder) < 0)
        return -1;
    w->by.predictor = finished_run_predictor(w->run, w->wanted, m->image_score ? 2 : 1, w->own, total);
    w->maps = take(batch * side * side, sizeof *w->maps, "a batch of maps");
    w->image = take(batch, sizeof *w->image, "a batch of scores");
    w->score = take(batch, sizeof *w->score, "a batch of scores");
    w->reason = take_zeroed(batch, sizeof *w->reason, "a batch");
    return w->by.predictor && w->maps && w->image && w->score && w->reason ? 0 : -1;
}

static void end(predict_walk *w)
{
    forget_reasons(w);
    predictor_free(w->by.predictor);
    free(w->maps);
    free(w->image);
    free(w->score);
    free(w->reason);
}

/* Not being able to read a picture is no failure of the batch: the sentence is kept. */
static int read_one(void *context, int i)
{
    const predict_walk *w = context;
    if (predictor_read(w->by.predictor, i, w->files->file[w->first + i].path) == 0)
        return 0;
    w->reason[i] = take_text("%s", complaint());
    complaint_clear();
    return w->reason[i] ? 0 : -1;
}

static const char *name_of(const predict_walk *w, int i)
{
    return w->files ? w->files->file[w->first + i].path : w->run->data->picture[w->own[w->first + i]].name;
}

/* The modules' score, else the map's maximum, as the metrics take it. */
static int score_one(const predict_walk *w, int i)
{
    const size_t area = (size_t)w->size * (size_t)w->size;
    const float *map = w->maps + (size_t)i * area;
    double greatest = (double)map[0], sum = 0;
    for (size_t k = 0; k < area; k++) {
        greatest = (double)map[k] > greatest ? (double)map[k] : greatest;
        sum += (double)map[k];
    }
    w->score[i] = w->run->model.image_score ? (double)w->image[i] : greatest;
    if (!isfinite(w->score[i]) || !isfinite(sum))
        return complain("%s: this run gives '%s' a score that is not finite; its training went wrong", w->run->folder,
                        name_of(w, i));
    return 0;
}

static int score_batch(predict_walk *w)
{
    const model *m = &w->run->model;
    predictor *p = w->by.predictor;
    forget_reasons(w);
    if (w->files && (workers_run(w->count, read_one, w) < 0 || predictor_run(p) < 0))
        return -1;
    if (predictor_get(p, m->map, w->maps) < 0 || (m->image_score && predictor_get(p, m->image_score, w->image) < 0))
        return -1;
    for (int i = 0; i < w->count; i++)
        if (!w->reason[i] && score_one(w, i) < 0)
            return -1;
    return 0;
}

bool predict_next(predict_walk *w)
{
    w->by.status = w->by.begun ? w->status : begin(w);
    while (predictor_next(&w->by)) {
        w->first = w->by.first;
        w->count = w->by.count;
        if (score_batch(w) == 0)
            return true;
        w->by.status = -1;
    }
    w->status = w->by.status;
    end(w);
    return false;
}
