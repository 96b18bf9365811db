#include "bootstrap.h"
#include "../base/diag.h"
#include "../base/random.h"
#include "metrics_levels.h"
#include "metrics_thread.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- drawing ---- */

typedef struct redrawn { /* a class */
    int n, good;         /* its pictures; so many good ones first */
    int64_t *picture;    /* (n) places in the input */
    int64_t first;       /* of its pictures among those of all classes, for the draws */
    double *value;       /* (METRICS_KINDS, BOOTSTRAP_SAMPLES + 1), the pictures as they are last */
    bool failed;
} redrawn;

typedef struct boot {
    const metrics_input *in;
    const metrics_protocol *how;
    bool *defective; /* (pictures) */
    int64_t *member; /* (pictures) class by class, the good ones first */
    double *value;   /* of all classes */
    redrawn *class;  /* (classes) */
} boot;

static void boot_free(boot *b)
{
    free(b->defective);
    free(b->member);
    free(b->value);
    free(b->class);
}

static bool has_defect(const metrics_input *in, int64_t picture)
{
    const int64_t pixels = in->height * in->width;
    const uint8_t *mask = in->masks + picture * pixels;
    for (int64_t p = 0; p < pixels; p++)
        if (mask[p])
            return true;
    return false;
}

static void gather(boot *b)
{
    const metrics_input *in = b->in;
    int64_t n = 0;
    for (int64_t p = 0; p < in->pictures; p++)
        b->defective[p] = in->labels && b->how->takes_given ? in->labels[p] != 0 : has_defect(in, p);
    for (int c = 0; c < in->class_count; c++) {
        redrawn *r = &b->class[c];
        *r = (redrawn){ .picture = b->member + n,
                        .first = n,
                        .value = b->value + (int64_t)c * METRICS_KINDS * (BOOTSTRAP_SAMPLES + 1) };
        for (int kind = 0; kind < 2; kind++)
            for (int64_t p = 0; p < in->pictures; p++)
                if ((in->classes ? in->classes[p] : 0) == c && b->defective[p] == (kind == 1)) {
                    b->member[n++] = p;
                    r->n++;
                    r->good += kind == 0;
                }
    }
}

/* As many of each kind as there are, with replacement. */
static void draw(const redrawn *r, int sample, uint32_t *times)
{
    memset(times, 0, (size_t)r->n * sizeof *times);
    for (int i = 0; i < r->n; i++) {
        int from = i < r->good ? 0 : r->good, kinds = i < r->good ? r->good : r->n - r->good;
        uint64_t word = random_draw(BOOTSTRAP_SEED, (uint64_t)sample, (uint64_t)(r->first + i)).word[0];
        times[from + (int)(word * (uint64_t)kinds >> 32)]++;
    }
}

static void measure(const redrawn *r, levels *image, levels *pixel, const uint32_t *times, double limit, int sample)
{
    double *value = r->value + sample;
    const curve_counts a = levels_count(image, times), b = levels_count(pixel, times);
    const int stride = BOOTSTRAP_SAMPLES + 1;
    bool of_images = a.positives > 0 && a.negatives > 0, of_pixels = b.positives > 0 && b.negatives > 0;
    value[METRICS_IMAGE_AUROC * stride] = of_images ? curve_auroc(&a) : NAN;
    value[METRICS_IMAGE_AP * stride] = of_images ? curve_ap(&a) : NAN;
    value[METRICS_PIXEL_AUROC * stride] = of_pixels ? curve_auroc(&b) : NAN;
    value[METRICS_PIXEL_AP * stride] = of_pixels ? curve_ap(&b) : NAN;
    value[METRICS_AUPRO * stride] = of_pixels ? curve_aupro(&b, limit) : NAN;
}

static double score_of(const boot *b, int64_t picture)
{
    const metrics_input *in = b->in;
    const int64_t pixels = in->height * in->width;
    double most = -INFINITY;
    if (in->scores && b->how->takes_given)
        return in->scores[picture];
    for (int64_t p = 0; p < pixels; p++) {
        double score = in->maps ? (double)in->maps[picture * pixels + p] : in->maps_wide[picture * pixels + p];
        most = score > most ? score : most;
    }
    return most;
}

static int image_levels(const boot *b, const redrawn *r, levels *image)
{
    double *score = take((size_t)r->n, sizeof *score, "the bootstrap");
    bool *defective = take((size_t)r->n, sizeof *defective, "the bootstrap");
    for (int i = 0; score && defective && i < r->n; i++) {
        score[i] = score_of(b, r->picture[i]);
        defective[i] = i >= r->good;
    }
    int status = score && defective ? levels_of_pictures(image, score, defective, r->n) : -1;
    free(score);
    free(defective);
    return status;
}

static int redraw(const boot *b, const redrawn *r)
{
    const double limit = metrics_protocol_find("exact")->limit;
    levels image = { 0 }, pixel = { 0 };
    uint32_t *times = take((size_t)r->n, sizeof *times, "the bootstrap");
    int status = times ? image_levels(b, r, &image) : -1;
    if (status == 0)
        status = levels_of_pixels(&pixel, b->in, r->picture, r->n, b->how->connectivity);
    for (int s = 0; s <= BOOTSTRAP_SAMPLES && status == 0; s++) {
        for (int i = 0; s == BOOTSTRAP_SAMPLES && i < r->n; i++)
            times[i] = 1;
        if (s < BOOTSTRAP_SAMPLES)
            draw(r, s, times);
        measure(r, &image, &pixel, times, limit, s);
    }
    levels_free(&image);
    levels_free(&pixel);
    free(times);
    return status;
}

/* Mean over the classes that have the value. */
static double mean_of(const boot *b, int kind, int sample)
{
    double sum = 0;
    int n = 0;
    for (int c = 0; c < b->in->class_count; c++) {
        double value = b->class[c].value[kind * (BOOTSTRAP_SAMPLES + 1) + sample];
        if (b->class[c].n > 0 && isfinite(value)) {
            sum += value;
            n++;
        }
    }
    return n ? sum / n : NAN;
}

int bootstrap_pictures(const metrics_input *in, const metrics_protocol *how, double *off)
{
    const size_t classes = (size_t)in->class_count, pictures = (size_t)in->pictures;
    boot b = { .in = in, .how = how };
    b.defective = take(pictures, sizeof *b.defective, "the bootstrap");
    b.member = take(pictures, sizeof *b.member, "the bootstrap");
    b.value = take(classes * METRICS_KINDS * (BOOTSTRAP_SAMPLES + 1), sizeof *b.value, "the bootstrap");
    b.class = take(classes, sizeof *b.class, "the bootstrap");
    int status = b.defective && b.member && b.value && b.class ? 0 : -1;
    if (status == 0) {
        gather(&b);
#pragma omp parallel for schedule(dynamic, 1) num_threads(thread_count(in->class_count, INT64_MAX))
        for (int c = 0; c < in->class_count; c++)
            b.class[c].failed = b.class[c].n > 0 && redraw(&b, &b.class[c]) < 0;
        for (int c = 0; c < in->class_count; c++)
            if (b.class[c].failed)
                status = complain("out of memory for the bootstrap; close other programs");
    }
    for (int kind = 0; kind < METRICS_KINDS && status == 0; kind++)
        for (int s = 0; s < BOOTSTRAP_SAMPLES; s++)
            off[kind * BOOTSTRAP_SAMPLES + s] = mean_of(&b, kind, s) - mean_of(&b, kind, BOOTSTRAP_SAMPLES);
    boot_free(&b);
    return status;
}
