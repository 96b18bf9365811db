/* diad.c: DiAD (He et al. 2024, "A Diffusion-Based Framework for Multi-Class Anomaly Detection"): a picture's latents
 * are drowned in noise and made clean again by a U-Net that the picture guides but that knows normal pictures only; how
 * far the encoder's features of picture and reconstruction are apart is the map.
 *
 * At the authors' sizes tensors of Stable Diffusion 1.5 are read by their names: autoencoder and the U-Net up to its
 * middle stay as they are, the U-Net's decoder half and the guide, a copy of its encoder half, train. Without a file
 * all begins from nothing and trains at once, the U-Net on latents that the autoencoder's loss alone shapes.
 *
 * Not as published: the autoencoder trains by absolute error and divergence, without a perceptual loss and without a
 * discriminator; its file's is not tuned to the data set. When scoring latents are the posterior's mean and the noise
 * is the same for all pictures, so that a score depends on its picture alone. Guidance free of classifiers is left out:
 * with a prompt that is always empty both of its sides are the same. A picture's score is the largest of its map, as
 * everywhere in the kit; theirs is of a map that was averaged over 8 x 8 eight times. */
#include "diad.h"
#include "batch_norm.h"
#include "layers.h"
#include "score_map.h"
#include <math.h>

/* ---- latents ---- */

/* Between -30 and 20, as latent diffusion does. */
static ablate_value *bounded(ablate_builder *b, ablate_value *x)
{
    x = op_relu(b, op_affine(b, x, 1, 30));
    return op_affine(b, op_relu(b, op_affine(b, x, -1, 50)), -1, 20);
}

static ablate_value *absolute(ablate_builder *b, ablate_value *x)
{
    return op_add(b, op_relu(b, x), op_relu(b, op_scale(b, x, -1)));
}

/* Mean absolute error, and the divergence of the posterior from N(0, 1), both as a share of the picture's numbers. */
static void autoencoder_losses(const diad *d, const diad_posterior *p, ablate_value *log_variance, ablate_value *sample,
                               ablate_value *picture)
{
    ablate_builder *b = d->b;
    double share = (double)(d->grid * d->grid * d->s->latent) / (double)(d->size * d->size * 3);
    // tag::autoencoder[]
    ablate_value *wrong = op_sub(b, picture, diad_decode(d, sample));
    ablate_value *spread = op_add(b, op_square(b, p->mean), op_exp(b, log_variance));
    ablate_value *divergence = op_affine(b, op_sub(b, spread, log_variance), 0.5, -0.5);
    ablate_loss(b, "picture", op_mean_all(b, absolute(b, wrong)), 1);
    ablate_loss(b, "divergence", op_mean_all(b, divergence), d->s->divergence * share);
    // end::autoencoder[]
}

/* What latents are multiplied with: the scale, or 1 over their running root mean square. */
static ablate_value *scale_of(const diad *d)
{
    float number = (float)d->s->scale;
    if (number > 0)
        return ablate_constant(d->b, &number, 1);
    ablate_value *square = ablate_buffer(d->b, "latent_square", "ones", 1);
    return op_div(d->b, ablate_constant(d->b, &(float){ 1 }, 1), op_sqrt(d->b, op_affine(d->b, square, 1, 1e-12)));
}

static int train(diad *d, ablate_value *picture)
{
    ablate_builder *b = d->b;
    bool given = *d->s->weights;
    diad_draws draws = diad_draw(d, picture);
    diad_posterior p = diad_encode(d, picture);
    ablate_value *log_variance = bounded(b, p.log_variance);
    ablate_value *sample = op_add(b, p.mean, op_mul(b, op_exp(b, op_scale(b, log_variance, 0.5)), draws.posterior));
    if (!given)
        autoencoder_losses(d, &p, log_variance, sample, picture);
    ablate_value *latents = op_detach(b, sample), *scale = scale_of(d);
    if (d->s->scale == 0)
        running_average(b, ablate_buffer(b, "latent_square", "ones", 1), 0.1,
                        op_reshape(b, op_mean_all(b, op_square(b, latents)), 1));
    ablate_loss(b, "noise", diad_noise_loss(d, &draws, op_mul(b, latents, scale), picture), 1);
    return 0;
}

/* ---- the map ---- */

