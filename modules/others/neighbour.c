/* neighbour.c: how far each patch is from the nearest patch of all training pictures, which are free of defects: the
 * idea of PatchCore (Roth et al. 2022, "Towards Total Recall in Industrial Anomaly Detection"), a baseline that trains
 * nothing. What the encoder gives decides it alone. */
#include "score_map.h"
#include <math.h>
#include <stdlib.h>

#define LAYERS(X) X(LAYERS_NORMALISED, "normalised") X(LAYERS_AS_GIVEN, "given")
ABLATE_ENUM(LAYERS);

typedef struct neighbour_settings {
    int average, layers, width;
    double coreset, smooth;
    bool align_corners;
} neighbour_settings;

enum { BANK_MOST = 1 << 29 }; /* numbers: 2 GiB */

/* ---- patches ---- */

/* A layer's patches (B, H W, C): without the class token, each the mean of those around it, as far as there are any,
 * and of length 1 if so asked. */
static ablate_value *layer(ablate_builder *b, const neighbour_settings *s, int i, int64_t grid)
{
    ablate_value *f = op_slice(b, ablate_read(b, "teacher", i), 1, .start = 1);
    if (s->average > 1) {
        f = op_reshape(b, f, 0, grid, grid, -1);
        f = op_average_pool(b, f, .kernel = s->average, .stride = 1, .padding = s->average / 2, .exclude_pad = true);
        f = op_reshape(b, f, 0, grid * grid, -1);
    }
    return s->layers == LAYERS_NORMALISED ? op_normalize(b, f) : f;
}

/* All layers side by side: (B, H W, sum of C). */
static ablate_value *patches(ablate_builder *b, const neighbour_settings *s, int64_t grid)
{
    ablate_value *all = layer(b, s, 0, grid);
    for (int i = 1; i < ablate_count(b, "teacher"); i++)
        all = op_concat(b, -1, all, layer(b, s, i, grid));
    return all;
}

/* ---- the bank ---- */

/* The next of a stream of whole numbers that look random (Steele et al. 2014, SplitMix64). */
static uint64_t next_word(uint64_t *state)
{
    uint64_t word = *state += 0x9E3779B97F4A7C15u;
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9u;
    word = (word ^ word >> 27) * 0x94D049BB133111EBu;
    return word ^ word >> 31;
}

/* A matrix (C, width) of +1 and -1 drawn evenly, the same in every run: products with it keep distances nearly in
 * proportion (Achlioptas 2003). */
static ablate_value *signs(ablate_builder *b, int64_t channels, int64_t width)
{
    uint64_t state = 0;
    float *sign = malloc((size_t)(channels * width) * sizeof *sign);
    for (int64_t i = 0; sign && i < channels * width; i++)
        sign[i] = next_word(&state) >> 63 ? 1.0f : -1.0f;
    ablate_value *matrix = sign ? ablate_constant(b, sign, channels, width) : NULL;
    if (!sign)
        ablate_fail(b, "neighbour: out of memory for a projection to %lld numbers", (long long)width);
    free(sign);
    return matrix;
}

/* How many of n patches are kept. */
static int64_t kept(const neighbour_settings *s, int64_t n)
{
    double count = s->coreset <= 1 ? ceil(s->coreset * (double)n) : s->coreset;
    return s->coreset == 0 || count > (double)n ? n : (int64_t)count;
}

/* Patches of all training pictures that none of the others is far from, (M, C). The run's seed says with which the
 * choice begins; distances are those of projections, which are shorter. */
static ablate_value *coreset(ablate_builder *b, const neighbour_settings *s, ablate_value *f, int64_t channels)
{
    int64_t width = s->width < channels ? s->width : channels;
    ablate_value *projected = width < channels ? op_matmul(b, f, signs(b, channels, width)) : f;
    projected = op_reshape(b, ablate_collect(b, "projected", projected), -1, width);
    int64_t n = ablate_shape_of(b, projected).dim[0];
    const char *text = ablate_chosen(b, "run.seed");
    uint64_t seed = text ? strtoull(text, NULL, 10) : 0;
    return ablate_collect_rows(
        b, "bank", f,
        op_k_center(b, projected, .count = kept(s, n), .start = (int64_t)(next_word(&seed) % (uint64_t)n)));
}

static ablate_value *bank(ablate_builder *b, const neighbour_settings *s, ablate_value *f)
{
    int64_t channels = ablate_shape_of(b, f).dim[2];
    ablate_value *all = s->coreset == 0 || s->coreset == 1 ? op_reshape(b, ablate_collect(b, "bank", f), -1, channels)
                                                           : coreset(b, s, f, channels);
    ablate_shape shape = ablate_shape_of(b, all);
    if (shape.rank == 2 && shape.dim[0] > BANK_MOST / channels)
        ablate_fail(b,
                    "neighbour: %lld patches of %lld numbers would take %.1f GiB; set neighbour.coreset = %lld or less",
                    (long long)shape.dim[0], (long long)channels, (double)shape.dim[0] * (double)channels / (1 << 28),
                    (long long)(BANK_MOST / channels));
    return all;
}

/* ---- the map ---- */

static int build(ablate_builder *b, const void *settings)
{
    const neighbour_settings *s = settings;
    if (b->training)
        return 0;
    score_places at;
    if (!score_places_read(b, "neighbour", &at))
        return -1;
    if (s->average % 2 == 0)
        return ablate_fail(b, "neighbour: average = %d has no middle; give an odd number", s->average);
    if (s->coreset > 1 && s->coreset != floor(s->coreset))
        return ablate_fail(b, "neighbour: coreset = %g is no share, and no number of patches either; give one of both",
                           s->coreset);
    // tag::distance[]
    ablate_value *f = patches(b, s, at.grid);                 /* (B, H W, C) */
    ablate_value *distance = op_nearest(b, f, bank(b, s, f)); /* (B, H W) */
    // end::distance[]
    ablate_write(b, "distance", 0, distance); /* to be looked at */
    ablate_value *map = op_resize(b, op_reshape(b, distance, -1, 1, at.grid, at.grid), .height = at.size,
                                  .width = at.size, .mode = "bilinear", .align_corners = s->align_corners);
    score_write(b, map, at.size, s->smooth);
    return 0;
}

#define SET(...)    ABLATE_SET(neighbour_settings, __VA_ARGS__)
#define CHOOSE(...) ABLATE_CHOOSE(neighbour_settings, __VA_ARGS__)
static const ablate_setting settings_table[] = {
    CHOOSE(layers, LAYERS_NORMALISED, LAYERS, "each layer's patches of length 1, so that none outweighs; or as given"),
    SET(average, 1, 1, 15, "each patch is the mean of so many by so many around it, an odd number; 1: itself"),
    SET(coreset, 0, 0, 1e9, "patches that are kept: a share, or above 1 their number; 0 or 1: all of them"),
    SET(width, 128, 1, 4096, "numbers of the random projection by whose distances they are chosen"),
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
