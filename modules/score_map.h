/* score_map.h: from patches to scores: the places that a score map has, and how a map of them is smoothed and judged.
 * What a module makes of its patches before that is its own. */
#ifndef MODULES_SCORE_MAP_H
#define MODULES_SCORE_MAP_H
#include "layers.h"

typedef struct score_places { /* sides: of the grid of patches behind the class token, of the picture */
    int64_t grid, size;
} score_places;

/* The side of the picture, where every layer of "teacher" has a square grid of patches behind the class token; 0:
 * complained, for the module of that name. */
static inline int64_t score_size_read(ablate_builder *b, const char *module)
{
    ablate_shape image = ablate_shape_of(b, ablate_read(b, "image", 0));
    bool square = image.rank == 4;
    for (int i = 0; i < ablate_count(b, "teacher"); i++)
        square = square && layer_side(b, ablate_read(b, "teacher", i)) > 0;
    if (square)
        return image.dim[3];
    ablate_fail(b, "%s: features must be pictures x (1 + a square grid of patches) x channels", module);
    return 0;
}

/* The places of a picture whose layers share one grid; false: complained. */
static inline bool score_places_read(ablate_builder *b, const char *module, score_places *places)
{
    int64_t size = score_size_read(b, module);
    if (size == 0 || !layers_share_grid(b, module, "teacher"))
        return false;
    *places = (score_places){ layer_side(b, ablate_read(b, "teacher", 0)), size };
    return true;
}

/* Writes the map (B, 1, S, S), smoothed by a Gaussian of so many pixels, as "score" (B, S, S), and the largest of its
 * means over `pool` x `pool` pixels as the picture's score, "score.image" (B). */
static inline void score_write_pooled(ablate_builder *b, ablate_value *map, int64_t size, double smooth, int64_t pool)
{
    map = op_reshape(b, map, -1, size, size);
    map = smooth > 0 ? op_blur(b, map, smooth) : map;
    ablate_write(b, "score", 0, map);
    if (pool > 1)
        map = op_average_pool(b, op_reshape(b, map, 0, size, size, 1), .kernel = pool, .stride = 1);
    ablate_write(b, "score.image", 0, op_max(b, op_reshape(b, map, 0, -1), -1));
}

/* The same, the picture's score being the largest number of the map. */
static inline void score_write(ablate_builder *b, ablate_value *map, int64_t size, double smooth)
{
    score_write_pooled(b, map, size, smooth, 1);
}

#endif
