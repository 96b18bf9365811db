#include "gradients.h"
#include "../base/diag.h"
#include "../base/file.h"
#include "../record/losses.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool gradients_kept(const char *folder)
{
    char *path = take_text("%s/" LOSSES_GRADIENTS, folder);
    bool kept = path && file_exists(path);
    free(path);
    return kept;
}

/* ---- measuring ---- */

/* Of the gradients of one run of the program; `room`: as many numbers as there are parameters. */
static int norm_now(const train_moment *now, float *room, double *norm)
{
    double sum = 0;
    if (feed_fill(now->feed, now->program, now->picture) < 0 || program_call(now->program, now->step) < 0 ||
        optimiser_get_gradients(now->optimiser, room) < 0)
        return -1;
    for (int64_t i = 0; i < now->optimiser->count; i++)
        sum += (double)room[i] * (double)room[i];
    *norm = sqrt(sum);
    return 0;
}

/* norm[losses + 1] */
static int measure(graph *g, const train_moment *now, double *norm)
{
    double *weight = take((size_t)g->losses, sizeof *weight, "the weights of losses");
    float *room = take((size_t)now->optimiser->count, sizeof *room, "the gradients");
    int status = weight && room ? 0 : -1;
    for (int i = 0; weight && i < g->losses; i++) {
        weight[i] = g->loss[i].weight;
        g->loss[i].weight = 0;
    }
    for (int i = 0; status == 0 && i < g->losses; i++) {
        g->loss[i].weight = 1;
        status = norm_now(now, room, &norm[i]);
        g->loss[i].weight = 0;
    }
    for (int i = 0; weight && i < g->losses; i++)
        g->loss[i].weight = weight[i];
    if (status == 0)
        status = norm_now(now, room, &norm[g->losses]);
    if (status == 0)
        status = feed_fill(now->feed, now->program, now->picture);
    free(weight);
    free(room);
    return status;
}

/* ---- keeping ---- */

/* The number of this step among those that are looked at, from 0; -1: it is none of them. */
static int sample_of(const train_moment *now)
{
    int each = now->steps_each, samples = each < GRADIENTS_AN_EPOCH ? each : GRADIENTS_AN_EPOCH;
    int epoch = (int)(now->step / (uint64_t)each), within = (int)(now->step % (uint64_t)each);
    int place = within * samples / each;
    bool first = within == 0 || (within - 1) * samples / each < place;
    return first ? epoch * samples + place : -1;
}

/* The first `count` lines of the file; a run that went on from a checkpoint may have passed this step before. */
static int read_earlier(const char *folder, int count, int terms, double *value)
{
    losses earlier = { 0 };
    int status = count > 0 ? losses_read(&earlier, folder, LOSSES_GRADIENTS) : 0;
    if (status == 0 && count > 0 && (earlier.lines < count || earlier.terms != terms))
        status = complain("%s: it has not the %d lines of %d terms from before this step; run it again with --again",
                          earlier.path, count, terms);
    if (status == 0 && count > 0)
        memcpy(value, earlier.value, (size_t)count * (size_t)terms * sizeof *value);
    losses_free(&earlier);
    return status;
}

static int name_terms(const graph *train, losses *all)
{
    static char passed[] = LOSSES_PASSED, sum[] = "weighted-sum";
    all->name = take((size_t)all->terms, sizeof *all->name, "the names of losses");
    if (!all->name)
        return -1;
    all->name[0] = passed;
    for (int i = 0; i < train->losses; i++)
        all->name[1 + i] = (char *)(uintptr_t)train->loss[i].name;
    all->name[all->terms - 1] = sum;
    return 0;
}

int gradients_keep(graph *train, const char *folder, const train_moment *now)
{
    const int sample = sample_of(now);
    if (sample < 0)
        return 0;
    losses all = { .terms = train->losses + 2, .lines = sample + 1 };
    all.value = take((size_t)all.terms * (size_t)all.lines, sizeof *all.value, "the norms of gradients");
    int status = all.value ? name_terms(train, &all) : -1;
    if (status == 0)
        status = read_earlier(folder, sample, all.terms, all.value);
    if (status == 0) {
        double *line = all.value + (size_t)sample * (size_t)all.terms;
        line[0] = (double)now->step / now->steps_each;
        status = measure(train, now, line + 1);
    }
    if (status == 0)
        status = losses_write(folder, LOSSES_GRADIENTS, &all);
    losses_free(&all);
    return status;
}
