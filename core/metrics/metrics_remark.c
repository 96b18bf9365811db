#include "../base/name.h"
#include "metrics.h"
#include <stdio.h>

void metrics_each_remark(const metrics_result *result, void (*give)(void *context, const char *sentence), void *context)
{
    char text[512], name[200];
    for (int i = 0; i < result->note_count; i++)
        give(context, result->notes[i]);
    for (int c = 0; c < result->class_count; c++)
        for (int kind = 0; kind < METRICS_KINDS; kind++)
            if (result->classes[c].reason[kind]) {
                snprintf(text, sizeof text, "class '%s': no %s: %s",
                         name_shown(result->classes[c].name, name, sizeof name), metrics_title((metrics_kind)kind),
                         result->classes[c].reason[kind]);
                give(context, text);
            }
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        if (result->mean_over[kind] < result->class_count) {
            snprintf(text, sizeof text, "mean %s is over %d of %d classes", metrics_title((metrics_kind)kind),
                     result->mean_over[kind], result->class_count);
            give(context, text);
        }
}
