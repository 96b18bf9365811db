/* neighbour.c: how far each patch is from the nearest patch of all training pictures, which are free of defects: the
 * idea of PatchCore (Roth et al. 2022, "Towards Total Recall in Industrial Anomaly Detection"), a baseline that trains
 * nothing. What the encoder gives decides it alone. */
#include "operations.h"

#define LAYERS(X) X(LAYERS_NORMALISED, "normalised") X(LAYERS_AS_GIVEN, "given")
ABLATE_ENUM(LAYERS);

typedef struct neighbour_settings {
    int average, layers;
    double smooth;
    bool align_corners;
} neighbour_settings;

/* A layer's patches (B, H W, C), each of length 1 if so asked. */
static ablate_value *layer(ablate_builder *b, const neighbour_settings *s, int i)
{
    ablate_value *f = op_slice(b, ablate_read(b, "teacher", i), 1, .start = 1);
    return s->layers == LAYERS_NORMALISED ? op_normalize(b, f) : f;
}

/* All layers side by side: (B, H W, sum of C). */
static ablate_value *patches(ablate_builder *b, const neighbour_settings *s)
{
    ablate_value *all = layer(b, s, 0);
    for (int i = 1; i < ablate_count(b, "teacher"); i++)
        all = op_concat(b, -1, all, layer(b, s, i));
    return all;
}

static int build(ablate_builder *b, const void *settings)
{
    const neighbour_settings *s = settings;
    if (b->training)
        return 0;
    ablate_shape image = ablate_shape_of(b, ablate_read(b, "image", 0));
    ablate_shape shape = ablate_shape_of(b, ablate_read(b, "teacher", 0));
    int64_t grid = shape.rank == 3 ? ablate_square_side(shape.dim[1] - 1) : 0, size = image.dim[3];
    if (image.rank != 4 || grid == 0)
        return ablate_fail(b, "neighbour: features must be pictures x (1 + a square grid of patches) x channels");
    ablate_value *f = patches(b, s);
    ablate_shape wide = ablate_shape_of(b, f);
    ablate_value *bank = op_reshape(b, ablate_collect(b, "bank", f), -1, wide.dim[2]);
    ablate_value *distance = op_nearest(b, f, bank); /* (B, H W) */
    ablate_write(b, "distance", 0, distance);
    ablate_value *map = op_resize(b, op_reshape(b, distance, -1, 1, grid, grid), .height = size, .width = size,
                                  .mode = "bilinear", .align_corners = s->align_corners);
    map = op_reshape(b, map, -1, size, size);
    map = s->smooth > 0 ? op_blur(b, map, s->smooth) : map;
    ablate_write(b, "score", 0, map);
    ablate_write(b, "score.image", 0, op_max(b, op_reshape(b, map, 0, -1), -1));
    return 0;
}

#define SET(...)    ABLATE_SET(neighbour_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(neighbour_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    CHOOSE(layers, LAYERS_NORMALISED, LAYERS, "each layer's patches of length 1, so that none outweighs; or as given"),
    SET(average, 1, 1, 15, "patches are averaged over so many by so many neighbours first; 1: they are not"),
    SET(smooth, 4, 0, 64, "sigma of the Gaussian that smooths the score map, in pixels; 0: none"),
    SET(align_corners, 1, 0, 1, "up-sampling of the map: the corners of grid and picture coincide"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "neighbour",
    .doc = "distance to the nearest patch of the training pictures: a baseline that trains nothing",
    .paper = "not of the paper: PatchCore's idea (Roth et al. 2022)",
    .reads = "teacher image",
    .writes = "score score.image distance",
    .settings_size = sizeof(neighbour_settings),
    .settings = settings_table,
    .build = build,
};
