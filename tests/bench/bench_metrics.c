/* Time and memory of the exact evaluation of a test set of MVTec AD's size: 1725 maps of 224 x 224 in 15 classes, 1258
 * of them with one to four defects. Prints one line a case; best of five runs. Options: none. */
#include "../../core/base/diag.h"
#include "../../core/base/random.h"
#include "../../core/metrics/metrics.h"
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { SIDE = 224, CLASSES = 15, RUNS = 5 };
static const int good_pictures[CLASSES] = { 20, 58, 23, 28, 21, 40, 32, 22, 26, 41, 33, 12, 60, 19, 32 };
static const int bad_pictures[CLASSES] = { 63, 92, 109, 89, 57, 70, 92, 93, 141, 119, 84, 30, 40, 60, 119 };
static const char *const names[CLASSES] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o" };

typedef struct test_set {
    int64_t pictures;
    float *maps;
    uint8_t *masks;
    int *classes;
} test_set;

typedef enum shape { SMOOTH, CENTRED, UNIFORM } shape;
static const char *const shape_names[] = { "smooth maps, as of a trained model", "maps around zero, both signs",
                                           "uniform noise" };

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double peak_mib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static float unit(uint64_t picture, uint64_t index)
{
    return random_uniform(random_draw(1, picture, index).word[0]);
}

/* Ellipses of 4 to 40 pixels radius: about the areas of MVTec AD's defects. */
static void draw_mask(uint8_t *mask, uint64_t picture)
{
    int blobs = 1 + (int)(unit(picture, 0) * 3.99f);
    for (uint64_t b = 0; b < (uint64_t)blobs; b++) {
        float cx = SIDE * unit(picture, 5 * b + 1), cy = SIDE * unit(picture, 5 * b + 2);
        float rx = 4 + 36 * powf(unit(picture, 5 * b + 3), 2), ry = 4 + 36 * powf(unit(picture, 5 * b + 4), 2);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++) {
                float dx = ((float)x - cx) / rx, dy = ((float)y - cy) / ry;
                mask[y * SIDE + x] |= dx * dx + dy * dy < 1;
            }
    }
}

/* Bilinear interpolation of a random grid of 17 x 17, raised on the defects: the smoothness of real score maps. */
static void draw_map(float *map, const uint8_t *mask, uint64_t picture, shape kind)
{
    float grid[18][18];
    for (uint64_t i = 0; i < 18 * 18; i++)
        grid[i / 18][i % 18] = unit(picture + 5000, i);
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            float gx = (float)x / 14.0f, gy = (float)y / 14.0f, fx = gx - floorf(gx), fy = gy - floorf(gy);
            int ix = (int)gx, iy = (int)gy;
            float value = (1 - fy) * ((1 - fx) * grid[iy][ix] + fx * grid[iy][ix + 1]) +
                          fy * ((1 - fx) * grid[iy + 1][ix] + fx * grid[iy + 1][ix + 1]);
            value = 0.05f * expf(2 * value) * (mask[y * SIDE + x] ? 1.6f : 1.0f);
            if (kind == CENTRED)
                value = value * 10 - 1.5f;
            if (kind == UNIFORM)
                value = unit(picture, 1000 + (uint64_t)y * SIDE + (uint64_t)x);
            map[y * SIDE + x] = value;
        }
}

static void draw_set(test_set *set, shape kind)
{
    int64_t picture = 0;
    memset(set->masks, 0, (size_t)set->pictures * SIDE * SIDE);
    for (int c = 0; c < CLASSES; c++)
        for (int i = 0; i < good_pictures[c] + bad_pictures[c]; i++, picture++) {
            set->classes[picture] = c;
            if (i >= good_pictures[c])
                draw_mask(set->masks + picture * SIDE * SIDE, (uint64_t)picture);
        }
    for (int64_t p = 0; p < set->pictures; p++)
        draw_map(set->maps + p * SIDE * SIDE, set->masks + p * SIDE * SIDE, (uint64_t)p, kind);
}

static int measure(const test_set *set, shape kind)
{
    metrics_input in = { .pictures = set->pictures,
                         .height = SIDE,
                         .width = SIDE,
                         .maps = set->maps,
                         .masks = set->masks,
                         .classes = set->classes,
                         .class_count = CLASSES,
                         .class_names = names };
    double best = 1e9, work = 1e9, before = peak_mib(), mean[METRICS_KINDS];
    for (int run = 0; run < RUNS; run++) {
        metrics_result result;
        double start = seconds(CLOCK_MONOTONIC), begun = seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (metrics_evaluate(&in, metrics_protocol_find("exact"), &result) < 0)
            return -1;
        best = fmin(best, seconds(CLOCK_MONOTONIC) - start);
        work = fmin(work, seconds(CLOCK_PROCESS_CPUTIME_ID) - begun);
        memcpy(mean, result.mean, sizeof mean);
        metrics_result_free(&result);
    }
    printf("metrics: %lld maps of %d x %d, %s: %.3f s (aim 0.8; %.3f s of processor, %d threads), %.0f MiB beyond the "
           "maps "
           "(aim 600)\n",
           (long long)set->pictures, SIDE, SIDE, shape_names[kind], best, work, omp_get_max_threads(),
           peak_mib() - before);
    for (int k = 0; k < METRICS_KINDS; k++)
        printf("  %s %.6f", metrics_title((metrics_kind)k), mean[k]);
    putchar('\n');
    return 0;
}

int main(void)
{
    test_set set = { 0 };
    for (int c = 0; c < CLASSES; c++)
        set.pictures += good_pictures[c] + bad_pictures[c];
    size_t pixels = (size_t)set.pictures * SIDE * SIDE;
    set.maps = take(pixels, sizeof *set.maps, "maps");
    set.masks = take(pixels, 1, "masks");
    set.classes = take((size_t)set.pictures, sizeof *set.classes, "classes");
    int status = set.maps && set.masks && set.classes ? 0 : -1;
    for (int kind = SMOOTH; kind <= UNIFORM && status == 0; kind++) {
        draw_set(&set, (shape)kind);
        status = measure(&set, (shape)kind);
    }
    if (status < 0)
        fprintf(stderr, "%s\n", complaint());
    free(set.maps);
    free(set.masks);
    free(set.classes);
    return status < 0;
}
