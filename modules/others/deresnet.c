/* deresnet.c: the student of reverse distillation (Deng and Li 2022): a residual network mirrored, which makes of the
 * bottleneck the encoder's layers again, the deepest first. A stage of residual bottlenecks has a layer's grid and
 * channels; its first block doubles the grid with a transposed convolution.
 *
 * The authors' is the mirror of wide_resnet50_2: stages of 3, 4 and 6 blocks, base = 128. Where the encoder's layers
 * share a grid, as a transformer's do, theirs has no answer; here the first block of a stage then has an ordinary 3 x 3
 * convolution and, if the channels change, an ordinary 1 x 1 beside it. */
#include "layers.h"
#include "residual.h"
#include <stdlib.h>
#include <string.h>

enum { LAYERS_MAX = 16, BLOCKS_MAX = 64 };

typedef struct deresnet_settings {
    const char *blocks;
    int base;
} deresnet_settings;

/* Numbers of blocks of the n stages; 0, or -1: complained. */
static int blocks_read(ablate_builder *b, const deresnet_settings *s, int n, int blocks[LAYERS_MAX])
{
    int count = 0;
    bool good = n <= LAYERS_MAX;
    for (const char *at = s->blocks + strspn(s->blocks, " "); good && *at; at += strspn(at, " ")) {
        char *end;
        long number = strtol(at, &end, 10);
        good = end > at && (*end == '\0' || *end == ' ') && number >= 1 && number <= BLOCKS_MAX && count < n;
        if (good)
            blocks[count++] = (int)number;
        at = end;
    }
    if (good && count == n)
        return 0;
    return ablate_fail(b, "deresnet.blocks = %s: give %d numbers from 1 to %d, one for each layer, the deepest first",
                       s->blocks, n, BLOCKS_MAX);
}

/* The stage that makes the layer like `teacher` of x, its number counted from 0. NULL: complained. */
static ablate_value *stage(ablate_builder *b, const deresnet_settings *s, int number, int blocks, ablate_value *teacher,
                           ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x);
    int64_t side = layer_side(b, teacher), c = side > 0 ? ablate_shape_of(b, teacher).dim[2] : 0;
    int64_t before = shape.rank == 4 ? shape.dim[1] : 0, width = c * s->base / 256;
    if (side == 0 || (side != before && side != 2 * before)) {
        ablate_fail(b,
                    "deresnet: a stage keeps a grid or doubles it, but %" PRId64 " x %" PRId64
                    " patches are to become %" PRId64 " x %" PRId64 "; choose other layers, or another input.size",
                    before, before, side, side);
        return NULL;
    }
    if (width < 1) {
        ablate_fail(b, "deresnet: base = %d leaves no channel of a layer's %" PRId64 "; take a larger one", s->base, c);
        return NULL;
    }
    for (int i = 0; i < blocks; i++) {
        grid_change grid = i == 0 && side != before ? GRID_TWICE : GRID_SAME;
        x = residual_block(b, ablate_text(b, "layer%d.%d", number + 1, i), width, c, grid, x);
    }
    return x;
}

static int build(ablate_builder *b, const void *settings)
{
    const deresnet_settings *s = settings;
    int n = ablate_count(b, "teacher"), blocks[LAYERS_MAX];
    ablate_value *layer = ablate_read(b, "bottleneck", -1), *student[LAYERS_MAX];
    if (layer_side(b, layer) == 0)
        return ablate_fail(b, "deresnet: features must be pictures x (1 + a square grid of patches) x channels");
    if (blocks_read(b, s, n, blocks) < 0)
        return -1;
    ablate_value *x = layer_map(b, layer);
    for (int i = n - 1; x && i >= 0; i--) {
        x = stage(b, s, n - 1 - i, blocks[n - 1 - i], ablate_read(b, "teacher", i), x);
        student[i] = x;
    }
    for (int i = 0; x && i < n; i++)
        ablate_write(b, "student", i, layer_of_map(b, student[i]));
    return x ? 0 : -1;
}

static const ablate_setting settings_table[] = {
    ABLATE_WORDS(deresnet_settings, blocks, "3 4 6", "residual bottlenecks of each stage, the deepest layer's first"),
    ABLATE_SET(deresnet_settings, base, 128, 1, 2048,
               "channels of their 3 x 3 convolutions, as a 256th of the layer's: 128 as a wide ResNet, 64 as a plain"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "deresnet",
    .doc = "reverse distillation's student: a residual network mirrored, from the bottleneck to each layer",
    .paper = "not of the paper: RD4AD (Deng and Li 2022)",
    .reads = "bottleneck teacher",
    .writes = "student",
    .settings_size = sizeof(deresnet_settings),
    .settings = settings_table,
    .build = build,
};
