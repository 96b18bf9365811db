#include "score.h"
#include "../base/diag.h"
#include "../metrics/bootstrap.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void scores_free(scores *s)
{
    free(s->picture);
    free(s->maps);
    free(s->image);
    *s = (scores){ 0 };
}

int scores_possible(const model *m, const char *whose)
{
    return m->map
               ? 0
               : complain("%s: no module of its line '%s' writes 'score', so that there are no score maps; choose one "
                          "whose line does",
                          whose, m->run->model);
}

static int prepare(scores *s, session *on, const model *m)
{
    s->size = m->input->size;
    s->picture = dataset_list(&on->data, true, &s->count);
    if (s->picture && s->count == 0)
        return complain("data '%s' has no test pictures", on->data.spec);
    size_t area = (size_t)s->size * (size_t)s->size;
    s->maps = s->picture ? take((size_t)s->count * area, sizeof(float), "the score maps") : NULL;
    s->image = s->maps && m->image_score ? take((size_t)s->count, sizeof(double), "the image scores") : NULL;
    return s->maps && (s->image || !m->image_score) ? 0 : -1;
}

/* What the last batch gives for copies of its last picture is left out. */
static int keep_batch(scores *s, const model *m, const predictor_walk *w, float *maps, float *image)
{
    const size_t area = (size_t)s->size * (size_t)s->size;
    if (predictor_get(w->predictor, m->map, maps) < 0)
        return -1;
    if (m->image_score && predictor_get(w->predictor, m->image_score, image) < 0)
        return -1;
    memcpy(s->maps + (size_t)w->first * area, maps, (size_t)w->count * area * sizeof *maps);
    for (int i = 0; m->image_score && i < w->count; i++)
        s->image[w->first + i] = (double)image[i];
    return 0;
}

static int score_all(scores *s, const model *m, predictor *p, const char *label)
{
    const size_t batch = (size_t)m->run->batch;
    float *maps = take(batch * (size_t)s->size * (size_t)s->size, sizeof *maps, "a batch of maps");
    float *image = take(batch, sizeof *image, "a batch of scores");
    predictor_walk w = { .predictor = p,
                         .pictures = s->picture,
                         .total = s->count,
                         .label = label,
                         .note = "scoring",
                         .stopped = "were scored; the same command goes on with its scoring",
                         .status = maps && image ? 0 : -1 };
    while (predictor_next(&w))
        w.status = keep_batch(s, m, &w, maps, image);
    free(maps);
    free(image);
    return w.status;
}

double scores_picture(const scores *s, int i)
{
    const int64_t pixels = (int64_t)s->size * s->size;
    double most = -INFINITY;
    if (s->image)
        return s->image[i];
    for (int64_t p = 0; p < pixels; p++)
        most = fmax(most, (double)s->maps[i * pixels + p]);
    return most;
}

int scores_make(session *on, const model *m, float *trained, const char *label, scores *s)
{
    *s = (scores){ 0 };
    if (scores_possible(m, label) < 0 || prepare(s, on, m) < 0)
        return -1;
    ablate_value *wanted[2] = { m->map, m->image_score };
    predictor *p = predictor_new(
        &(predictor_request){ on, m, trained, wanted, m->image_score ? 2 : 1, s->picture, s->count, NULL });
    int status = p ? score_all(s, m, p, label) : -1;
    predictor_free(p);
    return status;
}

/* A batch is whole or left out: a probe may be of the batch as one. */
static int probe_batches(const model *m, predictor_walk *w, double *mean)
{
    const graph *g = m->score;
    const int batch = m->run->batch, batches = w->total / batch;
    w->total = batches * batch;
    while (predictor_next(w))
        for (int k = 0; k < g->probes && w->status == 0; k++) {
            float value = 0;
            w->status = predictor_get(w->predictor, g->probe[k].value, &value);
            mean[k] += (double)value / batches;
        }
    return w->status;
}

int scores_probe(session *on, const model *m, float *trained, const char *label, double *mean)
{
    const graph *g = m->score;
    int count = 0, *pictures = dataset_list(&on->data, true, &count);
    ablate_value **wanted = take((size_t)g->probes, sizeof *wanted, "the probes");
    for (int i = 0; wanted && i < g->probes; i++) {
        wanted[i] = g->probe[i].value;
        mean[i] = 0;
    }
    predictor *p = pictures && wanted
                       ? predictor_new(&(predictor_request){ on, m, trained, wanted, g->probes, pictures, count, NULL })
                       : NULL;
    predictor_walk w = { .predictor = p,
                         .pictures = pictures,
                         .total = count,
                         .label = label,
                         .note = "probing",
                         .stopped = "were probed; the same command goes on with that" };
    int status = p ? probe_batches(m, &w, mean) : -1;
    predictor_free(p);
    free(pictures);
    free(wanted);
    return status;
}

const uint8_t *scores_masks(session *on, const model *m)
{
    const metrics_protocol *how = metrics_protocol_find(m->run->protocol);
    phase before = phases_enter(&on->phases, PHASE_METRICS);
    const mask_rule rule = { how && how->mask_nearest ? IMAGE_NEAREST : IMAGE_BILINEAR, how ? how->mask_threshold : 0 };
    const uint8_t *masks = how ? session_masks(on, m->input, rule) : NULL;
    phases_enter(&on->phases, before);
    return masks;
}

static metrics_input describe_scores(const scores *s, const dataset *d, const uint8_t *masks, const int8_t *labels,
                                     const int *classes)
{
    return (metrics_input){ .pictures = s->count,
                            .height = s->size,
                            .width = s->size,
                            .maps = s->maps,
                            .masks = masks,
                            .labels = labels,
                            .classes = classes,
                            .class_count = d->classes,
                            .class_names = (const char *const *)d->class_name };
}

int scores_evaluate(session *on, const model *m, const scores *s, metrics_result *result, double *off)
{
    const dataset *d = &on->data;
    const metrics_protocol *protocol = metrics_protocol_find(m->run->protocol);
    const uint8_t *masks = protocol ? scores_masks(on, m) : NULL;
    int *classes = take((size_t)s->count, sizeof *classes, "the test pictures");
    int8_t *labels = take((size_t)s->count, sizeof *labels, "the test pictures");
    int status = masks && classes && labels ? 0 : -1;
    for (int i = 0; status == 0 && i < s->count; i++) {
        classes[i] = d->picture[s->picture[i]].class_index;
        labels[i] = !d->picture[s->picture[i]].good;
    }
    if (status == 0) {
        metrics_input input = describe_scores(s, d, masks, labels, classes);
        metrics_protocol how = *protocol;
        input.scores = how.takes_given ? s->image : NULL;
        how.connectivity = m->run->connectivity == RUN_CONNECTED_4 ? 4 : 8;
        status = metrics_evaluate(&input, &how, result);
        if (status == 0 && off)
            status = bootstrap_pictures(&input, &how, off);
    }
    free(classes);
    free(labels);
    return status;
}
