/* residual.h: the bottleneck block of residual networks (He et al. 2016), trained, with the names that torchvision
 * gives its tensors. Maps are (B, H, W, C). Each convolution has a batch normalisation behind it and no bias. First
 * values: of convolutions N(0, 2 / (K K O)), K their side, O the channels they give (He et al. 2015, "fan out"); of
 * those that double a grid, as PyTorch's ConvTranspose2d, even within 1 / sqrt(2 2 O). */
#ifndef MODULES_RESIDUAL_H
#define MODULES_RESIDUAL_H
#include "batch_norm.h"
#include <math.h>

typedef enum grid_change { GRID_SAME, GRID_HALF, GRID_TWICE } grid_change;

typedef struct convolution { /* x (B, H, W, C) -> (B, H', W', out) */
    const char *weight;      /* its name */
    const char *norm;        /* that of its normalisation */
    int64_t out;
    int side; /* of the window; of one that doubles the grid it is 2 */
    grid_change grid;
} convolution;

static inline ablate_value *convolve(ablate_builder *b, convolution c, ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x);
    int64_t in = shape.dim[shape.rank - 1];
    if (c.grid == GRID_TWICE) {
        const char *even = ablate_uniform(b, 1 / sqrt(4 * (double)c.out));
        ablate_value *weight = ablate_param(b, c.weight, even, in, 2, 2, c.out);
        return batch_norm(b, c.norm, 1e-5, 0.1, op_conv_transposed(b, x, weight, .stride = 2));
    }
    const char *normal = ablate_normal(b, sqrt(2 / ((double)(c.side * c.side) * (double)c.out)));
    ablate_value *weight = ablate_param(b, c.weight, normal, c.out, c.side, c.side, in);
    int64_t stride = c.grid == GRID_HALF ? 2 : 1;
    return batch_norm(b, c.norm, 1e-5, 0.1, op_conv(b, x, weight, .stride = stride, .padding = c.side / 2));
}

/* Of the block of that name, tensors "NAME.conv2.weight", "NAME.bn2.weight", ... */
static inline ablate_value *residual_convolve(ablate_builder *b, const char *name, convolution c, ablate_value *x)
{
    c.weight = ablate_text(b, "%s.%s.weight", name, c.weight);
    c.norm = ablate_text(b, "%s.%s", name, c.norm);
    return convolve(b, c, x);
}

/* x (B, H, W, C) -> (B, H', W', out): 1 x 1, 3 x 3 with `width` channels, which changes the grid, 1 x 1; x is added, as
 * it is or, where its shape is another, through one more convolution. */
static inline ablate_value *residual_block(ablate_builder *b, const char *name, int64_t width, int64_t out,
                                           grid_change grid, ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x);
    // tag::residual[]
    ablate_value *y = residual_convolve(b, name, (convolution){ "conv1", "bn1", width, 1, GRID_SAME }, x);
    y = residual_convolve(b, name, (convolution){ "conv2", "bn2", width, 3, grid }, op_relu(b, y));
    y = residual_convolve(b, name, (convolution){ "conv3", "bn3", out, 1, GRID_SAME }, op_relu(b, y));
    if (grid != GRID_SAME || shape.dim[shape.rank - 1] != out)
        x = residual_convolve(b, name, (convolution){ "beside.0", "beside.1", out, 1, grid }, x);
    return op_relu(b, op_add(b, x, y));
    // end::residual[]
}

#endif