static int score(diad *d, ablate_value *picture)
{
    ablate_builder *b = d->b;
    ablate_value *scale = scale_of(d), *sum = NULL;
    ablate_value *latents = op_mul(b, diad_encode(d, picture).mean, scale);
    latents = op_div(b, diad_reconstruct(d, latents, picture), scale);
    d->part = "first_stage_model.", d->frozen = true;
    ablate_value *again = op_transpose(b, diad_decode(d, latents), 0, 3, 1, 2);
    ablate_write(b, "reconstruction", 0, again); /* to be looked at */
    // tag::map[]
    for (int i = 0; i < ablate_count(b, "teacher"); i++) {
        ablate_value *f = ablate_read(b, "teacher", i);
        ablate_value *f_again = ablate_call_service(b, "teacher.encode", ablate_text(b, "%d", i), again);
        ablate_value *distance =
            op_affine(b, op_cosine(b, op_slice(b, f, 1, .start = 1), op_slice(b, f_again, 1, .start = 1)), -1, 1);
        int64_t side = layer_side(b, f);
        if (side == 0)
            return ablate_fail(b, "diad: features must be pictures x (1 + a square grid of patches) x channels");
        ablate_value *map = op_resize(b, op_reshape(b, distance, 0, 1, side, side), .height = d->size, .width = d->size,
                                      .align_corners = d->s->align_corners);
        sum = sum ? op_add(b, sum, map) : map;
    }
    // end::map[]
    score_write(b, sum, d->size, d->s->smooth);
    return 0;
}

static int build(ablate_builder *b, const void *settings)
{
    diad d = { .b = b, .s = settings, .part = "first_stage_model.", .frozen = true };
    ablate_value *image = ablate_read(b, "image", 0);
    if (!diad_sizes_read(&d, image))
        return -1;
    ablate_value *picture = op_transpose(b, image, 0, 2, 3, 1);
    return b->training ? train(&d, picture) : score(&d, picture);
}

#define SET(...)    ABLATE_SET(diad_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(diad_settings, __VA_ARGS__)
#define WORDS(...)  ABLATE_WORDS(diad_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    ABLATE_FILE(diad_settings, weights, "tensors of Stable Diffusion, by their names; empty: all trains from nothing"),
    SET(picture_width, 8, 1, 1024, "channels of the autoencoder; Stable Diffusion 128"),
    WORDS(picture_levels, "1 2 4 4", "how many times so many each of its grids has, the picture's first"),
    SET(picture_blocks, 1, 1, 7, "residual blocks of each of its grids; Stable Diffusion 2"),
    SET(latent, 4, 1, 64, "channels of the latents"),
    SET(width, 32, 2, 1024, "channels of the U-Net; Stable Diffusion 320"),
    WORDS(levels, "1 2", "how many times so many each of its grids has, the latents' first; Stable Diffusion 1 2 4 4"),
    SET(blocks, 1, 1, 7, "residual blocks of each of its grids; Stable Diffusion 2"),
    WORDS(attention, "1 2", "which grids have transformers, as shares of the latents'; Stable Diffusion 1 2 4"),
    SET(heads, 2, 1, 64, "of each attention; Stable Diffusion 8"),
    SET(groups, 8, 1, 1024, "of channels that are normalised together; Stable Diffusion 32"),
    SET(text, 32, 1, 1024, "width of the constant that stands for the empty prompt; Stable Diffusion 768"),
    WORDS(hint, "8 16 16 32", "channels of the guide's picture on each grid; DiAD 16 32 96 256"),
    CHOOSE(fusion, DIAD_FUSION_DRAWN, DIAD_FUSION,
           "first values of the spatial-aware fusion; zero, as published, keeps it without effect; none: no fusion"),
    SET(timesteps, 1000, 20, 10000, "T, steps of noise"),
    SET(samples, 10, 1, 1000, "steps in which they are taken back"),
    SET(scale, 0, 0, 1000, "of the latents, 0.18215 for Stable Diffusion's; 0: 1 over their root mean square"),
    SET(divergence, 1e-6, 0, 1e3, "weight of the divergence of the autoencoder's posterior"),
    SET(smooth, 5, 0, 64, "sigma of the Gaussian that smooths the score map, in pixels; 0: none"),
    SET(align_corners, 1, 0, 1, "up-sampling of the map: the corners of grid and picture coincide"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "diad",
    .doc = "reconstruction by a diffusion model that the picture guides, judged by the encoder's features",
    .paper = "not of the paper: DiAD (He et al. 2024)",
    .reads = "teacher image teacher.encode",
    .writes = "score score.image reconstruction",
    .settings_size = sizeof(diad_settings),
    .settings = settings_table,
    .build = build,
};
