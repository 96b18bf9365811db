#include "metrics_curve.h"
#include <math.h>

/* A sum whose rounding error does not grow with the number of terms (Neumaier 1974). */
typedef struct curve_sum {
    double sum, rest;
} curve_sum;

static void curve_add(curve_sum *total, double term)
{
    double sum = total->sum + term;
    total->rest += fabs(total->sum) >= fabs(term) ? (total->sum - sum) + term : (term - sum) + total->sum;
    total->sum = sum;
}

static double curve_total(const curve_sum *total)
{
    return total->sum + total->rest;
}

static uint32_t tied_negatives(const curve_counts *counts, int64_t j)
{
    return counts->equal[j] - counts->positive[j];
}

/* Twice the Mann-Whitney count is an integer below 2^64, so the only rounding is the division's. */
double curve_auroc(const curve_counts *counts)
{
    uint64_t below = 0, twice = 0;
    for (int64_t j = 0; j < counts->distinct; j++) {
        uint64_t tied = tied_negatives(counts, j);
        below += counts->between[j];
        twice += counts->positive[j] * (2 * below + tied);
        below += tied;
    }
    return (double)twice / (2.0 * (double)counts->positives * (double)counts->negatives);
}

double curve_ap(const curve_counts *counts)
{
    curve_sum area = { 0 };
    uint64_t above = 0, found = 0; /* pixels at or above the threshold, and the defective ones of them */
    for (int64_t j = counts->distinct - 1; j >= 0; j--) {
        above += (uint64_t)counts->between[j + 1] + counts->equal[j];
        found += counts->positive[j];
        curve_add(&area, (double)counts->positive[j] * ((double)found / (double)above));
    }
    return curve_total(&area) / (double)counts->positives;
}

/* The curve runs level where only good pixels pass the threshold and slants where good and defective ones tie. */
double curve_aupro(const curve_counts *counts, double limit)
{
    double end = limit * (double)counts->negatives, rate = 0; /* both in defect-free pixels */
    curve_sum area = { 0 }, covered = { 0 };
    for (int64_t j = counts->distinct - 1; j >= 0; j--) {
        double level = fmin(counts->between[j + 1], end - rate);
        curve_add(&area, level * curve_total(&covered));
        rate += level;
        double tied = tied_negatives(counts, j), slant = fmin(tied, end - rate);
        double part = tied > 0 ? slant / tied : 1;
        curve_add(&area, slant * (curve_total(&covered) + counts->weight[j] * part / 2));
        rate += slant;
        if (rate >= end)
            break;
        curve_add(&covered, counts->weight[j]);
    }
    if (rate < end)
        curve_add(&area, (end - rate) * curve_total(&covered));
    return fmin(curve_total(&area) / (end * (double)counts->defects), 1); /* rounding may end an ulp above */
}
