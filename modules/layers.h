/* layers.h: layers of features as encoders write them, (B, 1 + H W, C), the class token first: most have all of them on
 * one grid of patches, an encoder made of convolutions may leave each on its own. */
#ifndef MODULES_LAYERS_H
#define MODULES_LAYERS_H
#include "operations.h"

/* The side of the square grid of patches; 0: there is none. */
static inline int64_t layer_side(ablate_builder *b, ablate_value *layer)
{
    ablate_shape shape = ablate_shape_of(b, layer);
    return shape.rank == 3 && shape.dim[1] > 1 ? ablate_square_side(shape.dim[1] - 1) : 0;
}

/* The patches as a map (B, H, W, C). */
static inline ablate_value *layer_map(ablate_builder *b, ablate_value *layer)
{
    int64_t side = layer_side(b, layer);
    return op_reshape(b, op_slice(b, layer, 1, .start = 1), 0, side, side, -1);
}

/* Patches (B, H W, C) of a network without a class token: their mean stands in its place. */
static inline ablate_value *layer_of_patches(ablate_builder *b, ablate_value *patches)
{
    return op_concat(b, 1, op_mean_keep(b, patches, 1), patches);
}

static inline ablate_value *layer_of_map(ablate_builder *b, ablate_value *map)
{
    ablate_shape shape = ablate_shape_of(b, map);
    return layer_of_patches(b, op_reshape(b, map, 0, shape.dim[1] * shape.dim[2], shape.dim[3]));
}

/* Whether all layers of that name have as many patches, as the module of that name needs; false: complained. */
static inline bool layers_share_grid(ablate_builder *b, const char *module, const char *names)
{
    for (int i = 1; i < ablate_count(b, names); i++) {
        ablate_shape first = ablate_shape_of(b, ablate_read(b, names, 0));
        ablate_shape shape = ablate_shape_of(b, ablate_read(b, names, i));
        if (first.rank != 3 || shape.rank != 3 || shape.dim[1] == first.dim[1])
            continue;
        ablate_fail(b,
                    "%s: all layers must be on one grid, but one has %" PRId64 " patches and another %" PRId64
                    "; set own_grid = no for the encoder",
                    module, first.dim[1] - 1, shape.dim[1] - 1);
        return false;
    }
    return true;
}

#endif
