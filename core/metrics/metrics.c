#include "metrics.h"
#include "../base/diag.h"
#include "../base/stop.h"
#include "metrics_class.h"
#include "metrics_thread.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int check_input(const metrics_input *in)
{
    if (!in->maps == !in->maps_wide || !in->masks)
        return complain("metrics: give maps in one precision, and masks");
    if (in->pictures < 1 || in->height < 1 || in->width < 1)
        return complain("metrics: there are %lld pictures of %lld x %lld pixels; at least one of each is needed",
                        (long long)in->pictures, (long long)in->height, (long long)in->width);
    if (in->height > INT32_MAX || in->width > INT32_MAX || in->height * in->width > INT32_MAX)
        return complain("metrics: pictures of %lld x %lld pixels are too large; reduce the maps below 2^31 pixels",
                        (long long)in->height, (long long)in->width);
    if (in->class_count < 1)
        return complain("metrics: there are no classes");
    for (int64_t i = 0; in->classes && i < in->pictures; i++)
        if (in->classes[i] < 0 || in->classes[i] >= in->class_count)
            return complain("metrics: picture %lld is of class %d; classes are 0 to %d", (long long)i, in->classes[i],
                            in->class_count - 1);
    for (int64_t i = 0; in->scores && i < in->pictures; i++)
        if (!isfinite(in->scores[i]))
            return complain("metrics: the score of picture %lld is %s; every score must be finite", (long long)i,
                            isnan(in->scores[i]) ? "NaN" : "infinite");
    return 0;
}

/* Plain means over the classes that have a value; sums in the order of the classes. */
static void average_classes(metrics_result *result)
{
    for (int kind = 0; kind < METRICS_KINDS; kind++) {
        double sum = 0;
        for (int c = 0; c < result->class_count; c++)
            if (!isnan(result->classes[c].value[kind])) {
                sum += result->classes[c].value[kind];
                result->mean_over[kind]++;
            }
        result->mean[kind] = result->mean_over[kind] ? sum / result->mean_over[kind] : NAN;
    }
}

/* What one class leaves besides its row. */
typedef struct class_outcome {
    const int64_t *picture;
    class_notes notes;
    bool failed;
    char sentence[1024]; /* complaints are a thread's own, so they are carried over */
} class_outcome;

/* Puts the pictures of each class together, in order, into `picture`, and counts them. */
static void group_pictures(const metrics_input *in, metrics_result *result, class_outcome *outcome, int64_t *picture)
{
    for (int64_t i = 0; i < in->pictures; i++)
        result->classes[in->classes ? in->classes[i] : 0].pictures++;
    int64_t *next = picture;
    for (int c = 0; c < in->class_count; c++) {
        outcome[c].picture = next;
        next += result->classes[c].pictures;
        result->classes[c].pictures = 0;
    }
    for (int64_t i = 0; i < in->pictures; i++) {
        int c = in->classes ? in->classes[i] : 0;
        picture[outcome[c].picture - picture + result->classes[c].pictures++] = i;
    }
}

static void evaluate_class(const metrics_input *in, const metrics_protocol *protocol, metrics_row *row,
                           class_outcome *outcome)
{
    outcome->failed = stop_asked() ? stop_complain("class '%s' was to be evaluated; the same command goes on with the "
                                                   "metrics",
                                                   row->name) < 0
                                   : class_evaluate(in, protocol, outcome->picture, row, &outcome->notes) < 0;
    if (!outcome->failed)
        return;
    const char *sentence = complaint();
    snprintf(outcome->sentence, sizeof outcome->sentence, "%s", sentence ? sentence : "metrics: out of memory");
    complaint_clear();
}

/* With many classes a thread takes one at a time and waits for no other; with few the threads share each. */
static void evaluate_all(const metrics_input *in, metrics_result *result, class_outcome *outcome)
{
    int threads = thread_count(in->class_count, in->pictures * in->height * in->width);
    if (in->class_count < 2 * threads)
        threads = 1;
    if (threads == 1) {
        for (int c = 0; c < in->class_count; c++)
            evaluate_class(in, &result->protocol, &result->classes[c], &outcome[c]);
        return;
    }
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int c = 0; c < in->class_count; c++)
        evaluate_class(in, &result->protocol, &result->classes[c], &outcome[c]);
}

