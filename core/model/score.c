#include "score.h"
#include "../base/diag.h"
#include "../base/progress.h"
#include "../base/stop.h"
#include <math.h>
#include <stdlib.h>

void scores_free(scores *s)
{
    free(s->picture);
    free(s->maps);
    free(s->image);
    *s = (scores){ 0 };
}

/* A scoring graph cut at its frontier, ready to run. */
typedef struct scorer {
    feed *feed;
    constants *frozen;
    program *program;
} scorer;

static void scorer_close(scorer *c)
{
    program_free(c->program);
    constants_free(c->frozen);
    feed_free(c->feed);
}

static int scorer_open(scorer *c, const feed_request *asked, float *values)
{
    *c = (scorer){ .feed = feed_new(asked) };
    c->frozen = c->feed ? constants_new(asked->session->device) : NULL;
    program_request request = { .graph = asked->graph,
                                .device = asked->session->device,
                                .constants = c->frozen,
                                .wanted = asked->wanted,
                                .wanted_count = asked->wanted_count,
                                .parameters = values };
    if (c->feed)
        request.given = feed_given(c->feed, &request.given_count);
    c->program = c->frozen ? program_new(&request) : NULL;
    return c->program ? 0 : -1;
}

static int prepare(scores *s, const model *m, const dataset *d)
{
    *s = (scores){ .count = dataset_count(d, true), .size = m->input->size };
    if (!m->map)
        return complain("no module of the line '%s' writes 'score' when scoring; add one that does", m->run->model);
    if (s->count == 0)
        return complain("data '%s' has no test pictures", d->spec);
    size_t area = (size_t)s->size * (size_t)s->size;
    s->picture = take((size_t)s->count, sizeof(int), "the test pictures");
    s->maps = take((size_t)s->count * area, sizeof(float), "the score maps");
    s->image = m->image_score ? take((size_t)s->count, sizeof(double), "the image scores") : NULL;
    if (!s->picture || !s->maps || (m->image_score && !s->image))
        return -1;
    for (int i = 0, at = 0; i < d->pictures; i++)
        if (d->picture[i].test)
            s->picture[at++] = i;
    return 0;
}

/* The last batch is filled up with its last picture; what it gives for the copies is left out. */
static int score_batch(scores *s, const model *m, feed *f, program *p, int first, int batch, int *pictures, float *maps,
                       float *image)
{
    const size_t area = (size_t)s->size * (size_t)s->size;
    const int count = s->count - first < batch ? s->count - first : batch;
    for (int i = 0; i < batch; i++)
        pictures[i] = s->picture[first + (i < count ? i : count - 1)];
    if (feed_fill(f, p, pictures) < 0 || program_run(p, 0) < 0 || program_get(p, m->map, maps) < 0)
        return -1;
    if (m->image_score && program_get(p, m->image_score, image) < 0)
        return -1;
    for (size_t i = 0; i < (size_t)count * area; i++)
        s->maps[(size_t)first * area + i] = maps[i];
    for (int i = 0; m->image_score && i < count; i++)
        s->image[first + i] = (double)image[i];
    return 0;
}

