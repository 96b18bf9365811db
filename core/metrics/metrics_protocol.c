#include "../base/diag.h"
#include "metrics.h"
#include <stdio.h>
#include <string.h>

#define LACKS(kind) (1u << METRICS_##kind)

/* The peers' evaluators, as their published code computes them from given maps and masks. */
static const metrics_protocol protocols[] = {
    { .name = "exact",
      .doc = "all distinct scores; AUPRO interpolated at FPR 0.3",
      .mask_threshold = 0.5,
      .connectivity = 8,
      .takes_given = true,
      .limit = 0.3 },
    { .name = "ader2024",
      .doc = "ADer of April 2024 and MambaAD: AUPRO from 100 even steps, kept FPR < 0.3 stretched to 0..1",
      .mask_threshold = 0.5,
      .connectivity = 8,
      .thresholds = 100,
      .from_least = true,
      .limit = 0.3 },
    { .name = "rd4ad",
      .doc = "RD4AD: no AP; AUPRO from 200 even steps of each defective picture, FPR < 0.3 divided by the greatest; "
             "rounded to 3 decimals",
      .mask_threshold = 0.5,
      .connectivity = 8,
      .round_to = 1000,
      .lacks = LACKS(IMAGE_AP) | LACKS(PIXEL_AP),
      .thresholds = 200,
      .each_picture = true,
      .limit = 0.3 },
    { .name = "uniad",
      .doc = "UniAD: AUROC only, turned over below 0.5; mask > 0",
      .mask_nearest = true,
      .connectivity = 8,
      .pool = 16,
      .pool_times = 1,
      .flip = true,
      .lacks = LACKS(IMAGE_AP) | LACKS(PIXEL_AP) | LACKS(AUPRO),
      .limit = 0.3 },
    { .name = "diad",
      .doc =
          "DiAD: AUROC turned over below 0.5; AUPRO from 200 even steps, FPR < 0.3 divided by the greatest; mask > 0",
      .connectivity = 8,
      .pool = 8,
      .pool_times = 8,
      .flip = true,
      .thresholds = 200,
      .limit = 0.3 },
};

const metrics_protocol *metrics_protocols(int *count)
{
    *count = (int)(sizeof protocols / sizeof *protocols);
    return protocols;
}

const metrics_protocol *metrics_protocol_find(const char *name)
{
    int count;
    const metrics_protocol *all = metrics_protocols(&count);
    for (int i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    complain("there is no protocol '%s'; choose exact, ader2024, rd4ad, uniad or diad", name);
    return NULL;
}

const char *metrics_protocol_print(const metrics_protocol *protocol, char text[80])
{
    if (protocol->connectivity == 8)
        snprintf(text, 80, "%s", protocol->name);
    else
        snprintf(text, 80, "%s, %d-connectivity", protocol->name, protocol->connectivity);
    return text;
}

const char *metrics_judged_print(const metrics_protocol *protocol, const metrics_input *in, char text[METRICS_JUDGED])
{
    char score[80] = "maximum of its map";
    bool given = protocol->takes_given;
    if (given && in->scores)
        snprintf(score, sizeof score, "as given");
    else if (protocol->pool_times > 0)
        snprintf(score, sizeof score, "maximum of its map after %d mean pooling%s of %d x %d", protocol->pool_times,
                 protocol->pool_times > 1 ? "s" : "", protocol->pool, protocol->pool);
    snprintf(text, METRICS_JUDGED, "picture's score: %s, label: %s%s", score,
             given && in->labels ? "as given" : "defective if its mask shows a defect",
             protocol->each_picture && in->labels && !given ? ", for AUPRO as given" : "");
    return text;
}

const char *metrics_name(metrics_kind kind)
{
    static const char *const names[METRICS_KINDS] = { "image_auroc", "image_ap", "pixel_auroc", "pixel_ap", "aupro" };
    return names[kind];
}

const char *metrics_title(metrics_kind kind)
{
    static const char *const titles[METRICS_KINDS] = { "I-AUROC", "I-mAP", "P-AUROC", "P-mAP", "AUPRO" };
    return titles[kind];
}
