#include "../base/diag.h"
#include "../base/name.h"
#include "../files/json.h"
#include "../files/number_json.h"
#include "../finished/predict_run.h"
#include "../metrics/compare_bootstrap.h"
#include "../model/score.h"
#include "../record/compare_runs.h"
#include "shared.h"
#include "verbs.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 1 };

typedef struct request {
    verb_line given;
    int samples;
    bool json, quick;
} request;

static const line_option options[] = {
    OPTION(request, samples, "samples", 0, "N", "times that the test pictures are drawn again (10000)", .least = 100,
           .most = 1000000),
    OPTION(request, quick, "quick", 0, NULL, "no intervals over pictures, so nothing is computed"),
    OPTION(request, json, "json", 0, NULL, "print as JSON"),
    { 0 }
};

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

/* Scores the test pictures again with one run; `place`: 2 pair + 0 or 1. */
static int score_run(const request *r, const char *folder, pictures *p, int pairs, int place)
{
    predict_run run = { 0 };
    scores s = { 0 };
    const predict_options how = shared_opening(&r->given);
    int status = predict_run_open(&run, folder, &how);
    const dataset *d = status == 0 ? predict_run_data(&run) : NULL;
    status = d ? 0 : -1;
    if (status == 0 && !run.model.map)
        status = complain("%s gives no score map; there is nothing to compare by picture; see --quick", folder);
    if (status == 0)
        status = scores_make(&run.session, &run.model, d, run.parameters, run.label, &s);
    for (int i = 0; i < run.warnings; i++)
        fprintf(stderr, "%s: %s\n", run.label, run.warning[i]);
    if (status == 0 && place == 0)
        status = describe(p, d, &s, pairs);
    for (int i = 0; status == 0 && i < p->count; i++)
        p->score[(int64_t)place * p->count + i] = scores_picture(&s, i);
    scores_free(&s);
    predict_run_close(&run);
    return status;
}

static int by_picture(const request *r, const compare_runs *c, bootstrap_interval out[BOOTSTRAP_METRICS])
{
    pictures p = { 0 };
    bootstrap_scores *pair = take((size_t)c->pairs, sizeof *pair, "the scores");
    int status = pair ? 0 : -1;
    for (int i = 0; i < 2 * c->pairs && status == 0; i++)
        status = score_run(r, c->pair[i / 2].folder[i % 2], &p, c->pairs, i);
    for (int i = 0; status == 0 && i < c->pairs; i++)
        pair[i] =
            (bootstrap_scores){ { p.score + (int64_t)(2 * i) * p.count, p.score + (int64_t)(2 * i + 1) * p.count } };
    const bootstrap_request wanted = {
        p.count, p.classes, c->pairs, r->samples, p.class_index, p.defective, pair, SEED
    };
    if (status == 0)
        status = bootstrap_pictures(&wanted, out);
    pictures_free(&p);
    free(pair);
    return status;
}

/* ---- what is found ---- */

typedef struct findings {
    const compare_runs *runs;
    int classes;
    double *difference; /* (METRICS_KINDS, classes) mean over the pairs */
    double mean[2][METRICS_KINDS];
    int known[METRICS_KINDS];  /* classes that have the metric in all runs */
    bool image[METRICS_KINDS]; /* has an interval over pictures */
    bootstrap_interval over_classes[METRICS_KINDS], over_pictures[METRICS_KINDS];
} findings;

static void subtract(findings *f)
{
    const compare_runs *c = f->runs;
    for (int m = 0; m < METRICS_KINDS; m++) {
        for (int i = 0; i < f->classes; i++) {
            double sum = 0;
            for (int k = 0; k < c->pairs; k++)
                sum += c->pair[k].record[1].classes[i].value[m] - c->pair[k].record[0].classes[i].value[m];
            f->difference[m * f->classes + i] = sum / c->pairs;
            f->known[m] += isfinite(sum);
        }
        for (int side = 0; side < 2; side++)
            for (int k = 0; k < c->pairs; k++)
                f->mean[side][m] += c->pair[k].record[side].mean[m] / c->pairs;
    }
}

