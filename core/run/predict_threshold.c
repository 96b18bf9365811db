#include "predict_threshold.h"
#include "../base/diag.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

void predict_threshold_free(predict_threshold *t)
{
    free(t->from);
    free(t->warning);
    *t = (predict_threshold){ 0 };
}

static int by_value(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* The greatest m with m / n <= rate: the quotient, not the product, is compared, since 0.29 * 100 is below 29. */
static int most_below(int n, double rate)
{
    int m = (int)(rate * n);
    while (m < n && (double)(m + 1) / n <= rate)
        m++;
    while (m > 0 && (double)m / n > rate)
        m--;
    return m;
}

int predict_threshold_rule(double *score, int n, double rate, double *threshold)
{
    int most = most_below(n + 1, rate);
    if (most < 1)
        return complain(
            "a false alarm rate of %g needs at least %.0f defect-free pictures, there are %d; give more with "
            "--good, or allow more with --false-alarms",
            rate, ceil(1 / rate) - 1, n);
    qsort(score, (size_t)n, sizeof *score, by_value);
    *threshold = score[n - most];
    return 0;
}

/* ---- the defect-free pictures ---- */

typedef struct good_scores {
    double *image, *greatest, *median; /* by picture that could be read */
    double *room;                      /* a map */
    int count, unread;
} good_scores;

static double median_of(double *value, size_t n)
{
    qsort(value, n, sizeof *value, by_value);
    return value[n / 2];
}

static int take_batch(void *context, const predict_batch *batch)
{
    good_scores *g = context;
    const size_t area = (size_t)batch->size * (size_t)batch->size;
    for (int i = 0; i < batch->count; i++) {
        if (batch->reason[i]) {
            g->unread++;
            continue;
        }
        for (size_t k = 0; k < area; k++)
            g->room[k] = (double)batch->maps[(size_t)i * area + k];
        g->median[g->count] = median_of(g->room, area);
        g->greatest[g->count] = g->room[area - 1];
        g->image[g->count++] = batch->score[i];
    }
    return 0;
}

static int make_room(good_scores *g, int count, int size)
{
    g->image = take((size_t)count, sizeof *g->image, "the scores of defect-free pictures");
    g->greatest = take((size_t)count, sizeof *g->greatest, "the scores of defect-free pictures");
    g->median = take((size_t)count, sizeof *g->median, "the scores of defect-free pictures");
    g->room = take((size_t)size * (size_t)size, sizeof *g->room, "a map");
    return g->image && g->greatest && g->median && g->room ? 0 : -1;
}

static int score_given(predict_run *run, const char *good, predict_threshold *t, good_scores *g)
{
    predict_files files = { 0 };
    int status = predict_files_add(&files, good);
    if (status == 0)
        status = predict_files_unique(&files);
    if (status == 0)
        status = make_room(g, files.count, run->run.size);
    if (status == 0)
        status = predict_score_files(run, &files, "defect-free pictures", take_batch, g);
    t->from = take_text("the pictures of %s", good);
    if (status == 0 && g->unread > 0)
        t->warning = take_text("%d of the %d pictures of %s could not be read and are left out of the threshold",
                               g->unread, files.count, good);
    predict_files_free(&files);
    return t->from && (t->warning || g->unread == 0) ? status : -1;
}

static int score_own(predict_run *run, predict_threshold *t, good_scores *g)
{
    const dataset *d = predict_run_data(run);
    int count = 0, *own = d ? take((size_t)d->pictures, sizeof *own, "the test pictures") : NULL;
    for (int i = 0; own && i < d->pictures; i++)
        if (d->picture[i].test && d->picture[i].good)
            own[count++] = i;
    int status = own ? make_room(g, count, run->run.size) : -1;
    if (status == 0 && count > 0)
        status = predict_score_own(run, own, count, "defect-free pictures", take_batch, g);
    t->from = status == 0 ? take_text("the test pictures without a defect of the run's own data %s", d->spec) : NULL;
    free(own);
    return t->from ? 0 : -1;
}

static int choose(predict_threshold *t, good_scores *g)
{
    if (predict_threshold_rule(g->image, g->count, t->rate, &t->image) < 0 ||
        predict_threshold_rule(g->greatest, g->count, t->rate, &t->pixel) < 0)
        return -1;
    t->pictures = g->count;
    t->calm = median_of(g->median, (size_t)g->count);
    for (int i = 0; i < g->count; i++)
        t->above += g->image[i] > t->image;
    return 0;
}

int predict_threshold_choose(predict_run *run, const char *good, double rate, predict_threshold *t)
{
    good_scores g = { NULL };
    *t = (predict_threshold){ .rate = rate };
    int status = good ? score_given(run, good, t, &g) : score_own(run, t, &g);
    if (status == 0)
        status = choose(t, &g);
    free(g.image);
    free(g.greatest);
    free(g.median);
    free(g.room);
    return status;
}
