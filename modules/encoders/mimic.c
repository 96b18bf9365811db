/* mimic.c: feature distillation (Romero et al. 2015, FitNets): while training, layers of an encoder that trains are to
 * tell, each through a linear head of its own, the maps of a frozen network's stages. Layer i learns stage i of the
 * board, or the last where there are fewer. Channels of a stage are standardised by their mean and variance over the
 * batch: unstandardised, the cosine would see the few channels that are large everywhere.
 *
 * A head finds what is told among all else that a layer holds; who compares the layer's own patches, as neighbours do,
 * sees all else too. So the layers' cosines between patches can be taught as well, to be those of all stages side by
 * side (Tung and Mori 2019, "Similarity-preserving knowledge distillation"; here between patches, not pictures). */
#include "operations.h"
#include <math.h>

typedef struct mimic_settings {
    double weight, relation;
} mimic_settings;

static const double EPS = 1e-5; /* of the standardisation: keeps a channel that is constant in a batch at zero */

/* Map (B, H, W, C) -> (B, g g, C): means over windows where the student's grid is coarser, else interpolated. */
static ablate_value *on_grid(ablate_builder *b, ablate_value *map, int64_t g)
{
    ablate_shape shape = ablate_shape_of(b, map);
    int64_t k = shape.dim[1] / g;
    if (shape.dim[1] == k * g && shape.dim[2] == k * g)
        return op_reshape(b, k > 1 ? op_average_pool(b, map, .kernel = k) : map, 0, g * g, shape.dim[3]);
    map = op_resize(b, op_transpose(b, map, 0, 3, 1, 2), .height = g, .width = g);
    return op_reshape(b, op_transpose(b, map, 0, 2, 3, 1), 0, g * g, shape.dim[3]);
}

/* Each channel with mean 0 and variance 1 over the batch's tokens. */
static ablate_value *standardise(ablate_builder *b, ablate_value *x)
{
    ablate_value *moments = op_moments(b, x);
    ablate_value *mean = op_slice(b, moments, 0, .count = 1), *variance = op_slice(b, moments, 0, .start = 1);
    return op_div(b, op_sub(b, x, mean), op_sqrt(b, op_affine(b, variance, 1, EPS)));
}

/* ---- relations ---- */

/* Cosines between all tokens of two pictures that follow each other in the batch, twins where there are such, x
 * (B, N, C) -> (B / 2, 2 N, 2 N); in an odd batch between those of each picture. */
static ablate_value *cosines(ablate_builder *b, ablate_value *x)
{
    ablate_shape shape = ablate_shape_of(b, x);
    int64_t together = shape.dim[0] % 2 ? 1 : 2;
    x = op_reshape(b, op_normalize(b, x), shape.dim[0] / together, together * shape.dim[1], shape.dim[2]);
    return op_inner(b, x, x);
}

static ablate_value *centre(ablate_builder *b, ablate_value *x)
{
    return op_sub(b, x, op_slice(b, op_moments(b, x), 0, .count = 1));
}

/* All stages side by side (B, g g, C) on the grid, standardised. */
static ablate_value *all_stages(ablate_builder *b, int64_t grid, int stages)
{
    ablate_value *all = NULL;
    for (int i = 0; i < stages; i++) {
        ablate_value *one = op_normalize(b, standardise(b, on_grid(b, ablate_read(b, "stage", i), grid)));
        all = all ? op_concat(b, 2, all, one) : one;
    }
    return all;
}

/* Mean square of the difference of cosines, over that of the cosines that are meant. */
static void relate(ablate_builder *b, const mimic_settings *s, int layers, int stages)
{
    int64_t grid = ablate_square_side(ablate_shape_of(b, ablate_read(b, "teacher", 0)).dim[1] - 1);
    ablate_value *meant = cosines(b, all_stages(b, grid, stages)), *size = op_mean_all(b, op_square(b, meant));
    for (int i = 0; i < layers; i++) {
        ablate_value *layer = op_slice(b, ablate_read(b, "teacher", i), 1, .start = 1);
        ablate_value *apart = op_square(b, op_sub(b, cosines(b, centre(b, layer)), meant));
        ablate_loss(b, ablate_text(b, "relation%d", i), op_div(b, op_mean_all(b, apart), size), s->relation / layers);
    }
}

/* ---- maps ---- */

/* Layer `i` of the student (B, 1 + g g, C), the class token first, against its stage: mean of 1 - cosine over patches;
 * NULL: complained. */
static ablate_value *distance_of(ablate_builder *b, int i, int stages)
{
    ablate_value *layer = ablate_read(b, "teacher", i), *map = ablate_read(b, "stage", i < stages ? i : stages - 1);
    ablate_shape shape = ablate_shape_of(b, layer), to = ablate_shape_of(b, map);
    int64_t grid = shape.rank == 3 ? ablate_square_side(shape.dim[1] - 1) : 0;
    if (grid == 0 || to.rank != 4 || to.dim[0] != shape.dim[0]) {
        ablate_fail(b,
                    "mimic: layers must be pictures x (1 + a square grid of patches) x channels, and stages pictures "
                    "x rows x columns x channels");
        return NULL;
    }
    int64_t c = shape.dim[2], wide = to.dim[3];
    ablate_value *weight = ablate_param(b, ablate_text(b, "head%d.weight", i), "linear", wide, c);
    ablate_value *bias = ablate_param(b, ablate_text(b, "head%d.bias", i), ablate_linear_bias(b, c), wide);
    ablate_value *told = op_linear(b, op_slice(b, layer, 1, .start = 1), weight, bias);
    ablate_value *meant = standardise(b, on_grid(b, map, grid));
    return op_affine(b, op_mean_all(b, op_cosine(b, told, meant)), -1, 1);
}

static int build(ablate_builder *b, const void *settings)
{
    const mimic_settings *s = settings;
    int layers = ablate_count(b, "teacher"), stages = ablate_count(b, "stage");
    for (int i = 0; b->training && i < layers; i++) {
        ablate_value *distance = distance_of(b, i, stages);
        if (!distance)
            return -1;
        ablate_loss(b, ablate_text(b, "mimic%d", i), distance, s->weight / layers);
    }
    if (b->training && s->relation > 0)
        relate(b, s, layers, stages);
    return 0;
}

static const ablate_setting settings_table[] = {
    ABLATE_SET(mimic_settings, weight, 1, 0, 1e6, "weight of the mean over the layers of their 1 - cosine"),
    ABLATE_SET(mimic_settings, relation, 0, 0, 1e6, "weight of the mean over the layers of their wrong cosines"),
    { 0 },
};

const ablate_module ablate_module_entry = {
    .abi = ABLATE_ABI,
    .name = "mimic",
    .doc = "feature distillation: each layer learns to tell a stage of a frozen network, to pretrain an encoder",
    .paper = "not of the paper; Romero et al. 2015",
    .reads = "teacher stage",
    .writes = "",
    .settings_size = sizeof(mimic_settings),
    .settings = settings_table,
    .build = build,
};
