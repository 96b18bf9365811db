/* stages.c: from the maps of some stages to layers of features as the modules of the paper read them: tokens (B, 1 +
 * H W, C) on one grid, or each on its own, of one width, the class token first. */
#include "convnet.h"
#include "layers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int convnet_stages_read(const convnet *n, const convnet_settings *s, const char *usual, int most,
                        int stage[CONVNET_STAGES])
{
    int count = 0;
    const char *list = *s->stages ? s->stages : usual;
    for (const char *at = list + strspn(list, " "); *at; at += strspn(at, " ")) {
        char *end;
        long number = strtol(at, &end, 10);
        if (end == at || (*end && *end != ' ') || number < 1 || number > most || count == CONVNET_STAGES ||
            (count > 0 && number <= stage[count - 1]))
            return ablate_fail(n->b, "%s.stages = %s: give numbers from 1 to %d, ascending, separated by blanks",
                               n->module, list, most);
        stage[count++] = (int)number;
        at = end;
    }
    return count > 0 ? count : ablate_fail(n->b, "%s.stages is blank; leave it empty for %s", n->module, usual);
}

/* ---- grids ---- */

/* g 0: the map's own. */
static ablate_value *fit(ablate_builder *b, ablate_value *map, int64_t g, bool corners)
{
    ablate_shape shape = ablate_shape_of(b, map);
    if (shape.rank != 4) /* poisoned */
        return map;
    if (g == 0)
        return op_reshape(b, map, 0, shape.dim[1] * shape.dim[2], shape.dim[3]);
    if (shape.dim[1] == g || (shape.dim[1] % g == 0 && !corners)) { /* means of k x k places */
        map = shape.dim[1] > g ? op_average_pool(b, map, .kernel = shape.dim[1] / g) : map;
        return op_reshape(b, map, 0, g * g, shape.dim[3]);
    }
    map = op_resize(b, op_transpose(b, map, 0, 3, 1, 2), .height = g, .width = g, .align_corners = corners);
    return op_reshape(b, op_transpose(b, map, 0, 2, 3, 1), 0, g * g, shape.dim[3]);
}

/* ---- one width ---- */

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t random_next(uint64_t *state)
{
    uint64_t x = *state += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* Signs by chance over the root of the width keep lengths and angles, nearly (Achlioptas 2003). Stage and seed say
 * which: they are the same whatever the other stages are. */
static ablate_value *project(const convnet *n, const convnet_settings *s, int64_t stage, ablate_value *tokens)
{
    ablate_builder *b = n->b;
    ablate_shape shape = ablate_shape_of(b, tokens);
    int64_t in = shape.rank == 3 ? shape.dim[2] : 1, out = s->width;
    uint64_t state = (uint64_t)s->seed << 32 | (uint64_t)stage;
    float *sign = malloc((size_t)(in * out) * sizeof *sign), size = (float)(1 / sqrt((double)out));
    if (!sign) {
        ablate_fail(b, "%s: out of memory for a projection of %" PRId64 " channels", n->module, in);
        return tokens;
    }
    for (int64_t i = 0; i < in * out; i++)
        sign[i] = random_next(&state) >> 63 ? size : -size;
    ablate_value *projection = ablate_constant(b, sign, in, out);
    free(sign);
    return op_matmul(b, tokens, projection);
}

int convnet_stages_write(const convnet *n, const convnet_settings *s, int count, const int *stage,
                         ablate_value *const *map)
{
    ablate_builder *b = n->b;
    ablate_shape image = ablate_shape_of(b, ablate_read(b, "image", -1));
    int64_t side = s->size ? s->size : image.rank == 4 ? image.dim[3] : 16, g = s->grid ? s->grid : (side + 15) / 16;
    if (s->own_grid && s->grid)
        return ablate_fail(b,
                           "%s: a grid of its own for each stage, or one of %d for all? Set grid = 0, or own_grid = no",
                           n->module, s->grid);
    if (s->own_grid && s->fit != FIT_MEANS)
        return ablate_fail(b, "%s: stages on grids of their own are not fitted; set fit = means, or own_grid = no",
                           n->module);
    bool first = ablate_count(b, "teacher") == 0;
    for (int i = 0; i < count; i++) {
        ablate_write(b, "stage", i, map[i]);
        if (!first)
            continue;
        ablate_value *tokens = fit(b, map[i], s->own_grid ? 0 : g, s->fit == FIT_CORNERS);
        if (s->width)
            tokens = project(n, s, stage[i], tokens);
        ablate_write(b, "teacher", i, layer_of_patches(b, tokens));
    }
    return 0;
}
