/* uniad.c: what an encoder gives of a picture is made again from its jittered form by attention from which each patch's
 * neighbourhood is hidden, so that no patch is copied; where that fails is a defect: UniAD (You et al. 2022, "A Unified
 * Model for Multi-class Anomaly Detection"). Widths, layers, mask, loss and scores are those of its code. What is not
 * as there: a query is learned for each of the places of a grid of any size; and where the first values of the
 * positions are drawn from (transformer.c), which the published decay of 1e-4 at a rate of 1e-4 does not see: 1 - 1e-8
 * is 1 in float32, so that there and here nothing decays. */
#include "../../score_map.h"
#include "transformer.h"

static bool fits(ablate_builder *b, const uniad_settings *s, ablate_value *f, ablate_value *image)
{
    ablate_shape shape = ablate_shape_of(b, f), picture = ablate_shape_of(b, image);
    int64_t grid = shape.rank == 3 ? ablate_square_side(shape.dim[1]) : 0;
    if (grid == 0 || picture.rank != 4)
        ablate_fail(b, "uniad: features must be pictures x a square grid of patches x channels");
    else if (s->width % 2 != 0 || s->width % s->heads != 0)
        ablate_fail(b, "uniad: width = %d must be even and a multiple of heads = %d", s->width, s->heads);
    else if (s->neighbour > 0 && s->neighbour % 2 == 0)
        ablate_fail(b, "uniad: neighbour = %d has no middle; give an odd number, or 0 for none hidden", s->neighbour);
    else if (s->neighbour > 0 && grid / 2 <= s->neighbour / 2)
        ablate_fail(b,
                    "uniad: a patch in the middle of %lld x %lld sees nothing beyond its %d x %d neighbours; give less",
                    (long long)grid, (long long)grid, s->neighbour, s->neighbour);
    else if (s->pool > picture.dim[3])
        ablate_fail(b, "uniad: pool = %d is more than the picture's %lld pixels; give less", s->pool,
                    (long long)picture.dim[3]);
    else
        return true;
    return false;
}

/* (B, N, C) again */
static ablate_value *reconstruction(ablate_builder *b, const uniad_settings *s, ablate_value *f, int64_t grid)
{
    ablate_shape shape = ablate_shape_of(b, f);
    transformer t = transformer_of(b, s, shape.dim[0], grid);
    ablate_value *x = transformer_linear(&t, "input_proj", s->width, f);
    x = transformer_decode(&t, transformer_encode(&t, x));
    return transformer_linear(&t, "output_proj", shape.dim[2], x);
}

static int build(ablate_builder *b, const void *settings)
{
    const uniad_settings *s = settings;
    ablate_value *f = ablate_read(b, "joined", 0), *image = ablate_read(b, "image", 0);
    if (!fits(b, s, f, image))
        return -1;
    int64_t grid = ablate_square_side(ablate_shape_of(b, f).dim[1]), size = ablate_shape_of(b, image).dim[3];
    ablate_value *again = reconstruction(b, s, ablate_read(b, "jittered", 0), grid);
    ablate_value *apart = op_square(b, op_sub(b, again, f));
    if (b->training) {
        ablate_loss(b, "uniad", op_mean_all(b, apart), s->weight);
        return 0;
    }
    ablate_value *distance = op_sqrt(b, op_sum(b, apart, -1)); /* (B, N) */
    ablate_write(b, "distance", 0, distance);                  /* to be looked at */
    ablate_value *map =
        op_resize(b, op_reshape(b, distance, 0, 1, grid, grid), .height = size, .width = size, .align_corners = true);
    score_write_pooled(b, map, size, s->smooth, s->pool);
    return 0;
}

#define SET(...) ABLATE_SET(uniad_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    SET(width, 256, 2, 8192, "channels of encoder and decoder"),
    SET(heads, 8, 1, 256, "heads of their attention"),
    SET(hidden, 1024, 1, 65536, "hidden width of their feed-forward parts"),
    SET(encoders, 4, 0, 64, "layers of the encoder"),
    SET(decoders, 4, 1, 64, "layers of the decoder, each with a query of its own"),
    SET(neighbour, 7, 0, 255,
        "a patch does not see so many by so many around it, an odd number; 1: itself; 0: it sees all. Published for 14 "
        "x "
        "14 patches; at 16 x 16 others take 9"),
    SET(dropout, 0.1, 0, 0.999, "while training, of attention's weights and what each part adds"),
    SET(weight, 1, 0, 1e6, "weight of the squared error in the objective"),
    SET(pool, 16, 1, 4096, "the picture's score is the map's largest mean over so many by so many pixels"),
    SET(smooth, 0, 0, 64, "sigma of the Gaussian that smooths the score map, in pixels; 0: none"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "uniad",
    .doc = "features made again by attention that hides each patch's neighbours: squared error and its map",
    .paper = "not of the paper; UniAD (You et al. 2022)",
    .reads = "joined jittered image",
    .writes = "score score.image distance",
    .settings_size = sizeof(uniad_settings),
    .settings = settings_table,
    .build = build,
};
