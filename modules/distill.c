/* distill.c: how far the decoded features are from the encoded ones: while training the loss of Eq. 9, when scoring
 * the anomaly map of Eq. 17. The class token takes no part unless asked for. */
#include "score_map.h"

#define FLAT(X)   X(FLAT_IMAGE, "image") X(FLAT_PATCH, "patch")
#define TOKENS(X) X(TOKENS_PATCHES, "patches") X(TOKENS_ALL, "all")
ABLATE_ENUM(FLAT);
ABLATE_ENUM(TOKENS);

typedef struct distill_settings {
    int flat, tokens;
    double weight, smooth;
    bool align_corners;
} distill_settings;

/* Without the class token: (B, 1 + H W, C) -> (B, H W, C). */
static ablate_value *patches(ablate_builder *b, ablate_value *f)
{
    return op_slice(b, f, 1, .start = 1);
}

/* Flat of Eq. 9: (B, N, C) -> (B, N C), one vector a picture, or as it is, one a patch. */
static ablate_value *flatten(ablate_builder *b, const distill_settings *s, ablate_value *f)
{
    return s->flat == FLAT_IMAGE ? op_reshape(b, f, 0, -1) : op_reshape(b, f, 0, 0, 0);
}

/* 1 - cosine along the last axis. */
static ablate_value *cosine_distance(ablate_builder *b, ablate_value *x, ablate_value *y)
{
    return op_affine(b, op_cosine(b, x, y), -1, 1);
}

static ablate_value *sum_of(ablate_builder *b, ablate_value *sum, ablate_value *term)
{
    return sum ? op_add(b, sum, term) : term;
}

/* L_distill: mean over the batch, sum over the layers. */
static ablate_value *distill_loss(ablate_builder *b, const distill_settings *s)
{
    ablate_value *loss = NULL;
    for (int i = 0; i < ablate_count(b, "teacher"); i++) {
        ablate_value *f = ablate_read(b, "teacher", i), *decoded = ablate_read(b, "student", i);
        if (s->tokens == TOKENS_PATCHES) {
            f = patches(b, f);
            decoded = patches(b, decoded);
        }
        // tag::eq9[]
        ablate_value *flat_f = flatten(b, s, f);             /* Flat(f_i^*) */
        ablate_value *flat_decoded = flatten(b, s, decoded); /* Flat(f^_i^*) */
        ablate_value *distance = cosine_distance(b, flat_f, flat_decoded);
        loss = sum_of(b, loss, op_mean_all(b, distance)); /* sum_i */
        // end::eq9[]
    }
    return loss;
}

/* Distances (B, H W) of each place as a map (B, 1, S, S). */
static ablate_value *up(ablate_builder *b, const distill_settings *s, ablate_value *distance, int64_t size)
{
    int64_t grid = ablate_square_side(ablate_shape_of(b, distance).dim[1]);
    return op_resize(b, op_reshape(b, distance, -1, 1, grid, grid), .height = size, .width = size, .mode = "bilinear",
                     .align_corners = s->align_corners);
}

/* The map (B, 1, S, S) of distances. Up-sampling is linear, so of layers that share a grid the sum comes first: one
 * up-sampling instead of three. */
static ablate_value *score_map(ablate_builder *b, const distill_settings *s, int64_t size)
{
    ablate_value *map = NULL, *sum = NULL; /* of the layers on grids before, on this one */
    // tag::eq17[]
    for (int i = 0; i < ablate_count(b, "teacher"); i++) {
        ablate_value *f = patches(b, ablate_read(b, "teacher", i));
        ablate_value *decoded = patches(b, ablate_read(b, "student", i));
        ablate_value *distance = cosine_distance(b, f, decoded); /* 1 - d, (B, H W) */
        ablate_write(b, "distance", i, distance);                /* to be looked at */
        if (sum && ablate_shape_of(b, sum).dim[1] != ablate_shape_of(b, distance).dim[1]) {
            map = sum_of(b, map, up(b, s, sum, size)); /* sigma */
            sum = NULL;
        }
        sum = sum_of(b, sum, distance);
    }
    return sum_of(b, map, up(b, s, sum, size));
    // end::eq17[]
}

static int build(ablate_builder *b, const void *settings)
{
    const distill_settings *s = settings;
    int64_t size = score_size_read(b, "distill");
    if (size == 0)
        return -1;
    if (b->training) {
        // tag::eq16[]
        /* The total is the sum of what the modules add: L_distill + L_constraint + L_moe */
        ablate_loss(b, "distill", distill_loss(b, s), s->weight);
        // end::eq16[]
        return 0;
    }
    score_write(b, score_map(b, s, size), size, s->smooth);
    return 0;
}

#define SET(...)    ABLATE_SET(distill_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(distill_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    CHOOSE(flat, FLAT_IMAGE, FLAT, "Flat of Eq. 9: one vector a picture, or one a patch (reverse distillation's)"),
    CHOOSE(tokens, TOKENS_PATCHES, TOKENS, "what Eq. 9 compares: patches, or the class token too"),
    SET(weight, 1, 0, 1e6, "weight of L_distill in Eq. 16"),
    SET(smooth, 4, 0, 64, "sigma of the Gaussian that smooths the score map, in pixels; 0: none"),
    SET(align_corners, 1, 0, 1, "up-sampling of Eq. 17: the corners of grid and picture coincide"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "distill",
    .doc = "distance of decoded and encoded features: the distillation loss and the anomaly map",
    .paper = "Eq. 9, 16, 17",
    .reads = "teacher student image",
    .writes = "score score.image distance",
    .settings_size = sizeof(distill_settings),
    .settings = settings_table,
    .build = build,
};
