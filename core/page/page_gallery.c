#include "../base/diag.h"
#include "../base/file.h"
#include "../files/page_colour.h"
#include "../model/score.h"
#include "../report/report_text.h"
#include "page_data.h"
#include "page_parts.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct judged { /* a test picture */
    int place;          /* among the test pictures */
    int wrong, of;      /* so many of the other kind of its class are on the wrong side, of so many */
    double score;
    bool good;
} judged;

typedef struct gallery {
    finished_run run;
    const dataset *data;
    scores scores;
    judged *judged;
    double low, high; /* of all maps: the scale of the colours */
    char *tile;       /* a file that each picture passes through */
} gallery;

static const picture *picture_of(const gallery *g, int place)
{
    return &g->data->picture[g->scores.picture[place]];
}

static void judge(gallery *g)
{
    int count = g->scores.count;
    for (int i = 0; i < count; i++)
        g->judged[i] = (judged){ .place = i, .score = scores_picture(&g->scores, i), .good = picture_of(g, i)->good };
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count; k++) {
            judged *a = &g->judged[i], *b = &g->judged[k];
            if (a->good == b->good || picture_of(g, i)->class_index != picture_of(g, k)->class_index)
                continue;
            a->of++;
            a->wrong += a->good ? b->score <= a->score : b->score >= a->score;
        }
}

/* The most wrong first, of equals the one further out, then in the data set's order. */
static int compare_judged(const void *a, const void *b)
{
    const judged *x = a, *y = b;
    double left = x->of ? (double)x->wrong / x->of : 0, right = y->of ? (double)y->wrong / y->of : 0;
    if (x->good != y->good)
        return x->good - y->good;
    if (left != right)
        return left < right ? 1 : -1;
    if (x->score != y->score)
        return (x->score < y->score) == x->good ? 1 : -1;
    return x->place - y->place;
}

static void find_scale(gallery *g)
{
    int64_t numbers = (int64_t)g->scores.count * g->scores.size * g->scores.size;
    g->low = INFINITY;
    g->high = -INFINITY;
    for (int64_t i = 0; i < numbers; i++) {
        g->low = fmin(g->low, (double)g->scores.maps[i]);
        g->high = fmax(g->high, (double)g->scores.maps[i]);
    }
}

static int gallery_open(gallery *g, const page_options *o)
{
    g->tile = take_text("%s/.tile.png", o->results);
    if (!g->tile || finished_run_open(&g->run, o->run, &o->predict) < 0)
        return -1;
    if (finished_run_scores(&g->run, &g->scores) < 0)
        return -1;
    g->data = g->run.data;
    g->judged = take((size_t)g->scores.count, sizeof *g->judged, "the gallery");
    if (!g->judged)
        return -1;
    judge(g);
    find_scale(g);
    qsort(g->judged, (size_t)g->scores.count, sizeof *g->judged, compare_judged);
    return 0;
}

static void gallery_close(gallery *g)
{
    if (g->tile)
        unlink(g->tile);
    free(g->tile);
    free(g->judged);
    scores_free(&g->scores);
    finished_run_close(&g->run);
}

static int print_picture(const gallery *g, const ablate_image *image, const char *what, const char *name, FILE *out)
{
    if (image_write_png(g->tile, image) < 0)
        return -1;
    fprintf(out, "<img width=\"%d\" height=\"%d\" alt=\"%s of ", image->width, image->height, what);
    report_text_html(name, out);
    return page_data_png(g->tile, out);
}

/* The picture as the network sees it, with the mask's border, and the heat map beside it. */
static int print_pair(const gallery *g, const judged *j, FILE *out)
{
    int index = g->scores.picture[j->place];
    const picture *p = picture_of(g, j->place);
    ablate_image seen = { 0 }, heat = { 0 };
    image_mask mask = { 0 };
    int64_t pixels = (int64_t)g->scores.size * g->scores.size;
    int status = dataset_fitted(g->data, index, &g->run.input, &seen);
    if (status == 0)
        status = dataset_mask_fitted(g->data, index, &g->run.input, (mask_rule){ IMAGE_BILINEAR, 0.5 }, &mask);
    if (status == 0)
        status = page_colour_map(g->scores.maps + j->place * pixels, g->scores.size, g->low, g->high, &heat);
    if (status == 0 && mask.value)
        page_colour_outline(&seen, &mask);
    fputs("<div class=\"pair\">", out);
    if (status == 0)
        status = print_picture(g, &seen, "picture", p->name, out);
    if (status == 0)
        status = print_picture(g, &heat, "heat map", p->name, out);
    fputs("</div>", out);
    image_free(&seen);
    image_free(&heat);
    image_mask_free(&mask);
    return status;
}

static int print_tile(const gallery *g, const judged *j, FILE *out)
{
    const picture *p = picture_of(g, j->place);
    fputs("<figure>", out);
    int status = print_pair(g, j, out);
    fputs("<figcaption>", out);
    report_text_html(p->name, out);
    fputs(" (", out);
    report_text_html(p->state, out);
    fprintf(out, "): score %.4g; %d of %d %s pictures of its class score %s</figcaption></figure>\n", j->score,
            j->wrong, j->of, j->good ? "defective" : "good", j->good ? "no higher" : "at least as high");
    return status;
}

static int print_kind(const gallery *g, bool good, int shown, FILE *out)
{
    int status = 0, done = 0, compared = 0;
    fprintf(out, "<h3>%s</h3>\n<div class=\"tiles\">\n",
            good ? "Worst false alarms: good pictures" : "Worst misses: defective pictures");
    for (int i = 0; i < g->scores.count; i++)
        compared += g->judged[i].of > 0;
    for (int i = 0; i < g->scores.count && done < shown && status == 0; i++)
        if (g->judged[i].good == good && g->judged[i].wrong > 0) {
            status = print_tile(g, &g->judged[i], out);
            done++;
        }
    fputs("</div>\n", out);
    if (done == 0 && shown > 0)
        fputs(compared > 0 ? "<p>None: every defective picture scores higher than every good one of its class.</p>\n"
                           : "<p>None: no class has both good and defective test pictures to be compared.</p>\n",
              out);
    return status;
}

int page_gallery(const page_options *o, const runs_list *runs, FILE *out, int *count)
{
    (void)runs;
    if (!o->run)
        return 0;
    *count = 1;
    gallery g = { 0 };
    int status = gallery_open(&g, o);
    if (status == 0) {
        fputs("<p>Of the run <strong>", out);
        report_text_html(g.run.label, out);
        fprintf(out,
                "</strong>. At most %d of each kind. Left the picture as the network sees it, the defect's mask "
                "outlined in "
                "white and black; right the heat map, from %.3g (dark blue) to %.3g (yellow), the least and the "
                "greatest of all its maps.</p>\n",
                o->shown, g.low, g.high);
        for (int i = 0; i < g.run.warnings; i++) {
            fputs("<p class=\"small\">", out);
            report_text_html(g.run.warning[i], out);
            fputs("</p>\n", out);
        }
        status = print_kind(&g, false, o->shown, out);
    }
    if (status == 0)
        status = print_kind(&g, true, o->shown, out);
    gallery_close(&g);
    return status;
}
