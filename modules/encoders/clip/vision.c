/* vision.c: picture -> features of the selected layers, and the picture's feature in the joint space. */
#include "clip.h"
#include <math.h>
#include <stdlib.h>

/* (1 + h h, C) -> (1 + g g, C): the patches' rows resampled as a picture, the class token's kept. */
static ablate_value *position_resample(ablate_builder *b, const clip_settings *s, ablate_value *position, int h, int g)
{
    ablate_value *class_row = op_slice(b, position, 0, .count = 1);
    ablate_value *rows = op_slice(b, position, 0, .start = 1, .count = h * h);
    ablate_value *map = op_transpose(b, op_reshape(b, rows, 1, h, h, -1), 0, 3, 1, 2); /* (1, C, h, h) */
    map = op_resize(b, map, .height = g, .width = g, .mode = ABLATE_WORD(CLIP_RESAMPLE, s->resample));
    rows = op_reshape(b, op_transpose(b, map, 0, 2, 3, 1), g * g, -1);
    return op_concat(b, 0, class_row, rows);
}

/* The position embedding of a grid of g x g patches (1 + g g, C). */
static ablate_value *position_of(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes, int g)
{
    const char *name = "visual.positional_embedding", *init = clip_normal(b, pow(sizes->image.width, -0.5));
    if (clip_from_scratch(s))
        return ablate_param(b, name, init, 1 + g * g, sizes->image.width);
    ablate_value *table = clip_read(b, s, name);
    if (g != sizes->grid)
        table = position_resample(b, s, table, sizes->grid, g);
    return s->train ? ablate_param_from(b, name, table) : table;
}

/* Picture (B, 3, S, S) -> tokens (B, 1 + g g, C), the class token first. */
static ablate_value *tokens_embed(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes,
                                  ablate_value *image)
{
    int c = sizes->image.width, p = sizes->patch;
    ablate_shape size = ablate_shape_of(b, image);
    int g = (int)(size.dim[3] / p);
    const char *normal = clip_normal(b, pow(c, -0.5)), *uniform = clip_uniform(b, 3.0 * p * p);
    ablate_value *conv = clip_weight(b, s, "visual.conv1.weight", uniform, ABLATE_SHAPE(c, 3, p, p));
    ablate_value *class_token = clip_weight(b, s, "visual.class_embedding", normal, ABLATE_SHAPE(c));
    ablate_value *x = op_patch_embed(b, image, conv);
    class_token = op_reshape(b, class_token, 1, 1, -1);
    x = op_concat(b, 1, op_broadcast(b, class_token, size.dim[0], 1, c), x);
    x = op_add(b, x, position_of(b, s, sizes, g));
    return clip_layer_norm(b, s, &sizes->image, "visual.ln_pre", x);
}

/* (..., C) -> (..., embed). */
static ablate_value *joint_project(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes, ablate_value *x)
{
    const char *init = clip_normal(b, pow(sizes->image.width, -0.5));
    ablate_shape shape = ABLATE_SHAPE(sizes->image.width, sizes->embed);
    ablate_value *projection = clip_weight(b, s, "visual.proj", init, shape);
    return op_matmul(b, clip_layer_norm(b, s, &sizes->image, "visual.ln_post", x), projection);
}

/* Service: tokens as "teacher" holds them -> (B, N, embed), the space of the texts; those of clip.space = joint are
 * there already. */
static ablate_value *project_serve(ablate_builder *b, const void *settings, const char *argument, int n,
                                   ablate_value *const *in)
{
    const clip_settings *s = settings;
    clip_sizes sizes;
    (void)argument;
    if (n != 1)
        ablate_fail(b, "clip: image.project takes one value, the tokens");
    return n != 1 || s->space == CLIP_JOINT || clip_sizes_read(b, s, &sizes) < 0 ? in[0]
                                                                                 : joint_project(b, s, &sizes, in[0]);
}

/* The class token's feature, and the mean of the patches', which teaches each patch the words for what it shows. */
static void feature_write(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes, ablate_value *x)
{
    x = joint_project(b, s, sizes, x);
    ablate_value *class_token = op_slice(b, x, 1, .count = 1);
    ablate_value *patches = op_slice(b, x, 1, .start = 1);
    ablate_write(b, "image.feature", 0, op_reshape(b, class_token, -1, sizes->embed));
    ablate_write(b, "image.feature", 1, op_mean(b, patches, 1));
}

/* Service: another picture (B, 3, S, S), as "image" holds them -> its layer `argument`, counted from 0, of those that
 * are on the board. */
static ablate_value *layer_serve(ablate_builder *b, const void *settings, const char *argument, int n,
                                 ablate_value *const *in)
{
    const clip_settings *s = settings;
    clip_sizes sizes;
    int layer[CLIP_LAYERS], number = atoi(argument);
    int count = n == 1 && clip_sizes_read(b, s, &sizes) == 0 ? clip_layers_read(b, s, sizes.image.layers, layer) : -1;
    if (count < 0 || number < 0 || number >= count) {
        ablate_fail(b, "clip: teacher.encode takes one value, a picture, and a layer's number from 0 on");
        return in[0];
    }
    ablate_value *x = tokens_embed(b, s, &sizes, in[0]);
    for (int index = 0; index < layer[number]; index++)
        x = clip_block(b, s, &sizes.image, index, x);
    return s->space == CLIP_JOINT ? joint_project(b, s, &sizes, x) : x;
}

int clip_vision_build(ablate_builder *b, const clip_settings *s, const clip_sizes *sizes, bool feature)
{
    int layer[CLIP_LAYERS], depth = sizes->image.layers, n = clip_layers_read(b, s, depth, layer);
    if (n < 0)
        return -1;
    ablate_shape size = ablate_shape_of(b, ablate_read(b, "image", -1));
    if (size.rank != 4 || size.dim[3] < sizes->patch)
        return ablate_fail(b, "clip: pictures must be at least one patch of %d pixels wide", sizes->patch);
    ablate_offer(b, "image.project", project_serve);
    ablate_offer(b, "teacher.encode", layer_serve);
    ablate_value *x = tokens_embed(b, s, sizes, ablate_read(b, "image", -1));
    for (int index = 0, k = 0; index < (feature ? depth : layer[n - 1]); index++) {
        x = clip_block(b, s, &sizes->image, index, x);
        if (k < n && layer[k] == index + 1)
            ablate_write(b, "teacher", k++, s->space == CLIP_JOINT ? joint_project(b, s, sizes, x) : x);
    }
    if (feature)
        feature_write(b, s, sizes, x);
    return 0;
}
