#include "predict_score.h"
#include "../base/diag.h"
#include "../base/workers.h"
#include "../files/image_survey.h"
#include <math.h>
#include <stdlib.h>

typedef struct scorer {
    finished_run *run;
    const predict_files *files; /* NULL: pictures of the run's data */
    ablate_value *wanted[2];
    predictor_walk walk;
    float *maps, *image; /* of a batch */
    double *score;
    char **reason;
} scorer;

static void forget_reasons(scorer *s)
{
    for (int i = 0; s->reason && i < s->run->run.batch; i++) {
        free(s->reason[i]);
        s->reason[i] = NULL;
    }
}

static void scorer_close(scorer *s)
{
    forget_reasons(s);
    predictor_free(s->walk.predictor);
    free(s->maps);
    free(s->image);
    free(s->score);
    free(s->reason);
}

static int scorer_open(scorer *s)
{
    const model *m = &s->run->model;
    const size_t batch = (size_t)s->run->run.batch, side = (size_t)s->run->input.size;
    s->wanted[0] = m->map;
    s->wanted[1] = m->image_score;
    if (scores_possible(m, s->run->folder) < 0)
        return -1;
    s->walk.predictor =
        finished_run_predictor(s->run, s->wanted, m->image_score ? 2 : 1, s->walk.pictures, s->walk.total);
    s->maps = take(batch * side * side, sizeof *s->maps, "a batch of maps");
    s->image = take(batch, sizeof *s->image, "a batch of scores");
    s->score = take(batch, sizeof *s->score, "a batch of scores");
    s->reason = take_zeroed(batch, sizeof *s->reason, "a batch");
    return s->walk.predictor && s->maps && s->image && s->score && s->reason ? 0 : -1;
}

/* Not being able to read a picture is no failure of the batch: the sentence is kept. */
static int read_one(void *context, int i)
{
    const scorer *s = context;
    if (predictor_read(s->walk.predictor, i, s->files->file[s->walk.first + i].path) == 0)
        return 0;
    s->reason[i] = take_text("%s", complaint());
    complaint_clear();
    return s->reason[i] ? 0 : -1;
}

static int compute_files(scorer *s)
{
    forget_reasons(s);
    return workers_run(s->walk.count, read_one, s) < 0 ? -1 : predictor_run(s->walk.predictor);
}

static const char *name_of(const scorer *s, int i)
{
    return s->files ? s->files->file[s->walk.first + i].path
                    : s->run->data->picture[s->walk.pictures[s->walk.first + i]].name;
}

/* The modules' score, else the map's maximum, as the metrics take it. */
static int score_one(const scorer *s, int i)
{
    const size_t area = (size_t)s->run->input.size * (size_t)s->run->input.size;
    const float *map = s->maps + (size_t)i * area;
    double greatest = (double)map[0], sum = 0;
    for (size_t k = 0; k < area; k++) {
        greatest = (double)map[k] > greatest ? (double)map[k] : greatest;
        sum += (double)map[k];
    }
    s->score[i] = s->run->model.image_score ? (double)s->image[i] : greatest;
    if (!isfinite(s->score[i]) || !isfinite(sum))
        return complain("%s: this run gives '%s' a score that is not finite; its training went wrong", s->run->folder,
                        name_of(s, i));
    return 0;
}

static int score_batch(scorer *s)
{
    const model *m = &s->run->model;
    const predictor *p = s->walk.predictor;
    if (s->files && compute_files(s) < 0)
        return -1;
    if (predictor_get(p, m->map, s->maps) < 0 || (m->image_score && predictor_get(p, m->image_score, s->image) < 0))
        return -1;
    for (int i = 0; i < s->walk.count; i++)
        if (!s->reason[i] && score_one(s, i) < 0)
            return -1;
    return 0;
}

static int score_all(scorer *s, predict_taker *taker, void *context)
{
    s->walk.stopped = "were scored; no list of scores is written, the same command begins anew";
    s->walk.status = scorer_open(s);
    while (predictor_next(&s->walk)) {
        const predict_batch made = { .first = s->walk.first,
                                     .count = s->walk.count,
                                     .size = s->run->input.size,
                                     .maps = s->maps,
                                     .score = s->score,
                                     .reason = (const char *const *)s->reason };
        s->walk.status = score_batch(s) < 0 ? -1 : taker(context, &made);
    }
    scorer_close(s);
    return s->walk.status;
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

int predict_score_files(finished_run *run, const predict_files *files, const char *label, predict_taker *taker,
                        void *context)
{
    scorer s = { .run = run, .files = files, .walk = { .total = files->count, .label = label } };
    return say_turned(files, label) < 0 ? -1 : score_all(&s, taker, context);
}

int predict_score_own(finished_run *run, const int *pictures, int count, const char *label, predict_taker *taker,
                      void *context)
{
    scorer s = { .run = run, .walk = { .pictures = pictures, .total = count, .label = label } };
    return !session_turned(&run->session) ? -1 : score_all(&s, taker, context);
}
