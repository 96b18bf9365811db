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

typedef struct pictures { /* of the first run; the others have the same */
    int count, classes;
    int *class_index;
    bool *defective;
    double *score; /* (pairs, 2, count) */
} pictures;

static void pictures_free(pictures *p)
{
    free(p->class_index);
    free(p->defective);
    free(p->score);
}

static int describe(pictures *p, const dataset *d, const scores *s, int pairs)
{
    p->count = s->count;
    p->classes = d->classes;
    p->class_index = take((size_t)s->count, sizeof *p->class_index, "the scores");
    p->defective = take((size_t)s->count, sizeof *p->defective, "the scores");
    p->score = take(2 * (size_t)pairs * (size_t)s->count, sizeof *p->score, "the scores");
    for (int i = 0; p->class_index && p->defective && i < s->count; i++) {
        p->class_index[i] = d->picture[s->picture[i]].class_index;
        p->defective[i] = !d->picture[s->picture[i]].good;
    }
    return p->class_index && p->defective && p->score ? 0 : -1;
}

/* Scores the test pictures again with the run in the folder; `place`: 2 pair + 0 or 1. */
static int score_run(pictures *p, const char *folder, const finished_options *o, int pairs, int place)
{
    finished_run run = { 0 };
    scores s = { 0 };
    int status = finished_run_open(&run, folder, o);
    if (status == 0)
        status = finished_run_scores(&run, &s);
    finished_run_say(&run, run.label);
    if (status == 0 && place == 0)
        status = describe(p, run.data, &s, pairs);
    for (int i = 0; status == 0 && i < p->count; i++)
        p->score[(int64_t)place * p->count + i] = scores_picture(&s, i);
    scores_free(&s);
    finished_run_close(&run);
    return status;
}

static int by_picture(const compare_runs *runs, int samples, const finished_options *o,
                      bootstrap_interval out[BOOTSTRAP_METRICS])
{
    pictures p = { 0 };
    bootstrap_scores *pair = take((size_t)runs->pairs, sizeof *pair, "the scores");
    int status = pair ? 0 : -1;
    for (int i = 0; i < 2 * runs->pairs && status == 0; i++)
        status = score_run(&p, runs->pair[i / 2].folder[i % 2], o, runs->pairs, i);
    for (int i = 0; status == 0 && i < runs->pairs; i++)
        pair[i] =
            (bootstrap_scores){ { p.score + (int64_t)(2 * i) * p.count, p.score + (int64_t)(2 * i + 1) * p.count } };
    const bootstrap_request wanted = { p.count,       p.classes,   runs->pairs, samples,
                                       p.class_index, p.defective, pair,        COMPARISON_SEED };
    if (status == 0)
        status = bootstrap_pictures(&wanted, out);
    pictures_free(&p);
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
