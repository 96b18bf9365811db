/* clip.h: what the files of the encoder share. The two towers are Radford et al. 2021, "Learning transferable visual
 * models from natural language supervision", with OpenAI's tensor names and layouts.
 * Every function is called in `build`; a failure poisons its value and leaves its complaint with the builder. */
#ifndef CLIP_H
#define CLIP_H
#include "operations.h"

enum { CLIP_LAYERS = 32 }; /* most layers that can be selected */

typedef struct clip_settings {
    int arch;
    const char *weights, *layers;
    int head_width, text_head, activation, space, resample;
    bool train;
} clip_settings;
#define CLIP_ARCH(X)                                                                                                   \
    X(CLIP_NANO, "nano")                                                                                               \
    X(CLIP_B_32, "ViT-B/32")                                                                                           \
    X(CLIP_B_16, "ViT-B/16")                                                                                           \
    X(CLIP_L_14, "ViT-L/14")                                                                                           \
    X(CLIP_L_14_336, "ViT-L/14@336px")                                                                                 \
    X(CLIP_H_14, "ViT-H/14")                                                                                           \
    X(CLIP_G_14, "ViT-g/14")                                                                                           \
    X(CLIP_BIGG_14, "ViT-bigG/14")                                                                                     \
    X(CLIP_NANO_32, "nano/32")                                                                                         \
    X(CLIP_NANO_16, "nano/16")                                                                                         \
    X(CLIP_NANO_192, "nano@192px")                                                                                     \
    X(CLIP_ANY, "any")
#define CLIP_SPACE(X)      X(CLIP_JOINT, "joint") X(CLIP_BLOCK, "block")
#define CLIP_ACTIVATION(X) X(CLIP_AUTO, "auto") X(CLIP_QUICKGELU, "quickgelu") X(CLIP_GELU, "gelu")
#define CLIP_RESAMPLE(X)   X(CLIP_BILINEAR, "bilinear") X(CLIP_BICUBIC, "bicubic")
ABLATE_ENUM(CLIP_ARCH);
ABLATE_ENUM(CLIP_SPACE);
ABLATE_ENUM(CLIP_ACTIVATION); /* CLIP_AUTO: what is known of the file */
ABLATE_ENUM(CLIP_RESAMPLE);

/* Trains, and no file says where from. */
static inline bool clip_from_scratch(const clip_settings *s)
{
    return s->train && !*s->weights;
}

typedef struct clip_tower { /* a stack of residual attention blocks */
    const char *prefix;     /* "visual.transformer" or "transformer" */
    int width, layers, heads, mlp;
    bool causal;
    int activation; /* not CLIP_AUTO, once the sizes are read */
    double eps;     /* of its layer norms */
} clip_tower;
typedef struct clip_sizes {
    int patch, grid; /* pixels; patches a side of the picture it was trained on */
    clip_tower image, text;
    int embed, context, vocabulary; /* joint space; longest text in tokens; rows of the token embedding */
} clip_sizes;

/* names.c: whether the weights file has tensor `name` of OpenAI's names, under whatever name; the tensor as a frozen
 * value in OpenAI's layout, or poison: the engine has complained. */
bool clip_has(ablate_builder *, const clip_settings *, const char *name);
ablate_value *clip_read(ablate_builder *, const clip_settings *, const char *name);

/* names_check.c: whether the names of the weights file are known and begin alike. 0, or -1 and a complaint. What stands
 * before each of them is remarked. */
int clip_names_check(ablate_builder *, const clip_settings *);
int clip_names_blocks(ablate_builder *, const clip_settings *); /* blocks of both towers that the names tell of */

/* names.c: whether the file has Hugging Face's names. */
bool clip_names_huggingface(ablate_builder *, const clip_settings *);

/* sizes.c: the sizes of clip.arch when training, otherwise those of the weights file, which must be of clip.arch.
 * 0, or -1 and a complaint. A file without text tower gives sizes->text.layers = 0. */
int clip_sizes_read(ablate_builder *, const clip_settings *, clip_sizes *);

/* sizes.c: the selected layers, counted from 1, ascending: clip.layers, or thirds of the depth. Their number, or -1. */
int clip_layers_read(ablate_builder *, const clip_settings *, int depth, int layer[CLIP_LAYERS]);

typedef struct clip_known { /* what shapes cannot tell, of one tower; 0 and CLIP_AUTO: it does not say */
    int heads, activation;
    double eps;
} clip_known;
typedef struct clip_config {
    const char *where; /* "config.json beside FILE"; NULL: nothing is known */
    bool beside;       /* not in the file itself */
    clip_known image, text;
} clip_config;

/* config.c: what lies beside the weights, or in their metadata, checked against the sizes that their tensors have. 0,
 * or -1 and a complaint: it contradicts them, or is of another kind of encoder. */
int clip_config_read(ablate_builder *, const clip_settings *, const clip_sizes *, clip_config *);

/* beside.c: what stands at a place in a JSON file beside the weights, or NULL; whether it is `number`, alone or each of
 * a list of equal ones. */
const char *clip_beside(ablate_builder *, const clip_settings *, const char *file, const char *section,
                        const char *key);
bool clip_is_number(const char *text, double number);

/* preprocess.c: remarks where the pictures come in otherwise than the files beside the weights have it. */
void clip_preprocess_compare(ablate_builder *, const clip_settings *, const clip_sizes *);

/* preprocess.c: whether OpenAI's words are the file's, as far as the files beside it say. 0, or -1 and a complaint. */
int clip_vocabulary_check(ablate_builder *, const clip_settings *);

/* towers.c: heads, activation and eps of both towers, from the configuration, the settings, the encoder of that name or
 * of these sizes (`kind`, or NULL; `named`: by clip.arch), or by default, which is remarked. 0, or -1 and a complaint.
 */
int clip_towers_settle(ablate_builder *, const clip_settings *, const clip_sizes *kind, const char *name, bool named,
                       clip_sizes *);

/* block.c: tensor `name`: frozen, from the weights file, or a parameter drawn by `init` when training. */
ablate_value *clip_weight(ablate_builder *, const clip_settings *, const char *name, const char *init, ablate_shape);

/* block.c: first values with that standard deviation; as those of the bias of PyTorch's Linear with so many inputs. */
const char *clip_normal(ablate_builder *, double std);
const char *clip_uniform(ablate_builder *, double fan_in);

/* block.c: layer norm of a tower with tensors `name`.weight and `name`.bias. */
ablate_value *clip_layer_norm(ablate_builder *, const clip_settings *, const clip_tower *, const char *name,
                              ablate_value *x);

/* block.c: residual attention block `index` (from 0) of a tower: x (B, N, C) -> (B, N, C). */
ablate_value *clip_block(ablate_builder *, const clip_settings *, const clip_tower *, int index, ablate_value *x);

/* vision.c: writes "teacher" and, if `feature`, "image.feature" (B, embed), of the class token and of the patches;
 * offers the service "image.project". */
int clip_vision_build(ablate_builder *, const clip_settings *, const clip_sizes *, bool feature);

/* text.c: offers the services "text.tokens" and "text.encode". */
void clip_text_offer(ablate_builder *);

/* text.c: writes "text.feature" (B, embed) of the board's "tokens" (B, L + 1: L ids, then the index of the end). */
int clip_text_build(ablate_builder *, const clip_settings *, const clip_sizes *);

#endif
