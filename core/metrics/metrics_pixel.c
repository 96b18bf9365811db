#include "metrics_pixel.h"
#include "../base/diag.h"
#include "metrics_key.h"
#include "metrics_rank.h"
#include "metrics_sort.h"
#include "metrics_thread.h"
#include <stdlib.h>

enum { COUNTS_MOST = 1 << 26 }; /* entries of all threads' counts together: 256 MiB */

typedef struct gathering { /* defect pixels of a class */
    int64_t n;
    const int64_t *picture;
    const component_list *components;
    int64_t *pixel_base, *component_base; /* (n + 1) where each picture's begin */
} gathering;

static int gather_open(gathering *all, const int64_t *picture, int64_t n, const component_list *components)
{
    *all = (gathering){ n, picture, components, NULL, NULL };
    all->pixel_base = take_zeroed(2 * (size_t)n + 2, sizeof *all->pixel_base, "places of defects");
    if (!all->pixel_base)
        return -1;
    all->component_base = all->pixel_base + n + 1;
    for (int64_t i = 0; i < n; i++) {
        all->pixel_base[i + 1] = all->pixel_base[i] + components[i].pixels;
        all->component_base[i + 1] = all->component_base[i] + components[i].count;
    }
    return 0;
}

static void gather_picture(const metrics_input *in, const gathering *all, int64_t i, sort_entry *to)
{
    const component_list *list = &all->components[i];
    int64_t base = all->picture[i] * in->height * in->width;
    for (int64_t r = 0; r < list->run_count; r++) {
        const component_run *run = &list->runs[r];
        uint32_t component = (uint32_t)(all->component_base[i] + run->component);
        for (int64_t x = run->begin; x < run->end; x++)
            *to++ = (sort_entry){ key_of_pixel(in, base + run->row * in->width + x), component, 0 };
    }
}

/* 1 / area of every defect of the class. */
static double *defect_weights(const gathering *all)
{
    double *weight = take((size_t)all->component_base[all->n], sizeof *weight, "areas of defects");
    for (int64_t i = 0; weight && i < all->n; i++)
        for (int64_t c = 0; c < all->components[i].count; c++)
            weight[all->component_base[i] + c] = 1.0 / (double)all->components[i].area[c];
    return weight;
}

/* Collapses sorted entries to distinct keys with their number and weight. */
static void count_distinct(const sort_entry *sorted, int64_t n, const double *weight, pixel_counts *counts)
{
    int64_t j = -1;
    for (int64_t i = 0; i < n; i++) {
        if (j < 0 || counts->key[j] != sorted[i].key) {
            counts->key[++j] = sorted[i].key;
            counts->positive[j] = 0;
            counts->weight[j] = 0;
        }
        counts->positive[j]++;
        counts->weight[j] += weight[sorted[i].component];
    }
    counts->curve.distinct = j + 1;
    counts->key[j + 1] = UINT64_MAX;
}

static int sort_defects(const metrics_input *in, const gathering *all, pixel_counts *counts)
{
    int64_t n = all->pixel_base[all->n];
    size_t room = (size_t)n + 1;
    sort_entry *entries = take(2 * room, sizeof *entries, "scores of defect pixels"), *sorted = NULL;
    double *weight = defect_weights(all);
    counts->key = take(room, sizeof *counts->key, "distinct scores");
    counts->positive = take(room, sizeof *counts->positive, "counts of scores");
    counts->weight = take(room, sizeof *counts->weight, "weights of scores");
    if (entries && weight && counts->key && counts->positive && counts->weight) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(thread_count(all->n, n))
        for (int64_t i = 0; i < all->n; i++)
            gather_picture(in, all, i, entries + all->pixel_base[i]);
        sorted = sort_entries(entries, entries + room, n);
        if (sorted)
            count_distinct(sorted, n, weight, counts);
    }
    free(entries);
    free(weight);
    return sorted ? 0 : -1;
}

