/* ocbe.c: the one-class bottleneck embedding of reverse distillation (Deng and Li 2022, "Anomaly Detection via Reverse
 * Distillation from One-Class Embedding"): all layers of the encoder are brought to the last one's grid by 3 x 3
 * convolutions of stride 2, laid side by side, and pressed through residual bottlenecks of which the first halves the
 * grid once more.
 *
 * The authors write down a ResNet's sizes. Here they follow from the encoder: a convolution that halves the grid
 * doubles the channels, what comes out has twice the last layer's. With wide_resnet50_2 all is as theirs, with base =
 * 128 as in their code or 64 as in ADer's, whose numbers are mostly quoted. Where layers share a grid nothing need be
 * brought to another. Their code has one more convolution that is never called; it is left out. The class token, which
 * they do not have, takes no part and becomes the mean of the patches. */
#include "layers.h"
#include "residual.h"

enum { LAYERS_MAX = 8 };

typedef struct ocbe_settings {
    int blocks, base;
} ocbe_settings;

/* Whether halving leads from one grid to the other. */
static bool leads_to(int64_t side, int64_t last)
{
    while (side > last)
        side = (side + 1) / 2;
    return side == last;
}

/* Layer i on the last layer's grid. */
static ablate_value *bring(ablate_builder *b, int i, int64_t last, ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x);
    for (int k = 0; shape.rank == 4 && shape.dim[1] > last; k++) {
        const char *name = ablate_text(b, "fuse.%d.%d", i, k);
        convolution c = { "conv", "bn", 2 * shape.dim[3], 3, GRID_HALF };
        x = op_relu(b, residual_convolve(b, name, c, x));
        shape = ablate_shape_of(b, x);
    }
    return x;
}

/* The layers' maps side by side, (B, H, W, sum of channels). NULL: complained. */
static ablate_value *fuse(ablate_builder *b, int64_t last)
{
    int n = ablate_count(b, "teacher");
    ablate_value *map[LAYERS_MAX];
    if (n > LAYERS_MAX) {
        ablate_fail(b, "ocbe: the encoder gives %d layers; choose at most %d", n, LAYERS_MAX);
        return NULL;
    }
    for (int i = 0; i < n; i++) {
        ablate_value *layer = ablate_read(b, "teacher", i);
        int64_t side = layer_side(b, layer);
        if (side == 0 || !leads_to(side, last)) {
            ablate_fail(b,
                        "ocbe: halving does not lead from layer %d's %" PRId64 " x %" PRId64
                        " patches to the last one's %" PRId64 " x %" PRId64
                        "; choose layers of falling grids, or of one",
                        i, side, side, last, last);
            return NULL;
        }
        map[i] = bring(b, i, last, layer_map(b, layer));
    }
    return n == 1 ? map[0] : op_concatv(b, 3, n, map);
}

static int build(ablate_builder *b, const void *settings)
{
    const ocbe_settings *s = settings;
    ablate_value *layer = ablate_read(b, "teacher", -1);
    ablate_shape shape = ablate_shape_of(b, layer);
    if (layer_side(b, layer) == 0)
        return ablate_fail(b, "ocbe: features must be pictures x (1 + a square grid of patches) x channels");
    int64_t c = shape.dim[2], width = c * s->base / 128;
    if (width < 1)
        return ablate_fail(b, "ocbe: base = %d leaves no channel of the last layer's %" PRId64 "; take a larger one",
                           s->base, c);
    // tag::ocbe[]
    ablate_value *x = fuse(b, layer_side(b, layer));
    for (int i = 0; x && i < s->blocks; i++)
        x = residual_block(b, ablate_text(b, "%d", i), width, 2 * c, i == 0 ? GRID_HALF : GRID_SAME, x);
    // end::ocbe[]
    if (!x)
        return -1;
    ablate_write(b, "bottleneck", 0, layer_of_map(b, x));
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(ocbe_settings, blocks, 3, 1, 64, "residual bottlenecks, of which the first halves the grid"),
    ABLATE_SET(ocbe_settings, base, 64, 1, 1024,
               "channels of their 3 x 3 convolutions, as a 128th of the last layer's: 64 as ADer, 128 as the authors"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "ocbe",
    .doc = "reverse distillation's one-class bottleneck: all layers fused on half the last one's grid",
    .paper = "not of the paper: RD4AD (Deng and Li 2022)",
    .reads = "teacher",
    .writes = "bottleneck",
    .settings_size = sizeof(ocbe_settings),
    .settings = settings_table,
    .build = build,
};