static int score_all(scores *s, const model *m, feed *f, program *p, int batch, const char *label)
{
    int *pictures = take((size_t)batch, sizeof *pictures, "a batch");
    float *maps = take((size_t)batch * (size_t)s->size * (size_t)s->size, sizeof *maps, "a batch of maps");
    float *image = take((size_t)batch, sizeof *image, "a batch of scores");
    int status = pictures && maps && image ? 0 : -1;
    progress bar;
    progress_begin(&bar, label, "pictures", s->count, 0);
    for (int first = 0; first < s->count && status == 0; first += batch) {
        status = score_batch(s, m, f, p, first, batch, pictures, maps, image);
        progress_show(&bar, first, "scoring");
        if (status == 0 && first + batch < s->count && stop_asked())
            status = stop_complain("%s was being scored, %d of %d pictures; the same command goes on with its scoring",
                                   label, first + batch, s->count);
    }
    progress_end(&bar);
    free(pictures);
    free(maps);
    free(image);
    return status;
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

int scores_make(session *on, const model *m, const dataset *d, float *values, const char *label, scores *s)
{
    if (prepare(s, m, d) < 0)
        return -1;
    ablate_value *wanted[2] = { m->map, m->image_score };
    feed_request asked = model_feed_request(on, m, d, m->score);
    asked.wanted = wanted;
    asked.wanted_count = m->image_score ? 2 : 1;
    asked.pictures = s->picture;
    asked.picture_count = s->count;
    scorer c;
    int status = scorer_open(&c, &asked, values) == 0 ? score_all(s, m, c.feed, c.program, asked.batch, label) : -1;
    scorer_close(&c);
    return status;
}

static int probe_batches(const model *m, scorer *c, const feed_request *asked, const char *label, double *mean)
{
    const graph *g = m->score;
    int batches = asked->picture_count / asked->batch, status = 0;
    progress bar;
    progress_begin(&bar, label, "batches", batches, 0);
    for (int i = 0; i < batches && status == 0; i++) {
        status = feed_fill(c->feed, c->program, asked->pictures + i * asked->batch);
        if (status == 0)
            status = program_run(c->program, 0);
        for (int k = 0; k < g->probes && status == 0; k++) {
            float value = 0;
            status = program_get(c->program, g->probe[k].value, &value);
            mean[k] += (double)value / batches;
        }
        progress_show(&bar, i + 1, "probing");
        if (status == 0 && stop_asked())
            status = stop_complain("%s was being probed, %d of %d batches; the same command goes on with that", label,
                                   i + 1, batches);
    }
    progress_end(&bar);
    return status;
}

int scores_probe(session *on, const model *m, const dataset *d, float *values, const char *label, double *mean)
{
    const graph *g = m->score;
    int count = 0, *pictures = take((size_t)d->pictures, sizeof *pictures, "the test pictures");
    ablate_value **wanted = take((size_t)g->probes, sizeof *wanted, "the probes");
    scorer c = { NULL, NULL, NULL };
    if (!pictures || !wanted) {
        free(pictures);
        free(wanted);
        return -1;
    }
    for (int i = 0; i < d->pictures; i++)
        if (d->picture[i].test)
            pictures[count++] = i;
    for (int i = 0; i < g->probes; i++) {
        wanted[i] = g->probe[i].value;
        mean[i] = 0;
    }
    feed_request asked = model_feed_request(on, m, d, g);
    asked.wanted = wanted;
    asked.wanted_count = g->probes;
    asked.pictures = pictures;
    asked.picture_count = count;
    int status = scorer_open(&c, &asked, values) == 0 ? probe_batches(m, &c, &asked, label, mean) : -1;
    scorer_close(&c);
    free(pictures);
    free(wanted);
    return status;
}

static mask_rule rule_of(const metrics_protocol *protocol)
{
    return (mask_rule){ protocol->mask_nearest ? IMAGE_NEAREST : IMAGE_BILINEAR, protocol->mask_threshold };
}

int scores_masks(session *on, const model *m)
{
    const metrics_protocol *protocol = metrics_protocol_find(m->run->protocol);
    phase before = phases_enter(&on->phases, PHASE_METRICS);
    int status = protocol && session_masks(on, m->input, rule_of(protocol)) ? 0 : -1;
    phases_enter(&on->phases, before);
    return status;
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

int scores_evaluate(session *on, const model *m, const dataset *d, const scores *s, metrics_result *result)
{
    const metrics_protocol *protocol = metrics_protocol_find(m->run->protocol);
    const uint8_t *masks = protocol ? session_masks(on, m->input, rule_of(protocol)) : NULL;
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
    }
    free(classes);
    free(labels);
    return status;
}
