#include "metrics_naive.h"

int naive_pixels(const naive_set *set)
{
    return set->n * set->height * set->width;
}

double naive_auroc(const double *score, const uint8_t *label, int n)
{
    double wins = 0, pairs = 0;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (label[i] && !label[j]) {
                wins += score[i] > score[j] ? 1 : score[i] == score[j] ? 0.5 : 0;
                pairs++;
            }
    return wins / pairs;
}

/* The greatest score below `bound` (INFINITY: the greatest of all), or -INFINITY. */
static double naive_next(const double *score, int n, double bound)
{
    double next = -INFINITY;
    for (int i = 0; i < n; i++)
        if (score[i] < bound && score[i] > next)
            next = score[i];
    return next;
}

double naive_ap(const double *score, const uint8_t *label, int n)
{
    double area = 0, recall = 0, all = 0;
    for (int i = 0; i < n; i++)
        all += label[i] != 0;
    for (double t = naive_next(score, n, INFINITY); t > -INFINITY; t = naive_next(score, n, t)) {
        double found = 0, passed = 0;
        for (int i = 0; i < n; i++) {
            found += score[i] >= t && label[i];
            passed += score[i] >= t;
        }
        area += (found / all - recall) * (found / passed);
        recall = found / all;
    }
    return area;
}

static void naive_flood(const naive_set *set, int picture, int y, int x, int connectivity, int name, int *defect)
{
    int place = (picture * set->height + y) * set->width + x;
    if (y < 0 || x < 0 || y >= set->height || x >= set->width || !set->mask[place] || defect[place] >= 0)
        return;
    defect[place] = name;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (connectivity == 8 || dy == 0 || dx == 0)
                naive_flood(set, picture, y + dy, x + dx, connectivity, name, defect);
}

/* Names each defect pixel's defect 0, 1, ...; -1 elsewhere. Returns how many there are. */
static int naive_defects(const naive_set *set, int connectivity, int *defect)
{
    int count = 0;
    for (int i = 0; i < naive_pixels(set); i++)
        defect[i] = -1;
    for (int p = 0; p < set->n; p++)
        for (int y = 0; y < set->height; y++)
            for (int x = 0; x < set->width; x++) {
                int place = (p * set->height + y) * set->width + x;
                if (set->mask[place] && defect[place] < 0)
                    naive_flood(set, p, y, x, connectivity, count++, defect);
            }
    return count;
}

/* Mean covered fraction of the defects and the false positive rate if pixels >= t (or > t: `strict`) pass. */
static void naive_point(const naive_set *set, const int *defect, int defects, double t, int strict, double *pro,
                        double *rate)
{
    double covered[NAIVE_MOST] = { 0 }, area[NAIVE_MOST] = { 0 }, passed = 0, good = 0;
    for (int i = 0; i < naive_pixels(set); i++) {
        int passes = strict ? set->score[i] > t : set->score[i] >= t;
        if (defect[i] >= 0) {
            covered[defect[i]] += passes;
            area[defect[i]]++;
        } else {
            passed += passes;
            good++;
        }
    }
    *pro = 0;
    for (int d = 0; d < defects; d++)
        *pro += covered[d] / area[d] / defects;
    *rate = passed / good;
}

double naive_aupro(const naive_set *set, int connectivity, double limit)
{
    static int defect[NAIVE_MOST];
    int defects = naive_defects(set, connectivity, defect), n = naive_pixels(set);
    double area = 0, last_pro = 0, last_rate = 0;
    for (double t = naive_next(set->score, n, INFINITY); t > -INFINITY && last_rate < limit;
         t = naive_next(set->score, n, t)) {
        double pro, rate;
        naive_point(set, defect, defects, t, 0, &pro, &rate);
        if (rate > limit) {
            pro = last_pro + (pro - last_pro) * (limit - last_rate) / (rate - last_rate);
            rate = limit;
        }
        area += (rate - last_rate) * (pro + last_pro) / 2;
        last_pro = pro;
        last_rate = rate;
    }
    return area / limit;
}

double naive_stepped(const naive_set *set, int steps, double limit, int from_least)
{
    static int defect[NAIVE_MOST];
    int defects = naive_defects(set, 8, defect), n = naive_pixels(set), kept = 0;
    double high = naive_next(set->score, n, INFINITY), low = high, pro[300] = { 0 }, rate[300] = { 0 };
    for (int i = 0; i < n; i++)
        low = set->score[i] < low ? set->score[i] : low;
    double step = (high - low) / steps;
    for (int k = 0; k < (int)ceil((high - low) / step); k++) {
        naive_point(set, defect, defects, low + k * ((low + step) - low), 1, &pro[kept], &rate[kept]);
        kept += rate[kept] < limit;
    }
    if (kept < 2)
        return NAN; /* one point has no area below it */
    double least = from_least ? rate[kept - 1] : 0, width = rate[0] - least, area = 0;
    if (!(width > 0))
        return NAN;
    for (int k = 1; k < kept; k++)
        area += (rate[k - 1] - rate[k]) / width * (pro[k - 1] + pro[k]) / 2;
    return area;
}