static int find(const request *r, const compare_runs *c, findings *f)
{
    bootstrap_interval image[BOOTSTRAP_METRICS];
    *f = (findings){ .runs = c, .classes = c->pair[0].record[0].class_count };
    f->difference = take((size_t)f->classes * METRICS_KINDS, sizeof *f->difference, "the differences");
    if (!f->difference)
        return -1;
    subtract(f);
    for (int m = 0; m < METRICS_KINDS; m++)
        if (f->known[m] &&
            bootstrap_classes(f->difference + m * f->classes, f->classes, r->samples, SEED, &f->over_classes[m]) < 0)
            return -1;
    if (r->quick)
        return 0;
    if (by_picture(r, c, image) < 0)
        return -1;
    f->over_pictures[METRICS_IMAGE_AUROC] = image[BOOTSTRAP_AUROC];
    f->over_pictures[METRICS_IMAGE_AP] = image[BOOTSTRAP_AP];
    f->image[METRICS_IMAGE_AUROC] = f->image[METRICS_IMAGE_AP] = true;
    return 0;
}

/* ---- printing ---- */

static void print_setting(void *to, const char *name, const char *a, const char *b)
{
    char first[NAME_ROOM], second[NAME_ROOM];
    fprintf(to, "  %-24s %-32s %s\n", name, name_shown(a ? a : "-", first, sizeof first),
            name_shown(b ? b : "-", second, sizeof second));
}

static void print_classes(const findings *f, FILE *out)
{
    fprintf(out, "\nB minus A by class, percentage points, mean of %d seed%s\n  %-24s", f->runs->pairs,
            f->runs->pairs == 1 ? "" : "s", "");
    for (int m = 0; m < METRICS_KINDS; m++)
        fprintf(out, "%9s", metrics_title((metrics_kind)m));
    for (int i = 0; i < f->classes; i++) {
        fputs("\n  ", out);
        name_pad(f->runs->pair[0].record[0].classes[i].name, 24, out);
        for (int m = 0; m < METRICS_KINDS; m++)
            fprintf(out, "%+9.1f", 100 * f->difference[m * f->classes + i]);
    }
    fputc('\n', out);
}

/* Of one class alone there is nothing to draw from. */
static bool spreads(const findings *f, int m)
{
    return f->known[m] > 1;
}

static void print_interval(const bootstrap_interval *i, FILE *out)
{
    fprintf(out, "  %+6.1f .. %+6.1f%s", 100 * i->low, 100 * i->high, i->low > 0 || i->high < 0 ? " *" : "  ");
}

static void print_means(const findings *f, int samples, FILE *out)
{
    fprintf(out, "\n  %-10s %8s %8s %8s  %-20s  %s\n", "mean", "A", "B", "B - A", "95 % over classes",
            "95 % over pictures");
    for (int m = 0; m < METRICS_KINDS; m++) {
        if (!f->known[m])
            continue;
        fprintf(out, "  %-10s %8.1f %8.1f %+8.1f", metrics_title((metrics_kind)m), 100 * f->mean[0][m],
                100 * f->mean[1][m], 100 * f->over_classes[m].difference);
        if (spreads(f, m))
            print_interval(&f->over_classes[m], out);
        else
            fprintf(out, "  %-20s", "- (one class)");
        if (f->image[m])
            print_interval(&f->over_pictures[m], out);
        if (f->known[m] < f->classes)
            fprintf(out, "  B - A of %d of %d classes", f->known[m], f->classes);
        fputc('\n', out);
    }
    bool exact = strcmp(f->runs->pair[0].record[0].protocol, "exact") == 0;
    if (!exact && f->image[METRICS_IMAGE_AUROC])
        fprintf(out,
                "  Intervals over pictures are of the protocol 'exact', whatever the runs' own makes of scores.\n");
    fprintf(
        out,
        "  * does not hold zero. Percentile intervals of %d bootstrap samples, seed %d: classes drawn again, or the\n"
        "  pictures within each class, good and defective ones apart and the same for A and B. Of metrics over pixels\n"
        "  there is none over pictures. They say nothing about other training seeds.\n",
        samples, (int)SEED);
}

