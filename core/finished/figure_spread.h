/* figure_spread.h: how the numbers of normal and of defective patches lie. */
#ifndef ABLATE_FIGURE_SPREAD_H
#define ABLATE_FIGURE_SPREAD_H
#include "../files/figure_map.h"

enum { SPREAD_BINS = 100, SPREAD_KINDS = 2 };

typedef struct spread { /* by kind: 0 normal, 1 defective, as patch_kind; other kinds are left out */
    int64_t count[SPREAD_KINDS];
    double mean[SPREAD_KINDS];               /* NaN: there are none of that kind */
    double share[SPREAD_KINDS][SPREAD_BINS]; /* of the kind's numbers, in bins of equal width over the range */
    double above; /* share of the pairs in which the normal one is greater, equal ones count half; NaN: no pair */
} spread;

/* Over n numbers of these kinds, all within `range`. 0, or -1: complained: no memory. */
int spread_measure(const float *value, const uint8_t *kind, int64_t n, map_scale range, spread *);

#endif
