#include "compare_bootstrap.h"
#include "../base/diag.h"
#include "../base/random.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct ranked { /* a picture, in the order of one model's scores within its class */
    double score;
    int picture;
    bool defective;
} ranked;

typedef struct boot {
    const bootstrap_request *r;
    ranked *order;  /* (pairs, 2, pictures): each class's pictures together, by descending score */
    int *first;     /* (classes + 1) where a class begins */
    int *member;    /* (pictures) class by class, the good ones first */
    int *good;      /* (classes) how many are good */
    int *times;     /* (pictures) how often each was drawn */
    double *sample; /* (BOOTSTRAP_METRICS, samples) */
    int counted;    /* classes that have both kinds */
} boot;

static void boot_free(boot *b)
{
    free(b->order);
    free(b->first);
    free(b->member);
    free(b->good);
    free(b->times);
    free(b->sample);
}

/* Greater scores first; equal ones in the pictures' order. */
static int compare_ranked(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : x->picture - y->picture;
}

static void gather(boot *b)
{
    const bootstrap_request *r = b->r;
    int n = 0;
    for (int c = 0; c < r->classes; c++) {
        b->first[c] = n;
        for (int kind = 0; kind < 2; kind++) {
            for (int p = 0; p < r->pictures; p++)
                if (r->class_index[p] == c && r->defective[p] == (kind == 1))
                    b->member[n++] = p;
            b->good[c] = kind == 0 ? n - b->first[c] : b->good[c];
        }
        int defective = n - b->first[c] - b->good[c];
        b->counted += b->good[c] > 0 && defective > 0;
    }
    b->first[r->classes] = n;
}

static void rank(boot *b)
{
    const bootstrap_request *r = b->r;
    for (int k = 0; k < 2 * r->pairs; k++) {
        ranked *order = b->order + (int64_t)k * r->pictures;
        for (int i = 0; i < b->first[r->classes]; i++) {
            int p = b->member[i];
            order[i] = (ranked){ r->pair[k / 2].score[k % 2][p], p, r->defective[p] };
        }
        for (int c = 0; c < r->classes; c++)
            qsort(order + b->first[c], (size_t)(b->first[c + 1] - b->first[c]), sizeof *order, compare_ranked);
    }
}

/* AUROC (ties count half) and average precision (a step sum over distinct scores) of n ranked pictures, each as often
 * as it was drawn. */
static void measure(const ranked *order, int n, const int *times, double out[BOOTSTRAP_METRICS])
{
    double good = 0, bad = 0, pairs = 0, precision = 0;
    for (int i = 0; i < n;) {
        double tied_good = 0, tied_bad = 0, score = order[i].score;
        for (; i < n && order[i].score == score; i++)
            *(order[i].defective ? &tied_bad : &tied_good) += times[order[i].picture];
        pairs += tied_good * (bad + tied_bad / 2); /* defective ones above these good ones */
        good += tied_good;
        bad += tied_bad;
        if (tied_bad > 0)
            precision += tied_bad * bad / (bad + good);
    }
    out[BOOTSTRAP_AUROC] = pairs / (good * bad);
    out[BOOTSTRAP_AP] = precision / bad;
}

/* Mean over classes and pairs of b minus a. */
static void difference(const boot *b, double out[BOOTSTRAP_METRICS])
{
    const bootstrap_request *r = b->r;
    for (int m = 0; m < BOOTSTRAP_METRICS; m++)
        out[m] = 0;
    for (int c = 0; c < r->classes; c++) {
        int n = b->first[c + 1] - b->first[c];
        if (b->good[c] == 0 || b->good[c] == n)
            continue;
        for (int k = 0; k < 2 * r->pairs; k++) {
            double value[BOOTSTRAP_METRICS];
            measure(b->order + (int64_t)k * r->pictures + b->first[c], n, b->times, value);
            for (int m = 0; m < BOOTSTRAP_METRICS; m++)
                out[m] += (k % 2 ? value[m] : -value[m]) / (b->counted * r->pairs);
        }
    }
}

