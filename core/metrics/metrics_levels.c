#include "metrics_levels.h"
#include "../base/diag.h"
#include "metrics_component.h"
#include "metrics_key.h"
#include <stdlib.h>
#include <string.h>

enum { RANKED = 4096 }; /* pixels of a kind, evenly chosen, whose ranks stand for all */

void levels_free(levels *l)
{
    free(l->all);
    free(l->positive);
    free(l->weight);
    free(l->defects);
    free(l->sum[0]);
    free(l->sum[1]);
    free(l->sum_weight);
    free(l->between);
    *l = (levels){ 0 };
}

static int levels_open(levels *l, int pictures, int count, bool pixels)
{
    size_t all = (size_t)pictures * (size_t)count, one = (size_t)count;
    *l = (levels){ .pictures = pictures, .levels = count };
    l->all = take_zeroed(all, sizeof *l->all, "levels of scores");
    l->positive = take_zeroed(all, sizeof *l->positive, "levels of scores");
    l->sum[0] = take(one, sizeof *l->sum[0], "levels of scores");
    l->sum[1] = take(one, sizeof *l->sum[1], "levels of scores");
    l->between = take(one + 1, sizeof *l->between, "levels of scores");
    bool good = l->all && l->positive && l->sum[0] && l->sum[1] && l->between;
    if (pixels) {
        l->weight = take_zeroed(all, sizeof *l->weight, "levels of scores");
        l->defects = take_zeroed((size_t)pictures, sizeof *l->defects, "levels of scores");
        l->sum_weight = take(one, sizeof *l->sum_weight, "levels of scores");
        good = good && l->weight && l->defects && l->sum_weight;
    }
    return good ? 0 : -1;
}

/* ---- where the levels are ---- */

typedef struct chosen { /* scores of the pixels of one kind */
    double score[RANKED];
    int64_t seen, step; /* every `step`-th pixel counts */
    int count;
} chosen;

