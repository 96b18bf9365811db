#include "metrics.h"
#include "../base/diag.h"
#include "metrics_class.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static int check_pooling(const metrics_input *in, const metrics_protocol *protocol)
{
    int64_t least = (int64_t)protocol->pool_times * (protocol->pool - 1) + 1;
    if (in->scores || protocol->pool_times == 0 || (in->height >= least && in->width >= least))
        return 0;
    return complain(
        "metrics: protocol '%s' pools maps of at least %lld x %lld pixels, these are %lld x %lld; give scores "
        "of the pictures or choose another protocol",
        protocol->name, (long long)least, (long long)least, (long long)in->height, (long long)in->width);
}

static int64_t class_pictures(const metrics_input *in, int class, int64_t *picture)
{
    int64_t n = 0;
    for (int64_t i = 0; i < in->pictures; i++)
        if ((in->classes ? in->classes[i] : 0) == class)
            picture[n++] = i;
    return n;
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

static int evaluate_classes(const metrics_input *in, metrics_result *result)
{
    int64_t *picture = take((size_t)in->pictures, sizeof *picture, "pictures of a class");
    if (!picture)
        return -1;
    int status = 0;
    for (int c = 0; c < in->class_count && status == 0; c++) {
        result->classes[c].name = take_text("%s", in->class_names ? in->class_names[c] : "all");
        result->classes[c].pictures = class_pictures(in, c, picture);
        status = result->classes[c].name ? class_evaluate(in, result, &result->classes[c], picture) : -1;
    }
    free(picture);
    return status;
}

int metrics_evaluate(const metrics_input *in, const metrics_protocol *protocol, metrics_result *result)
{
    *result = (metrics_result){ .protocol = protocol };
    if (check_input(in) < 0 || check_pooling(in, protocol) < 0)
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