/* As many of each kind as there are, with replacement. */
static void draw(boot *b, int sample)
{
    const bootstrap_request *r = b->r;
    memset(b->times, 0, (size_t)r->pictures * sizeof *b->times);
    for (int c = 0; c < r->classes; c++)
        for (int i = b->first[c]; i < b->first[c + 1]; i++) {
            bool good = i < b->first[c] + b->good[c];
            int from = good ? b->first[c] : b->first[c] + b->good[c];
            int kinds = good ? b->good[c] : b->first[c + 1] - from;
            uint64_t word = random_draw(r->seed, (uint64_t)sample, (uint64_t)i).word[0];
            b->times[b->member[from + (int)(word * (uint64_t)kinds >> 32)]]++;
        }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void interval(double *sample, int n, double measured, bootstrap_interval *out)
{
    qsort(sample, (size_t)n, sizeof *sample, by_value);
    *out = (bootstrap_interval){ measured, sample[(int)(0.025 * (n - 1))], sample[(int)ceil(0.975 * (n - 1))] };
}

static int boot_open(boot *b)
{
    const bootstrap_request *r = b->r;
    size_t pictures = (size_t)r->pictures, classes = (size_t)r->classes;
    b->order = take(2 * (size_t)r->pairs * pictures, sizeof *b->order, "the bootstrap");
    b->first = take(classes + 1, sizeof *b->first, "the bootstrap");
    b->member = take(pictures, sizeof *b->member, "the bootstrap");
    b->good = take_zeroed(classes, sizeof *b->good, "the bootstrap");
    b->times = take(pictures, sizeof *b->times, "the bootstrap");
    b->sample = take((size_t)r->samples * BOOTSTRAP_METRICS, sizeof *b->sample, "the bootstrap");
    if (!b->order || !b->first || !b->member || !b->good || !b->times || !b->sample)
        return -1;
    gather(b);
    rank(b);
    return b->counted > 0 ? 0 : complain("no class has both good and defective pictures; there is nothing to compare");
}

int bootstrap_pictures(const bootstrap_request *r, bootstrap_interval out[BOOTSTRAP_METRICS])
{
    boot b = { .r = r };
    double measured[BOOTSTRAP_METRICS], value[BOOTSTRAP_METRICS];
    int status = boot_open(&b);
    if (status == 0) {
        for (int p = 0; p < r->pictures; p++)
            b.times[p] = 1;
        difference(&b, measured);
        for (int s = 0; s < r->samples; s++) {
            draw(&b, s);
            difference(&b, value);
            for (int m = 0; m < BOOTSTRAP_METRICS; m++)
                b.sample[m * r->samples + s] = value[m];
        }
        for (int m = 0; m < BOOTSTRAP_METRICS; m++)
            interval(b.sample + m * r->samples, r->samples, measured[m], &out[m]);
    }
    boot_free(&b);
    return status;
}

int bootstrap_classes(const double *value, int n, int samples, uint64_t seed, bootstrap_interval *out)
{
    double *sample = take((size_t)samples, sizeof *sample, "the bootstrap");
    double *kept = take((size_t)n, sizeof *kept, "the bootstrap"), sum = 0;
    int count = 0;
    for (int i = 0; kept && i < n; i++)
        if (isfinite(value[i])) {
            kept[count++] = value[i];
            sum += value[i];
        }
    int status = !sample || !kept ? -1 : count > 0 ? 0 : complain("no class has this metric in both runs");
    for (int s = 0; status == 0 && s < samples; s++) {
        sample[s] = 0;
        for (int i = 0; i < count; i++) {
            uint64_t word = random_draw(seed, (uint64_t)s, (uint64_t)i).word[1];
            sample[s] += kept[(int)(word * (uint64_t)count >> 32)] / count;
        }
    }
    if (status == 0)
        interval(sample, samples, sum / count, out);
    free(sample);
    free(kept);
    return status;
}
