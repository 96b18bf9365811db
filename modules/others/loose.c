/* loose.c: Dinomaly's loose constraint and loose loss (Guo et al. 2025). Layers are compared by groups, the mean of a
 * group's encoded features with the mean of its decoded ones, all patches of a picture at once (global cosine); and
 * what is reconstructed well is hardly learned further: the gradient of the points of a batch whose distance is small
 * is scaled down. When scoring, the map of the groups' distances.
 *
 * Otherwise than published: the map is up-sampled once, to the pictures' size, not to the crop's and from there to 256
 * pixels, and the Gaussian's window is of their pixels. The published optimiser is StableAdamW with AMSGrad, which also
 * limits the step of each tensor by its own measure, at a rate that falls to a tenth; the kit's AdamW stands for it. */
#include "score_map.h"
#include <math.h>

typedef struct loose_settings {
    int groups, rising, window;
    double easy, factor, weight, smooth, share;
    bool align_corners;
} loose_settings;

enum { GROUPS_MAX = 32, WINDOW_MAX = 31 };

/* ---- groups ---- */

/* The patches' sum over the layers of group g of as many: runs of layers, of which the earlier are the longer.
 * Published is the mean; a cosine is the same of both. */
static ablate_value *group_sum(ablate_builder *b, const char *name, int g, int groups)
{
    ablate_value *sum = NULL;
    const int n = ablate_count(b, "teacher"), first = (g * n + groups - 1) / groups,
              last = ((g + 1) * n + groups - 1) / groups;
    for (int i = first; i < last; i++) {
        ablate_value *f = op_slice(b, ablate_read(b, name, i), 1, .start = 1);
        sum = sum ? op_add(b, sum, f) : f;
    }
    return sum;
}

/* 1 - cosine along the last axis. */
static ablate_value *cosine_distance(ablate_builder *b, ablate_value *x, ablate_value *y)
{
    return op_affine(b, op_cosine(b, x, y), -1, 1);
}

/* ---- the loss ---- */

/* The share of points that are hard in this step, (1): all of them at first, 1 - easy after `rising` steps. */
static ablate_value *hard_share(ablate_builder *b, const loose_settings *s)
{
    ablate_value *step = ablate_buffer(b, "step", "zeros", 1);
    if (b->training)
        ablate_update(b, step, op_affine(b, step, 1, 1));
    if (s->rising == 0)
        return op_affine(b, step, 0, 1 - s->easy);
    ablate_value *left = op_relu(b, op_affine(b, step, -1.0 / s->rising, 1)); /* 1 to 0 */
    ablate_value *easy = op_affine(b, left, -s->easy, s->easy);
    return op_affine(b, easy, -1, 1);
}

/* The decoded feature (B, N, C) itself, but what comes back to the easy points is scaled by `factor`: they are nearer
 * than the nearest of the hard ones, over the whole batch. */
static ablate_value *mined(ablate_builder *b, const loose_settings *s, ablate_value *f, ablate_value *decoded,
                           ablate_value *share)
{
    const ablate_shape shape = ablate_shape_of(b, f);
    // tag::mining[]
    ablate_value *distance = op_detach(b, cosine_distance(b, f, decoded)); /* (B, N) */
    ablate_value *threshold = op_kth_largest(b, op_reshape(b, distance, 1, -1), share);
    ablate_value *apart = op_sub(b, threshold, distance);
    ablate_value *easy = op_relu6(b, op_scale(b, apart, 1e30)); /* 6 where apart > 0, else 0 */
    ablate_value *scale = op_affine(b, easy, (s->factor - 1) / 6, 1);
    // end::mining[]
    ablate_value *part = op_mul(b, decoded, op_reshape(b, scale, shape.dim[0], -1, 1));
    return op_add(b, part, op_detach(b, op_sub(b, decoded, part)));
}

static ablate_value *loose_loss(ablate_builder *b, const loose_settings *s, int groups)
{
    ablate_value *loss = NULL, *share = hard_share(b, s);
    for (int g = 0; g < groups; g++) {
        ablate_value *f = op_detach(b, group_sum(b, "teacher", g, groups));
        ablate_value *decoded = mined(b, s, f, group_sum(b, "student", g, groups), share);
        ablate_value *of_picture = cosine_distance(b, op_reshape(b, f, 0, -1), op_reshape(b, decoded, 0, -1));
        ablate_value *mean = op_mean_all(b, of_picture);
        loss = loss ? op_add(b, loss, mean) : mean;
    }
    return op_scale(b, loss, 1.0 / groups);
}

/* ---- the map ---- */

/* The map (B, S, S) convolved with a Gaussian that is cut to a window of so many pixels a side; beyond the border are
 * zeros. */
