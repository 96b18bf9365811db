#include "../base/random.h"
#include "bootstrap.h"
#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bootstrap_interval percentiles(double *sample, int n, double measured)
{
    qsort(sample, (size_t)n, sizeof *sample, by_value);
    return n > 0 ? (bootstrap_interval){ measured, sample[(int)(0.025 * (n - 1))], sample[(int)ceil(0.975 * (n - 1))] }
                 : (bootstrap_interval){ measured, NAN, NAN };
}

bool bootstrap_is_told(const bootstrap_interval *i)
{
    return i->low > 0 || i->high < 0;
}

static double mean_difference(const bootstrap_pair *pair, int pairs)
{
    double sum = 0;
    for (int i = 0; i < pairs; i++)
        sum += pair[i].difference;
    return sum / pairs;
}

/* How far a draw is off, of one pair: the mean over the metrics. */
static double off_of(const bootstrap_pair *pair, unsigned kinds, int sample)
{
    double sum = 0;
    int n = 0;
    for (int kind = 0; kind < METRICS_KINDS; kind++)
        if (kinds >> kind & 1) {
            int at = kind * BOOTSTRAP_SAMPLES + sample;
            sum += pair->off[1][at] - pair->off[0][at];
            n++;
        }
    return sum / n;
}

/* The mean difference of each draw that has one; how many have. */
static int draws_of(const bootstrap_pair *pair, int pairs, unsigned kinds, double sample[BOOTSTRAP_SAMPLES])
{
    const double measured = mean_difference(pair, pairs);
    int n = 0;
    for (int s = 0; s < BOOTSTRAP_SAMPLES; s++) {
        double off = 0;
        for (int i = 0; i < pairs; i++)
            off += off_of(&pair[i], kinds, s);
        sample[n] = measured + off / pairs;
        n += isfinite(sample[n]);
    }
    return n;
}

bootstrap_interval bootstrap_over_pictures(const bootstrap_pair *pair, int pairs, unsigned kinds)
{
    double sample[BOOTSTRAP_SAMPLES];
    return percentiles(sample, draws_of(pair, pairs, kinds, sample), mean_difference(pair, pairs));
}

/* Student's distribution function (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4). */
static double student(double t, int degrees)
{
    const double angle = atan(t / sqrt(degrees)), c = cos(angle);
    bool odd = degrees % 2;
    double term = odd ? c : 1, sum = 0;
    for (int i = odd ? 3 : 2; i <= degrees; i += 2) {
        sum += term;
        term *= c * c * (i - 1) / i;
    }
    double inner = sin(angle) * sum;
    return 0.5 + (odd ? (angle + inner) / 3.14159265358979323846 : inner / 2);
}

typedef struct widened { /* draws, each the middle of a Student's distribution */
    const double *sample;
    int n, degrees;
    double error; /* its scale */
} widened;

/* The number below which the share lies. */
static double quantile(const widened *w, double share)
{
    double least = w->sample[0], most = w->sample[0];
    for (int s = 1; s < w->n; s++) {
        least = fmin(least, w->sample[s]);
        most = fmax(most, w->sample[s]);
    }
    least -= 100 * w->error; /* of one degree, 2.5 % lie below -12.7 */
    most += 100 * w->error;
    for (int i = 0; i < 48; i++) {
        double middle = (least + most) / 2, below = 0;
        for (int s = 0; s < w->n; s++)
            below += student((middle - w->sample[s]) / w->error, w->degrees);
        *(below < share * w->n ? &least : &most) = middle;
    }
    return (least + most) / 2;
}

bootstrap_interval bootstrap_over_seeds(const bootstrap_pair *pair, int pairs, unsigned kinds)
{
    double sample[BOOTSTRAP_SAMPLES], mean = mean_difference(pair, pairs), squares = 0;
    int n = draws_of(pair, pairs, kinds, sample);
    for (int i = 0; i < pairs; i++)
        squares += (pair[i].difference - mean) * (pair[i].difference - mean);
    if (pairs < 2 || n == 0)
        return (bootstrap_interval){ mean, NAN, NAN };
    const widened w = { sample, n, pairs - 1, sqrt(squares / (pairs - 1) / pairs) };
    if (w.error <= 0)
        return percentiles(sample, n, mean);
    return (bootstrap_interval){ mean, quantile(&w, 0.025), quantile(&w, 0.975) };
}

bootstrap_interval bootstrap_over_classes(const double *difference, int n)
{
    double sample[BOOTSTRAP_SAMPLES], sum = 0;
    int count = 0;
    for (int i = 0; i < n; i++)
        if (isfinite(difference[i])) {
            sum += difference[i];
            count++;
        }
    for (int s = 0; count > 0 && s < BOOTSTRAP_SAMPLES; s++) {
        sample[s] = 0;
        for (int i = 0; i < count; i++) {
            uint64_t word = random_draw(BOOTSTRAP_SEED, (uint64_t)s, (uint64_t)i).word[1];
            int left = (int)(word * (uint64_t)count >> 32), k = 0;
            while (!isfinite(difference[k]) || left-- > 0)
                k++;
            sample[s] += difference[k] / count;
        }
    }
    return percentiles(sample, count > 0 ? BOOTSTRAP_SAMPLES : 0, count > 0 ? sum / count : NAN);
}
