#include "../base/diag.h"
#include "metrics.h"
#include <string.h>

#define LACKS(kind) (1u << METRICS_##kind)

/* The peers' evaluators, as their published code computes them from given maps and masks. */
static const metrics_protocol protocols[] = {
    { "exact", "all distinct scores; AUPRO interpolated at FPR 0.3; picture's score: maximum of its map", 0.5, 8, 0, 0,
      false, 0, 0, false, false, 0.3 },
    { "ader2024", "ADer of April 2024 and MambaAD: AUPRO from 100 even steps, kept FPR < 0.3 stretched to 0..1", 0.5, 8,
      0, 0, false, 0, 100, false, true, 0.3 },
    { "rd4ad", "RD4AD: no AP; AUPRO from 200 even steps of each defective picture, FPR < 0.3 divided by the greatest",
      0.5, 8, 0, 0, false, LACKS(IMAGE_AP) | LACKS(PIXEL_AP), 200, true, false, 0.3 },
    { "uniad",
      "UniAD: AUROC only, turned over below 0.5; picture's score: maximum after 16 x 16 mean pooling; mask > 0", 0, 8,
      16, 1, true, LACKS(IMAGE_AP) | LACKS(PIXEL_AP) | LACKS(AUPRO), 0, false, false, 0.3 },
    { "diad",
      "DiAD: AUROC turned over below 0.5; AUPRO from 200 even steps, FPR < 0.3 divided by the greatest; "
      "picture's score: maximum after eight 8 x 8 mean poolings; mask > 0",
      0, 8, 8, 8, true, 0, 200, false, false, 0.3 },
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

const char *metrics_name(metrics_kind kind)
{
    static const char *const names[METRICS_KINDS] = { "image_auroc", "image_ap", "pixel_auroc", "pixel_ap", "aupro" };
    return names[kind];
}

const char *metrics_title(metrics_kind kind)
{
    static const char *const titles[METRICS_KINDS] = { "I-AUROC", "I-AP", "P-AUROC", "P-AP", "AUPRO" };
    return titles[kind];
}
