/* schedule.c: how noise comes in (Ho et al. 2020, "Denoising Diffusion Probabilistic Models") and goes out (Song et al.
 * 2021, "Denoising Diffusion Implicit Models"), with latent diffusion's numbers. */
#include "diad.h"
#include <math.h>
#include <stdlib.h>

static const double FIRST = 0.00085, LAST = 0.012; /* beta of the first and the last step; its root goes evenly */

double diad_kept(const diad_settings *s, int t)
{
    double kept = 1, step = (sqrt(LAST) - sqrt(FIRST)) / (s->timesteps - 1);
    for (int i = 0; i <= t; i++)
        kept *= 1 - pow(sqrt(FIRST) + i * step, 2);
    return kept;
}

/* ---- what the U-Net is told of the time ---- */

static void features_fill(int t, int width, float *to)
{
    int half = width / 2;
    for (int i = 0; i < half; i++) {
        double angle = t * exp(-log(10000) * i / half);
        to[i] = (float)cos(angle);
        to[half + i] = (float)sin(angle);
    }
}

ablate_value *diad_time_at(const diad *d, int t)
{
    float row[1024];
    features_fill(t, d->s->width, row);
    return ablate_constant(d->b, row, 1, d->s->width);
}

/* A number for each step, (timesteps, 1), or `width` of them. */
static ablate_value *table(const diad *d, int width, void (*fill)(const diad *, int t, float *))
{
    float *all = malloc((size_t)d->s->timesteps * (size_t)width * sizeof *all);
    if (!all) {
        ablate_fail(d->b, "diad: out of memory for a table of %d steps", d->s->timesteps);
        return NULL;
    }
    for (int t = 0; t < d->s->timesteps; t++)
        fill(d, t, all + (size_t)t * (size_t)width);
    ablate_value *made = ablate_constant(d->b, all, d->s->timesteps, width);
    free(all);
    return made;
}

static void fill_time(const diad *d, int t, float *to)
{
    features_fill(t, d->s->width, to);
}
static void fill_signal(const diad *d, int t, float *to)
{
    *to = (float)sqrt(diad_kept(d->s, t));
}
static void fill_noise(const diad *d, int t, float *to)
{
    *to = (float)sqrt(1 - diad_kept(d->s, t));
}

/* ---- training ---- */

/* Normal numbers, (B, dims...), for each picture its own. */
static ablate_value *draw(const diad *d, ablate_value *nothing, int64_t side, int64_t channels)
{
    nothing = op_broadcast(d->b, op_reshape(d->b, nothing, 0, 1, 1, 1), 0, side, side, channels);
    return op_noise(d->b, nothing, 1, "absolute");
}

/* The largest of so many numbers that are alike is each step with the same chance: (B, timesteps), 1 at the one drawn.
 */
diad_draws diad_draw(const diad *d, ablate_value *picture)
{
    ablate_builder *b = d->b;
    diad_draws made;
    ablate_value *nothing = op_scale(b, op_mean(b, op_reshape(b, picture, 0, -1), 1), 0);
    made.posterior = draw(d, nothing, d->grid, d->s->latent);
    made.step = draw(d, nothing, 1, d->s->timesteps);
    made.eps = draw(d, nothing, d->grid, d->s->latent);
    made.step = op_top_k(b, op_reshape(b, made.step, 0, -1), 1, "softmax");
    return made;
}

/* Row by row (B, 1) -> (B, 1, 1, 1). */
static ablate_value *each_picture(const diad *d, ablate_value *step, ablate_value *numbers)
{
    return op_reshape(d->b, op_matmul(d->b, step, numbers), 0, 1, 1, 1);
}

ablate_value *diad_noise_loss(diad *d, const diad_draws *draws, ablate_value *latents, ablate_value *picture)
{
    ablate_builder *b = d->b;
    // tag::diffuse[]
    ablate_value *step = draws->step, *eps = draws->eps;
    ablate_value *signal = op_mul(b, latents, each_picture(d, step, table(d, 1, fill_signal)));
    ablate_value *noise = op_mul(b, eps, each_picture(d, step, table(d, 1, fill_noise)));
    ablate_value *features = op_matmul(b, step, table(d, d->s->width, fill_time));
    ablate_value *told = diad_noise(d, features, op_add(b, signal, noise), picture);
    return op_mean_all(b, op_square(b, op_sub(b, told, eps)));
    // end::diffuse[]
}

/* ---- scoring ---- */

/* SplitMix64 (Steele et al. 2014), Box and Muller 1958. */
static double uniform_next(uint64_t *state)
{
    uint64_t x = *state += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return ((double)((x ^ x >> 31) >> 11) + 0.5) / 9007199254740992.0;
}

/* (1, grid, grid, latent) */
static ablate_value *fixed_noise(const diad *d)
{
    int64_t count = d->grid * d->grid * d->s->latent;
    uint64_t state = 0;
    float *number = malloc((size_t)count * sizeof *number);
    if (!number) {
        ablate_fail(d->b, "diad: out of memory for the noise");
        return NULL;
    }
    for (int64_t i = 0; i < count; i++) {
        double length = sqrt(-2 * log(uniform_next(&state)));
        number[i] = (float)(length * cos(6.283185307179586 * uniform_next(&state)));
    }
    ablate_value *noise = ablate_constant(d->b, number, 1, d->grid, d->grid, d->s->latent);
    free(number);
    return noise;
}

ablate_value *diad_reconstruct(diad *d, ablate_value *latents, ablate_value *picture)
{
    ablate_builder *b = d->b;
    int apart = d->s->timesteps / d->s->samples;
    double kept = diad_kept(d->s, d->s->timesteps - 1);
    // tag::ddim[]
    ablate_value *x = op_add(b, op_scale(b, latents, sqrt(kept)), op_scale(b, fixed_noise(d), sqrt(1 - kept)));
    for (int i = d->s->samples - 1; i >= 0; i--) {
        int t = i * apart + 1, before = i > 0 ? t - apart : 0;
        double now = diad_kept(d->s, t), then = diad_kept(d->s, before);
        ablate_value *eps = diad_noise(d, diad_time_at(d, t), x, picture);
        ablate_value *clean = op_scale(b, op_sub(b, x, op_scale(b, eps, sqrt(1 - now))), 1 / sqrt(now));
        x = op_add(b, op_scale(b, clean, sqrt(then)), op_scale(b, eps, sqrt(1 - then)));
    }
    // end::ddim[]
    return x;
}
