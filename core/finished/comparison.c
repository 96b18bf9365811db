#include "comparison.h"
#include "../base/diag.h"
#include <math.h>
#include <stdlib.h>

void comparison_free(comparison *c)
{
    free(c->difference);
    *c = (comparison){ 0 };
}

/* ---- scores of the test pictures ---- */

/* Of the first run; the others have the same pictures. */
static int describe(bootstrap_request *p, const dataset *d, const scores *s)
{
    int *class_index = take((size_t)s->count, sizeof *class_index, "the scores");
    bool *defective = take((size_t)s->count, sizeof *defective, "the scores");
    p->pictures = s->count;
    p->classes = d->classes;
    p->class_index = class_index;
    p->defective = defective;
    for (int i = 0; class_index && defective && i < s->count; i++) {
        class_index[i] = d->picture[s->picture[i]].class_index;
        defective[i] = !d->picture[s->picture[i]].good;
    }
    return class_index && defective ? 0 : -1;
}

/* Scores the test pictures again with the run in the folder, into new memory. */
static int score_run(bootstrap_request *p, const char *folder, const finished_options *o, const double **score)
{
    finished_run run = { 0 };
    scores s = { 0 };
    int status = finished_run_open(&run, folder, o);
    if (status == 0)
        status = finished_run_scores(&run, &s);
    finished_run_say(&run, run.label);
    if (status == 0 && !p->class_index)
        status = describe(p, run.data, &s);
    double *own = status == 0 ? take((size_t)s.count, sizeof *own, "the scores") : NULL;
    for (int i = 0; own && i < s.count; i++)
        own[i] = scores_picture(&s, i);
    *score = own;
    scores_free(&s);
    finished_run_close(&run);
    return own ? 0 : -1;
}

static int by_picture(const compare_runs *runs, int samples, const finished_options *o,
                      bootstrap_interval out[BOOTSTRAP_METRICS])
{
    bootstrap_scores *pair = take_zeroed((size_t)runs->pairs, sizeof *pair, "the scores");
    bootstrap_request p = { .pairs = runs->pairs, .samples = samples, .pair = pair, .seed = COMPARISON_SEED };
    int status = pair ? 0 : -1;
    for (int i = 0; i < 2 * runs->pairs && status == 0; i++)
        status = score_run(&p, runs->pair[i / 2].folder[i % 2], o, &pair[i / 2].score[i % 2]);
    if (status == 0)
        status = bootstrap_pictures(&p, out);
    for (int i = 0; pair && i < 2 * runs->pairs; i++)
        free((void *)(uintptr_t)pair[i / 2].score[i % 2]);
    free((void *)(uintptr_t)p.class_index);
    free((void *)(uintptr_t)p.defective);
    free(pair);
    return status;
}

/* ---- what is found ---- */

bool comparison_spreads(const comparison *c, metrics_kind m)
{
    return c->known[m] > 1;
}

static void subtract(comparison *c)
{
    const compare_runs *runs = c->runs;
    for (int m = 0; m < METRICS_KINDS; m++) {
        for (int i = 0; i < c->classes; i++) {
            double sum = 0;
            for (int k = 0; k < runs->pairs; k++)
                sum += runs->pair[k].record[1].classes[i].value[m] - runs->pair[k].record[0].classes[i].value[m];
            c->difference[m * c->classes + i] = sum / runs->pairs;
            c->known[m] += isfinite(sum);
        }
        for (int side = 0; side < 2; side++)
            for (int k = 0; k < runs->pairs; k++)
                c->mean[side][m] += runs->pair[k].record[side].mean[m] / runs->pairs;
    }
}

int comparison_make(comparison *c, const compare_runs *runs, int samples, const finished_options *o)
{
    bootstrap_interval image[BOOTSTRAP_METRICS];
    *c = (comparison){ .runs = runs, .samples = samples, .classes = runs->pair[0].record[0].class_count };
    c->difference = take((size_t)c->classes * METRICS_KINDS, sizeof *c->difference, "the differences");
    if (!c->difference)
        return -1;
    subtract(c);
    for (int m = 0; m < METRICS_KINDS; m++)
        if (c->known[m] && bootstrap_classes(c->difference + m * c->classes, c->classes, samples, COMPARISON_SEED,
                                             &c->over_classes[m]) < 0)
            return -1;
    if (!o)
        return 0;
    if (by_picture(runs, samples, o, image) < 0)
        return -1;
    c->over_pictures[METRICS_IMAGE_AUROC] = image[BOOTSTRAP_AUROC];
    c->over_pictures[METRICS_IMAGE_AP] = image[BOOTSTRAP_AP];
    c->image[METRICS_IMAGE_AUROC] = c->image[METRICS_IMAGE_AP] = true;
    return 0;
}
