#include "figure_spread.h"
#include "../base/diag.h"
#include <math.h>
#include <stdlib.h>

typedef struct numbered {
    float value;
    int kind;
} numbered;

static int compare(const void *one, const void *other)
{
    const numbered *a = one, *b = other;
    return (a->value > b->value) - (a->value < b->value);
}

/* Share of the pairs (normal, defective) with the normal one above; `list` is sorted. */
static double share_above(const numbered *list, int64_t n, const int64_t count[SPREAD_KINDS])
{
    double pairs = 0;
    int64_t below = 0; /* defective ones that are less */
    for (int64_t i = 0, end; i < n; i = end) {
        int64_t equal[SPREAD_KINDS] = { 0, 0 };
        for (end = i; end < n && list[end].value == list[i].value; end++)
            equal[list[end].kind]++;
        pairs += (double)equal[0] * ((double)below + 0.5 * (double)equal[1]);
        below += equal[1];
    }
    return pairs / ((double)count[0] * (double)count[1]);
}

static int bin_of(double value, map_scale range)
{
    int bin = (int)((value - range.low) / (range.high - range.low) * SPREAD_BINS);
    return bin < 0 ? 0 : bin >= SPREAD_BINS ? SPREAD_BINS - 1 : bin;
}

int spread_measure(const float *value, const uint8_t *kind, int64_t n, map_scale range, spread *s)
{
    *s = (spread){ .above = NAN };
    numbered *list = take((size_t)n, sizeof *list, "the patches");
    int64_t kept = 0;
    if (!list)
        return -1;
    for (int64_t i = 0; i < n; i++)
        if (kind[i] < SPREAD_KINDS) {
            list[kept++] = (numbered){ value[i], kind[i] };
            s->count[kind[i]]++;
            s->mean[kind[i]] += (double)value[i];
            s->share[kind[i]][bin_of((double)value[i], range)] += 1;
        }
    for (int k = 0; k < SPREAD_KINDS; k++) {
        s->mean[k] = s->count[k] ? s->mean[k] / (double)s->count[k] : NAN;
        for (int b = 0; b < SPREAD_BINS && s->count[k]; b++)
            s->share[k][b] /= (double)s->count[k];
    }
    qsort(list, (size_t)kept, sizeof *list, compare);
    if (s->count[0] && s->count[1])
        s->above = share_above(list, kept, s->count);
    free(list);
    return 0;
}
