/* diad.h: what the files of this module share: settings, sizes, and how each part takes its tensors. Maps are (B, H, W,
 * C). Tensors have the names that Stable Diffusion's checkpoints give them. */
#ifndef DIAD_H
#define DIAD_H
#include "operations.h"

enum { DIAD_LEVELS = 8, DIAD_OUTS = 64 };

#define DIAD_FUSION(X) X(DIAD_FUSION_DRAWN, "drawn") X(DIAD_FUSION_ZERO, "zero") X(DIAD_FUSION_NONE, "none")
ABLATE_ENUM(DIAD_FUSION);

typedef struct diad_settings {
    const char *weights;
    const char *picture_levels, *levels, *attention, *hint;
    int picture_width, picture_blocks, latent, width, blocks, heads, groups, text, timesteps, samples, fusion;
    double scale, divergence, smooth;
    bool align_corners;
} diad_settings;

typedef struct diad_levels { /* a list of whole numbers */
    int count, of[DIAD_LEVELS];
} diad_levels;

typedef struct diad { /* the module while it builds */
    ablate_builder *b;
    const diad_settings *s;
    const char *part; /* what the names of the part's tensors begin with: "model.diffusion_model." */
    bool frozen;      /* tensors that come from a file stay as they are */
    diad_levels picture_levels, levels, attention, hint;
    int64_t size, grid; /* sides of pictures, of their latents */
} diad;

/* ---- sizes.c ---- */

bool diad_sizes_read(diad *d, ablate_value *image); /* false: complained */

/* ---- tensors.c; `name` goes on where d->part ends, and is itself gone on with .weight and .bias ---- */

/* Bias and an even weight within 1 / sqrt(inputs), PyTorch's, or zeros. */
typedef struct diad_conv {
    int64_t out;
    int side, stride;
    bool zero, plain, cut; /* begins with zeros; has no bias; has no padding above and left (at stride 2) */
} diad_conv;
ablate_value *diad_convolve(const diad *d, const char *name, diad_conv c, ablate_value *x);
ablate_value *diad_linear(const diad *d, const char *name, int64_t out, bool bias, ablate_value *x);
ablate_value *diad_group_norm(const diad *d, const char *name, double eps, ablate_value *x);
ablate_value *diad_layer_norm(const diad *d, const char *name, ablate_value *x);
int64_t diad_channels(const diad *d, ablate_value *x);
ablate_value *diad_twice(const diad *d, ablate_value *x); /* each place as 2 x 2 */

/* ---- autoencoder.c ---- */

typedef struct diad_posterior { /* of the latents (B, H, W, latent) */
    ablate_value *mean, *log_variance;
} diad_posterior;
diad_posterior diad_encode(const diad *d, ablate_value *picture);
ablate_value *diad_decode(const diad *d, ablate_value *latents);

/* ---- attention.c ---- */

ablate_value *diad_transformer(const diad *d, const char *name, ablate_value *x);

/* ---- unet.c ---- */

/* Sine and cosine features of time (rows, width) through two linear layers: (rows, 4 width). */
ablate_value *diad_time(const diad *d, ablate_value *features);
/* The encoder half, from latents x; `hint` is added behind the first convolution, or NULL. The number of outs. */
int diad_down(const diad *d, ablate_value *time, ablate_value *x, ablate_value *hint, ablate_value **out);
ablate_value *diad_middle(const diad *d, ablate_value *time, ablate_value *x);
/* The decoder half; outs are used up. */
ablate_value *diad_up(const diad *d, ablate_value *time, ablate_value *x, int n, ablate_value *const *out);

/* ---- guide.c ---- */

/* eps of noisy latents, guided by the picture (B, S, S, 3). features: of time. */
ablate_value *diad_noise(diad *d, ablate_value *features, ablate_value *noisy, ablate_value *picture);

/* ---- schedule.c ---- */

double diad_kept(const diad_settings *s, int t); /* product of 1 - beta up to step t */
ablate_value *diad_time_table(const diad *d);    /* features of all steps (timesteps, width) */
ablate_value *diad_time_at(const diad *d, int t);
typedef struct diad_draws {               /* of a step of training */
    ablate_value *posterior, *step, *eps; /* step: a row a picture, 1 at the step that was drawn */
} diad_draws;
diad_draws diad_draw(const diad *d, ablate_value *picture);
/* While training: eps that was told wrong, mean square. latents: as the U-Net sees them. */
ablate_value *diad_noise_loss(diad *d, const diad_draws *draws, ablate_value *latents, ablate_value *picture);
/* Noised at the last step and made clean again. */
ablate_value *diad_reconstruct(diad *d, ablate_value *latents, ablate_value *picture);

#endif
