#include "../base/name.h"
#include "metrics.h"
#include <stdio.h>
#include <string.h>

/* Why none of several classes has a number, if it is the same for all; NULL: it is not. */
static const char *reason_of_all(const metrics_result *result, int kind)
{
    const char *first = result->class_count > 1 ? result->classes[0].reason[kind] : NULL;
    for (int c = 1; first && c < result->class_count; c++)
        if (!result->classes[c].reason[kind] || strcmp(result->classes[c].reason[kind], first) != 0)
            first = NULL;
    return first;
}

void metrics_each_remark(const metrics_result *result, void (*give)(void *context, const char *sentence), void *context)
{
    char text[512], name[200];
    for (int i = 0; i < result->note_count; i++)
        give(context, result->notes[i]);
    for (int c = 0; c < result->class_count; c++)
        for (int kind = 0; kind < METRICS_KINDS; kind++)
            if (result->classes[c].reason[kind] && !reason_of_all(result, kind)) {
                snprintf(text, sizeof text, "class '%s': no %s: %s",
                         name_shown(result->classes[c].name, name, sizeof name), metrics_title((metrics_kind)kind),
                         result->classes[c].reason[kind]);
                give(context, text);
            }
    for (int kind = 0; kind < METRICS_KINDS; kind++) {
        const char *reason = reason_of_all(result, kind), *title = metrics_title((metrics_kind)kind);
        if (reason)
            snprintf(text, sizeof text, "no %s of any class: %s", title, reason);
        else if (result->mean_over[kind] < result->class_count)
            snprintf(text, sizeof text, "mean %s is over %d of %d classes", title, result->mean_over[kind],
                     result->class_count);
        else
            continue;
        give(context, text);
    }
}
