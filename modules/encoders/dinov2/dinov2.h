/* dinov2.h: what the files of the encoder share: a vision transformer with layer scale and, in later weights, registers
 * (Oquab et al. 2024, "DINOv2: learning robust visual features without supervision"; Darcet et al. 2024, "Vision
 * transformers need registers"). How a file is read and accounted for, and how a picture comes in, it shares with the
 * encoders made of convolutions.
 * Every function is called in `build`; a failure poisons its value and leaves its complaint with the builder. */
#ifndef DINOV2_H
#define DINOV2_H
#include "../efficientnet/convnet.h"
#include "block.h"

enum { DINOV2_LAYERS = 32 }; /* most layers that can be selected */

#define DINOV2_RESAMPLE(X)                                                                                             \
    X(DINOV2_AUTO, "auto")                                                                                             \
    X(DINOV2_OFFSET, "offset")                                                                                         \
    X(DINOV2_ANTIALIAS, "antialias")                                                                                   \
    X(DINOV2_BICUBIC, "bicubic")
ABLATE_ENUM(DINOV2_RESAMPLE);

#define DINOV2_STATISTICS(X) X(DINOV2_IMAGENET, "imagenet") X(DINOV2_INPUT, "input")
ABLATE_ENUM(DINOV2_STATISTICS);

typedef struct dinov2_settings {
    const char *weights, *layers;
    int head_width, size, statistics, resample;
} dinov2_settings;

typedef enum dinov2_naming { DINOV2_FACEBOOK, DINOV2_TIMM, DINOV2_HUGGINGFACE } dinov2_naming;

typedef struct dinov2 {
    convnet net; /* the file */
    dinov2_naming naming;
    int64_t patch, width, hidden; /* pixels; channels, also of the mlp */
    int depth, heads, registers, grid;
    bool class_placed; /* the position embedding has a row for the class token */
} dinov2;

/* file.c: whose names the file has and how large the network is, by its tensors and what lies beside them. 0, or -1 and
 * a complaint. */
int dinov2_file_read(ablate_builder *, const dinov2_settings *, dinov2 *);

/* file.c: the tensor that DINOv2's own files call `name`, of that shape. */
ablate_value *dinov2_tensor(dinov2 *, const char *name, ablate_shape);

/* file.c: whether every tensor of the file was asked for, but those of the last normalisation and of what is trained
 * with it alone. 0, or -1 and a complaint. */
int dinov2_check_rest(const dinov2 *);

/* position.c: the position embedding of g x g patches, (1, g g, C), that of its own grid resampled as
 * DINOV2_RESAMPLE says; class_row: (1, 1, C), or NULL where the file has none. */
ablate_value *dinov2_position(dinov2 *, int resample, int64_t g, ablate_value **class_row);

#endif
