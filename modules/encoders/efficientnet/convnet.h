/* convnet.h: what encoders made of convolutions share (efficientnet, resnet): a file of weights whose every tensor is
 * accounted for, convolutions with their frozen batch normalisation, how a picture comes in, and how the maps of some
 * stages become layers of features. Maps are (B, H, W, C). Of it `dinov2` has the file and how a picture comes in.
 * Every function is called in `build`; a failure poisons its value and leaves its complaint with the builder. */
#ifndef CONVNET_H
#define CONVNET_H
#include "operations.h"

enum { CONVNET_TENSORS = 2048, CONVNET_STAGES = 8 };

#define CONVNET_STATISTICS(X)                                                                                          \
    X(STATISTICS_AUTO, "auto")                                                                                         \
    X(STATISTICS_IMAGENET, "imagenet")                                                                                 \
    X(STATISTICS_HALF, "half")                                                                                         \
    X(STATISTICS_LITE, "lite")                                                                                         \
    X(STATISTICS_INPUT, "input")
ABLATE_ENUM(CONVNET_STATISTICS);
#define CONVNET_FIT(X) X(FIT_MEANS, "means") X(FIT_CORNERS, "corners")
ABLATE_ENUM(CONVNET_FIT);

typedef struct convnet_settings { /* those of every such encoder */
    const char *weights, *stages;
    int size, statistics, grid, fit, width, seed;
    bool own_grid;
} convnet_settings;

typedef struct convnet {
    ablate_builder *b;
    const char *module; /* "efficientnet" */
    const char *weights;
    const char *prefix; /* what stands before every name in the file: "" or "module." */
    const char *kind;   /* "a lite0 with timm's names" */
    bool same;          /* windows at the border are padded as TensorFlow does, else by half a window on each side */
    double eps;         /* of batch normalisation */
    const char *taken[CONVNET_TENSORS]; /* names of the tensors that were asked for */
    int takens;
} convnet;

/* ---- tensors.c: the file ---- */

/* Whether the file has a tensor of that name, alone or behind a prefix, which is then noted and remarked. */
bool convnet_begins(convnet *, const char *name);
bool convnet_has(const convnet *, const char *name);

/* The tensor of that name as a frozen value, which must be of that shape. */
ablate_value *convnet_tensor(convnet *, const char *name, ablate_shape);

/* Whether every tensor of the file was asked for, but those whose names begin with a word of `spare`, a {NULL}-ended
 * list, and counts of batches. 0, or -1 and a complaint. */
int convnet_check_rest(const convnet *, const char *const *spare);

/* ---- layer.c ---- */

typedef struct convnet_layer { /* a convolution, its batch normalisation, its activation */
    const char *conv, *norm;   /* their names; tensors "CONV.weight", "NORM.running_mean", ... */
    int64_t in, out;
    int kernel, stride;
    bool depthwise;
    const char *activation; /* "none", "relu", "relu6" or "silu" */
} convnet_layer;

/* x (B, H, W, in) -> (B, H', W', out). x NULL: the tensors are asked for, nothing is computed, the result is NULL. */
ablate_value *convnet_apply(convnet *, const convnet_layer *, ablate_value *x);

/* ---- input.c ---- */

/* The board's picture as this network sees it (B, S, S, 3): of that size, normalised by those statistics, which are not
 * STATISTICS_AUTO. */
ablate_value *convnet_picture(ablate_builder *, const convnet_settings *, int statistics);

/* ---- stages.c ---- */

/* The stages asked for, counted from 1 to `most`, ascending; `usual` where the setting is empty. Their number, or -1.
 */
int convnet_stages_read(const convnet *, const convnet_settings *, const char *usual, int most,
                        int stage[CONVNET_STAGES]);

/* Writes the maps as "stage" and, if nobody before wrote "teacher", as layers of features to it. 0, or -1. */
int convnet_stages_write(const convnet *, const convnet_settings *, int count, const int *stage,
                         ablate_value *const *map);

/* Rows of the settings of every such encoder, whose struct begins with convnet_settings. */
#define CONVNET_ROWS(names, stages_doc)                                                                                \
    ABLATE_FILE(convnet_settings, weights, "PyTorch's .pth, or safetensors, with the names of " names),                \
        ABLATE_WORDS(convnet_settings, stages, "", stages_doc),                                                        \
        ABLATE_SET(convnet_settings, size, 0, 0, 4096,                                                                 \
                   "side of the picture that it sees, in pixels, resized bilinearly; 0: as pictures come in"),         \
        ABLATE_CHOOSE(convnet_settings, statistics, STATISTICS_AUTO, CONVNET_STATISTICS,                               \
                      "mean and deviation that it sees: what is known of the file; ImageNet's; 0.5 and 0.5; "          \
                      "127/255 and 128/255; or as pictures come in"),                                                  \
        ABLATE_SET(convnet_settings, grid, 0, 0, 256,                                                                  \
                   "side of the grid of tokens that all stages are brought to; 0: that of stride 16"),                 \
        ABLATE_CHOOSE(convnet_settings, fit, FIT_MEANS, CONVNET_FIT,                                                   \
                      "how: by means of whole squares of places where it divides them, else bilinearly; or "           \
                      "bilinearly, the corners of map and grid in one place, as UniAD does"),                          \
        ABLATE_SET(convnet_settings, own_grid, 0, 0, 1,                                                                \
                   "each stage keeps the grid that it has; not for modules that need all layers on one"),              \
        ABLATE_SET(convnet_settings, width, 128, 0, 4096,                                                              \
                   "channels C that each stage is projected to, at random; 0: as it has them"),                        \
        ABLATE_SET(convnet_settings, seed, 0, 0, 2147483647, "of the random projection")
#endif
