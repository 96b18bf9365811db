#include "metrics_linear.h"
#include "../base/diag.h"
#include "metrics_key.h"
#include "metrics_thread.h"
#include <math.h>
#include <stdlib.h>

typedef struct even_steps {
    int64_t count;
    double *threshold; /* (count) ascending */
    double least, step;
} even_steps;

/* What passes: entry k counts pixels that pass exactly the first k thresholds. */
typedef struct step_counts {
    double *good;    /* (count + 1) defect-free pixels */
    double *covered; /* (count + 1) defect pixels, each weighed by 1 / area of its defect */
} step_counts;

/* Rounding may give one step more than asked for, here as in NumPy's arange, whose arithmetic this is. */
static int make_steps(even_steps *steps, double least, double greatest, int n)
{
    double step = (greatest - least) / n;
    *steps = (even_steps){ .least = least };
    if (!(step > 0) || !isfinite(step))
        return 0;
    steps->count = (int64_t)ceil((greatest - least) / step);
    steps->step = (least + step) - least;
    steps->threshold = take((size_t)steps->count, sizeof *steps->threshold, "thresholds");
    if (!steps->threshold)
        return -1;
    for (int64_t i = 0; i < steps->count; i++)
        steps->threshold[i] = least + (double)i * steps->step;
    return 0;
}

/* How many thresholds a score is above: a guess by division, then exact comparisons. */
static int64_t steps_passed(const even_steps *steps, double score)
{
    double guess = (score - steps->least) / steps->step;
    int64_t k = guess < 0 ? 0 : guess > (double)steps->count ? steps->count : (int64_t)guess;
    while (k > 0 && !(score > steps->threshold[k - 1]))
        k--;
    while (k < steps->count && score > steps->threshold[k])
        k++;
    return k;
}

/* Counts a picture: every pixel as if it were good, then the defects' pixels are moved to where they belong. */
static void tally_picture(const metrics_input *in, int64_t picture, const component_list *list, const even_steps *steps,
                          const step_counts *tally)
{
    int64_t pixels = in->height * in->width, base = picture * pixels;
    for (int64_t i = 0; i < pixels; i++)
        tally->good[steps_passed(steps, score_of_pixel(in, base + i))]++;
    for (int64_t r = 0; r < list->run_count; r++) {
        const component_run *run = &list->runs[r];
        for (int64_t x = run->begin; x < run->end; x++) {
            int64_t k = steps_passed(steps, score_of_pixel(in, base + run->row * in->width + x));
            tally->good[k]--;
            tally->covered[k] += 1.0 / (double)list->area[run->component];
        }
    }
}

/* Area of the points whose rate is below the limit; walks from the highest threshold (least rate) down. */
static double stretched_area(const even_steps *steps, const step_counts *tally, double defects, double limit,
                             bool from_least)
{
    double all_good = 0, good = 0, covered = 0, area = 0, first = 0, last = 0, last_height = 0;
    int64_t points = 0;
    for (int64_t k = 0; k <= steps->count; k++)
        all_good += tally->good[k];
    for (int64_t k = steps->count; k > 0; k--) {
        good += tally->good[k];
        covered += tally->covered[k];
        double rate = good / all_good, height = covered / defects;
        if (!(rate < limit))
            break;
        if (points++ == 0)
            first = rate;
        else
            area += (rate - last) * (height + last_height) / 2;
        last = rate;
        last_height = height;
    }
    double width = from_least ? last - first : last;
    return points > 1 && width > 0 ? fmin(area / width, 1) : NAN;
}

/* Counts each picture by itself and adds them up in order, so that threads change nothing. The sum is the
 * first entries of `total`. */
static void tally_pictures(const linear_class *all, const even_steps *steps, double *total)
{
    int64_t entries = steps->count + 1;
#pragma omp parallel for schedule(dynamic, 1) num_threads(picture_threads(all->in, all->n))
    for (int64_t i = 0; i < all->n; i++) {
        step_counts own = { total + 2 * i * entries, total + (2 * i + 1) * entries };
        tally_picture(all->in, all->picture[i], &all->components[i], steps, &own);
    }
    for (int64_t i = 1; i < all->n; i++)
        for (int64_t k = 0; k < 2 * entries; k++)
            total[k] += total[2 * i * entries + k];
}

/* One curve over all pictures of the class. */
static int one_curve(const linear_class *all, const metrics_protocol *protocol, double least, double greatest,
                     double *value)
{
    even_steps steps;
    *value = NAN;
    if (make_steps(&steps, least, greatest, protocol->thresholds) < 0)
        return -1;
    if (steps.count == 0)
        return 0;
    double *total = take_zeroed((size_t)(2 * all->n * (steps.count + 1)), sizeof *total, "counts of thresholds"),
           defects = 0;
    if (total) {
        tally_pictures(all, &steps, total);
        for (int64_t i = 0; i < all->n; i++)
            defects += (double)all->components[i].count;
        step_counts sum = { total, total + steps.count + 1 };
        *value = stretched_area(&steps, &sum, defects, protocol->limit, protocol->from_least);
    }
    free(steps.threshold);
    free(total);
    return total ? 0 : -1;
}

static int one_picture(const linear_class *all, int64_t i, const metrics_protocol *protocol, double *value)
{
    const linear_class alone = {
        .in = all->in, .picture = all->picture + i, .n = 1, .components = all->components + i
    };
    *value = NAN;
    return all->defective[i] && alone.components->count
               ? one_curve(&alone, protocol, all->least[i], all->greatest[i], value)
               : 0;
}

/* The mean over the defective pictures that have a curve. */
static int each_picture(const linear_class *all, const metrics_protocol *protocol, double *value, int64_t *left_out)
{
    double *own = take((size_t)all->n, sizeof *own, "values of pictures"), sum = 0, count = 0;
    int failed = !own;
#pragma omp parallel for schedule(dynamic, 1) reduction(| : failed) num_threads(picture_threads(all->in, all->n))
    for (int64_t i = 0; i < all->n; i++)
        if (!failed)
            failed |= one_picture(all, i, protocol, own + i) < 0;
    for (int64_t i = 0; !failed && i < all->n; i++)
        if (!isnan(own[i])) {
            sum += own[i];
            count++;
        } else {
            *left_out += all->defective[i] != 0;
        }
    *value = count > 0 ? sum / count : NAN;
    free(own);
    return failed ? complain("out of memory while estimating AUPRO; close other programs") : 0;
}

int linear_aupro(const linear_class *all, const metrics_protocol *protocol, double *value, const char **reason,
                 int64_t *left_out)
{
    int status;
    *left_out = 0;
    if (protocol->each_picture) {
        status = each_picture(all, protocol, value, left_out);
    } else {
        double low = all->least[0], high = all->greatest[0];
        for (int64_t i = 1; i < all->n; i++) {
            low = all->least[i] < low ? all->least[i] : low;
            high = all->greatest[i] > high ? all->greatest[i] : high;
        }
        status = one_curve(all, protocol, low, high, value);
    }
    if (isnan(*value))
        *reason = protocol->each_picture ? "no defective picture gives two false positive rates below the limit"
                                         : "the thresholds give no two false positive rates below the limit";
    return status;
}