static ablate_value *windowed(ablate_builder *b, const loose_settings *s, ablate_value *map, int64_t size)
{
    float weight[WINDOW_MAX * WINDOW_MAX];
    const int n = s->window;
    double side[WINDOW_MAX], sum = 0;
    for (int i = 0; i < n; i++)
        sum += side[i] = exp(-0.5 * (i - n / 2) * (i - n / 2) / (s->smooth * s->smooth));
    for (int i = 0; i < n * n; i++)
        weight[i] = (float)(side[i / n] / sum * (side[i % n] / sum));
    map = op_conv(b, op_reshape(b, map, -1, size, size, 1), ablate_constant(b, weight, 1, n, n, 1), .padding = n / 2);
    return op_reshape(b, map, -1, size, size);
}

/* (B, 1, S, S) -> (B, S, S). */
static ablate_value *smoothed(ablate_builder *b, const loose_settings *s, ablate_value *map, int64_t size)
{
    map = op_reshape(b, map, -1, size, size);
    if (s->smooth <= 0)
        return map;
    return s->window ? windowed(b, s, map, size) : op_blur(b, map, s->smooth);
}

static ablate_value *score_map(ablate_builder *b, const loose_settings *s, score_places at, int groups)
{
    ablate_value *sum = NULL;
    for (int g = 0; g < groups; g++) {
        ablate_value *distance =
            cosine_distance(b, group_sum(b, "teacher", g, groups), group_sum(b, "student", g, groups));
        ablate_write(b, "distance", g, distance); /* to be looked at */
        sum = sum ? op_add(b, sum, distance) : distance;
    }
    ablate_value *mean = op_reshape(b, op_scale(b, sum, 1.0 / groups), -1, 1, at.grid, at.grid);
    return op_resize(b, mean, .height = at.size, .width = at.size, .mode = "bilinear",
                     .align_corners = s->align_corners);
}

/* The mean of that share of a picture's pixels that is largest: the least of them, and what the others are above it. */
static ablate_value *largest_mean(ablate_builder *b, double share, ablate_value *map, int64_t pixels)
{
    const float as = (float)share, product = (float)((double)as * (double)pixels);
    const double count = product >= 1 ? floor((double)product) : 1;
    ablate_value *x = op_reshape(b, map, -1, pixels);
    ablate_value *least = op_kth_largest(b, x, ablate_constant(b, &as, 1));
    ablate_value *above = op_sum(b, op_relu(b, op_sub(b, x, least)), -1);
    return op_add(b, op_reshape(b, least, -1), op_scale(b, above, 1 / count));
}

static int build(ablate_builder *b, const void *settings)
{
    const loose_settings *s = settings;
    const int n = ablate_count(b, "teacher"), groups = s->groups && s->groups < n ? s->groups : n;
    score_places at;
    if (!score_places_read(b, "loose", &at))
        return -1;
    if (groups > GROUPS_MAX)
        return ablate_fail(b, "loose: %d groups are too many; set loose.groups", groups);
    if (s->window > 0 && s->window % 2 == 0)
        return ablate_fail(b, "loose: window = %d has no middle; give an odd number, or 0 for the whole Gaussian",
                           s->window);
    if (b->training) {
        ablate_loss(b, "loose", loose_loss(b, s, groups), s->weight);
        return 0;
    }
    ablate_value *map = smoothed(b, s, score_map(b, s, at, groups), at.size);
    ablate_write(b, "score", 0, map);
    ablate_write(b, "score.image", 0, largest_mean(b, s->share, map, at.size * at.size));
    return 0;
}

#define SET(...) ABLATE_SET(loose_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    SET(groups, 2, 0, 32, "groups of layers that are compared as one: runs of them, the earlier the longer; 0: each"),
    SET(easy, 0.9, 0, 1, "share of a batch's points that are easy, once it has risen"),
    SET(rising, 1000, 0, 1000000000, "steps in which that share rises from 0"),
    SET(factor, 0.1, 0, 1, "what the gradient of easy points is multiplied by"),
    SET(weight, 1, 0, 1e6, "of the loss"),
    SET(smooth, 4, 0, 64, "sigma of the Gaussian that smooths the score map, in pixels; 0: none"),
    SET(window, 5, 0, 31,
        "side of the window that it is cut to, an odd number of pixels, beyond the border zeros; 0: whole"),
    SET(share, 0.01, 0, 1, "share of the map's pixels, the largest, whose mean is the picture's score; 0: the largest"),
    SET(align_corners, 1, 0, 1, "up-sampling of the map: the corners of grid and picture coincide"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "loose",
    .doc = "Dinomaly's loose loss: groups of layers, hard points first; and the map of the groups' distances",
    .paper = "not of the paper; Guo et al. 2025",
    .reads = "teacher student image",
    .writes = "score score.image distance",
    .settings_size = sizeof(loose_settings),
    .settings = settings_table,
    .build = build,
};
