#include "../base/diag.h"
#include "../base/file.h"
#include "../base/name.h"
#include "../base/number.h"
#include "curves.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { IMAGE_BINS = 40, PIXEL_BINS = 80, LEVELS = 2 };

static const char *const level_name[LEVELS] = { "image", "pixel" };
static const int level_bins[LEVELS] = { IMAGE_BINS, PIXEL_BINS };

typedef struct score_group { /* the scores of one level of one run, normal ones and defective ones */
    float *value[2];
    int64_t count[2];
} score_group;

typedef struct score_run {
    char *label;
    score_group level[LEVELS];
} score_run;

static void run_free(score_run *r)
{
    for (int k = 0; k < LEVELS; k++)
        for (int d = 0; d < 2; d++)
            free(r->level[k].value[d]);
    free(r->label);
}

/* ---- collecting ---- */

static void add(score_group *g, bool defective, float value)
{
    g->value[defective][g->count[defective]++] = value;
}

static int make_room(score_run *r, const scores *s)
{
    size_t pictures = (size_t)s->count, pixels = pictures * (size_t)s->size * (size_t)s->size;
    for (int d = 0; d < 2; d++) {
        r->level[0].value[d] = take(pictures, sizeof(float), "the scores");
        r->level[1].value[d] = take(pixels, sizeof(float), "the scores");
        if (!r->level[0].value[d] || !r->level[1].value[d])
            return -1;
    }
    return 0;
}

static int collect(score_run *r, finished_run *run, const scores *s)
{
    const uint8_t *masks = scores_masks(&run->session, &run->model);
    size_t area = (size_t)s->size * (size_t)s->size;
    r->label = curves_label(&run->record, true);
    if (!masks || !r->label || make_room(r, s) < 0)
        return -1;
    for (int i = 0; i < s->count; i++) {
        add(&r->level[0], !run->data->picture[s->picture[i]].good, (float)scores_picture(s, i));
        for (size_t k = (size_t)i * area; k < (size_t)(i + 1) * area; k++)
            add(&r->level[1], masks[k] != 0, s->maps[k]);
    }
    return 0;
}

static int score_test_pictures(score_run *r, const char *folder, const finished_options *options)
{
    finished_run run = { 0 };
    scores s = { 0 };
    int status = finished_run_open(&run, folder, options);
    if (status == 0)
        status = finished_run_scores(&run, &s);
    if (status == 0)
        status = collect(r, &run, &s);
    scores_free(&s);
    finished_run_close(&run);
    return status;
}

/* ---- counting and writing ---- */

/* The least and the greatest score of a level; equal ones get a range of 1. */
static void find_range(const score_group *g, double *from, double *to)
{
    *from = INFINITY;
    *to = -INFINITY;
    for (int d = 0; d < 2; d++)
        for (int64_t k = 0; k < g->count[d]; k++) {
            double value = (double)g->value[d][k];
            *from = value < *from ? value : *from;
            *to = value > *to ? value : *to;
        }
    if (!(*to > *from))
        *to = *from + 1;
}

static void count_bins(const score_group *g, int defective, double from, double to, int bins, int64_t *count)
{
    memset(count, 0, (size_t)bins * sizeof *count);
    for (int64_t k = 0; k < g->count[defective]; k++) {
        int bin = (int)(((double)g->value[defective][k] - from) / (to - from) * bins);
        count[bin < bins ? bin : bins - 1]++;
    }
}

static double share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : (double)NAN;
}

static void print_level(const score_run *r, int level, FILE *out)
{
    double from, to;
    int64_t normal[PIXEL_BINS], defective[PIXEL_BINS];
    const score_group *g = &r->level[level];
    int bins = level_bins[level];
    find_range(g, &from, &to);
    count_bins(g, 0, from, to, bins, normal);
    count_bins(g, 1, from, to, bins, defective);
    for (int i = 0; i < bins; i++) {
        const double range[] = { from + (to - from) * i / bins, from + (to - from) * (i + 1) / bins };
        const double shares[] = { share(normal[i], g->count[0]), share(defective[i], g->count[1]) };
        name_cell(r->label, out);
        fputs(level_name[level], out);
        number_print_tabbed(range, 2, out);
        fprintf(out, "\t%lld\t%lld", (long long)normal[i], (long long)defective[i]);
        number_print_tabbed(shares, 2, out);
        fputc('\n', out);
    }
    fprintf(out, "\n");
}

static int write_histograms(const score_run *r, int runs, const char *path)
{
    file_draft *draft = file_draft_open(path);
    if (!draft)
        return -1;
    FILE *out = file_draft_stream(draft);
    fprintf(out, "run\tlevel\tfrom\tto\tnormal\tdefective\tnormal_share\tdefective_share\n");
    for (int level = 0; level < LEVELS; level++)
        for (int i = 0; i < runs; i++)
            print_level(&r[i], level, out);
    return file_commit(draft);
}

int curves_scores(const char *const *folders, int count, const finished_options *options, const char *out)
{
    score_run *r = take_zeroed((size_t)count, sizeof *r, "the scores");
    int status = r ? 0 : -1;
    for (int i = 0; i < count && status == 0; i++)
        status = score_test_pictures(&r[i], folders[i], options);
    if (status == 0)
        status = write_histograms(r, count, out);
    for (int i = 0; r && i < count; i++)
        run_free(&r[i]);
    free(r);
    return status;
}