static rank_span count_picture(const metrics_input *in, const rank_index *index, int64_t picture, uint32_t *count)
{
    int64_t pixels = in->height * in->width;
    return rank_count(index, in, picture * pixels, pixels, count);
}

/* Every thread counts into entries of its own, which are added afterwards: integers, so in any order. */
static int count_all(const metrics_input *in, const gathering *all, const rank_index *index, pixel_counts *counts,
                     double *least, double *greatest)
{
    int64_t entries = 2 * counts->curve.distinct + 2, threads = COUNTS_MOST / entries;
    int64_t most = thread_count(all->n, all->n * in->height * in->width);
    threads = threads < 1 ? 1 : threads > most ? most : threads;
    counts->count = take_zeroed((size_t)(threads * entries), sizeof *counts->count, "counts of pixels");
    if (!counts->count)
        return -1;
    bool finite = true;
#pragma omp parallel for schedule(dynamic, 1) num_threads((int)threads) reduction(&& : finite)
    for (int64_t i = 0; i < all->n; i++) {
        rank_span span = count_picture(in, index, all->picture[i], counts->count + omp_get_thread_num() * entries);
        finite = finite && key_is_finite(span.least, !in->maps) && key_is_finite(span.greatest, !in->maps);
        least[i] = score_of_key(span.least, !in->maps);
        greatest[i] = score_of_key(span.greatest, !in->maps);
    }
#pragma omp parallel for schedule(static) num_threads(thread_count(entries, entries *threads))
    for (int64_t e = 0; e < entries; e++)
        for (int64_t t = 1; t < threads; t++)
            counts->count[e] += counts->count[t * entries + e];
    return finite;
}

static int complain_not_finite(const metrics_input *in, const gathering *all)
{
    int64_t pixels = in->height * in->width;
    for (int64_t i = 0; i < all->n; i++)
        for (int64_t p = 0; p < pixels; p++)
            if (!key_is_finite(key_of_pixel(in, all->picture[i] * pixels + p), !in->maps))
                return complain(
                    "metrics: the map of picture %lld has a score that is NaN or infinite, at row %lld, column "
                    "%lld; every score must be finite",
                    (long long)all->picture[i], (long long)(p / in->width), (long long)(p % in->width));
    return complain("metrics: a map has a score that is not finite");
}

static int count_between(const metrics_input *in, const gathering *all, pixel_counts *counts, double *least,
                         double *greatest)
{
    rank_index index = { 0 };
    bool any = counts->curve.distinct > 0;
    if (any && rank_build(&index, counts->key, counts->curve.distinct) < 0) {
        rank_free(&index);
        return -1;
    }
    int finite = count_all(in, all, any ? &index : NULL, counts, least, greatest);
    rank_free(&index);
    return finite == 0 ? complain_not_finite(in, all) : finite < 0 ? -1 : 0;
}

int pixel_count(const metrics_input *in, const int64_t *picture, int64_t n, const component_list *components,
                pixel_counts *counts, double *least, double *greatest)
{
    gathering all;
    *counts = (pixel_counts){ 0 };
    if (n * in->height * in->width > UINT32_MAX)
        return complain("metrics: a class has more than %lu pixels; split it", (unsigned long)UINT32_MAX);
    int failed = gather_open(&all, picture, n, components) < 0 || sort_defects(in, &all, counts) < 0 ||
                 count_between(in, &all, counts, least, greatest) < 0;
    if (!failed) {
        curve_counts *curve = &counts->curve;
        curve->between = counts->count;
        curve->equal = counts->count + curve->distinct + 1;
        curve->positive = counts->positive;
        curve->weight = counts->weight;
        curve->positives = all.pixel_base[n];
        curve->negatives = n * in->height * in->width - curve->positives;
        curve->defects = all.component_base[n];
    }
    free(all.pixel_base);
    if (failed)
        pixel_free(counts);
    return failed ? -1 : 0;
}

void pixel_free(pixel_counts *counts)
{
    free(counts->key);
    free(counts->count);
    free(counts->positive);
    free(counts->weight);
    *counts = (pixel_counts){ 0 };
}
