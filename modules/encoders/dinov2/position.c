/* position.c: the position embedding for another grid than its own. Resampling is a matrix for each side, the same for
 * both, which is made here, so that the engine computes it once, as all that is frozen.
 *
 * DINOv2's code fits it bicubically; for weights without registers by factors of (g + 0.1) / m instead of g / m, where
 * the sampled places are a little off, for those with registers with antialiasing. Hugging Face's code for the first
 * does without the offset. Dinomaly's code has the offset with registers too. */
#include "dinov2.h"
#include <math.h>
#include <stdlib.h>

/* Convolution by Keys (1981): the weight at distance t. PyTorch has a = -3/4, and -1/2 where it antialiases. */
static double cubic(double t, double a)
{
    t = fabs(t);
    if (t <= 1)
        return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

/* row (m) = the weights of result i; each of 4 places, those beyond an end counted to the end. */
static void sampled(float *row, int64_t m, int64_t i, double scale)
{
    double at = ((double)i + 0.5) / scale - 0.5, below = floor(at);
    for (int k = -1; k <= 2; k++) {
        int64_t place = (int64_t)below + k;
        place = place < 0 ? 0 : place >= m ? m - 1 : place;
        row[place] += (float)cubic(at - below - k, -0.75);
    }
}

/* The same, over as many places as the result covers where it is coarser; none beyond an end, and their sum is 1. */
static void antialiased(float *row, int64_t m, int64_t i, double scale)
{
    double width = scale < 1 ? 1 / scale : 1, centre = ((double)i + 0.5) / scale, sum = 0;
    for (int64_t place = 0; place < m; place++)
        sum += cubic(((double)place + 0.5 - centre) / width, -0.5);
    for (int64_t place = 0; place < m; place++)
        row[place] = (float)(cubic(((double)place + 0.5 - centre) / width, -0.5) / sum);
}

/* (g, m) */
static ablate_value *matrix(const dinov2 *d, int resample, int64_t g)
{
    const int64_t m = d->grid;
    float *row = calloc((size_t)(g * m), sizeof *row);
    const double scale = ((double)g + (resample == DINOV2_OFFSET ? 0.1 : 0)) / (double)m;
    for (int64_t i = 0; row && i < g; i++)
        (resample == DINOV2_ANTIALIAS ? antialiased : sampled)(row + i * m, m, i, scale);
    ablate_value *made = row ? ablate_constant(d->net.b, row, g, m) : NULL;
    if (!row)
        ablate_fail(d->net.b, "dinov2: out of memory for the position embedding of %" PRId64 " patches", g * g);
    free(row);
    return made;
}

/* (m m, C) -> (g g, C): down, then across. */
static ablate_value *resampled(const dinov2 *d, int resample, int64_t g, ablate_value *rows)
{
    ablate_builder *b = d->net.b;
    const int64_t m = d->grid, c = d->width;
    ablate_value *to = matrix(d, resample, g);
    ablate_value *down = op_matmul(b, to, op_reshape(b, rows, m, m * c));
    down = op_reshape(b, op_transpose(b, op_reshape(b, down, g, m, c), 1, 0, 2), m, g * c);
    return op_reshape(b, op_transpose(b, op_reshape(b, op_matmul(b, to, down), g, g, c), 1, 0, 2), g * g, c);
}

ablate_value *dinov2_position(dinov2 *d, int resample, int64_t g, ablate_value **class_row)
{
    ablate_builder *b = d->net.b;
    const int64_t m = d->grid;
    ablate_value *all = dinov2_tensor(d, "pos_embed", ABLATE_SHAPE(1, d->class_placed + m * m, d->width));
    if (resample == DINOV2_AUTO)
        resample = d->registers ? DINOV2_ANTIALIAS : DINOV2_OFFSET;
    *class_row = d->class_placed ? op_slice(b, all, 1, .count = 1) : NULL;
    ablate_value *rows = op_slice(b, all, 1, .start = d->class_placed);
    if (g == m)
        return rows;
    return op_reshape(b, resampled(d, resample, g, op_reshape(b, rows, m * m, d->width)), 1, g * g, d->width);
}
