/* metrics_curve.h: exact AUROC, AP and AUPRO from counts at the distinct scores of the defective. */
#ifndef ABLATE_METRICS_CURVE_H
#define ABLATE_METRICS_CURVE_H
#include <stdint.h>

/* Everything the three need to know of a class. `between` and `equal` count all pixels, defective ones too. */
typedef struct curve_counts {
    int64_t distinct;         /* scores of the defective, ascending */
    const uint32_t *between;  /* (distinct + 1) pixels below score 0, between scores j - 1 and j, above the last */
    const uint32_t *equal;    /* (distinct) pixels that have score j */
    const uint32_t *positive; /* (distinct) the defective ones of these */
    const double *weight;     /* (distinct) sum over these pixels of 1 / area of their defect; AUPRO only */
    int64_t positives, negatives, defects;
} curve_counts;

double curve_auroc(const curve_counts *); /* positives and negatives > 0 */
double curve_ap(const curve_counts *);    /* positives > 0 */
/* Area under the PRO curve from false positive rate 0 to limit, over limit; negatives and defects > 0. */
double curve_aupro(const curve_counts *, double limit);

#endif
