#include "comparison.h"
#include "../base/diag.h"
#include "../record/draws.h"
#include <math.h>
#include <stdlib.h>

void comparison_free(comparison *c)
{
    free(c->difference);
    free(c->without);
    *c = (comparison){ 0 };
}

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

/* Each run's draws, for all metrics at once. */
static int read_draws(const compare_runs *runs, bootstrap_pair *pair)
{
    for (int i = 0; i < 2 * runs->pairs; i++)
        if (!(pair[i / 2].off[i % 2] = draws_read(runs->pair[i / 2].folder[i % 2])))
            return -1;
    return 0;
}

static int by_picture(comparison *c)
{
    const compare_runs *runs = c->runs;
    bootstrap_pair *pair = take_zeroed((size_t)runs->pairs, sizeof *pair, "the draws");
    int status = pair ? 0 : -1;
    bool known = pair && read_draws(runs, pair) == 0;
    if (pair && !known) {
        c->without = take_text("%s", complaint());
        complaint_clear();
        status = c->without ? 0 : -1;
    }
    for (int m = 0; m < METRICS_KINDS; m++)
        c->over_pictures[m] = c->over_seeds[m] = (bootstrap_interval){ NAN, NAN, NAN };
    for (int m = 0; m < METRICS_KINDS && known; m++) {
        for (int i = 0; i < runs->pairs; i++)
            pair[i].difference = runs->pair[i].record[1].mean[m] - runs->pair[i].record[0].mean[m];
        c->over_pictures[m] = bootstrap_over_pictures(pair, runs->pairs, 1U << m);
        c->over_seeds[m] = bootstrap_over_seeds(pair, runs->pairs, 1U << m);
    }
    for (int i = 0; pair && i < 2 * runs->pairs; i++)
        free((void *)(uintptr_t)pair[i / 2].off[i % 2]);
    free(pair);
    return status;
}

int comparison_make(comparison *c, const compare_runs *runs)
{
    *c = (comparison){ .runs = runs, .classes = runs->pair[0].record[0].class_count };
    c->difference = take((size_t)c->classes * METRICS_KINDS, sizeof *c->difference, "the differences");
    if (!c->difference)
        return -1;
    subtract(c);
    for (int m = 0; m < METRICS_KINDS; m++)
        c->over_classes[m] = bootstrap_over_classes(c->difference + m * c->classes, c->classes);
    return by_picture(c);
}