static void choose(chosen *c, double score)
{
    if (c->seen++ % c->step == 0 && c->count < RANKED)
        c->score[c->count++] = score;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Appends scores at even ranks, as many as half of the levels; all of fewer. */
static int add_ranks(chosen *c, double *edge, int count)
{
    const int most = LEVELS_MOST / 2;
    int taken = c->count < most ? c->count : most;
    qsort(c->score, (size_t)c->count, sizeof *c->score, by_value);
    for (int i = 0; i < taken; i++)
        edge[count + i] = c->score[(2 * (int64_t)i + 1) * c->count / (2 * taken)];
    return count + taken;
}

/* Ascending and distinct; how many there are. */
static int choose_edges(const metrics_input *in, const int64_t *picture, int n, chosen kind[2], double *edge)
{
    const int64_t pixels = in->height * in->width;
    for (int i = 0; i < n; i++)
        for (int64_t p = 0; p < pixels; p++)
            kind[in->masks[picture[i] * pixels + p] != 0].seen++;
    for (int k = 0; k < 2; k++) {
        kind[k].step = (kind[k].seen + RANKED - 1) / RANKED + (kind[k].seen == 0);
        kind[k].seen = 0;
    }
    for (int i = 0; i < n; i++)
        for (int64_t p = 0; p < pixels; p++) {
            int64_t at = picture[i] * pixels + p;
            choose(&kind[in->masks[at] != 0], score_of_pixel(in, at));
        }
    int count = add_ranks(&kind[1], edge, add_ranks(&kind[0], edge, 0)), distinct = 0;
    qsort(edge, (size_t)count, sizeof *edge, by_value);
    for (int i = 0; i < count; i++)
        if (distinct == 0 || edge[i] > edge[distinct - 1])
            edge[distinct++] = edge[i];
    return distinct;
}

/* How many of the edges are at most the score: its level. */
static int level_of(const double *edge, int count, double score)
{
    int at = 0;
    for (int left = count; left > 0;) {
        int half = left / 2;
        bool above = edge[at + half] <= score;
        at += above ? half + 1 : 0;
        left = above ? left - half - 1 : half;
    }
    return at;
}

/* ---- counting ---- */

static int count_picture(levels *l, const metrics_input *in, int64_t picture, int i, const double *edge,
                         int connectivity)
{
    const int64_t pixels = in->height * in->width, first = picture * pixels, row = (int64_t)i * l->levels;
    component_list defects = { 0 };
    int status = component_find(in->masks + first, in->height, in->width, connectivity, &defects);
    for (int64_t p = 0; status == 0 && p < pixels; p++)
        l->all[row + level_of(edge, l->levels - 1, score_of_pixel(in, first + p))]++;
    for (int64_t r = 0; status == 0 && r < defects.run_count; r++) {
        const component_run *run = &defects.runs[r];
        for (int64_t x = run->begin; x < run->end; x++) {
            double score = score_of_pixel(in, first + run->row * in->width + x);
            int64_t at = row + level_of(edge, l->levels - 1, score);
            l->positive[at]++;
            l->weight[at] += 1.0 / (double)defects.area[run->component];
        }
    }
    l->defects[i] = defects.count;
    component_free(&defects);
    return status < 0 ? complain("out of memory for the defects of a picture; close other programs") : 0;
}

int levels_of_pixels(levels *l, const metrics_input *in, const int64_t *picture, int n, int connectivity)
{
    chosen *kind = take_zeroed(2, sizeof *kind, "levels of scores");
    double *edge = take(LEVELS_MOST, sizeof *edge, "levels of scores");
    int status = kind && edge ? levels_open(l, n, choose_edges(in, picture, n, kind, edge) + 1, true) : -1;
    for (int i = 0; i < n && status == 0; i++)
        status = count_picture(l, in, picture[i], i, edge, connectivity);
    free(kind);
    free(edge);
    return status;
}

int levels_of_pictures(levels *l, const double *score, const bool *defective, int n)
{
    double *edge = take((size_t)n, sizeof *edge, "levels of scores");
    int status = edge ? levels_open(l, n, n + 1, false) : -1;
    if (status == 0) {
        memcpy(edge, score, (size_t)n * sizeof *edge);
        qsort(edge, (size_t)n, sizeof *edge, by_value);
    }
    for (int i = 0; i < n && status == 0; i++) {
        int64_t at = (int64_t)i * l->levels + level_of(edge, n, score[i]);
        l->all[at]++;
        l->positive[at] += defective[i];
    }
    free(edge);
    return status;
}

/* ---- each picture as often as it is drawn ---- */

static void add_picture(levels *l, int i, uint32_t times)
{
    const uint32_t *all = l->all + (int64_t)i * l->levels, *positive = l->positive + (int64_t)i * l->levels;
    const double *weight = l->weight ? l->weight + (int64_t)i * l->levels : NULL;
    for (int k = 0; k < l->levels; k++) {
        l->sum[0][k] += times * all[k];
        l->sum[1][k] += times * positive[k];
    }
    for (int k = 0; weight && k < l->levels; k++)
        l->sum_weight[k] += times * weight[k];
}

/* Levels without a defective score are counted between the others. */
static curve_counts close_ranks(levels *l)
{
    curve_counts c = { .between = l->between, .equal = l->sum[0], .positive = l->sum[1], .weight = l->sum_weight };
    int64_t d = 0, all = 0;
    l->between[0] = 0;
    for (int k = 0; k < l->levels; k++) {
        uint32_t equal = l->sum[0][k], positive = l->sum[1][k];
        all += equal;
        c.positives += positive;
        if (positive == 0) {
            l->between[d] += equal;
            continue;
        }
        l->sum[0][d] = equal;
        l->sum[1][d] = positive;
        if (l->sum_weight)
            l->sum_weight[d] = l->sum_weight[k];
        l->between[++d] = 0;
    }
    c.distinct = d;
    c.negatives = all - c.positives;
    return c;
}

curve_counts levels_count(levels *l, const uint32_t *times)
{
    int64_t defects = 0;
    memset(l->sum[0], 0, (size_t)l->levels * sizeof *l->sum[0]);
    memset(l->sum[1], 0, (size_t)l->levels * sizeof *l->sum[1]);
    for (int k = 0; l->sum_weight && k < l->levels; k++)
        l->sum_weight[k] = 0;
    for (int i = 0; i < l->pictures; i++) {
        if (times[i] > 0)
            add_picture(l, i, times[i]);
        defects += l->defects ? times[i] * l->defects[i] : 0;
    }
    curve_counts c = close_ranks(l);
    c.defects = defects;
    return c;
}