/* What the protocol makes of the input as a whole. */
static int note_protocol(const metrics_input *in, const metrics_protocol *protocol, class_notes *notes)
{
    int least = protocol->pool_times * (protocol->pool - 1) + 1;
    if (in->scores && !protocol->takes_given &&
        class_note(notes, "protocol '%s' takes the scores of pictures from their maps; those given are not used",
                   protocol->name) < 0)
        return -1;
    if (in->masks_as_saved && protocol->mask_nearest &&
        class_note(notes,
                   "protocol '%s' is for masks resized to the nearest pixel; there is no array masks_nearest, so "
                   "the masks are taken as they are",
                   protocol->name) < 0)
        return -1;
    if (in->height >= least && in->width >= least)
        return 0;
    return class_note(notes, "protocol '%s' pools maps of at least %d x %d pixels, these are %lld x %lld",
                      protocol->name, least, least, (long long)in->height, (long long)in->width);
}

/* Moves a list of notes to the end of the result's, which have room for them. */
static void move_notes(metrics_result *result, class_notes *from)
{
    for (int i = 0; i < from->count; i++)
        if (result->notes)
            result->notes[result->note_count++] = from->text[i];
        else
            free(from->text[i]);
    free(from->text);
}

/* The notes of all, in order, and the first class's complaint again. */
static int collect_outcomes(const metrics_input *in, metrics_result *result, class_outcome *outcome)
{
    class_notes own = { 0 };
    int status = note_protocol(in, &result->protocol, &own), count = own.count;
    for (int c = 0; c < result->class_count; c++)
        count += outcome[c].notes.count;
    result->notes = take((size_t)count, sizeof *result->notes, "notes");
    move_notes(result, &own);
    for (int c = 0; c < result->class_count; c++) {
        move_notes(result, &outcome[c].notes);
        if (outcome[c].failed)
            status = complain("%s", outcome[c].sentence);
    }
    return result->notes ? status : -1;
}

static char *name_class(const metrics_input *in, int class)
{
    if (in->class_names)
        return take_text("%s", in->class_names[class]);
    return in->class_count == 1 ? take_text("all") : take_text("%d", class);
}

static int evaluate_classes(const metrics_input *in, metrics_result *result)
{
    int64_t *picture = take((size_t)in->pictures, sizeof *picture, "pictures of classes");
    class_outcome *outcome = take_zeroed((size_t)in->class_count, sizeof *outcome, "classes");
    int status = picture && outcome ? 0 : -1;
    for (int c = 0; c < in->class_count && status == 0; c++) {
        result->classes[c].name = name_class(in, c);
        status = result->classes[c].name ? 0 : -1;
    }
    if (status == 0) {
        group_pictures(in, result, outcome, picture);
        evaluate_all(in, result, outcome);
        status = collect_outcomes(in, result, outcome);
    }
    free(picture);
    free(outcome);
    return status;
}

int metrics_evaluate(const metrics_input *in, const metrics_protocol *protocol, metrics_result *result)
{
    *result = (metrics_result){ .protocol = *protocol };
    if (check_input(in) < 0)
        return -1;
    result->classes = take_zeroed((size_t)in->class_count, sizeof *result->classes, "results of classes");
    if (!result->classes)
        return -1;
    result->class_count = in->class_count;
    if (evaluate_classes(in, result) < 0) {
        metrics_result_free(result);
        return -1;
    }
    average_classes(result);
    return 0;
}

void metrics_result_free(metrics_result *result)
{
    for (int c = 0; c < result->class_count; c++)
        free(result->classes[c].name);
    for (int i = 0; i < result->note_count; i++)
        free(result->notes[i]);
    free(result->classes);
    free(result->notes);
    *result = (metrics_result){ 0 };
}