static void print_text(const request *r, const findings *f, FILE *out)
{
    const compare_runs *c = f->runs;
    const run_record *a = &c->pair[0].record[0], *b = &c->pair[0].record[1];
    fprintf(out, "A  %s, row %s: %s\nB  %s, row %s: %s\n%s; protocol %s; seeds", a->experiment, a->row,
            r->given.word[0], b->experiment, b->row, r->given.word[1], a->data, a->protocol);
    for (int i = 0; i < c->pairs; i++) {
        int first = c->pair[i].record[0].seed, second = c->pair[i].record[1].seed;
        fprintf(out, first == second ? " %d" : " %d of A and %d of B", first, second);
    }
    if (c->alone > 0)
        fprintf(out, " (%d runs of other seeds left out)", c->alone);
    fprintf(out, "\n\nSettings that differ\n  %-24s %-32s %s\n", "", "A", "B");
    compare_settings(c, print_setting, out);
    for (int side = 0; side < 2; side++)
        if (compare_settings_vary(c, side))
            fprintf(out, "  The runs of %c are of different settings themselves; these are those of seed %d.\n",
                    'A' + side, c->pair[0].record[side].seed);
    print_classes(f, out);
    print_means(f, r->samples, out);
}

static void add_setting(void *to, const char *name, const char *a, const char *b)
{
    cJSON *item = cJSON_AddObjectToObject(to, name);
    cJSON_AddItemToObject(item, "a", a ? json_text(a) : cJSON_CreateNull());
    cJSON_AddItemToObject(item, "b", b ? json_text(b) : cJSON_CreateNull());
}

static void add_interval(cJSON *to, const char *name, const bootstrap_interval *i)
{
    cJSON *ends = cJSON_AddArrayToObject(to, name);
    cJSON_AddItemToArray(ends, number_json(i->low));
    cJSON_AddItemToArray(ends, number_json(i->high));
}

static void add_metric(cJSON *to, const findings *f, int m)
{
    cJSON *metric = cJSON_AddObjectToObject(to, metrics_name((metrics_kind)m));
    cJSON *classes = cJSON_CreateObject();
    number_json_add(metric, "a", f->mean[0][m]);
    number_json_add(metric, "b", f->mean[1][m]);
    number_json_add(metric, "difference", f->over_classes[m].difference);
    if (spreads(f, m))
        add_interval(metric, "interval_over_classes", &f->over_classes[m]);
    if (f->image[m])
        add_interval(metric, "interval_over_pictures", &f->over_pictures[m]);
    for (int i = 0; i < f->classes; i++)
        json_add(classes, f->runs->pair[0].record[0].classes[i].name, number_json(f->difference[m * f->classes + i]));
    cJSON_AddItemToObject(metric, "classes", classes);
}

static int print_json(const findings *f, FILE *out)
{
    cJSON *whole = cJSON_CreateObject(), *changed = cJSON_AddObjectToObject(whole, "settings");
    cJSON *metrics = cJSON_AddObjectToObject(whole, "metrics");
    compare_settings(f->runs, add_setting, changed);
    for (int m = 0; m < METRICS_KINDS; m++)
        if (f->known[m])
            add_metric(metrics, f, m);
    char *text = cJSON_Print(whole);
    int status = text && fprintf(out, "%s\n", text) > 0 ? 0 : complain("out of memory for the comparison");
    cJSON_free(text);
    cJSON_Delete(whole);
    return status;
}

static int run(void *given)
{
    const request *r = given;
    compare_runs *runs = take_zeroed(1, sizeof *runs, "the runs to compare");
    findings f = { 0 };
    int status = runs ? compare_runs_open(runs, r->given.word[0], r->given.word[1]) : -1;
    if (status == 0)
        status = find(r, runs, &f);
    if (status == 0 && r->json)
        status = print_json(&f, stdout);
    else if (status == 0)
        print_text(r, &f, stdout);
    free(f.difference);
    if (runs)
        compare_runs_free(runs);
    free(runs);
    return status;
}

static const request start = { .samples = 10000 };

const verb verb_compare = {
    .name = "compare",
    .summary = "RUN RUN   what two runs set differently, and what came of it",
    .words = "RUN RUN",
    .doc = "Compare two finished runs, or two rows with several seeds: B minus A.",
    .least = 2,
    .most = 2,
    .lacks = "name two runs, or two folders with the seeds of a row each",
    .options = { options, shared_runs, shared_modules, shared_cache, shared_device },
    .rules = { { "--quick", "nothing is computed", "set modules cache device threads" } },
    .size = sizeof(request),
    .start = &start,
    .run = run,
};
